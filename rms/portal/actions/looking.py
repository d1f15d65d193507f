"""The doors of what is shown: each reads for one page and notes the look; one ends the visit. None changes anything else."""

from rms.audit.moves import record
from rms.db.database import Database
from rms.people.sign_in.sessions import end_session
from rms.portal.access import Visit
from rms.portal.actions.seeing import note_look
from rms.portal.behind import Whose, whose
from rms.portal.own import Own, own_of
from rms.questionnaires.store import symptoms_of_plans
from rms.questionnaires.symptoms import Symptoms


async def visit_page(database: Database, *, visit: Visit, at: str) -> Whose:
    """Whose visit it is, for a page that shows nothing of theirs."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await note_look(tx, visit=visit, of=of, at=at)
        return of


async def finish(database: Database, *, visit: Visit) -> Whose:
    """End the visit, so that nobody goes on in this browser; the link still works."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await end_session(tx, token=visit.token, why="the person finished")
        kind, found = of.behind.subject
        await record(tx, by=visit.actor(of.person.id), verb="visit.end", subject_kind=kind, subject_id=found,
                     patient_id=of.person.id)  # fmt: skip
        return of


async def see_follow_up(database: Database, *, visit: Visit, at: str) -> Own:
    """Everything of a person's follow-up that may be shown to them."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await note_look(tx, visit=visit, of=of, at=at)
        return await own_of(tx, of)


async def see_symptoms(database: Database, *, visit: Visit) -> tuple[Whose, Symptoms]:
    """The symptoms that the person should tell us about."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await note_look(tx, visit=visit, of=of, at="symptoms")
        return of, await symptoms_of_plans(tx, organisation_id=visit.organisation_id, plans=of.plans)
