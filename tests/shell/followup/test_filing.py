"""A result in one transaction: filed, placed, judged, alerted; whatever the order, the state of the plan, the trust."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rms.alerts.moves import DecisionKind
from rms.errors import Refused
from rms.followup import actions
from rms.followup.jobs import judge_due
from tests.database import World
from tests.followed import Followed, file_psa, followed, the


async def _alert(world: World, man: Followed) -> dict[str, object] | None:
    rows = await world.as_owner(
        "select * from alert where plan_id = $1 and rule_key = 'psa-above-limit' order by id desc", man.plan_id
    )
    return dict(rows[0]) if rows else None


async def test_in_range_closes_the_step_takes_back_its_reminders_and_waits_for_review(world: World) -> None:
    man = await followed(world)
    due = await the(
        world, "select due_on from occurrence where plan_id = $1 and step_key = 'psa' order by due_on", man.plan_id
    )
    filed = await file_psa(world, man, "0.03", on=due - timedelta(days=2))
    assert filed.occurrence_id is not None
    assert await _alert(world, man) is None
    assert await the(world, "select review_state from result") == "to_review"
    assert (
        await the(
            world,
            "select count(*) from occurrence where plan_id = $1 and step_key = 'psa' and state = 'open'",
            man.plan_id,
        )
        == 2
    )
    evaluations = await world.as_owner("select rule_key, outcome from rule_evaluation")
    assert {(row["rule_key"], row["outcome"]) for row in evaluations} == {("psa-above-limit", "clear")}


async def test_the_first_breach_looks_soon_and_asks_for_a_repeat_that_tells_nobody(world: World) -> None:
    man = await followed(world)
    messages = await the(world, "select count(*) from message")
    await file_psa(world, man, "0.31", on=man.today)
    alert = await _alert(world, man)
    assert alert is not None
    assert alert["kind"] == "look_soon"
    assert "0.31" in str(alert["sentence"])
    assert (
        await the(
            world,
            "select count(*) from occurrence where plan_id = $1 and number > 1000 and state = 'open'",
            man.plan_id,
        )
        == 1
    )
    assert await the(world, "select count(*) from message") == messages


async def test_a_second_breach_confirms_and_a_lower_value_in_between_does_not(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.31", on=man.today - timedelta(days=40))
    await file_psa(world, man, "0.35", on=man.today)
    assert (await _alert(world, man) or {})["kind"] == "act_today"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
async def test_order_of_arrival_does_not_matter(world: World, order: tuple[int, ...]) -> None:
    man = await followed(world)
    samples = [("0.05", 90), ("0.31", 45), ("0.40", 1)]
    for index in order:
        value, ago = samples[index]
        await file_psa(world, man, value, on=man.today - timedelta(days=ago), order=f"A{index}")
    assert (await _alert(world, man) or {})["kind"] == "act_today"


async def test_no_repeat_by_its_date_is_the_full_alert(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.31", on=man.today)
    await world.move_civil_clock(30)
    await judge_due(world.worker)
    assert (await _alert(world, man) or {})["kind"] == "look_soon"
    await world.move_civil_clock(14)
    assert await judge_due(world.worker) == 1
    assert (await _alert(world, man) or {})["kind"] == "act_today"
    causes = await the(world, "select count(*) from alert_cause")
    assert await judge_due(world.worker) == 0
    assert await the(world, "select count(*) from alert_cause") == causes


async def test_a_value_that_cannot_rule_the_limit_out_asks_a_person(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.5", on=man.today, comparator="<")
    assert await the(world, "select outcome from rule_evaluation") == "cannot_tell"
    assert await _alert(world, man) is not None


async def test_the_same_report_twice_is_one_result_one_judgement_one_alert(world: World) -> None:
    man = await followed(world)
    first = await file_psa(world, man, "0.31", on=man.today)
    again = await file_psa(world, man, "0.31", on=man.today)
    assert (again.result_id, again.changed) == (first.result_id, False)
    assert await the(world, "select count(*) from rule_evaluation") == 1


async def test_his_own_limit_counts_and_the_sentence_says_so(world: World) -> None:
    man = await followed(world, limit=Decimal("0.1"))
    await file_psa(world, man, "0.15", on=man.today)
    alert = await _alert(world, man)
    assert alert is not None
    assert "0.1" in str(alert["sentence"])


async def test_an_unrelated_result_never_opens_a_closed_alert(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.31", on=man.today)
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                         subject_id=filed.result_id, kind=DecisionKind.REFER, note="To the MDT.", by=man.trust.nurse)  # fmt: skip
    await file_psa(world, man, "3.1", on=man.today, analyte="cea", order="C1")
    assert (await _alert(world, man) or {})["state"] == "closed"


async def test_a_breach_for_somebody_no_longer_followed_goes_to_the_last_team(world: World) -> None:
    man = await followed(world)
    await world.as_owner(
        "update plan set state = 'ended', ended_at = now(), ended_by_staff_id = $1, outcome = 'completed'",
        man.trust.nurse.id,
    )
    await file_psa(world, man, "0.31", on=man.today)
    assert (await _alert(world, man) or {})["team_id"] == man.trust.team_id


async def test_what_a_rule_objects_to_cannot_be_called_in_range(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.31", on=man.today)
    with pytest.raises(Refused, match="objects"):
        await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                             subject_id=filed.result_id, kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip


async def test_a_late_sample_still_closes_what_was_late(world: World) -> None:
    man = await followed(world)
    row = (await world.as_owner("select id, latest_on from occurrence where step_key = 'psa' order by due_on limit 1"))[
        0
    ]
    filed = await file_psa(world, man, "0.03", on=row["latest_on"] + timedelta(days=3))
    assert filed.occurrence_id == row["id"]
    assert isinstance(row["latest_on"], date)
