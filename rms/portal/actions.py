"""The doors of this room: try a link with a date of birth, look at the form, ask to be phoned, stop.

Answers are saved and sent through `rms.followup.actions`, because they concern several rooms at once.
"""

from datetime import date

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.log import get_log
from rms.people.sign_in.sessions import SessionKind, end_session, open_session
from rms.people.store import lock_people, person
from rms.portal.access import Visit
from rms.portal.sheet import Front, Sheet, front_of_house, sheet_of, wants_us
from rms.questionnaires.links import TRIES, Tried, locator_hash, note_passed, try_link
from rms.questionnaires.moves import end_links, note_opened
from rms.questionnaires.store import AssignmentOnFile, assignment

log = get_log(__name__)

_SOMEBODY = Actor(kind=ActorKind.PERSON, name="somebody with the link")
_NOBODY = Tried(organisation_id=0, assignment_id=0, tries=1)


async def greet(database: Database) -> Front:
    """Who asks, as far as it may be said before anybody has shown who they are."""
    async with database.transaction() as tx:
        return await front_of_house(tx)


async def come_in(database: Database, *, locator: str, born_on: date, leaving: str | None) -> Visit | None:
    """Try a link with a date of birth: a new visit, or None, whatever was wrong with date or link.

    The try is counted and committed before the date is looked at. An unknown link takes the same steps as a known one,
    so that time does not tell them apart. The fifth wrong try ends the link and tells the team. `leaving` is the value
    of a visit this browser had before; it ends.
    """
    async with database.transaction() as tx:
        tried = await try_link(tx, locator=locator, now=tx.now)
    known = tried or _NOBODY
    async with database.transaction(organisation_id=known.organisation_id) as tx:
        found = await _assignment(tx, known)
        if found is not None and await _fits(tx, found, born_on=born_on):
            return await _let_in(tx, found, locator=locator, leaving=leaving)
        if found is not None:
            await _turn_away(tx, found, tries=known.tries, locator=locator)
    log.info("link_refused", reason_code="unknown" if tried is None else "date", attempt=known.tries)
    return None


async def _assignment(tx: Tx, tried: Tried) -> AssignmentOnFile | None:
    try:
        return await assignment(tx, organisation_id=tried.organisation_id, assignment_id=tried.assignment_id)
    except NotFound:
        return None


async def _fits(tx: Tx, found: AssignmentOnFile, *, born_on: date) -> bool:
    them = await person(tx, organisation_id=found.organisation_id, patient_id=found.patient_id)
    return them.born_on == born_on and found.takes_answers and await wants_us(tx, found)


async def _let_in(tx: Tx, found: AssignmentOnFile, *, locator: str, leaving: str | None) -> Visit:
    await note_passed(tx, locator=locator)
    if leaving is not None:
        await end_session(tx, token=leaving, why="a new visit began")
    token = await open_session(
        tx, kind=SessionKind.ANSWERING, organisation_id=found.organisation_id, subject_id=found.id
    )
    visit = Visit(organisation_id=found.organisation_id, assignment_id=found.id, token=token)
    await note_opened(tx, organisation_id=found.organisation_id, assignment_id=found.id,
                      by=visit.actor(found.patient_id), now=tx.now)  # fmt: skip
    log.info("link_opened", assignment_id=found.id, organisation_id=found.organisation_id)
    return visit


async def _turn_away(tx: Tx, found: AssignmentOnFile, *, tries: int, locator: str) -> None:
    organisation_id = found.organisation_id
    await record(tx, by=_SOMEBODY, verb="link.wrong_date", subject_kind="assignment", subject_id=found.id,
                 patient_id=found.patient_id, organisation_id=organisation_id, details={"attempt": tries})  # fmt: skip
    if tries < TRIES:
        return
    await end_links(
        tx, organisation_id=organisation_id, assignment_id=found.id, why="Too many wrong tries.", now=tx.now
    )
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=found.team_id, kind=AlertKind.CHASE, subject_kind="patient",
        subject_id=found.patient_id, rule_key="link-locked", patient_id=found.patient_id, plan_id=found.plan_id,
        sentence=f"{TRIES} wrong dates of birth were tried on the link for {found.title}, and it stopped working:"
        " phone the person.",
        cause_kind=f"link:{locator_hash(locator).hex()[:8]}", cause_id=found.id, by=_SOMEBODY, now=tx.now,
    )  # fmt: skip


async def look(database: Database, *, visit: Visit, at: str) -> Sheet:
    """Read the form for a page, and note the look; `at` names the page or the item. It changes nothing else."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        found = await sheet_of(tx, visit=visit)
        await record(tx, by=visit.actor(found.assignment.patient_id), verb="assignment.look", subject_kind="assignment",
                     subject_id=found.assignment.id, patient_id=found.assignment.patient_id, details={"at": at})  # fmt: skip
        return found


async def ask_for_call(database: Database, *, visit: Visit) -> Sheet:
    """The person would rather talk: the team is asked to phone, once a day; returns the form for the page."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        sheet = await sheet_of(tx, visit=visit)
        found = sheet.assignment
        await lock_people(tx, [found.patient_id])
        await raise_alert(
            tx, organisation_id=found.organisation_id, team_id=found.team_id, kind=AlertKind.CHASE,
            subject_kind="patient", subject_id=found.patient_id, rule_key="asks-for-call", patient_id=found.patient_id,
            plan_id=found.plan_id,
            sentence=f"Asks to be phoned about {found.title} instead of answering on a screen.",
            cause_kind=f"assignment:call:{tx.today.isoformat()}", cause_id=found.id, by=visit.actor(found.patient_id),
            now=tx.now,
        )  # fmt: skip
        return sheet


async def leave(database: Database, *, visit: Visit) -> Sheet:
    """End the visit, so that nobody goes on in this browser; the link still works. Returns the form for the last page."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        sheet = await sheet_of(tx, visit=visit)
        await end_session(tx, token=visit.token, why="the person stopped")
        await record(tx, by=visit.actor(sheet.assignment.patient_id), verb="visit.end", subject_kind="assignment",
                     subject_id=sheet.assignment.id, patient_id=sheet.assignment.patient_id)  # fmt: skip
        return sheet
