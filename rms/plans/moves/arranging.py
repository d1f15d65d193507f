"""Where a test is done, that it was asked for, and the day it is booked for. Inside an open transaction."""

from datetime import date, datetime, timedelta
from typing import Final

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Refused
from rms.plans.model import CalendarEntry
from rms.plans.moves.changing import follow
from rms.plans.moves.rows import note, put_on_calendar, take_off_calendar
from rms.plans.places import WORDS, TestPlace
from rms.plans.schedule.words import day
from rms.plans.store.occurrences import OccurrenceOnFile, locked_occurrence, occurrence_on_file
from rms.plans.store.plans import lock_plan

#: How long after a booked day a result may take before somebody looks; our default, as for a promise on the telephone.
RESULT_TAKES: Final = timedelta(days=7)
_BY: Final = {"team": "the team", "person": "the person", "practice": "the GP surgery"}


async def set_place(
    tx: Tx,
    *,
    organisation_id: int,
    plan_id: int,
    patient_id: int,
    step_key: str,
    place: TestPlace,
    by: Actor,
    now: datetime,
) -> None:
    """Keep where the person has this step done; what is asked for from now on says so."""
    await tx.execute(
        "insert into step_place (organisation_id, plan_id, step_key, place, set_at, set_by_staff_id)"
        " values ($1, $2, $3, $4, $5, $6)",
        organisation_id, plan_id, step_key, place, now, _staff(by),
    )  # fmt: skip
    await record(tx, by=by, verb="plan.place", subject_kind="plan", subject_id=plan_id, patient_id=patient_id,
                 organisation_id=organisation_id, reason=WORDS[place])  # fmt: skip
    await follow(tx, organisation_id=organisation_id, plan_id=plan_id, by=by, now=now)


async def arrange(
    tx: Tx, *, organisation_id: int, occurrence_id: int, by_whom: str, booked_for: date | None, by: Actor, now: datetime
) -> None:
    """A test was asked for (`booked_for` None) or booked. The occurrence stays open; only a result closes it."""
    one = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if one.state != "open":
        raise Refused("This is settled: it came back, or it is no longer asked for.")
    if booked_for is not None and booked_for < tx.today:
        raise Refused("The day it is booked for must be today or later.")
    what = "requested" if booked_for is None else "booked"
    await tx.execute(
        "insert into test_arrangement (organisation_id, occurrence_id, what, by_whom, on_date, at, noted_by_staff_id)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        organisation_id, occurrence_id, what, by_whom, booked_for, now, _staff(by),
    )  # fmt: skip
    until = f" for {day(booked_for)}" if booked_for else ""
    await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what=what,
               detail=f"By {_BY[by_whom]}{until}", by=by, now=now)  # fmt: skip
    if booked_for is not None:
        await _look_later(tx, one=one, booked_for=booked_for)
    await record(tx, by=by, verb=f"test.{what}", subject_kind="occurrence", subject_id=occurrence_id,
                 patient_id=one.patient_id, organisation_id=organisation_id)  # fmt: skip


async def hear_it_is_booked(
    tx: Tx, *, organisation_id: int, occurrence_id: int, booked_for: date | None, by: Actor, now: datetime
) -> None:
    """The person says that they booked the test, for a day they may not have named. Said twice, it is noted once.

    The occurrence stays open and the next look waits as for any booking; without a day, as for one of today. Refused
    when nobody waits for the test any more. The caller holds the person's lock.
    """
    row = await occurrence_on_file(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    await lock_plan(tx, organisation_id=organisation_id, plan_id=row.plan_id)
    one = await locked_occurrence(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    if one.state != "open":
        raise Refused("Nobody waits for this test any more.")
    last = await tx.fetchrow(
        "select what, by_whom, on_date from test_arrangement where organisation_id = $1 and occurrence_id = $2"
        " order by id desc limit 1",
        organisation_id, occurrence_id,
    )  # fmt: skip
    if last is not None and tuple(last.values()) == ("booked", "person", booked_for):
        return
    await tx.execute(
        "insert into test_arrangement (organisation_id, occurrence_id, what, by_whom, on_date, at, noted_by_staff_id)"
        " values ($1, $2, 'booked', 'person', $3, $4, null)",
        organisation_id, occurrence_id, booked_for, now,
    )  # fmt: skip
    until = f" for {day(booked_for)}" if booked_for else "; the day was not said"
    await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what="booked",
               detail=f"By the person, who told us{until}", by=by, now=now)  # fmt: skip
    await _look_later(tx, one=one, booked_for=booked_for or tx.today)
    await record(tx, by=by, verb="test.booked", subject_kind="occurrence", subject_id=occurrence_id,
                 patient_id=one.patient_id, organisation_id=organisation_id)  # fmt: skip


async def _look_later(tx: Tx, *, one: OccurrenceOnFile, booked_for: date) -> None:
    """Nobody is reminded or chased before the booked day and the result's days are over; never later than the step's
    own days allow, counted from when it was to be looked at without any booking."""
    row = await tx.fetchrow(
        "select c.act_on, c.stage, o.stages_on[array_position(o.stages, c.stage)] as first_on from calendar c"
        " join occurrence o on o.organisation_id = c.organisation_id and o.id = c.occurrence_id"
        " where c.organisation_id = $1 and c.occurrence_id = $2",
        one.organisation_id, one.id,
    )  # fmt: skip
    if row is None:
        return
    on = next_look(act_on=row["act_on"], first_on=row["first_on"] or one.latest_on, booked_for=booked_for,
                   days=(one.latest_on - one.due_on).days)  # fmt: skip
    if on == row["act_on"]:
        return
    await take_off_calendar(tx, organisation_id=one.organisation_id, occurrence_id=one.id)
    await put_on_calendar(tx, organisation_id=one.organisation_id, occurrence_id=one.id,
                          stages=[CalendarEntry(act_on=on, stage=row["stage"])])  # fmt: skip


def next_look(*, act_on: date, first_on: date, booked_for: date, days: int) -> date:
    """When to look next after a booking: never earlier than before, at most `days` after the day it stood on first."""
    return max(act_on, min(booked_for + RESULT_TAKES, first_on + timedelta(days=days)))


def _staff(by: Actor) -> int:
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff can do this.")
    return by.id
