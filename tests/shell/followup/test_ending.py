"""The end of follow-up is told to the person when it is so and a letter may say it; never after a death."""

from typing import Any

import pytest

from rms.dates import PartialDate
from rms.followup import actions
from rms.followup.moves.ending import end_follow_up
from rms.people.store import lock_people
from tests.database import World
from tests.followed import Followed, followed, the

TOLD = "select channel, state, facts->>'ended_because' as why from message where purpose = 'follow_up_ended'"


async def ended(world: World, man: Followed, *, outcome: str) -> list[Any]:
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await lock_people(tx, [man.patient_id])
        await end_follow_up(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, outcome=outcome,
                            reason="As agreed.", by=man.trust.nurse, now=tx.now)  # fmt: skip
    return [tuple(row) for row in await world.as_owner(TOLD)]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("completed", "it has come to its planned end"),
        ("declined", "you told us that you do not want it"),
        ("moved", "you are followed up elsewhere now"),
        ("recurrence", None),
        ("other", None),
    ],
)
async def test_a_letter_tells_the_person_the_ends_that_a_letter_may_tell(
    world: World, outcome: str, told: str | None
) -> None:
    man = await followed(world)
    assert await ended(world, man, outcome=outcome) == ([("letter", "queued", told)] if told else [])
    held = "select not_before - queued_at = interval '15 minutes' from message where purpose = 'follow_up_ended'"
    assert [row[0] for row in await world.as_owner(held)] == [True] * bool(told)


async def test_without_an_address_it_goes_as_they_prefer_and_by_telephone_the_team_is_asked(world: World) -> None:
    man = await followed(world)
    await world.as_owner("update contact_point set valid_until = now()::date where kind = 'post'")
    assert [channel for channel, *_ in await ended(world, man, outcome="completed")] == ["sms"]


async def test_somebody_reached_by_telephone_only_is_the_team_s_task(world: World) -> None:
    man = await followed(world)
    await world.as_owner("update patient set prefers = 'phone'")
    assert await ended(world, man, outcome="completed") == []
    assert await the(world, "select count(*) from alert where patient_id = $1 and kind = 'chase'", man.patient_id) == 1


async def test_a_death_before_it_left_takes_it_back(world: World) -> None:
    man = await followed(world)
    await ended(world, man, outcome="completed")
    await actions.record_death(world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id, formal=True,
                               died_on=PartialDate.of(man.today), source="The register", by=man.trust.nurse)  # fmt: skip
    assert [state for _, state, _ in [tuple(row) for row in await world.as_owner(TOLD)]] == ["void"]


async def test_while_another_plan_of_theirs_goes_on_nobody_says_that_follow_up_has_ended(world: World) -> None:
    man = await followed(world)
    for table, more in (
        ("register_case", "'source_ref', 'D2'"),
        (
            "plan",
            "'case_id', p.case_id + 1000, 'state', 'paused', 'state_reason', 'A test.', 'still_since', now()::date, 'state_until', now()::date + 9",
        ),
    ):
        await world.as_owner(
            f"insert into {table} select (jsonb_populate_record(p, jsonb_build_object('id', p.id + 1000, 'ref',"
            f" gen_random_uuid(), {more}))).* from {table} p"
        )
    assert await ended(world, man, outcome="completed") == []
