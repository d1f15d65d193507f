"""A plan that stood still goes on: a welcome that was taken back before it left is sent after all, and nothing twice."""

from datetime import timedelta

import pytest

from rms.dates import PartialDate
from rms.followup import actions, moves
from rms.messages.jobs import send_due
from rms.people.store import lock_people
from rms.plans.moves import pause
from tests.database import World
from tests.followed import Followed, followed
from tests.shell.messages.post_office import an_outbox

#: The text or letter that greets, the letter that says more, the practice's letter.
ALL = [("gp_practice", "letter"), ("person", "letter"), ("person", "sms")]


async def _stand_still(world: World, man: Followed) -> None:
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await lock_people(tx, [man.patient_id])
        await pause(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, reason="abroad",
                    until=tx.today + timedelta(days=30), by=man.trust.nurse, now=tx.now)  # fmt: skip


async def _go_on(world: World, man: Followed) -> None:
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        await lock_people(tx, [man.patient_id])
        await moves.go_on(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse,
                          now=tx.now)  # fmt: skip


async def _welcomes(world: World, *states: str) -> list[tuple[str, str]]:
    rows = await world.as_owner(
        "select recipient, channel from message where purpose in ('plan_started', 'plan_started_gp')"
        " and state = any($1) order by recipient, channel", list(states),
    )  # fmt: skip
    return [(row["recipient"], row["channel"]) for row in rows]


async def test_a_welcome_that_a_pause_took_back_is_sent_when_the_plan_goes_on(world: World) -> None:
    man = await followed(world)
    assert await _welcomes(world, "queued") == ALL
    await _stand_still(world, man)
    assert (await _welcomes(world, "void"), await _welcomes(world, "queued")) == (ALL, [])
    await world.move_civil_clock(40)
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == ALL
    # It says what holds now: the first test that still lies ahead, and the plan as it is.
    [row] = await world.as_owner(
        "select m.facts->>'due_on' = o.due_on::text as date_holds, m.plan_revision = p.revision as plan_holds"
        " from message m join plan p on p.id = m.plan_id cross join lateral (select min(due_on) as due_on from occurrence"
        "  where plan_id = p.id and kind = 'test' and state = 'open') o where m.state = 'queued' and m.channel = 'sms'"
    )
    assert tuple(row) == (True, True)


async def test_it_is_not_sent_twice_however_often_the_plan_stands_still(world: World) -> None:
    man = await followed(world)
    for _ in range(3):
        await _stand_still(world, man)
        await _go_on(world, man)
        assert await _welcomes(world, "queued") == ALL
    await send_due(world.worker, outbox=an_outbox({}))
    await world.as_owner("update letter set printed_at = now(), printed_by = 'Nora Nurse'")
    await world.as_owner(
        "update message set state = 'delivered', provider = 'x' where channel = 'sms' and state = 'queued'"
    )
    await _stand_still(world, man)
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == []


@pytest.mark.parametrize("left", ["sms", "letter"])
async def test_only_what_never_left_is_sent_again(world: World, left: str) -> None:
    man = await followed(world)
    await world.as_owner("update message set state = 'delivered', provider = 'x' where channel = $1", left)
    await _stand_still(world, man)
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == [one for one in ALL if one[1] != left]


@pytest.mark.parametrize("state", ["failed", "expired", "unknown"])
async def test_what_is_in_other_hands_is_left_there(world: World, state: str) -> None:
    man = await followed(world)
    await world.as_owner("update message set state = $1, state_reason = 'x'", state)
    await _stand_still(world, man)
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == []


async def test_who_was_not_welcomed_is_not_welcomed_now(world: World) -> None:
    """Their follow-up began before this system: the caseload came in without a welcome."""
    man = await followed(world)
    await world.behind_triggers("delete from message_event")
    await world.as_owner("delete from message")
    await _stand_still(world, man)
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == []


async def test_who_wants_letters_meanwhile_gets_one_letter(world: World) -> None:
    man = await followed(world)
    await _stand_still(world, man)
    await world.as_owner("update patient set prefers = 'letter'")
    await _go_on(world, man)
    assert await _welcomes(world, "queued") == [("gp_practice", "letter"), ("person", "letter")]


async def test_a_death_that_was_a_mistake_took_it_back_too(world: World) -> None:
    man = await followed(world)
    of = {"organisation_id": man.trust.organisation_id, "patient_id": man.patient_id, "by": man.trust.nurse}
    await actions.record_death(world.web, **of, formal=True, died_on=PartialDate.of(man.today), source="The register")
    assert ("person", "sms") not in await _welcomes(world, "queued")
    await actions.reverse_death(world.web, **of, why="wrong person")
    assert await _welcomes(world, "queued") == ALL
