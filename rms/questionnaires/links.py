"""The link in a message: 128 random bits that name nobody, made when the message is claimed and kept as a hash only.

It leads to a questionnaire, or to the person's own pages. A newer link ends the older ones to the same place. Links live
on the civil clock: to a questionnaire until answers are not taken any more, and four weeks after they were sent; to one's
own pages for four weeks. `try_link` counts in the statement that finds the link, so that no race gives a sixth guess.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from rms.clock import london_date
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.messages.model import Channel, Purpose
from rms.messages.store import MessageOnFile
from rms.questionnaires.store import AssignmentOnFile, assignment_of_occurrence, locked_assignment
from rms.questionnaires.timing import LINK_PROMISED_DAYS, link_ends

TRIES: Final = 5
"""Wrong dates of birth that a link bears; the last one ends it (the database counts up to the same number)."""

PURPOSES: Final = frozenset(
    {Purpose.QUESTIONNAIRE_INVITE, Purpose.QUESTIONNAIRE_REMINDER_1, Purpose.QUESTIONNAIRE_REMINDER_2}
)
TO_ONES_OWN_PAGES: Final = frozenset({Purpose.PLAN_STARTED, Purpose.RESULT_IN_RANGE_PERSON})
"""Their letters say all themselves; a link in a letter would end the one in the text that went with it."""
_NEWER: Final = "A newer link was sent."


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a link leads: a questionnaire, or (`patient_id`) a person's own pages."""

    organisation_id: int
    assignment_id: int | None = None
    patient_id: int | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A living link that was just tried. `tries` counts this one."""

    place: Place
    tries: int


def locator_hash(locator: str) -> bytes:
    """What is kept of a locator."""
    return hashlib.sha256(locator.encode()).digest()


class QuestionnaireLinks:
    """Makes the links of messages that ask for answers or lead to a person's pages (see `rms.messages.jobs.Links`)."""

    async def locator_for(self, tx: Tx, message: MessageOnFile, *, now: datetime) -> str | None:
        """Make a fresh locator for a message that leads somewhere; None for any other, and when no answers are taken."""
        if message.purpose in PURPOSES and message.cause_kind == "occurrence":
            found = await assignment_of_occurrence(
                tx, organisation_id=message.organisation_id, occurrence_id=message.cause_id
            )
            return await _to_questionnaire(tx, message, found, now=now)
        if message.purpose is Purpose.NEW_LINK:
            found = await _asked_about(tx, message)
            return await _to_questionnaire(tx, message, found, now=now) or await _to_pages(tx, message, now=now)
        if message.purpose in TO_ONES_OWN_PAGES and message.channel is not Channel.LETTER:
            return await _to_pages(tx, message, now=now)
        return None


async def _asked_about(tx: Tx, message: MessageOnFile) -> AssignmentOnFile | None:
    if message.cause_kind != "assignment":
        return None
    try:
        return await locked_assignment(tx, organisation_id=message.organisation_id, assignment_id=message.cause_id)
    except NotFound:
        return None


async def _to_questionnaire(
    tx: Tx, message: MessageOnFile, found: AssignmentOnFile | None, *, now: datetime
) -> str | None:
    if found is None or not found.takes_answers or link_ends(found.closes_on) <= now:
        return None
    locator = secrets.token_urlsafe(16)
    await tx.fetchval("select door_link_end($1, $2, $3, $4)", found.organisation_id, found.id, _NEWER, now)
    await tx.execute("select door_link_add($1, $2, $3, $4, $5, $6)", locator_hash(locator), found.organisation_id,
                     found.id, message.id, now, link_ends(found.closes_on))  # fmt: skip
    return locator


async def _to_pages(tx: Tx, message: MessageOnFile, *, now: datetime) -> str:
    locator = secrets.token_urlsafe(16)
    until = link_ends(london_date(now) + timedelta(days=LINK_PROMISED_DAYS))
    await tx.fetchval("select door_person_link_end($1, $2, $3, $4)", message.organisation_id, message.patient_id,
                      _NEWER, now)  # fmt: skip
    await tx.execute("select door_person_link_add($1, $2, $3, $4, $5, $6)", locator_hash(locator),
                     message.organisation_id, message.patient_id, message.id, now, until)  # fmt: skip
    return locator


async def try_link(tx: Tx, *, locator: str, now: datetime) -> Tried | None:
    """Count one try; None for a link that is unknown, ended, over or worn out. Needs no organisation's scope."""
    row = await tx.fetchrow("select * from door_link_try($1, $2)", locator_hash(locator), now)
    return None if row is None else Tried(place=_place(dict(row)), tries=row["tries"])


async def note_passed(tx: Tx, *, locator: str) -> None:
    """The date was right: the tries are given back, so that the person may come again on another day."""
    await tx.execute("select door_link_passed($1)", locator_hash(locator))


async def stop_link(tx: Tx, *, locator: str, why: str, now: datetime) -> Place | None:
    """End a link that reached the wrong person; None when it did not work any more."""
    row = await tx.fetchrow("select * from door_link_stop($1, $2, $3)", locator_hash(locator), why, now)
    return None if row is None else _place(dict(row))


async def keep_links(tx: Tx, *, organisation_id: int, assignment_id: int, today: date) -> None:
    """The answers came: the living links say so for a while, also when they would have closed sooner."""
    until = link_ends(today + timedelta(days=LINK_PROMISED_DAYS))
    await tx.execute("select door_link_keep($1, $2, $3)", organisation_id, assignment_id, until)


async def organisation_behind(tx: Tx, *, locator: str) -> int | None:
    """The organisation whose message had this link, also one that works no more; it changes nothing."""
    found: int | None = await tx.fetchval("select door_link_of($1)", locator_hash(locator))
    return found


async def place_behind(tx: Tx, *, locator: str) -> Place | None:
    """Where a link led, also one that works no more; None when it is unknown or was asked about too often."""
    row = await tx.fetchrow("select * from door_link_behind($1)", locator_hash(locator))
    return None if row is None else _place(dict(row))


def _place(row: dict[str, int]) -> Place:
    return Place(
        organisation_id=row["organisation_id"], assignment_id=row["assignment_id"], patient_id=row["patient_id"]
    )
