"""The doors in front of the date of birth: try a link, stop one that reached somebody else, send a new one."""

from datetime import date, timedelta
from typing import Final

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.database import Database
from rms.db.engine import Tx
from rms.log import get_log
from rms.messages.model import Purpose, Recipient
from rms.messages.moves import queue
from rms.people.sign_in.sessions import end_session, open_session
from rms.people.store import lock_people, person
from rms.portal.access import Visit
from rms.portal.behind import Behind, Front, behind, front_of_house, wants_us
from rms.questionnaires.links import (
    TRIES,
    Place,
    Tried,
    locator_hash,
    note_passed,
    place_behind,
    stop_link,
    try_link,
)
from rms.questionnaires.moves import end_links, end_links_to_pages, note_opened

log = get_log(__name__)

_SOMEBODY: Final = Actor(kind=ActorKind.PERSON, name="somebody with the link")
_NOWHERE: Final = Place(organisation_id=0)
_NOBODY: Final = Tried(place=_NOWHERE, tries=1)
#: New links that are sent for one old one within a day.
NEW_LINKS_A_DAY: Final = 3
_KEEPS: Final = timedelta(days=1)

_SENT_LATELY = """
select count(*) as ever, count(*) filter (where queued_at > $5) as lately,
       count(*) filter (where state in ('queued', 'sending')) as waiting
  from message where organisation_id = $1 and cause_kind = $2 and cause_id = $3 and purpose = $4
"""


async def greet(database: Database, *, locator: str | None = None) -> Front:
    """Who asks, as far as it may be said before anybody has shown who they are."""
    async with database.transaction() as tx:
        return await front_of_house(tx, locator=locator)


async def come_in(database: Database, *, locator: str, born_on: date, leaving: str | None) -> Visit | None:
    """Try a link with a date of birth: a new visit, or None, whatever was wrong with date or link.

    The try is counted and committed before the date is looked at. An unknown link takes the same steps as a known one,
    so that time does not tell them apart. The fifth wrong try ends the link and tells the team. `leaving` is the value
    of a visit this browser had before; it ends.
    """
    async with database.transaction() as tx:
        tried = await try_link(tx, locator=locator, now=tx.now)
    known = tried or _NOBODY
    async with database.transaction(organisation_id=known.place.organisation_id) as tx:
        found = await behind(tx, known.place)
        if found is not None and await _fits(tx, found, born_on=born_on):
            return await _let_in(tx, found, locator=locator, leaving=leaving)
        if found is not None:
            await _turn_away(tx, found, tries=known.tries, locator=locator)
    log.info("link_refused", reason_code="unknown" if tried is None else "date", attempt=known.tries)
    return None


async def stop_wrong_link(database: Database, *, locator: str) -> None:
    """Whoever has the link says that it is not for them: it stops, and the team is asked to look at the number."""
    async with database.transaction() as tx:
        place = await stop_link(tx, locator=locator, why="It reached somebody else.", now=tx.now)
    async with database.transaction(organisation_id=(place or _NOWHERE).organisation_id) as tx:
        found = await behind(tx, place or _NOWHERE)
        if found is None:
            return
        await lock_people(tx, [found.patient_id])
        subject_kind, subject_id = found.subject
        await record(tx, by=_SOMEBODY, verb="link.not_me", subject_kind=subject_kind, subject_id=subject_id,
                     patient_id=found.patient_id)  # fmt: skip
        await _tell_team(
            tx, found, kind=AlertKind.FIX_DATA, rule_key="not-me", locator=locator,
            sentence="Somebody who got our message says that it is not for them. The link is stopped."
            " Check the number and addresses of this person before anything else is sent.",
        )  # fmt: skip


async def send_new_link(database: Database, *, locator: str, born_on: date) -> None:
    """Send a new link to the contact on record, if the date of birth is right; nobody learns here whether it was.

    The old link goes on working until the new one leaves. One that nobody can be sent becomes the team's task.
    """
    async with database.transaction() as tx:
        place = await place_behind(tx, locator=locator)
    async with database.transaction(organisation_id=(place or _NOWHERE).organisation_id) as tx:
        found = await behind(tx, place or _NOWHERE)
        if found is None or not await _is_theirs(tx, found, born_on=born_on):
            return
        await lock_people(tx, [found.patient_id])
        subject_kind, subject_id = found.subject
        sent = await tx.fetchrow(_SENT_LATELY, found.organisation_id, subject_kind, subject_id, Purpose.NEW_LINK,
                                 tx.now - _KEEPS)  # fmt: skip
        assert sent is not None
        if sent["waiting"] or sent["lately"] >= NEW_LINKS_A_DAY:
            return
        await record(tx, by=_SOMEBODY, verb="link.new", subject_kind=subject_kind, subject_id=subject_id,
                     patient_id=found.patient_id)  # fmt: skip
        await queue(
            tx, organisation_id=found.organisation_id, patient_id=found.patient_id, team_id=found.team_id,
            recipient=Recipient.PERSON, cause_kind=subject_kind, cause_id=subject_id, purpose=Purpose.NEW_LINK,
            channel=None, facts={}, not_before=tx.now, not_after=tx.now + _KEEPS, plan_id=found.plan_id,
            attempt=sent["ever"] + 1, now=tx.now,
        )  # fmt: skip


async def _is_theirs(tx: Tx, found: Behind, *, born_on: date) -> bool:
    them = await person(tx, organisation_id=found.organisation_id, patient_id=found.patient_id)
    return them.born_on == born_on and await wants_us(tx, found)


async def _fits(tx: Tx, found: Behind, *, born_on: date) -> bool:
    leads_on = found.assignment is None or found.assignment.takes_answers or found.assignment.is_sent
    return await _is_theirs(tx, found, born_on=born_on) and leads_on


async def _let_in(tx: Tx, found: Behind, *, locator: str, leaving: str | None) -> Visit:
    await note_passed(tx, locator=locator)
    if leaving is not None:
        await end_session(tx, token=leaving, why="a new visit began")
    visit = Visit(organisation_id=found.organisation_id, token="", patient_id=found.patient_id)
    if found.assignment is not None:
        visit = Visit(organisation_id=found.organisation_id, token="", assignment_id=found.assignment.id)
    visit = await begin_visit(tx, visit)
    if found.assignment is not None:
        await note_opened(tx, organisation_id=found.organisation_id, assignment_id=found.assignment.id,
                          by=visit.actor(found.patient_id), now=tx.now)  # fmt: skip
        log.info("link_opened", assignment_id=found.assignment.id, organisation_id=found.organisation_id)
    else:
        await record(tx, by=visit.actor(found.patient_id), verb="visit.begin", subject_kind="patient",
                     subject_id=found.patient_id, patient_id=found.patient_id)  # fmt: skip
        log.info("link_opened", organisation_id=found.organisation_id)
    return visit


async def begin_visit(tx: Tx, visit: Visit, *, sees: bool = False) -> Visit:
    """Open a session for the place of a visit; returns the visit with its new value."""
    token = await open_session(tx, kind=visit.kind, organisation_id=visit.organisation_id, subject_id=visit.subject_id,
                               second_factor=sees)  # fmt: skip
    return Visit(organisation_id=visit.organisation_id, assignment_id=visit.assignment_id, patient_id=visit.patient_id,
                 token=token, sees=sees)  # fmt: skip


async def _turn_away(tx: Tx, found: Behind, *, tries: int, locator: str) -> None:
    subject_kind, subject_id = found.subject
    await record(tx, by=_SOMEBODY, verb="link.wrong_date", subject_kind=subject_kind, subject_id=subject_id,
                 patient_id=found.patient_id, organisation_id=found.organisation_id, details={"attempt": tries})  # fmt: skip
    if tries < TRIES:
        return
    if found.assignment is not None:
        await end_links(tx, organisation_id=found.organisation_id, assignment_id=found.assignment.id,
                        why="Too many wrong tries.", now=tx.now)  # fmt: skip
    else:
        await end_links_to_pages(tx, organisation_id=found.organisation_id, patient_id=found.patient_id,
                                 why="Too many wrong tries.", now=tx.now)  # fmt: skip
    await _tell_team(
        tx, found, kind=AlertKind.CHASE, rule_key="link-locked", locator=locator,
        sentence=f"{TRIES} wrong dates of birth were tried on {found.what}, and it stopped working: phone the person.",
    )  # fmt: skip


async def _tell_team(tx: Tx, found: Behind, *, kind: AlertKind, rule_key: str, locator: str, sentence: str) -> None:
    await raise_alert(
        tx, organisation_id=found.organisation_id, team_id=found.team_id, kind=kind, subject_kind="patient",
        subject_id=found.patient_id, rule_key=rule_key, patient_id=found.patient_id, plan_id=found.plan_id,
        sentence=sentence, cause_kind=f"link:{locator_hash(locator).hex()[:8]}", cause_id=found.subject[1], by=_SOMEBODY,
        now=tx.now,
    )  # fmt: skip
