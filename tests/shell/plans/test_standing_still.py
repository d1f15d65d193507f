"""Pausing, holding, restoring, ending: nothing is sent meanwhile, somebody is asked, and nothing that fell inside is lost."""

from datetime import timedelta

import pytest

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import close
from rms.audit.model import WORKER
from rms.errors import Refused
from rms.messages.moves import void_for_patient
from rms.plans.moves import confirm_seen, end, hold, pause, restore, resume, suspend
from rms.plans.schedule import fell_inside
from rms.plans.store import OccurrenceOnFile, plan_on_file
from tests.shell.plans.following import Followed, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong
from tests.shell.plans.test_changes import days_before, states


async def held(man: Followed) -> None:
    async with man.world.worker.transaction() as tx:
        await hold(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                   reason="The register says that the person died.", by=WORKER, now=tx.now)  # fmt: skip


async def restored(man: Followed) -> list[OccurrenceOnFile]:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        return await restore(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse,
                             now=tx.now)  # fmt: skip


async def paused(man: Followed, *, days: int) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await pause(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                    until=tx.today + timedelta(days=days), reason="abroad", by=man.trust.nurse, now=tx.now)  # fmt: skip


async def resumed(man: Followed) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await resume(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse, now=tx.now)


async def went_on_with_decisions(man: Followed, which: int) -> None:
    """Go on, with an answer for each date that fell inside: one of those that may be given, by turns."""
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
        inside = fell_inside(plan.effective, course=plan.course, from_on=plan.still_since or tx.today, today=tx.today)
        decided = {
            (one.step, one.number): one.choices[(which + at) % len(one.choices)] for at, one in enumerate(inside)
        }
        await resume(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, decided=decided,
                     by=man.trust.nurse, now=tx.now)  # fmt: skip


async def suspended(man: Followed, *, days: int) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await suspend(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                      seen_by=tx.today + timedelta(days=days), reason="A lump.", by=man.trust.nurse,
                      now=tx.now)  # fmt: skip


async def seen(man: Followed, *, days: int) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await confirm_seen(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, said="Seen in clinic.",
                           ask_again_on=tx.today + timedelta(days=days), by=man.trust.nurse, now=tx.now)  # fmt: skip


async def ended(man: Followed, *, outcome: str = "completed") -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await end(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, outcome=outcome, reason=None,
                  by=man.trust.nurse, now=tx.now)  # fmt: skip


async def closed(man: Followed, alert_id: int, outcome: AlertOutcome) -> None:
    async with man.world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await close(tx, organisation_id=man.trust.organisation_id, alert_id=alert_id, outcome=outcome,
                    note="Looked at.", by=man.trust.nurse, now=tx.now)  # fmt: skip


async def test_a_held_plan_sends_nothing_and_somebody_is_asked_until_it_is_decided(man: Followed) -> None:
    await days_before(man, 20)
    await held(man)
    assert await what_is_wrong(man.world) == []
    (alert,) = await man.alerts()
    assert alert["sentence"] == (
        "The plan stands still: The register says that the person died. End it, or let it go on."
    )
    await man.world.move_civil_clock(30)
    await sweep(man.world)
    assert await man.rows("select state from message where plan_id = $1") == [{"state": "void"}]
    await closed(man, alert["id"], AlertOutcome.NO_ACTION_NEEDED)
    await sweep(man.world)
    assert await what_is_wrong(man.world) == []
    assert [one["state"] for one in await man.alerts()] == ["open"]
    await closed(man, alert["id"], AlertOutcome.NO_ACTION_NEEDED)
    assert await sweep(man.world) == 0  # closed a moment ago: asked again tomorrow, not in a minute
    await man.world.move_civil_clock(1)
    assert await sweep(man.world) == 1


@pytest.mark.parametrize("death_first", [True, False])
async def test_the_reminder_that_never_left_is_asked_for_again_whoever_took_it_back(
    man: Followed, death_first: bool
) -> None:
    await days_before(man, 20)
    if death_first:
        async with man.world.worker.transaction() as tx:
            await void_for_patient(tx, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                   reason="died", now=tx.now)  # fmt: skip
    for _ in range(2):
        await held(man)
        await restored(man)
    await sweep(man.world)
    rows = await man.rows("select purpose, state from message where plan_id = $1 order by id")
    assert [(row["purpose"], row["state"]) for row in rows] == [
        ("test_reminder_1", "void"),
        ("test_reminder_1", "queued"),
    ]
    assert await what_is_wrong(man.world) == []


async def test_a_reminder_that_was_sent_is_not_sent_twice_because_of_a_hold(man: Followed) -> None:
    await days_before(man, 20)
    await man.world.as_owner("update message set state = 'accepted', accepted_at = now()")
    await held(man)
    await restored(man)
    await sweep(man.world)
    assert await man.reminded() == [(1, "test_reminder_1")]


async def test_what_opened_and_closed_during_a_long_hold_is_listed_and_goes_to_the_team(man: Followed) -> None:
    await held(man)
    await man.world.move_civil_clock(400)
    await sweep(man.world)
    inside = await restored(man)
    assert [one.number for one in inside if one.step_key == "psa"] == [1, 2, 3, 4]
    await sweep(man.world)
    assert await what_is_wrong(man.world) == []
    causes = await man.rows(
        "select distinct c.cause_id from alert_cause c join alert a on a.id = c.alert_id where a.plan_id = $1"
        " and a.rule_key = 'psa-missing'"
    )
    missed = [row["id"] for row in await man.occurrences() if row["latest_on"] < await today_of(man.world)]
    assert {row["cause_id"] for row in causes} >= set(missed)
    assert len(missed) >= 3


async def test_after_a_pause_the_team_is_asked_and_the_plan_does_not_go_on_by_itself(man: Followed) -> None:
    await paused(man, days=10)
    assert await what_is_wrong(man.world) == []
    await man.world.move_civil_clock(9)
    assert await sweep(man.world) == 0
    await man.world.move_civil_clock(1)
    assert await sweep(man.world) == 1
    assert await sweep(man.world) == 0
    (alert,) = await man.alerts()
    assert alert["sentence"] == "The pause (abroad) is over: resume the plan or pause it again."
    await closed(man, alert["id"], AlertOutcome.PERSON_CALLED)
    await man.world.move_civil_clock(1)
    await sweep(man.world)
    assert (await man.alerts())[0]["state"] == "open"
    await resumed(man)
    assert (await man.alerts())[0]["state"] == "closed"
    assert await what_is_wrong(man.world) == []


async def test_a_hold_goes_back_to_the_pause_it_found(man: Followed) -> None:
    await paused(man, days=50)
    await held(man)
    await restored(man)
    (row,) = await man.rows("select state, state_until - current_date as left from plan where id = $1")
    assert row["state"] == "paused"
    assert row["left"] is not None
    assert await what_is_wrong(man.world) == []


async def test_only_a_named_person_ends_it_with_an_outcome_and_then_nothing_is_left(man: Followed) -> None:
    await days_before(man, 20)
    async with man.world.worker.transaction() as tx:
        with pytest.raises(Refused, match="named member of staff"):
            await end(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, outcome="completed",
                      reason=None, by=WORKER, now=tx.now)  # fmt: skip
    with pytest.raises(Refused, match="one of these outcomes"):
        await ended(man, outcome="gone")
    await ended(man)
    assert set((await states(man)).values()) == {"void"}
    assert await man.rows("select distinct state from message where plan_id = $1") == [{"state": "void"}]
    assert await what_is_wrong(man.world) == []
    with pytest.raises(Refused, match="ended already"):
        await ended(man)
    for act in (restored, resumed):
        with pytest.raises(Refused, match="This plan is ended"):
            await act(man)


async def test_a_suspended_plan_is_nobodys_for_no_day(man: Followed) -> None:
    """Its day passes: the same day somebody has an alert to act on, and it is not one that can be put off."""
    await suspended(man, days=14)
    await man.world.move_civil_clock(13)
    await sweep(man.world)
    assert await man.alerts() == []
    await man.world.move_civil_clock(1)
    assert len(await what_is_wrong(man.world)) == 1
    await sweep(man.world)
    assert await what_is_wrong(man.world) == []
    (alert,) = await man.alerts()
    assert (alert["kind"], alert["rule_key"]) == ("act_today", "seen-by")
    await seen(man, days=7)
    assert [one["state"] for one in await man.alerts()] == ["closed"]
    await went_on_with_decisions(man, 0)
    assert (await states(man), await states(man, "symptom-check")) == ({1: "open", 2: "open"},) * 2
