"""Questionnaires that are due are asked, asked again and closed; whoever cannot be asked becomes the team's task."""

import msgspec
import pytest

from rms.alerts.model import AlertKind
from rms.dates import PartialDate
from rms.db.database import Database
from rms.errors import Conflict
from rms.people.moves import set_preference
from rms.plans.moves import pause
from rms.questionnaires.jobs import ask_due, expire_due
from rms.questionnaires.model import Chose
from rms.questionnaires.moves import ask, load_questionnaires, save_answer, submit
from rms.questionnaires.store import assignment
from tests.asked import asked, assignment_id_of, follow, link_of
from tests.cast import a_person, a_trust

pytestmark = pytest.mark.anyio


async def messages(world):
    rows = await world.as_owner(
        "select purpose, channel, state from message where purpose like 'questionnaire%' order by id"
    )
    return [(row["purpose"], row["channel"], row["state"]) for row in rows]


async def alerts(world):
    return [(row["kind"], row["sentence"]) for row in
            await world.as_owner("select kind, sentence from alert where rule_key <> 'chase:psa' order by id")]  # fmt: skip


async def test_day_0_3_and_7_and_no_more(world):
    trust = await a_trust(world)
    followed = await follow(world, trust)
    seen = []
    for _day in range(12):
        await ask_due(world.worker)
        seen.append(len(await messages(world)))
        await world.move_civil_clock(1)
    assert seen == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3]
    assert [purpose for purpose, _, _ in await messages(world)] == [
        "questionnaire_invite", "questionnaire_reminder_1", "questionnaire_reminder_2",
    ]  # fmt: skip
    assert len(await world.as_owner("select id from assignment")) == 1
    [row] = await world.as_owner("select stage, act_on from calendar where occurrence_id = $1", followed.occurrence_id)
    assert row["stage"] == "chase"


async def test_a_second_run_on_the_same_day_sends_nothing(world):
    trust = await a_trust(world)
    await follow(world, trust)
    assert await ask_due(world.worker) == 1
    assert await ask_due(world.worker) == 0
    assert len(await messages(world)) == 1


@pytest.mark.parametrize(("late", "sent"), [(2, [1, 2, 2]), (3, [1, 2, 2]), (5, [1, 1, 2]), (9, [1, 1, 1])])
async def test_a_worker_that_stood_still_sends_one_and_the_next_a_day_later(world, late, sent):
    """Late is late: still asked. More than three days late and the next one due too: that one is sent instead."""
    trust = await a_trust(world)
    await follow(world, trust)
    await world.move_civil_clock(late)
    seen = []
    for _day in range(3):
        await ask_due(world.worker)
        seen.append(len(await messages(world)))
        await world.move_civil_clock(1)
    assert seen[0] == 1
    assert (await messages(world))[0][0] == "questionnaire_invite"
    assert seen == sent


async def test_the_message_names_a_day_ahead_to_answer_by(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    [row] = await world.as_owner("select facts from message where purpose = 'questionnaire_invite'")
    assert row["facts"]["due_on"] > followed.due_on.isoformat()


async def test_without_a_mobile_number_it_goes_as_a_letter(world):
    trust = await a_trust(world)
    person = msgspec.structs.replace(a_person(), contacts=a_person().contacts[1:])
    await asked(world, trust, person=person)
    assert [(channel, state) for _, channel, state in await messages(world)] == [("letter", "queued")]


async def test_who_is_reached_by_telephone_only_becomes_a_task_and_can_still_be_asked(world):
    trust = await a_trust(world)
    followed = await follow(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await set_preference(tx, organisation_id=trust.organisation_id, patient_id=followed.patient_id, prefers="phone",
                             by=trust.nurse)  # fmt: skip
    await ask_due(world.worker)
    assert await messages(world) == []
    [(kind, sentence)] = await alerts(world)
    assert kind == AlertKind.CHASE
    assert "phone" in sentence
    assert await assignment_id_of(world, followed)


async def test_a_questionnaire_nobody_signed_off_is_an_alert_not_silence(world):
    trust = await a_trust(world)
    await follow(world, trust, form=False)
    await ask_due(world.worker)
    assert await messages(world) == []
    [(kind, sentence)] = await alerts(world)
    assert kind == AlertKind.FIX_DATA
    assert "signed off" in sentence


async def test_a_part_of_a_birth_date_opens_no_link_so_the_team_is_told(world):
    trust = await a_trust(world)
    person = msgspec.structs.replace(a_person(), born_on=PartialDate.parse("1950-04"))
    await asked(world, trust, person=person)
    assert await messages(world) == []
    assert "date of birth" in (await alerts(world))[0][1]


async def test_a_plan_that_stands_still_asks_nothing(world):
    trust = await a_trust(world)
    followed = await follow(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        until = tx.today.replace(year=tx.today.year + 1)
        await pause(tx, organisation_id=trust.organisation_id, plan_id=followed.plan_id, until=until, reason="Abroad",
                    by=trust.nurse, now=tx.now)  # fmt: skip
    await ask_due(world.worker)
    assert await messages(world) == []


async def test_a_newer_link_ends_the_older_one(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    await link_of(world, followed)
    await link_of(world, followed)
    rows = await world.as_owner("select ended_why, octet_length(locator_hash) as size from door_link order by made_at")
    assert [row["ended_why"] for row in rows] == ["A newer link was sent.", None]
    assert {row["size"] for row in rows} == {32}


async def test_the_last_day_passes_and_the_team_hears_what_was_begun(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    assignment_id = await assignment_id_of(world, followed)
    await link_of(world, followed)
    await _answer(world, trust, assignment_id, followed)
    await world.move_civil_clock(60)
    assert await expire_due(world.worker) == 0
    await world.move_civil_clock(1)
    assert await expire_due(world.worker) == 1
    assert await expire_due(world.worker) == 0
    [row] = await world.as_owner("select state, state_reason from assignment")
    assert row["state"] == "expired"
    assert "1 answers were saved but not sent" in (await alerts(world))[-1][1]
    assert (await world.as_owner("select ended_why from door_link"))[0]["ended_why"] is not None
    with pytest.raises(Conflict):
        await _answer(world, trust, assignment_id, followed)


async def _answer(world, trust, assignment_id, followed):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await save_answer(
            tx, organisation_id=trust.organisation_id, assignment_id=assignment_id, item="wellbeing",
            value=Chose(code="well"), by=trust.nurse, now=tx.now,
        )  # fmt: skip


async def test_a_step_the_plan_leaves_out_is_withdrawn_without_a_task(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    before = await alerts(world)
    await world.as_owner(
        "update occurrence set state = 'skipped', state_reason = 'Not wanted.', closed_at = now(), closed_by_kind = 'staff'"
        " where id = $1", followed.occurrence_id,
    )  # fmt: skip
    assert await expire_due(world.worker) == 1
    assert (await world.as_owner("select state from assignment"))[0]["state"] == "withdrawn"
    assert await alerts(world) == before


async def test_answers_that_were_sent_are_not_asked_for_again_in_silence(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    assignment_id = await assignment_id_of(world, followed)
    await world.as_owner("update assignment set state = 'submitted', submitted_at = now(), score = '[]'")
    await world.move_civil_clock(3)
    await ask_due(world.worker)
    assert len(await messages(world)) == 1
    assert "answered already" in (await alerts(world))[0][1]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        found = await assignment(tx, organisation_id=trust.organisation_id, assignment_id=assignment_id)
        with pytest.raises(Conflict):
            await submit(tx, organisation_id=found.organisation_id, assignment_id=found.id, by=trust.nurse, now=tx.now)


async def test_loading_twice_changes_nothing(world):
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_questionnaires(tx)
        assert await load_questionnaires(tx) == []


async def test_one_that_was_asked_again_and_runs_out_again_is_told_again(world):
    trust = await a_trust(world)
    followed = await asked(world, trust)
    await world.move_civil_clock(61)
    await expire_due(world.worker)
    await world.as_owner("update alert set state = 'closed', closed_at = now(), closed_by_staff_id = $1, outcome = 'person_called',"
                         " next_escalation_at = null where sentence like '%closed without an answer%'",
                         trust.nurse.id)  # fmt: skip
    async with world.worker.transaction() as tx:
        await ask(tx, organisation_id=trust.organisation_id, occurrence_id=followed.occurrence_id, by=trust.nurse)
    await world.move_civil_clock(61)
    assert await expire_due(world.worker) == 1
    assert await world.as_owner("select from alert where state = 'open' and sentence like '%closed without an answer%'")
