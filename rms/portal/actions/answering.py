"""The doors of a questionnaire: look at the form, ask to be phoned, stop.

Answers are saved and sent through `rms.followup.actions`, because they concern several rooms at once.
"""

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.moves import record
from rms.db.database import Database
from rms.people.sign_in.sessions import end_session
from rms.people.store import lock_people
from rms.portal.access import Visit
from rms.portal.sheet import Sheet, sheet_of


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
