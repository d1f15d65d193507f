"""What the laboratory changes or sends late: looked at again, decided anew, and nothing of the old decision leaves."""

from datetime import timedelta

import pytest

from rms.alerts.moves import DecisionKind
from rms.errors import Refused
from rms.followup import actions
from rms.followup.jobs import judge_due
from rms.results.model import ObservationStatus
from tests.database import World
from tests.followed import Followed, file_psa, followed, the

BREACH = "psa-above-limit"
CHANGED = "changed-after-decision"


async def _decide(world: World, man: Followed, result_id: int, kind: DecisionKind, **words: str) -> int:
    return await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                                subject_id=result_id, kind=kind, by=man.trust.nurse, **words)  # fmt: skip


async def _open(world: World, rule: str) -> list[str]:
    rows = await world.as_owner("select sentence from alert where rule_key = $1 and state <> 'closed'", rule)
    return [row["sentence"] for row in rows]


async def _told(world: World, made: int) -> set[str]:
    """The states of what a decision sends, to people and to the register."""
    rows = await world.as_owner(
        "select state from message where cause_kind = 'decision' and cause_id = $1"
        " union all select state from event where cause_kind = 'decision' and cause_id = $1", made,
    )  # fmt: skip
    return {row["state"] for row in rows}


async def test_an_older_sample_that_comes_late_is_judged_in_its_own_place(world: World) -> None:
    man = await followed(world, operated_days_ago=400)
    await file_psa(world, man, "0.05", on=man.today - timedelta(days=2))
    late = await file_psa(world, man, "0.45", on=man.today - timedelta(days=40))
    [sentence] = await _open(world, BREACH)
    assert "0.45" in sentence
    assert "came late" in sentence
    assert await the(world, "select kind from alert where rule_key = $1", BREACH) == "look_soon"
    with pytest.raises(Refused, match="objects"):
        await _decide(world, man, late.result_id, DecisionKind.IN_RANGE)
    assert await judge_due(world.worker) == 0


async def test_an_older_sample_in_range_that_comes_late_troubles_nobody(world: World) -> None:
    man = await followed(world, operated_days_ago=400)
    await file_psa(world, man, "0.05", on=man.today - timedelta(days=2))
    await file_psa(world, man, "0.04", on=man.today - timedelta(days=40))
    assert await _open(world, BREACH) == []


async def test_a_change_within_the_quarter_of_an_hour_stops_what_was_decided(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today, order="A")
    made = await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    await file_psa(world, man, "0.93", on=man.today, order="A", status=ObservationStatus.CORRECTED)
    assert await _told(world, made) == {"void"}
    assert len(await _open(world, BREACH)) == 1
    assert await the(world, "select review_state from result") == "to_review"
    with pytest.raises(Refused, match="objects"):
        await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    await _decide(world, man, filed.result_id, DecisionKind.REFER, note="To the MDT.")
    assert await _open(world, BREACH) == await _open(world, CHANGED) == []
    with pytest.raises(Refused, match="has changed"):
        await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)


@pytest.mark.parametrize(
    ("value", "status"), [("0.93", ObservationStatus.CORRECTED), ("0.03", ObservationStatus.WRONG)]
)
async def test_a_change_after_the_person_was_told_is_somebodys_task_and_is_decided_anew(
    world: World, value: str, status: ObservationStatus
) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today, order="A")
    made = await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    await world.move_civil_clock(1)
    await world.as_owner("update message set state = 'delivered', settled_at = now() where cause_id = $1 and channel = 'sms'"
                         " and cause_kind = 'decision'", made)  # fmt: skip
    await file_psa(world, man, value, on=man.today, order="A", status=status)
    assert await _told(world, made) == {"delivered", "void"}, "the letters and the register's news are taken back"
    [sentence] = await _open(world, CHANGED)
    assert "in range" in sentence
    assert "told" in sentence
    assert await the(world, "select review_state from result") == "to_review"
    await _decide(world, man, filed.result_id, DecisionKind.CALL, note="Rang and said sorry.")
    assert await _open(world, CHANGED) == []


async def test_what_is_not_final_is_never_called_in_range(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today, status=ObservationStatus.PRELIMINARY)
    with pytest.raises(Refused, match="not final"):
        await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)


async def test_when_a_clear_value_is_taken_back_the_breach_before_it_counts_again(world: World) -> None:
    man = await followed(world, operated_days_ago=400)
    first = await file_psa(world, man, "0.31", on=man.today - timedelta(days=50))
    await _decide(world, man, first.result_id, DecisionKind.REPEAT, note="Once more.")
    second = await file_psa(world, man, "0.05", on=man.today, order="B")
    await _decide(world, man, second.result_id, DecisionKind.IN_RANGE)
    assert await _open(world, BREACH) == []
    await file_psa(world, man, "0.05", on=man.today, order="B", status=ObservationStatus.WRONG)
    assert len(await _open(world, BREACH)) == 1


async def test_a_decision_about_one_result_leaves_the_alert_to_another_nobody_has_looked_at(world: World) -> None:
    man = await followed(world, operated_days_ago=400)
    first = await file_psa(world, man, "0.31", on=man.today - timedelta(days=40))
    second = await file_psa(world, man, "0.52", on=man.today)
    await _decide(world, man, first.result_id, DecisionKind.REPEAT, note="Once more.")
    assert len(await _open(world, BREACH)) == 1
    await _decide(world, man, second.result_id, DecisionKind.REFER, note="To the MDT.")
    assert await _open(world, BREACH) == []
