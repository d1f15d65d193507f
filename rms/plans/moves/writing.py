"""From what holds for a person to rows: each step's current and next occurrence, and when to look at each next.

`refresh` is the only writer of open occurrences and of their calendar rows. It is told nothing about what changed: it
compares what should be there with what is, so that a start, a change, a result and a resumed plan all go the same way.
"""

from datetime import date, datetime
from typing import Any

from rms.alerts.analytes import ANALYTES, Sort
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.model import TestWord
from rms.messages.moves import void_for_cause
from rms.plans.model import FIRST_ADDED, CalendarEntry, Occurrence
from rms.plans.protocol.language import StepKind
from rms.plans.schedule import EffectiveStep, calendar_of, current_and_next, occurrences
from rms.plans.schedule.calendar import LATE, REMIND
from rms.plans.store.occurrences import OccurrenceOnFile, occurrences_of_plan
from rms.plans.store.plans import PlanOnFile

#: A questionnaire's reminders are asked for by its own room, which looks for these.
ASK = "ask"


async def refresh(tx: Tx, *, plan: PlanOnFile, by: Actor, now: datetime, today: date) -> None:
    """Make the rows of an active plan say what holds today. The caller holds the plan's lock."""
    stored = {(row.step_key, row.number): row for row in
              await occurrences_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)}  # fmt: skip
    wanted: set[tuple[str, int]] = set()
    for step in plan.effective.steps:
        upcoming = current_and_next(step, course=plan.course, today=today)
        for one in (upcoming.current, upcoming.following):
            if one is not None:
                wanted.add((one.step, one.number))
                await _put(tx, plan=plan, step=step, one=one, stored=stored.get((one.step, one.number)), by=by, now=now,
                           today=today)  # fmt: skip
    for key, row in stored.items():
        if row.state == "open" and key not in wanted and row.latest_on >= today:
            why = _why_gone(plan, row)
            await _leave_out(tx, row=row, why=why, by=by, now=now)


def _why_gone(plan: PlanOnFile, row: OccurrenceOnFile) -> str:
    step = plan.effective.step(row.step_key)
    dated = occurrences(step, course=plan.course) if step else ()
    skipped = next((o.skipped_because for o in dated if o.number == row.number and o.skipped_because), None)
    return skipped or "The plan no longer asks for it."


async def _put(
    tx: Tx,
    *,
    plan: PlanOnFile,
    step: EffectiveStep,
    one: Occurrence,
    stored: OccurrenceOnFile | None,
    by: Actor,
    now: datetime,
    today: date,
) -> None:
    stages = stages_of(one, step=step, today=today)
    if stored is None:
        occurrence_id = await _insert(tx, plan=plan, step=step, one=one, stages=stages, now=now)
        await put_on_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=occurrence_id, stages=stages)
    elif stored.state != "open" or (stored.due_on, stored.earliest_on, stored.latest_on) != (
        one.due_on, one.earliest_on, one.latest_on,
    ):  # fmt: skip
        await _move(tx, plan=plan, step=step, one=one, stored=stored, stages=stages, by=by, now=now)
    elif not await _has_calendar_row(tx, stored):
        # It was held or paused, and goes on where it stood: what was reached stays reached.
        await put_on_calendar(
            tx, organisation_id=plan.organisation_id, occurrence_id=stored.id,
            stages=stages_of(one, step=step, today=today, reached=await reached_stages(tx, stored)),
        )  # fmt: skip


def stages_of(
    one: Occurrence, *, step: EffectiveStep, today: date, reached: frozenset[str] = frozenset()
) -> list[CalendarEntry]:
    """The stages that lead to something, in order. An added one has no reminders of its own: a decision tells the person."""
    prefix = ASK if one.kind is StepKind.QUESTIONNAIRE else REMIND
    entries = calendar_of(one, step=step, today=today, reached={r.replace(f"{ASK}:", f"{REMIND}:") for r in reached})
    return [
        CalendarEntry(act_on=entry.act_on, stage=entry.stage.replace(f"{REMIND}:", f"{prefix}:"))
        for entry in entries
        if entry.stage != LATE and not (one.number >= FIRST_ADDED and entry.stage.startswith(f"{REMIND}:"))
    ]


def facts_of(one: Occurrence, *, step: EffectiveStep) -> dict[str, Any]:
    """What messages about an occurrence may say."""
    facts: dict[str, Any] = {"due_on": one.due_on.isoformat(), "test_name": step.step.title}
    analyte = ANALYTES.get(step.step.analyte or "")
    if one.kind is StepKind.TEST:
        blood = analyte is None or analyte.sort is Sort.BLOOD
        facts |= {"test": TestWord.BLOOD_TEST if blood else TestWord.HOSPITAL_TEST, "booked_by_hospital": not blood}
    return facts


async def _insert(
    tx: Tx, *, plan: PlanOnFile, step: EffectiveStep, one: Occurrence, stages: list[CalendarEntry], now: datetime
) -> int:
    occurrence_id: int = await tx.fetchval(
        "insert into occurrence (organisation_id, plan_id, patient_id, team_id, step_key, number, kind, analyte,"
        " questionnaire_key, title, channel, facts, earliest_on, due_on, latest_on, stages, stages_on, state, plan_revision,"
        " created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'open', $18, $19)"
        " returning id",
        plan.organisation_id, plan.id, plan.patient_id, plan.team_id, one.step, one.number, one.kind, step.step.analyte,
        step.step.questionnaire, one.title, step.channel, facts_of(one, step=step), one.earliest_on, one.due_on,
        one.latest_on, [s.stage for s in stages], [s.act_on for s in stages], plan.revision, now,
    )  # fmt: skip
    return occurrence_id


async def _move(
    tx: Tx,
    *,
    plan: PlanOnFile,
    step: EffectiveStep,
    one: Occurrence,
    stored: OccurrenceOnFile,
    stages: list[CalendarEntry],
    by: Actor,
    now: datetime,
) -> None:
    """Another date, or asked for again: what was queued for the old one is taken back and its stages begin anew."""
    await void_for_cause(tx, organisation_id=plan.organisation_id, cause_kind="occurrence", cause_id=stored.id,
                         reason="The date was changed.", now=now)  # fmt: skip
    await tx.execute(
        "update occurrence set earliest_on = $3, due_on = $4, latest_on = $5, stages = $6, stages_on = $7, facts = $8,"
        " channel = $9, state = 'open', state_reason = null, closed_at = null, closed_by_kind = null, closed_by_id = null,"
        " done_on = null, rescheduled = rescheduled + 1, plan_revision = $10 where organisation_id = $1 and id = $2",
        plan.organisation_id, stored.id, one.earliest_on, one.due_on, one.latest_on, [s.stage for s in stages],
        [s.act_on for s in stages], facts_of(one, step=step), step.channel, plan.revision,
    )  # fmt: skip
    await take_off_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=stored.id)
    await put_on_calendar(tx, organisation_id=plan.organisation_id, occurrence_id=stored.id, stages=stages)
    await note(tx, organisation_id=plan.organisation_id, occurrence_id=stored.id, what="moved", detail=one.reason, by=by,
               now=now)  # fmt: skip


async def _leave_out(tx: Tx, *, row: OccurrenceOnFile, why: str, by: Actor, now: datetime) -> None:
    await void_for_cause(tx, organisation_id=row.organisation_id, cause_kind="occurrence", cause_id=row.id, reason=why,
                         now=now)  # fmt: skip
    await tx.execute(
        "update occurrence set state = 'skipped', state_reason = $3, closed_at = $4, closed_by_kind = $5, closed_by_id = $6"
        " where organisation_id = $1 and id = $2",
        row.organisation_id, row.id, why, now, by.kind, by.id,
    )  # fmt: skip
    await take_off_calendar(tx, organisation_id=row.organisation_id, occurrence_id=row.id)
    await note(
        tx, organisation_id=row.organisation_id, occurrence_id=row.id, what="left out", detail=why, by=by, now=now
    )


async def put_on_calendar(tx: Tx, *, organisation_id: int, occurrence_id: int, stages: list[CalendarEntry]) -> None:
    """Write the one row that says when to look next: the first of the stages; none when nothing is left."""
    if stages:
        await tx.execute("insert into calendar (act_on, organisation_id, occurrence_id, stage) values ($1, $2, $3, $4)",
                         stages[0].act_on, organisation_id, occurrence_id, stages[0].stage)  # fmt: skip


async def take_off_calendar(tx: Tx, *, organisation_id: int, occurrence_id: int) -> None:
    """Nobody looks at it any more."""
    await tx.execute("delete from calendar where organisation_id = $1 and occurrence_id = $2", organisation_id,
                     occurrence_id)  # fmt: skip


async def _has_calendar_row(tx: Tx, row: OccurrenceOnFile) -> bool:
    """Whether somebody looks at it already. All its stages may be behind it, and then nothing is to be written either."""
    found: bool = await tx.fetchval(
        "select exists (select from calendar where organisation_id = $1 and occurrence_id = $2)",
        row.organisation_id, row.id,
    )  # fmt: skip
    return found


async def reached_stages(tx: Tx, row: OccurrenceOnFile) -> frozenset[str]:
    """The stages that were acted on, as its history says."""
    rows = await tx.fetch(
        "select detail from occurrence_event where organisation_id = $1 and occurrence_id = $2 and what = 'stage'"
        " and id > coalesce((select max(id) from occurrence_event where organisation_id = $1 and occurrence_id = $2"
        "                     and what = 'moved'), 0)",
        row.organisation_id, row.id,
    )  # fmt: skip
    return frozenset(one["detail"] for one in rows)


async def note(
    tx: Tx, *, organisation_id: int, occurrence_id: int, what: str, detail: str | None, by: Actor, now: datetime
) -> None:
    """Add a line to an occurrence's history."""
    await tx.execute(
        "insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)"
        " values ($1, $2, $3, $4, $5, $6)",
        organisation_id, occurrence_id, what, detail, by.name, now,
    )  # fmt: skip
