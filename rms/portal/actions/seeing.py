"""The doors to what is the person's own: ask for a code, type it, and look.

A code goes to the contact on record through the outbox; a right one begins a new session in the place of the old, so that a
value somebody knew before is worth nothing afterwards.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.moves import record
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.messages.model import Channel, Purpose, Recipient
from rms.messages.moves import queue, void_for_cause
from rms.people.model import ContactKind
from rms.people.sign_in.codes import LIVES, AskedCode, CodeOutcome, CodePurpose, NewContact, ask_for_code, try_code
from rms.people.sign_in.sessions import end_session
from rms.people.store import Contact, contacts_in_force, lock_people
from rms.portal.access import Visit
from rms.portal.actions.letting_in import begin_visit
from rms.portal.behind import Whose, whose
from rms.questionnaires.moves import note_opened
from rms.questionnaires.store.waited_for import answers_waited_for

CHANNELS: Final = {ContactKind.MOBILE: Channel.SMS, ContactKind.EMAIL: Channel.EMAIL}


class Sending(StrEnum):
    """What became of asking for a code."""

    SENT = "sent"
    TOO_MANY = "too_many"
    NO_WAY = "no_way"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Whose visit it is, and where a code would go; None when neither a mobile number nor an email address is known."""

    whose: Whose
    way: Contact | None


async def where_to(database: Database, *, visit: Visit) -> Seen:
    """Where a code would be sent. It changes nothing but the log of looks."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        seen = await _seen(tx, visit)
        await note_look(tx, visit=visit, of=seen.whose, at="code")
        return seen


async def send_code(database: Database, *, visit: Visit) -> Sending:
    """Send a code to the contact on record; the ones before it die."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        seen = await _seen(tx, visit)
        if seen.way is None or not seen.whose.welcome:
            return Sending.NO_WAY
        return await queue_code(
            tx, visit=visit, of=seen.whose, purpose=CodePurpose.SEE, channel=CHANNELS[seen.way.kind]
        )


async def queue_code(
    tx: Tx, *, visit: Visit, of: Whose, purpose: CodePurpose, channel: Channel, proves: NewContact | None = None
) -> Sending:
    """Note the code and queue its message, in one transaction; messages of codes that died with it are taken back."""
    await lock_people(tx, [of.person.id])
    asked = await ask_for_code(tx, organisation_id=visit.organisation_id, patient_id=of.person.id, purpose=purpose,
                               token=visit.token, proves=proves)  # fmt: skip
    if asked is None:
        return Sending.TOO_MANY
    await _take_back(tx, asked, organisation_id=visit.organisation_id)
    await queue(
        tx, organisation_id=visit.organisation_id, patient_id=of.person.id, team_id=of.behind.team_id,
        recipient=Recipient.PERSON, cause_kind="code", cause_id=asked.id,
        purpose=Purpose.CODE if proves is None else Purpose.CODE_NEW_CONTACT, channel=channel,
        facts={} if proves is None else {"to": proves.value}, not_before=tx.now, not_after=tx.now + LIVES, now=tx.now,
    )  # fmt: skip
    await record(tx, by=visit.actor(of.person.id), verb="code.ask", subject_kind="patient", subject_id=of.person.id,
                 patient_id=of.person.id, details={"purpose": purpose, "channel": channel})  # fmt: skip
    return Sending.SENT


async def _take_back(tx: Tx, asked: AskedCode, *, organisation_id: int) -> None:
    for code_id in asked.ended:
        await void_for_cause(tx, organisation_id=organisation_id, cause_kind="code", cause_id=code_id,
                             reason="A newer code was asked for.", now=tx.now)  # fmt: skip


async def type_code(database: Database, *, visit: Visit, typed: str) -> Visit | CodeOutcome:
    """Try a code: a new visit that may see, or what was wrong. Five wrong tries of one code are told to the team."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        tried = await try_code(tx, organisation_id=visit.organisation_id, patient_id=of.person.id,
                               purpose=CodePurpose.SEE, token=visit.token, typed=typed)  # fmt: skip
        await note_try(tx, visit=visit, of=of, outcome=tried.outcome)
        if tried.outcome is not CodeOutcome.RIGHT:
            return tried.outcome
        if not of.welcome:
            return CodeOutcome.NO_CODE
        await end_session(tx, token=visit.token, why="a code was typed")
        return await begin_visit(tx, visit, sees=True)


async def go_to_questions(database: Database, *, visit: Visit, ref: UUID) -> Visit:
    """A new visit to questions that this person was asked, in the place of this one. NotFound when they may not be answered."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        ids = {"organisation_id": visit.organisation_id, "patient_id": of.person.id}
        asked = next((one for one in await answers_waited_for(tx, **ids) if one.ref == ref), None)
        if asked is None or not of.welcome:
            raise NotFound("These questions are not asked any more.")
        await end_session(tx, token=visit.token, why="the person went on to questions")
        going = Visit(organisation_id=visit.organisation_id, token="", assignment_id=asked.assignment_id)
        going = await begin_visit(tx, going, sees=True)
        await note_opened(tx, organisation_id=visit.organisation_id, assignment_id=asked.assignment_id,
                          by=going.actor(of.person.id), now=tx.now)  # fmt: skip
        return going


async def note_try(tx: Tx, *, visit: Visit, of: Whose, outcome: CodeOutcome) -> None:
    """Note a try of a code; when it was the last wrong one, the team learns of it."""
    await record(tx, by=visit.actor(of.person.id), verb="code.try", subject_kind="patient", subject_id=of.person.id,
                 patient_id=of.person.id, details={"outcome": outcome})  # fmt: skip
    if outcome is not CodeOutcome.LAST_WRONG:
        return
    await raise_alert(
        tx, organisation_id=visit.organisation_id, team_id=of.behind.team_id, kind=AlertKind.CHASE,
        subject_kind="patient", subject_id=of.person.id, rule_key="code-locked", patient_id=of.person.id,
        plan_id=of.behind.plan_id,
        sentence="Five wrong codes were typed at this person's own pages: phone the person, and ask whether it was them.",
        cause_kind=f"code:{tx.today.isoformat()}", cause_id=of.person.id, by=visit.actor(of.person.id), now=tx.now,
    )  # fmt: skip


async def note_look(tx: Tx, *, visit: Visit, of: Whose, at: str) -> None:
    """Note that a page of the person was shown; `at` names the page."""
    await record(tx, by=visit.actor(of.person.id), verb="own_pages.look", subject_kind="patient", subject_id=of.person.id,
                 patient_id=of.person.id, details={"at": at})  # fmt: skip


async def _seen(tx: Tx, visit: Visit) -> Seen:
    of = await whose(tx, visit)
    return Seen(whose=of, way=await way_of(tx, of))


async def way_of(tx: Tx, of: Whose) -> Contact | None:
    """The contact on record that a code goes to: as the person prefers, else the mobile number, else the email address."""
    found = await contacts_in_force(tx, organisation_id=of.person.organisation_id, patient_id=of.person.id)
    order = [ContactKind.MOBILE, ContactKind.EMAIL]
    if of.person.prefers == "email":
        order.reverse()
    return next((one for kind in order for one in found if one.kind is kind), None)
