"""The sweep: reminders six and two weeks before and one week after, then the team; late, twice at once, or not at all."""

import asyncio
import re
from datetime import date, timedelta

import pytest

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import close
from rms.plans.jobs import make_months, sweep_late, sweep_reminders
from rms.plans.store.plans import lock_plan
from rms.plans.sweep import ANY_REMINDER, SWEEP_REMINDERS, TAKE_STAGES
from tests.cast import a_trust
from tests.database import World
from tests.shell.plans.following import Followed, due, start_plan, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong


async def live_until(man: Followed, day: date) -> list[tuple[date, str]]:
    """Days pass with a sweep on each; returns (date, what happened)."""
    world, seen, told = man.world, list[tuple[date, str]](), 0
    while (today := await today_of(world)) < day:
        await sweep(world)
        assert await what_is_wrong(world) == []
        reminders = await man.reminded()
        seen += [(today, what) for _, what in reminders[told:]]
        told = len(reminders)
        await world.move_civil_clock(1)
    return seen


async def test_six_and_two_weeks_before_a_week_after_then_the_team(man: Followed) -> None:
    first = await man.occurrence(1)
    day = first["due_on"]
    started = await today_of(man.world)
    seen = await live_until(man, day + timedelta(days=21))
    assert seen == [
        (max(day - timedelta(days=42), started), "test_reminder_1"),
        (day - timedelta(days=14), "test_reminder_2"),
        (day + timedelta(days=7), "test_late"),
    ]
    assert [one["rule_key"] for one in await man.alerts()] == []
    await sweep(man.world)
    (alert,) = await man.alerts()
    assert (alert["rule_key"], alert["kind"], alert["state"]) == ("psa-missing", "chase", "open")
    assert "has not come back (21 days late)" in alert["sentence"]


async def test_a_questionnaire_waits_for_its_own_room(man: Followed) -> None:
    check = await man.occurrence(1, "symptom-check")
    assert check["stages"] == ["ask:1", "ask:2", "ask:3", "chase", "close-window"]
    await man.world.move_civil_clock((check["due_on"] - await today_of(man.world)).days + 1)
    await sweep(man.world)
    rows = await man.rows(
        "select c.stage from calendar c join occurrence o on o.id = c.occurrence_id where o.plan_id = $1"
        " and o.step_key = 'symptom-check' and o.number = 1"
    )
    assert rows == [{"stage": "ask:1"}]


async def test_after_its_window_the_step_goes_on_and_the_open_one_is_not_forgotten(man: Followed) -> None:
    world, first = man.world, await man.occurrence(1)
    await live_until(man, first["latest_on"] + timedelta(days=2))
    assert [(row["number"], row["state"]) for row in await man.occurrences()] == [(1, "open"), (2, "open"), (3, "open")]
    (alert,) = await man.alerts()
    assert "not done in its window" in alert["sentence"]
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await close(tx, organisation_id=man.trust.organisation_id, alert_id=alert["id"],
                    outcome=AlertOutcome.PERSON_CALLED, by=man.trust.nurse, now=tx.now)  # fmt: skip
    await world.move_civil_clock(26)
    await sweep(world)
    assert (await man.alerts())[0]["state"] == "closed"
    await world.move_civil_clock(1)
    await sweep(world)
    assert (await man.alerts())[0]["state"] == "open"
    assert "is still not done" in (await man.alerts())[0]["sentence"]
    causes = await world.as_owner("select from alert_cause where cause_kind like 'occurrence:look-again:%'")
    await world.move_civil_clock(28)
    await sweep(world)  # somebody has it in hand, so nobody is asked again
    assert len(await world.as_owner("select from alert_cause where cause_kind like '%look-again%'")) == len(causes) == 1
    assert await what_is_wrong(world) == []


async def test_nobody_gets_two_at_once_after_a_worker_was_away(man: Followed) -> None:
    """Away for forty days around two reminders: the later one is sent, and nothing is forgotten."""
    world, first = man.world, await man.occurrence(1)
    await world.move_civil_clock((first["due_on"] - await today_of(world)).days - 50)
    await sweep(world)
    await world.move_civil_clock(40)
    await sweep(world)
    assert await man.reminded() == [(1, "test_reminder_2")]
    await live_until(man, first["due_on"] + timedelta(days=22))
    assert await man.reminded() == [(1, "test_reminder_2"), (1, "test_late")]
    assert len(await man.alerts()) == 1


async def test_three_days_away_changes_nothing_but_the_day(man: Followed) -> None:
    world, first = man.world, await man.occurrence(1)
    await live_until(man, first["due_on"] - timedelta(days=15))
    await world.move_civil_clock(3)
    await live_until(man, first["due_on"] + timedelta(days=6))
    await world.move_civil_clock(3)
    await live_until(man, first["due_on"] + timedelta(days=20))
    await world.move_civil_clock(3)
    await sweep(world)
    assert await man.reminded() == [(1, "test_reminder_1"), (1, "test_reminder_2"), (1, "test_late")]
    assert len(await man.alerts()) == 1


async def test_two_workers_at_once_do_it_once(world: World) -> None:
    trust, surgery_on = await a_trust(world), await today_of(world) - timedelta(days=55)
    men = [await start_plan(world, surgery_on=surgery_on, trust=trust) for _ in range(6)]
    await world.move_civil_clock((due(surgery_on, 1) - await today_of(world)).days + 22)
    for _ in range(4):
        await asyncio.gather(*(sweep_reminders(world.worker) for _ in range(3)))
        await asyncio.gather(*(sweep_late(world.worker) for _ in range(3)))
        await world.move_civil_clock(1)
    for man in men:
        assert await man.reminded() == [(1, "test_late")]
        assert len(await man.alerts()) == 1
    assert await what_is_wrong(world) == []


async def test_somebody_reached_by_telephone_only_becomes_the_teams_task(man: Followed) -> None:
    world, first = man.world, await man.occurrence(1)
    await world.as_owner("update patient set prefers = 'phone' where id = $1", man.patient_id)
    await live_until(man, first["due_on"])
    assert await man.reminded() == []
    (alert,) = await man.alerts()
    assert (alert["rule_key"], alert["state"]) == ("phone", "open")
    assert "Please phone" in alert["sentence"]


async def test_the_sweep_leaves_alone_who_is_being_changed_and_does_not_wait(man: Followed) -> None:
    world, first = man.world, await man.occurrence(1)
    await world.move_civil_clock((first["latest_on"] - await today_of(world)).days + 2)
    await sweep_reminders(world.worker)

    async def change() -> None:
        async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
            await tx.fetch("select id from patient where id = $1 for no key update", man.patient_id)
            await lock_plan(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
            held.set()
            await done.wait()

    held, done = asyncio.Event(), asyncio.Event()
    changing = asyncio.create_task(change())
    await held.wait()
    assert await sweep_late(world.worker) == 0
    done.set()
    await changing
    assert await sweep_late(world.worker) > 0
    assert await what_is_wrong(world) == []


async def test_the_months_ahead_are_made_and_what_lay_there_already_moves_in(man: Followed) -> None:
    world, before = man.world, await man.rows("select * from calendar order by occurrence_id, $1::bigint")
    async with world.worker.transaction() as tx:
        await tx.fetchval("select make_calendar_months($1, 20)", tx.today.replace(day=1))
    assert await make_months(world.worker) == 0
    assert await man.rows("select * from calendar order by occurrence_id, $1::bigint") == before
    assert await world.as_owner("select from calendar_other") == []


async def test_a_plan_that_cannot_be_worked_out_is_its_teams_and_holds_up_nobody(world: World) -> None:
    trust, surgery_on = await a_trust(world), await today_of(world) - timedelta(days=80)
    broken, sound = [await start_plan(world, surgery_on=surgery_on, trust=trust) for _ in range(2)]
    await world.as_owner("delete from plan_anchor where plan_id = $1", broken.plan_id)
    first = await sound.occurrence(1)
    await world.move_civil_clock((first["latest_on"] - await today_of(world)).days + 2)
    for _ in range(4):
        await sweep(world)
        await world.move_civil_clock(1)
    assert [row["number"] for row in await sound.occurrences()] == [1, 2, 3]
    alert = next(one for one in await broken.alerts() if one["rule_key"] == "plan-cannot-go-on")
    assert (alert["kind"], alert["state"]) == ("fix_data", "open")
    assert "needs the date of surgery" in alert["sentence"]
    assert await what_is_wrong(world) == []


MANY_MONTHS = {
    "any": (ANY_REMINDER, "date", "'{today}'"),
    "reminders": (SWEEP_REMINDERS, "date, timestamptz, integer", "'{today}', '{now}', 5000"),
    "stages": (TAKE_STAGES, "date, text[], integer", "'{today}', array['chase', 'close-window'], 5000"),
}


@pytest.mark.parametrize("statement", MANY_MONTHS)
async def test_the_months_ahead_are_not_opened(world: World, statement: str) -> None:
    await make_months(world.worker)
    sql, kinds, given = MANY_MONTHS[statement]
    async with world.worker.transaction() as tx:
        await tx.execute("set local plan_cache_mode = force_generic_plan")
        await tx.execute("set local enable_seqscan = off")
        await tx.execute(f"prepare swept_{statement} ({kinds}) as {sql}")
        given = given.format(today=tx.today, now=tx.now)
        plan = "\n".join(row[0] for row in await tx.fetch(f"explain execute swept_{statement} ({given})"))
        await tx.execute(f"deallocate swept_{statement}")
        ahead = f"calendar_{tx.today.year + 1}_"
    assert "Subplans Removed" in plan
    assert not re.search(f"Scan .*on {ahead}", plan)
