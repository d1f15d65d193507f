"""Time says nothing about somebody who has died; confirming a death closes what it makes pointless, and nothing unseen."""

from datetime import timedelta

import pytest

from rms.alerts.jobs import ring_due
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionKind, close, raise_alert, take
from rms.audit.model import WORKER
from rms.errors import Refused
from rms.followup import actions
from rms.followup.jobs import chase_reviews, judge_due
from rms.followup.moves.after_death import alerts_at_the_end
from rms.plans.jobs import ask_after_pauses, sweep_late, sweep_reminders
from rms.questionnaires.jobs import expire_due
from rms.questionnaires.model import Chose
from tests.asked import asked, assignment_id_of
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the

BREACH = "psa-above-limit"


async def _died(world: World, trust: Trust, patient_id: int, *, formal: bool = True) -> None:
    await actions.record_death(world.web, organisation_id=trust.organisation_id, patient_id=patient_id, formal=formal,
                               died_on=None, source="The register", by=trust.nurse)  # fmt: skip


async def _alive(world: World, man: Followed) -> list[str]:
    return await actions.reverse_death(world.web, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                       why="wrong person", by=man.trust.nurse)  # fmt: skip


async def _confirm(world: World, man: Followed) -> None:
    await actions.end_after_death(world.web, organisation_id=man.trust.organisation_id, plan_id=man.plan_id,
                                  by=man.trust.nurse)  # fmt: skip


async def _rules(world: World, *, state: str = "open") -> list[str]:
    return [row["rule_key"] for row in await world.as_owner(
        "select rule_key from alert where case when $1 = 'closed' then state = 'closed' else state <> 'closed' end"
        " order by rule_key", state)]  # fmt: skip


async def _a_year_passes(world: World) -> None:
    for _ in range(8):
        await world.move_civil_clock(45)
        for duty in (judge_due, chase_reviews, sweep_reminders, sweep_late, ask_after_pauses, expire_due, ring_due):
            await duty(world.worker)


async def _phone(world: World, man: Followed) -> int:
    """An alert about the person that asks for something to be done."""
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        return await raise_alert(
            tx, organisation_id=man.trust.organisation_id, team_id=man.trust.team_id, kind=AlertKind.CHASE,
            subject_kind="patient", subject_id=man.patient_id, rule_key="phone", sentence="Please phone.",
            cause_kind="test", cause_id=1, patient_id=man.patient_id, by=WORKER, now=tx.now,
        )  # fmt: skip


@pytest.mark.parametrize("formal", [True, False])
async def test_a_year_after_a_death_time_has_asked_for_nothing_but_that_it_be_confirmed(
    world: World, formal: bool
) -> None:
    trust = await a_trust(world)
    man = await asked(world, trust)
    await _died(world, trust, man.patient_id, formal=formal)
    await _a_year_passes(world)
    assert await _rules(world) == ["death"]


async def test_a_first_breach_waits_for_no_repeat_after_a_formal_death_and_again_when_it_was_a_mistake(
    world: World,
) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.31", on=man.today)
    kind = "select kind from alert where rule_key = $1"
    assert await the(world, kind, BREACH) == "look_soon"
    await _died(world, man.trust, man.patient_id)
    await world.move_civil_clock(60)
    assert await judge_due(world.worker) == 0
    assert await the(world, kind, BREACH) == "look_soon"
    await _alive(world, man)
    assert await judge_due(world.worker) == 1
    assert await the(world, kind, BREACH) == "act_today"


async def test_a_death_that_is_not_certain_hides_no_breach(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.31", on=man.today)
    await _died(world, man.trust, man.patient_id, formal=False)
    await world.move_civil_clock(60)
    assert await judge_due(world.worker) == 1
    assert await the(world, "select kind from alert where rule_key = $1", BREACH) == "act_today"


async def test_a_result_that_nobody_has_looked_at_is_asked_about_after_death_too(world: World) -> None:
    man = await followed(world)
    await file_psa(world, man, "0.03", on=man.today)
    await _died(world, man.trust, man.patient_id)
    await _confirm(world, man)
    await world.move_civil_clock(20)
    await chase_reviews(world.worker)
    assert await _rules(world) == ["unreviewed"]
    sentence = await the(world, "select sentence from alert where rule_key = 'unreviewed'")
    assert sentence.endswith("A death is recorded: look at it after death.")


async def test_confirming_closes_every_alert_of_the_person_by_the_one_who_confirms(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.31", on=man.today)
    org = man.trust.organisation_id
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.SET_ASIDE, note="Ask him.", until_on=man.today + timedelta(days=3),
                         by=man.trust.nurse)  # fmt: skip
    await actions.decide(world.web, organisation_id=org, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.CALL, note="Called.", by=man.trust.nurse)  # fmt: skip
    await _phone(world, man)
    other = await followed(world, trust=man.trust, serial=2)
    await _phone(world, other)
    await _died(world, man.trust, man.patient_id)
    async with world.web.transaction(organisation_id=org) as tx:
        beforehand = await alerts_at_the_end(tx, organisation_id=org, patient_id=man.patient_id, plan_id=man.plan_id)
    assert [(one.sentence, one.stays) for one in beforehand] == [("Please phone.", False)]
    await _confirm(world, man)
    closed = await world.as_owner(
        "select outcome, closed_by_staff_id, outcome_note from alert where patient_id = $1 and rule_key = 'phone'", man.patient_id
    )  # fmt: skip
    assert [tuple(row) for row in closed] == [
        ("death_confirmed", man.trust.nurse.id, "Closed with the plan: the person died.")
    ]
    assert await _rules(world) == ["phone"]  # the other man's
    assert (
        await the(world, "select count(*) from audit_entry where verb = 'alert.close' and reason = 'death_confirmed'")
        == 2
    )


async def test_a_breach_that_nobody_has_looked_at_stays_open_until_somebody_has(world: World) -> None:
    man = await followed(world)
    filed = await file_psa(world, man, "0.9", on=man.today)
    await _phone(world, man)
    await _died(world, man.trust, man.patient_id)
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        found = await alerts_at_the_end(tx, organisation_id=man.trust.organisation_id, patient_id=man.patient_id,
                                        plan_id=man.plan_id)  # fmt: skip
    assert [one.stays for one in found] == [True, False]
    await _confirm(world, man)
    assert await _rules(world) == [BREACH]
    await actions.decide(world.web, organisation_id=man.trust.organisation_id, subject_kind="result",
                         subject_id=filed.result_id, kind=DecisionKind.CALL, note="Told the GP.", by=man.trust.nurse)  # fmt: skip
    assert await _rules(world) == []


@pytest.mark.parametrize("taken", [True, False])
async def test_a_red_flag_in_a_form_that_was_never_sent_stays_open_unless_somebody_has_it(
    world: World, taken: bool
) -> None:
    trust = await a_trust(world)
    man = await asked(world, trust)
    org = trust.organisation_id
    await actions.save_answer(world.web, organisation_id=org, assignment_id=await assignment_id_of(world, man),
                              item="wellbeing", value=Chose(code="very-unwell"), by=WORKER)  # fmt: skip
    alert_id = await the(world, "select id from alert")
    if taken:
        async with world.web.transaction(organisation_id=org) as tx:
            await take(tx, organisation_id=org, alert_id=alert_id, by=trust.nurse, now=tx.now)
    await _died(world, trust, man.patient_id)
    await actions.end_after_death(world.web, organisation_id=org, plan_id=man.plan_id, by=trust.nurse)
    assert (await the(world, "select state from alert where id = $1", alert_id) == "closed") is taken


async def test_a_mistake_brings_the_alerts_back_and_asks_for_a_new_plan(world: World) -> None:
    man = await followed(world)
    alert_id = await _phone(world, man)
    await _died(world, man.trust, man.patient_id)
    await _confirm(world, man)
    assert await _rules(world) == []
    fell = await _alive(world, man)
    assert await _rules(world) == ["death-reversed", "phone"]
    row = (await world.as_owner("select state, outcome, next_escalation_at from alert where id = $1", alert_id))[0]
    assert (row["state"], row["outcome"], row["next_escalation_at"] is not None) == ("open", None, True)
    sentence = await the(world, "select sentence from alert where rule_key = 'death-reversed'")
    assert "start a new one" in sentence
    assert "Please phone" in sentence
    assert len(fell) == 2


async def test_what_was_closed_before_the_death_stays_closed_after_a_mistake(world: World) -> None:
    man = await followed(world)
    org, alert_id = man.trust.organisation_id, await _phone(world, man)
    async with world.web.transaction(organisation_id=org) as tx:
        await close(tx, organisation_id=org, alert_id=alert_id, outcome=AlertOutcome.PERSON_CALLED, by=man.trust.nurse,
                    now=tx.now)  # fmt: skip
    await _died(world, man.trust, man.patient_id)
    await _confirm(world, man)
    await _alive(world, man)
    assert await _rules(world) == ["death-reversed"]


async def test_an_alert_of_any_kind_is_not_closed_as_a_death_by_hand(world: World) -> None:
    man = await followed(world)
    org, alert_id = man.trust.organisation_id, await _phone(world, man)
    async with world.web.transaction(organisation_id=org) as tx:
        with pytest.raises(Refused, match="not an outcome"):
            await close(tx, organisation_id=org, alert_id=alert_id, outcome=AlertOutcome.DEATH_CONFIRMED,
                        by=man.trust.nurse, now=tx.now)  # fmt: skip
