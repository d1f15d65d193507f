"""One blood test that two plans ask for, tests done late at the end of a protocol: each plan is satisfied once, and waits again."""

from datetime import timedelta

from rms.results.model import ObservationStatus
from tests.database import World
from tests.followed import Followed, file_psa, followed, the

_PSA = "select id from occurrence where plan_id = $1 and step_key = 'psa' and number < 1000 order by due_on limit 1"
_OPEN_ON_CALENDAR = "select count(*) from occurrence o join calendar c on c.occurrence_id = o.id where o.id = any($1) and o.state = 'open'"


async def _two_plans(world: World) -> tuple[Followed, Followed]:
    first = await followed(world)
    second = await followed(world, trust=first.trust, serial=2, operated_days_ago=25, patient_id=first.patient_id)
    assert second.patient_id == first.patient_id
    assert second.plan_id != first.plan_id
    return first, second


async def test_one_sample_satisfies_both_plans_once_and_is_reviewed_once(world: World) -> None:
    first, second = await _two_plans(world)
    waited = [await the(world, _PSA, man.plan_id) for man in (first, second)]
    due = await the(world, "select due_on from occurrence where id = $1", waited[0])
    filed = await file_psa(world, first, "0.03", on=due)
    assert filed.occurrence_id == waited[0]
    assert f"due {due.day} {due:%B %Y}: " in filed.because
    done = await world.as_owner(
        "select plan_id, number, closed_by_id, done_on from occurrence where state = 'done' order by plan_id"
    )
    assert [(row["plan_id"], row["number"]) for row in done] == [(first.plan_id, 1), (second.plan_id, 1)]
    assert {(row["closed_by_id"], row["done_on"]) for row in done} == {(filed.result_id, due)}
    assert await the(world, "select count(*) from result where review_state = 'to_review'") == 1
    again = await file_psa(world, first, "0.04", on=due, order="B")
    assert again.occurrence_id is None
    assert await the(world, "select count(*) from occurrence where state = 'done'") == 2


async def test_a_result_that_is_taken_back_is_asked_for_again_in_both_plans(world: World) -> None:
    first, second = await _two_plans(world)
    waited = [await the(world, _PSA, man.plan_id) for man in (first, second)]
    due = await the(world, "select due_on from occurrence where id = $1", waited[0])
    await file_psa(world, first, "0.03", on=due, order="A")
    await file_psa(world, first, "0.03", on=due, order="A", status=ObservationStatus.WRONG)
    assert await the(world, "select count(*) from occurrence where state = 'done'") == 0
    assert await the(world, _OPEN_ON_CALENDAR, waited) == 2
    await file_psa(world, first, "0.05", on=due, order="C")
    assert await the(world, "select count(*) from occurrence where state = 'done'") == 2


async def test_the_last_test_of_a_protocol_done_late_is_that_test(world: World) -> None:
    """Nothing comes after it: without this it would be chased for ever although it was done."""
    man = await followed(world, operated_days_ago=3640)
    last = (await world.as_owner("select id, due_on, latest_on from occurrence where step_key = 'psa'"))[0]
    filed = await file_psa(world, man, "0.03", on=last["latest_on"] + timedelta(days=9))
    assert filed.occurrence_id == last["id"]
    assert "9 days after" in filed.because
    assert await the(world, "select count(*) from occurrence where step_key = 'psa' and state = 'open'") == 0


async def test_a_test_done_before_its_window_opens_closes_nothing_and_says_when_it_opens(world: World) -> None:
    man = await followed(world)
    opens = await the(world, "select earliest_on from occurrence where id = $1", await the(world, _PSA, man.plan_id))
    filed = await file_psa(world, man, "0.03", on=opens - timedelta(days=1))
    assert filed.occurrence_id is None
    assert f"opens on {opens.day} {opens:%B %Y}" in filed.because
