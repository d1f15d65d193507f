"""A result that nobody looks at becomes the team's task on its day, climbs the ladder, and ends with its review."""

import json
from datetime import date, timedelta

import anyio
import asyncpg
import pytest

from rms.alerts.jobs import ring_due
from rms.alerts.moves import DecisionKind
from rms.followup import actions
from rms.followup.jobs import chase_reviews
from rms.followup.review.queue import in_range
from rms.results.reviewing import IN_RANGE_WORKING_DAYS, NOT_UNDERSTOOD_WORKING_DAYS, look_by
from tests.cast import a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.waiting_results import asking, waiting_men

ALERTS = "select state, kind, outcome, team_id, subject_id from alert where rule_key = 'unreviewed'"


async def _decide(world: World, man: Followed, result_id: int, kind: DecisionKind, **words: object) -> int:
    return await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                                subject_id=result_id, kind=kind, by=man.trust.nurse, **words)  # fmt: skip


async def _today(world: World) -> date:
    return await the(world, "select ((clock_timestamp() + civil_offset) at time zone 'Europe/London')::date"
                            " from database_state")  # fmt: skip


async def _on_its_day(world: World) -> None:
    """Let the days pass until the next result is due to have been looked at, and run the duty."""
    due_on = await the(world, "select min(review_due_on) from result")
    await world.move_civil_clock((due_on - await _today(world)).days)
    await chase_reviews(world.worker)


async def test_nobody_looks_the_team_is_asked_once_and_the_ladder_is_climbed(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    due_on = look_by(man.today, understood=True)
    assert await the(world, "select review_due_on from result") == due_on
    await world.move_civil_clock((due_on - man.today).days - 1)
    assert await chase_reviews(world.worker) == 0
    await world.move_civil_clock(1)
    assert await chase_reviews(world.worker) == 1
    [alert] = await world.as_owner(ALERTS)
    assert tuple(alert) == ("open", "chase", None, man.trust.team_id, filed.result_id)
    sentence = await the(world, "select sentence from alert where rule_key = 'unreviewed'")
    assert sentence.startswith("PSA of ")
    assert sentence.endswith("and nobody has looked at it yet.")
    for _ in range(8):
        await world.move_civil_clock(5)
        await chase_reviews(world.worker)
        await ring_due(world.worker)
    assert await the(world, "select count(*) from alert where rule_key = 'unreviewed'") == 1
    assert await the(world, "select count(*) from alert_cause where cause_kind ^@ 'unreviewed'") == 1
    assert await the(world, "select rung from alert where rule_key = 'unreviewed'") == 4
    assert await the(world, "select count(*) from message where cause_kind = 'decision'") == 0


async def test_the_review_closes_it_and_undoing_the_review_opens_it_again(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    await _on_its_day(world)
    made = await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["closed"]
    assert await the(world, "select review_due_on from result") is None
    await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["open"]
    # The decision that was undone has gained it no time.
    assert await the(world, "select review_due_on from result") <= await _today(world)
    await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    await world.move_civil_clock(60)
    assert await chase_reviews(world.worker) == 0


async def test_set_aside_it_comes_back_on_the_day_that_was_named(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    await _on_its_day(world)
    until = await _today(world) + timedelta(days=20)
    await _decide(world, man, filed.result_id, DecisionKind.SET_ASIDE, note="A letter is awaited.", until_on=until)
    assert [tuple(row)[:3] for row in await world.as_owner(ALERTS)] == [("closed", "chase", "no_action_needed")]
    assert await the(world, "select review_due_on from result") == until
    await world.move_civil_clock(19)
    assert await chase_reviews(world.worker) == 0
    await world.move_civil_clock(1)
    assert await chase_reviews(world.worker) == 1
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["open"]
    assert "was set aside until" in await the(world, "select sentence from alert where rule_key = 'unreviewed'")


async def test_an_alert_that_is_closed_without_a_review_comes_back(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today)
    await _on_its_day(world)
    alert_id = await the(world, "select id from alert where rule_key = 'unreviewed'")
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="alert", subject_id=alert_id,
                         kind=DecisionKind.CALL, note="Called.", by=man.trust.nurse)  # fmt: skip
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["closed"]
    await _on_its_day(world)
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["open"]


async def test_what_an_open_alert_speaks_about_is_not_asked_about_twice(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.9", on=man.today)
    await _on_its_day(world)
    assert await world.as_owner(ALERTS) == []
    breach = await the(world, "select id from alert where rule_key = 'psa-above-limit'")
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="alert", subject_id=breach,
                         kind=DecisionKind.CALL, note="Called.", by=man.trust.nurse)  # fmt: skip
    assert await the(world, "select review_state from result where id = $1", filed.result_id) == "to_review"
    await _on_its_day(world)
    assert [row["state"] for row in await world.as_owner(ALERTS)] == ["open"]


async def test_a_laboratory_that_keeps_changing_a_result_does_not_put_off_its_day(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today, order="A")
    due_on = await the(world, "select review_due_on from result")
    await world.move_civil_clock(3)
    await file_psa(world, man, "0.04", on=man.today, order="A")
    assert await the(world, "select review_due_on from result") == due_on


async def test_what_waits_because_nobody_has_looked_may_still_be_confirmed_among_ten(world: World) -> None:
    trust = await a_trust(world)
    [one] = await waiting_men(world, trust, how_many=1)
    await _on_its_day(world)
    assert len(await world.as_owner(ALERTS)) == 1
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        found = await in_range(tx, asking(trust), at_most=10)
    assert [candidate.subject.id for candidate in found] == [one.result_id]


async def test_a_result_that_waits_without_a_day_cannot_be_stored(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today)
    with pytest.raises(asyncpg.CheckViolationError, match="result_waits_with_a_day"):
        await world.as_owner("update result set review_due_on = null")
    # A release that knows nothing of the day leaves it to the database.
    await world.as_owner("update result set review_state = 'reviewed'")
    assert await the(world, "select review_due_on from result") is None
    await world.as_owner("update result set review_state = 'to_review'")
    assert await the(world, "select review_due_on from result") == man.today + timedelta(days=7)


async def test_one_that_cannot_be_asked_about_is_told_as_such_and_holds_up_nobody(world: World) -> None:
    man = await followed(world)
    other = await followed(world, trust=man.trust, serial=2)
    bad = await file_psa(world, man, "0.03", on=man.today)
    good = await file_psa(world, other, "0.04", on=man.today)
    await world.as_owner(
        f"alter table alert add constraint poison check (rule_key <> 'unreviewed' or subject_id <> {bad.result_id})"
    )
    try:
        await world.move_civil_clock(20)
        assert await chase_reviews(world.worker) == 1
    finally:
        await world.as_owner("alter table alert drop constraint poison")
    rows = await world.as_owner("select rule_key, kind, subject_id from alert order by subject_id")
    assert [tuple(row) for row in rows] == [
        ("review-not-chased", "fix_data", bad.result_id), ("unreviewed", "chase", good.result_id),
    ]  # fmt: skip
    assert await chase_reviews(world.worker) == 1  # the next look tries again


async def test_two_workers_at_once_ask_once(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today)
    await world.move_civil_clock(20)
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(chase_reviews, world.worker)
    assert await the(world, "select count(*) from alert_cause where cause_kind ^@ 'unreviewed'") == 1


async def test_what_is_not_due_costs_nothing(world: World) -> None:
    """The statement walks the index of what waits up to today; thousands that wait for later are not read."""
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today)
    await world.as_owner(
        "insert into result (organisation_id, patient_id, source_key, analyte, sample_at, team_id, review_state, filed_at,"
        " current_version_id, review_due_on) select organisation_id, patient_id, 'many' || n, analyte, sample_at, team_id,"
        " case when n % 10 = 0 then 'to_review' else 'reviewed' end, filed_at, current_version_id,"
        " case when n % 10 = 0 then current_date + 100 end from result, generate_series(1, 20000) n"
    )
    await world.as_owner("analyze result")
    [row] = await world.as_owner(
        "explain (analyze, buffers, format json) select id, patient_id from result where review_due_on <= $1"
        " order by review_due_on, id limit 50", man.today + timedelta(days=20),
    )  # fmt: skip
    plan = json.loads(row[0])[0]["Plan"]
    while "Plans" in plan:
        plan = plan["Plans"][0]
    assert plan["Index Name"] == "result_review_due_for_worker"
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 8


@pytest.mark.parametrize(
    ("came", "understood", "asked"),
    [
        (date(2026, 3, 2), True, date(2026, 3, 9)),
        (date(2026, 3, 6), True, date(2026, 3, 13)),
        (date(2026, 3, 7), True, date(2026, 3, 13)),
        (date(2026, 4, 2), True, date(2026, 4, 13)),
        (date(2026, 3, 2), False, date(2026, 3, 4)),
        (date(2026, 12, 24), False, date(2026, 12, 30)),
    ],
)
def test_when_the_team_is_asked(came: date, understood: bool, asked: date) -> None:
    assert look_by(came, understood=understood) == asked
    assert NOT_UNDERSTOOD_WORKING_DAYS < IN_RANGE_WORKING_DAYS
