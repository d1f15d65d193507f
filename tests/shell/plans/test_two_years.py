"""Months and years, day by day, with nobody answering: each due step is reminded or a team's alert by its latest day (I-1).

What should have happened is worked out anew from the pure functions and the clock; the rows are only compared with it.
"""

from datetime import date, timedelta

import pytest

from rms.clock import london_date
from rms.plans.jobs import make_months
from rms.plans.model import Course
from rms.plans.protocol import load_library
from rms.plans.schedule import effective, occurrences
from rms.questionnaires.jobs import ask_due
from tests.database import World
from tests.shell.plans.following import PROSTATECTOMY, Followed, start_plan, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong


async def first_told(man: Followed) -> dict[tuple[str, int], date]:
    """The first day on which the person was reminded of an occurrence or the team was told about it."""
    rows = await man.rows(
        "select o.step_key, o.number, min(told.at) as at from occurrence o join ("
        "   select cause_id as occurrence_id, queued_at as at from message where cause_kind = 'occurrence'"
        "   union all select cause_id, added_at from alert_cause where cause_kind like 'occurrence:%') told"
        " on told.occurrence_id = o.id where o.plan_id = $1 group by o.step_key, o.number"
    )
    return {(row["step_key"], row["number"]): london_date(row["at"]) for row in rows}


@pytest.mark.parametrize("days", [250, pytest.param(731, marks=pytest.mark.faults)])
async def test_every_due_step_is_reminded_or_a_teams_alert_by_its_latest_day(world: World, days: int) -> None:
    started_on = await today_of(world)
    surgery_on = started_on - timedelta(days=20)
    man = await start_plan(world, surgery_on=surgery_on)
    for day in range(days):
        if day % 28 == 0:
            await make_months(world.worker)
        await ask_due(world.worker)
        await sweep(world)
        if day % 50 == 0:
            assert await what_is_wrong(world) == []
        await world.move_civil_clock(1)
    over = await today_of(world)
    assert over == started_on + timedelta(days=days)
    course = Course(anchors={"surgery": surgery_on}, started_on=started_on, born_on=date(1950, 4, 3))
    told = await first_told(man)
    for step in effective(load_library()[PROSTATECTOMY]).steps:
        due = [one for one in occurrences(step, course=course) if one.due_on < over]
        assert len(due) >= days // 200
        assert [one for one in due if told.get((one.step, one.number), date.max) > one.latest_on] == []
        if step.step.key == "psa":
            assert [p for n, p in await man.reminded() if n == due[-2].number] == [
                "test_reminder_1",
                "test_reminder_2",
                "test_late",
            ]
            late = [one for one in due if one.latest_on < over]
            causes = await man.rows(
                "select o.number, min(c.added_at) as at from alert_cause c join occurrence o on o.id = c.cause_id"
                " where o.plan_id = $1 and o.step_key = 'psa' and c.cause_kind like 'occurrence:chase:%' group by o.number"
            )
            assert {row["number"]: london_date(row["at"]) for row in causes if row["number"] <= late[-1].number} == {
                one.number: one.due_on + timedelta(days=21) for one in late
            }
    assert await what_is_wrong(world) == []
