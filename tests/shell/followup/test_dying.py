"""A death stops at once, everywhere; a person ends the plan; a reversal restores and lists what fell inside."""

from datetime import timedelta

import pytest

from rms.alerts.moves import DecisionKind
from rms.dates import PartialDate
from rms.errors import Refused
from rms.followup import actions
from rms.followup.jobs import spread_deaths
from rms.messages.jobs import send_due
from rms.plans.jobs import sweep_reminders
from tests.cast import a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.shell.messages.post_office import an_outbox


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


async def _told_by_letter(world: World, man: Followed) -> None:
    """A result was called in range and the letter about it lies in the print queue."""
    filed = await file_psa(world, man, "0.03", on=man.today)
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                         subject_id=filed.result_id, kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip
    await world.move_civil_clock(20 / 1440)
    await send_due(world.worker, outbox=an_outbox({}))
    assert await _letter(world) == "accepted"


async def _letter(world: World) -> str:
    return await the(world, "select state from message where purpose = 'result_in_range_person' and channel = 'letter'")


async def test_an_informal_death_holds_the_letters_that_nobody_has_printed_and_they_come_back(world: World) -> None:
    man = await followed(world)
    await _told_by_letter(world, man)
    await _died(world, man, formal=False)
    assert await _letter(world) == "held"
    await send_due(world.worker, outbox=an_outbox({}))
    assert await _letter(world) == "held"
    await world.as_owner("update contact_point set value = '2 New Road' where kind = 'post'")
    await world.move_civil_clock(3)
    await actions.reverse_death(world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                why="wrong person", by=man.trust.nurse)  # fmt: skip
    await send_due(world.worker, outbox=an_outbox({}))
    assert await _letter(world) == "accepted"
    # It is written anew, for the address and the day that hold now; there is still one letter.
    row = (await world.as_owner("select m.address, l.made_at > m.queued_at + interval '2 days' as anew from letter l"
                                " join message m on m.id = l.message_id where m.purpose = 'result_in_range_person'"))  # fmt: skip
    assert [tuple(one) for one in row] == [("2 New Road", True)]


@pytest.mark.parametrize("by", ["a formal death", "a named person"])
async def test_a_letter_that_was_held_is_taken_back_when_the_death_is_certain(world: World, by: str) -> None:
    man = await followed(world)
    await _told_by_letter(world, man)
    await _died(world, man, formal=False)
    if by == "a formal death":
        await _died(world, man, formal=True)
    else:
        await actions.end_after_death(
            world.web, organisation_id=man.trust.organisation_id, plan_id=man.plan_id, by=man.trust.nurse
        )
    assert await _letter(world) == "void"


async def test_a_letter_that_is_on_paper_is_not_touched(world: World) -> None:
    man = await followed(world)
    await _told_by_letter(world, man)
    await world.as_owner("update letter set printed_at = now(), printed_by = 'Nora Nurse'")
    await _died(world, man, formal=False)
    assert await _letter(world) == "accepted"


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


async def test_a_reversal_lists_what_was_decided_to_be_told_and_never_left(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.03", on=man.today)
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                         subject_id=filed.result_id, kind=DecisionKind.IN_RANGE, by=man.trust.nurse)  # fmt: skip
    await _died(world, man)
    fell = await actions.reverse_death(world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                       why="wrong person", by=man.trust.nurse)  # fmt: skip
    never = [one for one in fell if "was taken back and never left" in one]
    assert len(never) == 2
    assert all("result in range person" in one and "decided by Nora Nurse on" in one for one in never)
    alert = (await world.as_owner("select sentence, kind, state, team_id from alert where rule_key = 'never-told'"))[0]
    assert tuple(alert)[1:] == ("look_soon", "open", man.trust.team_id)
    assert all(one in alert["sentence"] for one in never)


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
