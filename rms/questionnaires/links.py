"""The link in a message: 128 random bits that name nobody, made when the message is claimed and kept as a hash only.

A newer link ends the older ones of the same questionnaire. A link lives on the civil clock, until answers are not taken
any more. `try_link` counts in the statement that finds the link, so that no race gives a sixth guess.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.messages.model import Purpose
from rms.messages.store import MessageOnFile
from rms.questionnaires.store import assignment_of_occurrence
from rms.questionnaires.timing import link_ends

TRIES: Final = 5
"""Wrong dates of birth that a link bears; the last one ends it (the database counts up to the same number)."""

PURPOSES: Final = frozenset(
    {Purpose.QUESTIONNAIRE_INVITE, Purpose.QUESTIONNAIRE_REMINDER_1, Purpose.QUESTIONNAIRE_REMINDER_2}
)


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A living link that was just tried. `tries` counts this one."""

    organisation_id: int
    assignment_id: int
    tries: int


def locator_hash(locator: str) -> bytes:
    """What is kept of a locator."""
    return hashlib.sha256(locator.encode()).digest()


class QuestionnaireLinks:
    """Makes the links of messages that ask for answers (see `rms.messages.jobs.Links`)."""

    async def locator_for(self, tx: Tx, message: MessageOnFile, *, now: datetime) -> str | None:
        """Make a fresh locator for a message that asks for answers; None for any other, and when none are taken."""
        if message.purpose not in PURPOSES or message.cause_kind != "occurrence":
            return None
        found = await assignment_of_occurrence(
            tx, organisation_id=message.organisation_id, occurrence_id=message.cause_id
        )
        if found is None or not found.takes_answers or link_ends(found.closes_on) <= now:
            return None
        locator = secrets.token_urlsafe(16)
        await tx.fetchval(
            "select door_link_end($1, $2, 'A newer link was sent.', $3)", found.organisation_id, found.id, now
        )
        await tx.execute("select door_link_add($1, $2, $3, $4, $5, $6)", locator_hash(locator), found.organisation_id,
                         found.id, message.id, now, link_ends(found.closes_on))  # fmt: skip
        return locator


async def try_link(tx: Tx, *, locator: str, now: datetime) -> Tried | None:
    """Count one try; None for a link that is unknown, ended, over or worn out. Needs no organisation's scope."""
    row = await tx.fetchrow("select * from door_link_try($1, $2)", locator_hash(locator), now)
    if row is None:
        return None
    return Tried(organisation_id=row["organisation_id"], assignment_id=row["assignment_id"], tries=row["tries"])


async def note_passed(tx: Tx, *, locator: str) -> None:
    """The date was right: the tries are given back, so that the person may come again on another day."""
    await tx.execute("select door_link_passed($1)", locator_hash(locator))
