"""Changing, closing and reopening: the rows follow, no reminder is lost or doubled, and a second look changes nothing."""

import asyncio
import contextvars
from datetime import timedelta
from decimal import Decimal

import pytest

from rms.errors import Refused
from rms.messages.model import Channel
from rms.plans.model import ChannelChange, LimitChange, Move, Skip, Stop, WindowChange
from rms.plans.moves import (
    add_repeat,
    close_occurrence,
    hold,
    note_decision,
    override,
    pause,
    refresh,
    reopen_occurrence,
    withdraw_repeat,
)
from rms.plans.store import plan_on_file
from rms.plans.sweep import SWEEP_REMINDERS
from tests.shell.plans.following import Followed, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong


async def change(man: Followed, what: object, *, as_worker: bool = False) -> int:
    scope = None if as_worker else man.trust.organisation_id
    async with (man.world.worker if as_worker else man.world.web).transaction(organisation_id=scope) as tx:
        return await override(
            tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, change=what,  # type: ignore[arg-type]
            reason="his own wish", review_on=tx.today + timedelta(days=90), by=man.trust.nurse, now=tx.now,
        )  # fmt: skip


async def repeat(man: Followed, *, in_days: int, step: str = "psa") -> int:
    async with man.world.worker.transaction() as tx:
        return await add_repeat(
            tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, step_key=step,
            due_on=tx.today + timedelta(days=in_days), reason="a second reading",
            by=man.trust.nurse, now=tx.now,
        )  # fmt: skip


async def done(man: Followed, number: int, *, step: str = "psa") -> bool:
    row = await man.occurrence(number, step)
    async with man.world.worker.transaction() as tx:
        return await close_occurrence(
            tx, organisation_id=man.trust.organisation_id, occurrence_id=row["id"], by_kind="result", by_id=1,
            done_on=tx.today, by=man.trust.nurse, now=tx.now,
        )  # fmt: skip


async def reopened(man: Followed, number: int) -> None:
    row = await man.occurrence(number)
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await reopen_occurrence(tx, organisation_id=man.trust.organisation_id, occurrence_id=row["id"],
                                reason="The result was taken back.", by=man.trust.nurse, now=tx.now)  # fmt: skip


async def days_before(man: Followed, days: int, *, number: int = 1) -> None:
    """Move the clock to so many days before a blood test is due, then sweep."""
    row = await man.occurrence(number)
    await man.world.move_civil_clock((row["due_on"] - await today_of(man.world)).days - days)
    await sweep(man.world)


async def states(man: Followed, step: str = "psa") -> dict[int, str]:
    return {row["number"]: row["state"] for row in await man.occurrences(step)}


async def looked_again(man: Followed) -> None:
    async with man.world.worker.transaction() as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, lock=True)
        await refresh(tx, plan=plan, by=man.trust.nurse, now=tx.now, today=tx.today)


async def test_looking_twice_changes_nothing_in_any_situation(man: Followed) -> None:
    await days_before(man, 10)
    man_due = (await man.occurrence(1))["due_on"]
    for act in (
        lambda: change(man, Move(step="psa", number=1, due_on=man_due + timedelta(days=9))),
        lambda: change(man, WindowChange(step="psa", early_days=14, late_days=20)),
        lambda: repeat(man, in_days=35),
        lambda: done(man, 1),
        lambda: reopened(man, 1),
        lambda: change(man, Stop(step="symptom-check", from_on=man_due + timedelta(days=100))),
        lambda: man.world.move_civil_clock(75),
        lambda: sweep(man.world),
    ):
        await act()
        await looked_again(man)
        once = await man.shape()
        await looked_again(man)
        assert await man.shape() == once
        await sweep(man.world)
        assert await what_is_wrong(man.world) == []


async def test_another_day_takes_the_old_reminder_back_and_sends_a_new_one_for_the_new_day(man: Followed) -> None:
    await days_before(man, 10)
    old = await man.occurrence(1)
    await change(man, Move(step="psa", number=1, due_on=old["due_on"] + timedelta(days=5)))
    await sweep(man.world)
    rows = await man.rows(
        "select purpose, state, facts->>'due_on' as due_on from message where plan_id = $1 order by id"
    )
    assert [(row["state"], row["due_on"]) for row in rows] == [
        ("void", old["due_on"].isoformat()),
        ("queued", (old["due_on"] + timedelta(days=5)).isoformat()),
    ]
    assert await what_is_wrong(man.world) == []


async def test_a_change_that_moves_nothing_neither_loses_nor_doubles_a_reminder(man: Followed) -> None:
    await days_before(man, 10)
    once = await man.reminded()
    await change(man, WindowChange(step="psa", early_days=7, late_days=14))
    await change(man, ChannelChange(step="psa", channel=Channel.EMAIL))
    await change(man, LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit="ug/L"))
    await sweep(man.world)
    assert await man.reminded() == once
    assert await man.rows("select state from message where plan_id = $1") == [{"state": "queued"}]
    row = await man.occurrence(1)
    assert (row["channel"], row["latest_on"]) == ("email", row["due_on"] + timedelta(days=14))
    await man.world.move_civil_clock(17)
    await sweep(man.world)
    (late,) = await man.rows("select channel from message where plan_id = $1 and purpose = 'test_late'")
    assert late == {"channel": "email"}
    assert await what_is_wrong(man.world) == []


async def test_what_is_done_asks_for_nothing_more_and_the_next_one_stands(man: Followed) -> None:
    await days_before(man, 10)
    assert await done(man, 1)
    assert not await done(man, 1)
    assert await states(man) == {1: "done", 2: "open", 3: "open"}
    assert await man.rows("select state from message where plan_id = $1") == [{"state": "void"}]
    assert await what_is_wrong(man.world) == []


async def test_what_is_reopened_is_asked_for_again_with_the_reminder_that_never_left(man: Followed) -> None:
    await days_before(man, 10)
    await done(man, 1)
    await reopened(man, 1)
    await sweep(man.world)
    rows = await man.rows("select purpose, state, attempt from message where plan_id = $1 order by id")
    assert [(row["purpose"], row["state"]) for row in rows] == [
        ("test_reminder_2", "void"),
        ("test_reminder_2", "queued"),
    ]
    assert (await states(man))[1] == "open"
    assert await what_is_wrong(man.world) == []


async def test_a_reminder_that_was_sent_is_not_sent_again_after_reopening(man: Followed) -> None:
    await days_before(man, 10)
    await man.world.as_owner("update message set state = 'accepted', accepted_at = now()")
    await done(man, 1)
    await reopened(man, 1)
    await sweep(man.world)
    assert await man.reminded() == [(1, "test_reminder_2")]


async def test_what_is_reopened_after_its_window_goes_to_the_team(man: Followed) -> None:
    await days_before(man, 10)
    await done(man, 1)
    await man.world.move_civil_clock(60)
    await sweep(man.world)
    await reopened(man, 1)
    await sweep(man.world)
    assert [alert["rule_key"] for alert in await man.alerts()] == ["psa-missing"]
    assert await what_is_wrong(man.world) == []


async def test_once_a_later_one_is_done_nobody_waits_for_the_one_that_was_missed(man: Followed) -> None:
    await days_before(man, -40)
    assert (await states(man))[1] == "open"
    await days_before(man, 3, number=2)
    await done(man, 2)
    assert await states(man) == {1: "missed", 2: "done", 3: "open", 4: "open"}
    assert await what_is_wrong(man.world) == []


async def test_a_repeat_has_its_number_and_no_reminders_and_pushes_nothing_out(man: Followed) -> None:
    before = await man.occurrences()
    for in_days, number in ((35, 1001), (150, 1002)):
        occurrence_id = await repeat(man, in_days=in_days)
        row = await man.occurrence(number)
        assert row["id"] == occurrence_id
        assert row["stages"] == ["chase", "close-window"]
    assert [row for row in await man.occurrences() if row["number"] < 1001] == before
    assert await what_is_wrong(man.world) == []


async def test_an_undone_decision_withdraws_its_repeat(man: Followed) -> None:
    occurrence_id = await repeat(man, in_days=35)
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await note_decision(tx, organisation_id=man.trust.organisation_id, occurrence_id=occurrence_id, decision_id=77)
        undone = await withdraw_repeat(tx, organisation_id=man.trust.organisation_id, decision_id=77, by=man.trust.nurse,
                                       now=tx.now)  # fmt: skip
    assert undone == 1
    assert (await states(man))[1001] == "skipped"
    assert await what_is_wrong(man.world) == []


async def test_nothing_is_asked_for_while_a_plan_stands_still_and_nothing_is_half_written(man: Followed) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await pause(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                    until=tx.today + timedelta(days=60), reason="abroad", by=man.trust.nurse, now=tx.now)  # fmt: skip
        with pytest.raises(Refused, match="paused"):
            await add_repeat(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, step_key="psa",
                             due_on=tx.today, reason="again", by=man.trust.nurse, now=tx.now)  # fmt: skip
    assert await man.rows("select from plan_override where plan_id = $1") == []


async def test_what_a_nurse_leaves_out_is_left_out_with_her_reason(man: Followed) -> None:
    await change(man, Skip(step="symptom-check", number=1))
    rows = await man.occurrences("symptom-check")
    assert [(row["number"], row["state"]) for row in rows] == [(1, "skipped"), (2, "open"), (3, "open")]
    assert rows[0]["state_reason"] == "Skipped by Nora Nurse: his own wish."
    assert await what_is_wrong(man.world) == []


async def test_changes_are_refused_in_words(man: Followed) -> None:
    for wrong, sentence in (
        (Skip(step="psa", number=1), "must not be left out"),
        (Move(step="psa", number=1, due_on=await today_of(man.world) - timedelta(days=1)), "into the past"),
        (Skip(step="scan", number=1), "no step scan"),
    ):
        with pytest.raises(Refused, match=sentence):
            await change(man, wrong)


async def test_a_sweep_and_a_change_at_the_same_moment_leave_one_row_and_one_reminder(man: Followed) -> None:
    """The calendar row is what both hold; the change comes second, and sees what the sweep wrote while it waited."""
    world, row = man.world, await man.occurrence(1)
    await world.move_civil_clock((row["due_on"] - await today_of(world)).days - 15)
    moved_to = row["due_on"] + timedelta(days=7)

    async def change_meanwhile() -> None:
        await change(man, Move(step="psa", number=1, due_on=moved_to))

    async with world.worker.transaction() as tx:
        taken = await tx.fetch(SWEEP_REMINDERS, tx.today, tx.now, 100)
        assert taken[0]["taken"] == 1
        changing = asyncio.create_task(change_meanwhile(), context=contextvars.Context())
        await asyncio.sleep(0.3)
        assert not changing.done()
    await changing
    await sweep(world)
    rows = await man.rows("select state, facts->>'due_on' as due_on from message where plan_id = $1 order by id")
    assert [(one["state"], one["due_on"]) for one in rows] == [
        ("void", row["due_on"].isoformat()),
        ("queued", moved_to.isoformat()),
    ]
    assert await what_is_wrong(world) == []


async def test_both_roles_can_change_close_and_hold(man: Followed) -> None:
    await change(man, Skip(step="symptom-check", number=2), as_worker=True)
    async with man.world.worker.transaction() as tx:
        await hold(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, reason="The register was unsure.",
                   by=man.trust.nurse, now=tx.now)  # fmt: skip
    assert await what_is_wrong(man.world) == []
