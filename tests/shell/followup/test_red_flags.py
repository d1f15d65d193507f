"""A red-flag answer has its alert the moment it is saved, whatever the state of the plan and whichever link it came by."""

import pytest

from rms.audit.model import WORKER
from rms.errors import Conflict
from rms.followup import actions
from rms.plans.moves import end, hold
from rms.questionnaires.model import Chose
from tests.asked import FORM, asked, assignment_id_of
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import the

ITEM, FLAGGED = "wellbeing", Chose(code="very-unwell")


async def _save(world: World, trust: Trust, assignment_id: int, answer: Chose = FLAGGED) -> None:
    await actions.save_answer(world.web, organisation_id=trust.organisation_id, assignment_id=assignment_id, item=ITEM,
                              value=answer, by=WORKER)  # fmt: skip


async def _open(world: World) -> list[tuple[str, str]]:
    rows = await world.as_owner(
        "select rule_key, kind from alert where state <> 'closed' and sentence like '%nwell%' order by id"
    )
    return [(row["rule_key"], row["kind"]) for row in rows]


async def test_it_is_heard_while_the_plan_stands_still(world: World) -> None:
    trust = await a_trust(world)
    man = await asked(world, trust)
    assignment_id = await assignment_id_of(world, man)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await hold(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, reason="To be confirmed.", by=trust.nurse,
                   now=tx.now)  # fmt: skip
    await _save(world, trust, assignment_id)
    assert await _open(world) == [("symptom-red-flag", "look_soon")]


async def test_a_plan_that_has_ended_takes_no_answer_that_nobody_would_read(world: World) -> None:
    trust = await a_trust(world)
    man = await asked(world, trust)
    assignment_id = await assignment_id_of(world, man)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await end(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, outcome="completed", reason=None,
                  by=trust.nurse, now=tx.now)  # fmt: skip
    with pytest.raises(Conflict, match="not taken any more"):
        await _save(world, trust, assignment_id)


async def test_it_is_heard_by_an_old_link_although_a_newer_form_was_begun(world: World) -> None:
    trust = await a_trust(world)
    man = await asked(world, trust)
    older = await assignment_id_of(world, man)
    newer = await the(
        world,
        "insert into assignment (organisation_id, patient_id, plan_id, occurrence_id, team_id, questionnaire_version_id, state,"
        " asked_on, closes_on) select organisation_id, patient_id, plan_id,"
        " (select max(id) from occurrence where kind = 'questionnaire'), team_id, questionnaire_version_id, 'asked',"
        " asked_on + 1, closes_on from assignment where id = $1 returning id", older,
    )  # fmt: skip
    await _save(world, trust, newer, Chose(code="well"))
    assert await _open(world) == []
    await _save(world, trust, older)
    assert await _open(world) == [(f"answer:{FORM}:{ITEM}", "look_soon")]


async def test_taking_it_back_closes_nothing(world: World) -> None:
    trust = await a_trust(world)
    assignment_id = await assignment_id_of(world, await asked(world, trust))
    await _save(world, trust, assignment_id)
    await _save(world, trust, assignment_id, Chose(code="well"))
    assert await _open(world) == [("symptom-red-flag", "look_soon")]
