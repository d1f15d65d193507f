"""Alerts in the database: one a rule and episode, always with a clock, ended only by a named person (I-6, I-7)."""

from datetime import timedelta

import pytest

from rms.alerts.jobs import ring_due
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import close, end_episode_if_closed, raise_alert, snooze, take
from rms.audit.model import WORKER, Actor, ActorKind
from rms.errors import Refused
from tests.cast import Trust, a_trust
from tests.database import World


async def _raise(world: World, trust: Trust, *, cause: int, kind: AlertKind = AlertKind.LOOK_SOON) -> int:
    async with world.worker.transaction() as tx:
        return await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=kind, subject_kind="plan",
            subject_id=1, rule_key="psa", sentence=f"PSA of cause {cause} is above the limit.", cause_kind="result",
            cause_id=cause, by=WORKER, now=tx.now,
        )  # fmt: skip


async def _alert(world: World, alert_id: int) -> dict[str, object]:
    return dict((await world.as_owner("select * from alert where id = $1", alert_id))[0])


async def _close(world: World, trust: Trust, alert_id: int, by: Actor | None = None) -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await close(tx, organisation_id=trust.organisation_id, alert_id=alert_id,
                    outcome=AlertOutcome.PERSON_CALLED, by=by or trust.nurse, now=tx.now)  # fmt: skip


async def test_the_same_news_twice_is_one_alert_with_one_cause(world: World) -> None:
    trust = await a_trust(world)
    assert await _raise(world, trust, cause=1) == await _raise(world, trust, cause=1)
    assert len(await world.as_owner("select from alert_cause")) == 1


async def test_a_second_cause_joins_and_the_higher_kind_and_the_earlier_clock_stay(world: World) -> None:
    trust = await a_trust(world)
    first = await _raise(world, trust, cause=1)
    before = await _alert(world, first)
    assert await _raise(world, trust, cause=2, kind=AlertKind.ACT_TODAY) == first
    after = await _alert(world, first)
    assert after["kind"] == "act_today"
    assert after["respond_by"] <= before["respond_by"]
    assert await _raise(world, trust, cause=3, kind=AlertKind.LOOK_SOON) == first
    assert (await _alert(world, first))["kind"] == "act_today"


async def test_news_after_the_close_opens_the_same_alert_until_a_clear_finding_ended_the_episode(world: World) -> None:
    trust = await a_trust(world)
    first = await _raise(world, trust, cause=1)
    await _close(world, trust, first)
    assert await _raise(world, trust, cause=1) == first
    assert (await _alert(world, first))["state"] == "closed"
    assert await _raise(world, trust, cause=2) == first
    assert (await _alert(world, first))["state"] == "open"
    await _close(world, trust, first)
    async with world.worker.transaction() as tx:
        await end_episode_if_closed(tx, organisation_id=trust.organisation_id, subject_kind="plan", subject_id=1,
                                    rule_key="psa", now=tx.now)  # fmt: skip
    assert await _raise(world, trust, cause=3) != first


async def test_only_a_named_member_of_staff_ends_one(world: World) -> None:
    trust = await a_trust(world)
    alert_id = await _raise(world, trust, cause=1)
    with pytest.raises(Refused, match="named member of staff"):
        await _close(world, trust, alert_id, by=Actor(kind=ActorKind.SYSTEM, name="clock"))
    assert (await _alert(world, alert_id))["state"] == "open"


async def test_act_today_is_not_put_off_past_today(world: World) -> None:
    trust = await a_trust(world)
    alert_id = await _raise(world, trust, cause=1, kind=AlertKind.ACT_TODAY)
    with pytest.raises(Refused, match="past today"):
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            await snooze(tx, organisation_id=trust.organisation_id, alert_id=alert_id, until=tx.now + timedelta(days=2),
                         reason="busy", by=trust.nurse, now=tx.now)  # fmt: skip


async def test_over_thirty_days_with_nobody_acting_the_clock_never_stops_and_the_ladder_is_climbed(
    world: World,
) -> None:
    trust = await a_trust(world)
    alert_id = await _raise(world, trust, cause=1)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await take(tx, organisation_id=trust.organisation_id, alert_id=alert_id, by=trust.nurse, now=tx.now)
    rungs = []
    for _ in range(30):
        await world.move_civil_clock(1)
        await ring_due(world.worker)
        alert = await _alert(world, alert_id)
        assert alert["next_escalation_at"] is not None
        rungs.append(alert["rung"])
    assert rungs == sorted(rungs)
    assert rungs[-1] == 4
    assert await _alert(world, alert_id) | {"state": "taken"} == await _alert(world, alert_id)
