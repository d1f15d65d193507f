"""The doors: each opens one transaction, locks the person first, and calls the moves. Pages, jobs and commands come here."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rms.alerts.moves import DecisionKind
from rms.audit.model import Actor
from rms.dates import PartialDate
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.followup import moves
from rms.followup.moves import SavedAnswer
from rms.followup.moves.about import Subject
from rms.people.store import lock_people
from rms.plans.model import Override

_PERSON_OF = {
    "result": "select patient_id from result where organisation_id = $1 and id = $2",
    "response": "select patient_id from assignment where organisation_id = $1 and id = $2",
    "alert": "select patient_id from alert where organisation_id = $1 and id = $2",
    "decision": "select patient_id from decision where organisation_id = $1 and id = $2",
    "plan": "select patient_id from plan where organisation_id = $1 and id = $2",
}


async def _lock_person_of(tx: Tx, kind: str, subject_id: int) -> int:
    patient_id: int | None = await tx.fetchval(_PERSON_OF[kind], tx.organisation, subject_id)
    if patient_id is None:
        raise NotFound(f"There is no such {kind}.")
    await lock_people(tx, [patient_id])
    return patient_id


async def start_plan(
    database: Database,
    *,
    organisation_id: int,
    patient_id: int,
    case_id: int,
    team_id: int,
    nurse_staff_id: int | None,
    protocol_version_id: int,
    anchors: Mapping[str, tuple[date, str]],
    overrides: tuple[Override, ...] = (),
    by: Actor,
) -> int:
    """Start follow-up for one cancer of one person; returns the plan id."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await lock_people(tx, [patient_id])
        return await moves.start_plan(
            tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, team_id=team_id,
            nurse_staff_id=nurse_staff_id, protocol_version_id=protocol_version_id, anchors=anchors,
            overrides=overrides, by=by, now=tx.now,
        )  # fmt: skip


async def save_answer(
    database: Database, *, organisation_id: int, assignment_id: int, item: str, value: Any, by: Actor
) -> SavedAnswer:
    """Keep one answer of a person."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await _lock_person_of(tx, "response", assignment_id)
        return await moves.save_answer(tx, organisation_id=organisation_id, assignment_id=assignment_id, item=item,
                                       value=value, by=by, now=tx.now)  # fmt: skip


async def submit_answers(database: Database, *, organisation_id: int, assignment_id: int, by: Actor) -> None:
    """Take a person's answers."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await _lock_person_of(tx, "response", assignment_id)
        await moves.submit_answers(tx, organisation_id=organisation_id, assignment_id=assignment_id, by=by, now=tx.now)


async def decide(
    database: Database,
    *,
    organisation_id: int,
    subject_kind: Subject,
    subject_id: int,
    kind: DecisionKind,
    note: str | None = None,
    until_on: date | None = None,
    by: Actor,
) -> int:
    """Decide about a result, an answered questionnaire or an alert; returns the decision's id."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await _lock_person_of(tx, subject_kind, subject_id)
        return await moves.decide(tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id,
                                  kind=kind, note=note, until_on=until_on, by=by, now=tx.now)  # fmt: skip


async def undo(database: Database, *, organisation_id: int, decision_id: int, by: Actor) -> None:
    """Take a decision back within its quarter of an hour."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await _lock_person_of(tx, "decision", decision_id)
        await moves.undo(tx, organisation_id=organisation_id, decision_id=decision_id, by=by, now=tx.now)


async def record_death(
    database: Database,
    *,
    organisation_id: int,
    patient_id: int,
    formal: bool,
    died_on: PartialDate | None,
    source: str,
    by: Actor,
) -> None:
    """Note that a person died."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await lock_people(tx, [patient_id])
        await moves.record_death(tx, organisation_id=organisation_id, patient_id=patient_id, formal=formal,
                                 died_on=died_on, source=source, by=by, now=tx.now)  # fmt: skip


async def reverse_death(database: Database, *, organisation_id: int, patient_id: int, why: str, by: Actor) -> list[str]:
    """Take a recorded death back; returns what fell due meanwhile."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await lock_people(tx, [patient_id])
        return await moves.reverse_death(tx, organisation_id=organisation_id, patient_id=patient_id, why=why, by=by,
                                         now=tx.now)  # fmt: skip


async def end_after_death(database: Database, *, organisation_id: int, plan_id: int, by: Actor) -> None:
    """Confirm a death and end the plan."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await _lock_person_of(tx, "plan", plan_id)
        await moves.end_after_death(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=tx.now)
