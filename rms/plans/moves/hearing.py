"""The person says that a test was done. Their word closes nothing: only a result does. The next look waits for it a little.

The look waits a week from the day of the test, and never longer than the step's own days past the day it was planned for,
however often the person says it. What comes after it stays where it stood.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.plans.model import CalendarEntry
from rms.plans.moves.rows import note, put_on_calendar, take_off_calendar
from rms.plans.store.occurrences import locked_occurrence, occurrence_on_file
from rms.plans.store.plans import lock_plan, plan_on_file

HAD_IT: Final = "had it"
RESULT_TAKES: Final = timedelta(days=7)
"""How long a laboratory's result may take before somebody looks; our default."""

_LOOK = """
select c.act_on, c.stage, o.stages, o.stages_on from calendar c
  join occurrence o on o.organisation_id = c.organisation_id and o.id = c.occurrence_id
 where c.organisation_id = $1 and c.occurrence_id = $2 for update of c
"""


def waits_until(act_on: date, *, planned_on: date | None, had_on: date, days: int) -> date:
    """The day of the next look: a week after the test, at most `days` past the planned day, never earlier than it stands.

    `planned_on` None: it has been waited for already, through every stage, and waits no longer.
    """
    if planned_on is None:
        return act_on
    return max(act_on, min(had_on + RESULT_TAKES, planned_on + timedelta(days=days)))


async def hear_it_was_done(
    tx: Tx, *, organisation_id: int, occurrence_id: int, had_on: date, by: Actor, now: datetime
) -> date:
    """Note it in the history of the step and let the next look wait; returns the day of that look.

    Refused when nothing is waited for any more. The caller holds the person's lock.
    """
    row = await occurrence_on_file(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    await lock_plan(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    row = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    # A sweep that had it in hand has replaced the row by the end of our wait; the second look sees what it wrote.
    look = await tx.fetchrow(_LOOK, organisation_id, occurrence_id)
    look = look or await tx.fetchrow(_LOOK, organisation_id, occurrence_id)
    if row.state != "open" or look is None:
        raise Refused("Nobody waits for this test any more.")
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    days = next((s.chase_after_days for s in plan.effective.steps if s.step.key == row.step_key), 0)
    planned = _planned(look["stage"], stages=look["stages"], stages_on=look["stages_on"])
    until = waits_until(look["act_on"], planned_on=planned, had_on=had_on, days=days)
    if until != look["act_on"]:
        await take_off_calendar(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
        await put_on_calendar(tx, organisation_id=organisation_id, occurrence_id=occurrence_id,
                              stages=(CalendarEntry(act_on=until, stage=look["stage"]),))  # fmt: skip
    await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what=HAD_IT, detail=had_on.isoformat(),
               by=by, now=now)  # fmt: skip
    await record(tx, by=by, verb="step.had_it", subject_kind="occurrence", subject_id=occurrence_id,
                 patient_id=row.patient_id, organisation_id=organisation_id,
                 details={"had_on": had_on.isoformat(), "look_on": until.isoformat()})  # fmt: skip
    return until


def _planned(stage: str, *, stages: Sequence[str], stages_on: Sequence[date]) -> date | None:
    """The day a stage was planned for, as the step has it; None for a stage that is not among them (looked at again)."""
    return dict(zip(stages, stages_on, strict=True)).get(stage)
