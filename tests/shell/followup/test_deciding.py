"""Decisions: what they cause is held a quarter of an hour and void on undo; nothing else leaves by itself."""

import pytest

from rms.alerts.moves import DecisionKind
from rms.errors import NotFound, Refused
from rms.followup import actions
from rms.messages.jobs import send_due
from rms.plans.jobs import sweep_late, sweep_reminders
from tests.cast import a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.shell.messages.post_office import an_outbox


async def _decide(world: World, man: Followed, result_id: int, kind: DecisionKind, **words: str) -> int:
    return await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                                subject_id=result_id, kind=kind, by=man.trust.nurse, **words)  # fmt: skip


async def _caused(world: World, decision_id: int) -> list[tuple[str, str, str]]:
    rows = await world.as_owner(
        "select purpose, channel, state from message where cause_kind = 'decision' and cause_id = $1 order by purpose, channel",
        decision_id,
    )
    return [tuple(row) for row in rows]


async def test_in_range_tells_the_person_by_text_and_letter_and_the_practice_a_quarter_of_an_hour_later(
    world: World,
) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    made = await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    assert await _caused(world, made) == [
        ("result_in_range_gp", "letter", "queued"),
        ("result_in_range_person", "letter", "queued"),
        ("result_in_range_person", "sms", "queued"),
    ]
    held = await the(world, "select bool_and(m.not_before = d.decided_at + interval '15 minutes') from message m, decision d"
                            " where m.cause_kind = 'decision'")  # fmt: skip
    assert held
    assert await the(
        world, "select held_until = (select takes_effect_at from decision) from event where cause_kind = 'decision'"
    )


async def test_undo_takes_back_everything_and_afterwards_it_can_be_decided_anew(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.31", on=man.today)
    made = await _decide(world, man, filed.result_id, DecisionKind.REFER, note="To the MDT.")
    assert await the(world, "select state from alert where rule_key = 'psa-above-limit'") == "closed"
    await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)
    assert {state for _, _, state in await _caused(world, made)} <= {"void"}
    assert await the(world, "select count(*) from event where cause_kind = 'decision' and state <> 'void'") == 0
    assert await the(world, "select state from alert where rule_key = 'psa-above-limit'") == "open"
    assert await the(world, "select review_state from result") == "to_review"
    await _decide(world, man, filed.result_id, DecisionKind.CALL, note="Called.")
    assert await the(world, "select count(*) from event where cause_kind = 'decision' and state = 'waiting'") == 1


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [
        (DecisionKind.REPEAT, "repeat_test_gp"),
        (DecisionKind.REFER, "referred_gp"),
        (DecisionKind.RECURRENCE, "recurrence_gp"),
        (DecisionKind.NO_RECURRENCE, "no_recurrence_gp"),
    ],
)
async def test_the_practice_is_told_once_a_quarter_of_an_hour_later_and_not_of_what_was_undone(
    world: World, kind: DecisionKind, purpose: str
) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.31", on=man.today)
    to_practice = ("select array_agg(purpose || ' ' || state order by id) from message where recipient = 'gp_practice'"
                   " and cause_kind = 'decision'")  # fmt: skip
    made = await _decide(world, man, filed.result_id, kind, note="Seen.")
    assert await the(world, to_practice) == [f"{purpose} queued"]
    await send_due(world.worker, outbox=an_outbox({}))
    assert (
        await the(
            world,
            "select count(*) from letter where message_id in (select id from message where cause_kind = 'decision')",
        )
        == 0
    )
    await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)
    assert await the(world, to_practice) == [f"{purpose} void"]
    await _decide(world, man, filed.result_id, kind, note="Seen again.")
    await world.move_civil_clock(16 / 1440)
    await send_due(world.worker, outbox=an_outbox({}))
    assert await the(world, to_practice) == [f"{purpose} void", f"{purpose} accepted"]


async def test_undo_withdraws_the_repeat_that_the_decision_asked_for(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    repeats = "select count(*) from occurrence where number > 1000 and state = 'open'"
    made = await _decide(world, man, filed.result_id, DecisionKind.REPEAT, note="Sample was haemolysed.")
    assert await the(world, repeats) == 1
    await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)
    assert await the(world, repeats) == 0


async def test_after_the_quarter_of_an_hour_nothing_is_undone(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    made = await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    await world.move_civil_clock(16 / 1440)
    with pytest.raises(Refused, match="quarter of an hour is over"):
        await actions.undo(world.web, organisation_id=man.trust.organisation_id, decision_id=made, by=man.trust.nurse)


async def test_two_nurses_cannot_decide_the_same_twice(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    with pytest.raises(Refused, match="decided this already"):
        await _decide(world, man, filed.result_id, DecisionKind.CALL)


async def test_a_result_of_another_trust_is_not_there(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    other = await a_trust(world, code="RBB", name="South Hospital")
    with pytest.raises(NotFound):
        await actions.decide(world.web, organisation_id=other.organisation_id, subject_kind="result",
                             subject_id=filed.result_id, kind=DecisionKind.CALL, by=other.nurse)  # fmt: skip


async def test_a_result_after_its_chase_closes_the_chase_with_its_review(world: World) -> None:
    man = await followed(world)
    due = await the(world, "select due_on from occurrence where step_key = 'psa' order by due_on limit 1")
    await world.move_civil_clock((due - man.today).days + 22)
    await sweep_reminders(world.worker)
    await sweep_late(world.worker)
    chase = "select state, outcome from alert where kind = 'chase'"
    assert tuple((await world.as_owner(chase))[0]) == ("open", None)
    filed = await file_psa(world, man, "0.03", on=due)
    await _decide(world, man, filed.result_id, DecisionKind.IN_RANGE)
    assert tuple((await world.as_owner(chase))[0]) == ("closed", "result_found")


@pytest.mark.parametrize("chased_before", [False, True])
async def test_reviewing_a_late_result_leaves_the_chase_of_a_later_date_open(world: World, chased_before: bool) -> None:
    man = await followed(world)
    due = await the(world, "select due_on from occurrence where step_key = 'psa' order by due_on limit 1")
    if chased_before:
        await world.move_civil_clock((due - man.today).days + 22)
        await sweep_reminders(world.worker)
        await sweep_late(world.worker)
    late = await file_psa(world, man, "0.03", on=due, order="first")
    following = await the(world, "select due_on from occurrence where step_key = 'psa' and state = 'open'")
    await world.move_civil_clock((following - due if chased_before else following - man.today).days + 22)
    await sweep_reminders(world.worker)
    await sweep_late(world.worker)
    chase = "select state from alert where rule_key = 'psa-missing' or rule_key ^@ 'chase:psa' or kind = 'chase'"
    assert [row["state"] for row in await world.as_owner(chase)] == ["open"]
    await _decide(world, man, late.result_id, DecisionKind.IN_RANGE)
    assert [row["state"] for row in await world.as_owner(chase)] == ["open"]
    came = await file_psa(world, man, "0.04", on=following, order="second")
    await _decide(world, man, came.result_id, DecisionKind.IN_RANGE)
    assert [row["state"] for row in await world.as_owner(chase)] == ["closed"]
