"""A death stops at once, everywhere; a person ends the plan; a reversal restores and lists what fell inside."""

from datetime import timedelta

import pytest

from rms.dates import PartialDate
from rms.errors import Refused
from rms.followup import actions
from rms.followup.jobs import spread_deaths
from rms.plans.jobs import sweep_reminders
from tests.cast import a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the


async def _died(world: World, man: Followed, *, formal: bool = True) -> None:
    await actions.record_death(
        world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id, formal=formal,
        died_on=PartialDate.of(man.today), source="The register", by=man.trust.nurse,
    )  # fmt: skip


async def _states(world: World) -> set[str]:
    return {row["state"] for row in await world.as_owner("select state from message where recipient = 'person'")}


async def test_a_formal_death_voids_holds_and_asks(world: World) -> None:
    man = await followed(world)
    await _died(world, man)
    assert await _states(world) == {"void"}
    assert await the(world, "select state from plan") == "held"
    assert await the(world, "select count(*) from calendar") == 0
    assert await the(world, "select kind from alert where rule_key = 'death'") == "fix_data"
    assert await the(world, "select count(*) from event where kind = 'plan_held'") == 1


async def test_an_informal_death_only_holds(world: World) -> None:
    man = await followed(world)
    await _died(world, man, formal=False)
    assert await _states(world) <= {"held", "void"}
    assert await the(world, "select death_state from patient") == "informal"
    await _died(world, man, formal=True)
    assert await the(world, "select death_state from patient") == "formal"


async def test_it_reaches_the_other_trust_that_follows_the_same_man(world: World) -> None:
    here = await followed(world)
    there = await followed(world, trust=await a_trust(world, code="RBB", name="South Hospital"))
    await _died(world, here)
    assert await the(world, "select state from plan where id = $1", there.plan_id) == "active"
    assert await spread_deaths(world.worker) == 1
    assert await the(world, "select state from plan where id = $1", there.plan_id) == "held"
    assert await spread_deaths(world.worker) == 0


async def test_results_are_still_judged(world: World) -> None:
    man = await followed(world)
    await _died(world, man)
    await file_psa(world, man, "0.9", on=man.today)
    assert await the(world, "select count(*) from alert where rule_key = 'psa-above-limit'") == 1


async def test_a_named_person_ends_the_plan_and_the_register_is_told(world: World) -> None:
    man = await followed(world)
    with pytest.raises(Refused, match="No death"):
        await actions.end_after_death(
            world.web, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse
        )
    await _died(world, man)
    await actions.end_after_death(
        world.web, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse
    )
    row = (await world.as_owner("select state, outcome, ended_by_staff_id from plan"))[0]
    assert tuple(row) == ("ended", "died", man.trust.nurse.id)
    assert await the(world, "select state from alert where rule_key = 'death'") == "closed"
    assert await the(world, "select count(*) from event where kind = 'follow_up_ended'") == 1


async def test_a_reversal_restores_the_plan_lists_what_fell_inside_and_reminds_again(world: World) -> None:
    man = await followed(world)
    due = await the(world, "select due_on from occurrence where step_key = 'psa' order by due_on limit 1")
    await _died(world, man)
    await world.move_civil_clock((due - man.today).days + 5)
    missed = await actions.reverse_death(world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                         why="wrong person", by=man.trust.nurse)  # fmt: skip
    assert any("PSA blood test was due on" in sentence for sentence in missed)
    assert await the(world, "select state from plan") == "active"
    assert await the(world, "select known_dead(nhs_number) from patient") is None
    assert await the(world, "select count(*) from alert where rule_key = 'death-reversed'") == 1
    await world.move_civil_clock(3)
    assert await sweep_reminders(world.worker) >= 1
    assert due + timedelta(days=8) >= man.today


async def test_a_reversal_reaches_the_other_trust(world: World) -> None:
    here = await followed(world)
    there = await followed(world, trust=await a_trust(world, code="RBB", name="South Hospital"))
    await _died(world, here)
    await spread_deaths(world.worker)
    await actions.reverse_death(world.web, organisation_id=here.trust.organisation_id, patient_id=here.patient_id,
                                why="wrong person", by=here.trust.nurse)  # fmt: skip
    await spread_deaths(world.worker)
    assert await the(world, "select state from plan where id = $1", there.plan_id) == "active"


async def test_a_death_that_cannot_be_applied_somewhere_is_a_task_and_holds_up_nobody(world: World) -> None:
    here = await followed(world)
    south = await a_trust(world, code="RBB", name="South Hospital")
    bad = await followed(world, trust=south)
    await _died(world, here)
    other, there = await followed(world, trust=here.trust, serial=2), await followed(world, trust=south, serial=2)
    await _died(world, other)
    await world.as_owner(
        "insert into plan_override (organisation_id, plan_id, content, reason, author_name, made_at, review_on)"
        " values ($1, $2, $3, 'x', 'x', now(), current_date)", south.organisation_id, bad.plan_id, {"kind": "no such"},
    )  # fmt: skip
    assert await spread_deaths(world.worker) == 1
    assert await the(world, "select state from plan where id = $1", there.plan_id) == "held"
    assert await the(world, "select count(*) from alert where rule_key = 'death-not-applied' and state = 'open'") == 1
    await world.as_owner("update plan_override set withdrawn_at = now(), withdrawn_by_staff_id = $1", south.nurse.id)
    assert await spread_deaths(world.worker) == 1
