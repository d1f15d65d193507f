"""From what holds for a person to rows: each step's open occurrences, and when to look at each next.

`refresh` is the only writer of open occurrences and of their calendar rows. It is told nothing about what changed: it
compares what should be there with what is, so that a start, a change, a result and a resumed plan all go the same way;
asked twice it changes nothing. Afterwards every open occurrence of the plan has exactly one row on the calendar.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.plans.model import Occurrence
from rms.plans.moves.rows import MOVED, ask_again, note, put_on_calendar, take_off_calendar, void
from rms.plans.rows import facts_of, rows_wanted, stages_of, why_not_wanted
from rms.plans.schedule import EffectiveStep
from rms.plans.store.occurrences import OccurrenceOnFile, looks_of_plan, occurrences_of_plan
from rms.plans.store.plans import PlanOnFile


class _Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What all writing of one refresh shares."""

    plan: PlanOnFile
    on_calendar: frozenset[int]
    by: Actor
    now: datetime
    today: date


async def refresh(tx: Tx, *, plan: PlanOnFile, by: Actor, now: datetime, today: date) -> None:
    """Make the rows of an active plan say what holds today. The caller holds the plan's lock and read it afterwards."""
    stored: dict[str, dict[int, OccurrenceOnFile]] = {}
    for row in await occurrences_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id):
        stored.setdefault(row.step_key, {})[row.number] = row
    looks = await looks_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    writing = _Writing(plan=plan, on_calendar=frozenset(looks), by=by, now=now, today=today)
    for step in plan.effective.steps:
        await _refresh_step(tx, writing, step=step, stored=stored.pop(step.step.key, {}))
    for row in (row for rows in stored.values() for row in rows.values() if row.state == "open"):
        await _leave_out(tx, writing, row=row, why="This version of the protocol does not ask for it.")


async def _refresh_step(tx: Tx, writing: _Writing, *, step: EffectiveStep, stored: dict[int, OccurrenceOnFile]) -> None:
    open_numbers = [number for number, row in stored.items() if row.state == "open"]
    wanted = rows_wanted(step, course=writing.plan.course, open_numbers=open_numbers, known_numbers=stored.keys(),
                         today=writing.today)  # fmt: skip
    for number in sorted(set(open_numbers) - {one.number for one in wanted}):
        await _leave_out(tx, writing, row=stored[number],
                         why=why_not_wanted(step, course=writing.plan.course, number=number))  # fmt: skip
    for one in wanted:
        row = stored.get(one.number)
        if row is None:
            await _insert(tx, writing, step=step, one=one)
        elif row.state != "open" or row.due_on != one.due_on:
            await _begin_anew(tx, writing, step=step, one=one, row=row)
        else:
            await _keep(tx, writing, step=step, one=one, row=row)


def _facts(writing: _Writing, *, step: EffectiveStep, one: Occurrence) -> dict[str, Any]:
    return facts_of(one, step=step, place=writing.plan.places.get(step.step.key))


async def _insert(tx: Tx, writing: _Writing, *, step: EffectiveStep, one: Occurrence) -> None:
    """The row and, in the same statement, when it is looked at first."""
    plan, stages = writing.plan, stages_of(one, step=step, today=writing.today)
    await tx.execute(
        "with made as (insert into occurrence (organisation_id, plan_id, patient_id, team_id, step_key, number, kind, analyte,"
        " questionnaire_key, title, channel, facts, earliest_on, due_on, latest_on, stages, stages_on, state, plan_revision,"
        " created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'open', $18, $19)"
        " returning organisation_id, id)"
        " insert into calendar (act_on, organisation_id, occurrence_id, stage) select $20, organisation_id, id, $21 from made",
        plan.organisation_id, plan.id, plan.patient_id, plan.team_id, one.step, one.number, one.kind, step.step.analyte,
        step.step.questionnaire, one.title, step.channel, _facts(writing, step=step, one=one), one.earliest_on, one.due_on,
        one.latest_on, [s.stage for s in stages], [s.act_on for s in stages], plan.revision, writing.now,
        stages[0].act_on, stages[0].stage,
    )  # fmt: skip


async def _begin_anew(
    tx: Tx, writing: _Writing, *, step: EffectiveStep, one: Occurrence, row: OccurrenceOnFile
) -> None:
    """Another date, or asked for again: what was queued for the old one is taken back and its stages begin anew."""
    plan, stages = writing.plan, stages_of(one, step=step, today=writing.today)
    await take_off_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=row.id)
    await void(tx, organisation_id=plan.organisation_id, occurrence_id=row.id, reason="The date was changed.",
               now=writing.now)  # fmt: skip
    await tx.execute(
        "update occurrence set earliest_on = $3, due_on = $4, latest_on = $5, stages = $6, stages_on = $7, facts = $8,"
        " channel = $9, title = $11, state = 'open', state_reason = null,"
        " closed_at = null, closed_by_kind = null, closed_by_id = null,"
        " done_on = null, rescheduled = rescheduled + 1, plan_revision = $10 where organisation_id = $1 and id = $2",
        plan.organisation_id, row.id, one.earliest_on, one.due_on, one.latest_on, [s.stage for s in stages],
        [s.act_on for s in stages], _facts(writing, step=step, one=one), step.channel, plan.revision, one.title,
    )  # fmt: skip
    await put_on_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=row.id, stages=stages)
    await note(tx, organisation_id=plan.organisation_id, occurrence_id=row.id, what=MOVED, detail=one.reason,
               by=writing.by, now=writing.now)  # fmt: skip


async def _keep(tx: Tx, writing: _Writing, *, step: EffectiveStep, one: Occurrence, row: OccurrenceOnFile) -> None:
    """The same date: what was reached stays reached and what was queued stays queued, whatever else changed."""
    plan, facts = writing.plan, _facts(writing, step=step, one=one)
    same_window = (row.earliest_on, row.latest_on) == (one.earliest_on, one.latest_on)
    if not same_window or (row.channel, row.facts, row.title) != (step.channel, facts, one.title):
        await tx.execute(
            "update occurrence set earliest_on = $3, latest_on = $4, channel = $5, facts = $6, plan_revision = $7, title = $8"
            " where organisation_id = $1 and id = $2",
            plan.organisation_id, row.id, one.earliest_on, one.latest_on, step.channel, facts, plan.revision, one.title,
        )  # fmt: skip
    if same_window and row.id in writing.on_calendar:
        return
    await take_off_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=row.id)
    reached = await ask_again(tx, organisation_id=plan.organisation_id, occurrence_id=row.id, by=writing.by,
                              now=writing.now)  # fmt: skip
    stages = stages_of(one, step=step, today=writing.today, reached=reached)
    await tx.execute(
        "update occurrence set stages = $3, stages_on = $4 where organisation_id = $1 and id = $2",
        plan.organisation_id, row.id, [s.stage for s in stages], [s.act_on for s in stages],
    )  # fmt: skip
    await put_on_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=row.id, stages=stages)


async def _leave_out(tx: Tx, writing: _Writing, *, row: OccurrenceOnFile, why: str) -> None:
    await take_off_calendar(tx, organisation_id=row.organisation_id, occurrence_id=row.id)
    await void(tx, organisation_id=row.organisation_id, occurrence_id=row.id, reason=why, now=writing.now)
    await tx.execute(
        "update occurrence set state = 'skipped', state_reason = $3, closed_at = $4, closed_by_kind = $5, closed_by_id = $6"
        " where organisation_id = $1 and id = $2",
        row.organisation_id, row.id, why, writing.now, writing.by.kind, writing.by.id,
    )  # fmt: skip
    await note(tx, organisation_id=row.organisation_id, occurrence_id=row.id, what="left out", detail=why,
               by=writing.by, now=writing.now)  # fmt: skip
