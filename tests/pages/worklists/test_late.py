"""What has not come back, and what came of calling: every outcome leaves its trace, none of them closes a step."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from rms.caseload.late.forms import ContactOutcome
from rms.people.model import Role
from rms.people.moves import mark_dead
from rms.plans.modes import FollowUpMode
from rms.plans.moves import set_modes
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site, a_member
from tests.worklists import late_ref, nurse, other_team


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await followed(world, trust=trust)


@pytest.fixture
async def ref(world: World, man: Followed) -> UUID:
    return await late_ref(world, man)


async def days_ahead(world: World, trust: Trust, days: int, name: str = "on") -> dict[str, str]:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        day = tx.today + timedelta(days=days)
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


async def state(world: World) -> str:
    return await the(world, "select state from alert where rule_key = 'psa-missing' or rule_key ^@ 'chase:'")


async def test_the_list_says_how_late_the_last_contact_and_what_comes_next(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    page = (await browser.get("/late")).text
    for words in ("<strong>1 late item</strong> The longest late first.", "10 days late", "ASHDOWN", "None yet"):
        assert words in page, words
    assert re.search(r"Sends a reminder|Raises an alert", page)
    done = await site.post(
        browser, f"/late/{ref}/contact", {"outcome": "no_answer", "note": "Rang out.", "back": "kind=test"}
    )
    assert (done.status_code, done.headers["location"]) == (303, "/late?kind=test&done=no_answer")
    page = (await browser.get(done.headers["location"])).text
    assert "No answer: Rang out." in page
    assert "Nora Nurse, today at" in page
    assert "Noted. The alert stays with you." in page
    assert "Open the alert" in page


async def test_a_plan_of_another_team_or_one_that_stands_still_is_not_on_the_list(
    site: Site, world: World, trust, man, ref
):
    _, bea = await other_team(world, trust)
    browser = await nurse(site, trust)
    theirs = await site.signed_in(trust.organisation_id, bea)
    assert "Nothing is late for your teams." in (await theirs.get("/late")).text
    assert (await theirs.get(f"/late/{ref}/contact")).status_code == 404
    assert (await site.post(theirs, f"/late/{ref}/contact", {"outcome": "no_answer"})).status_code == 404
    await world.as_owner(
        "update plan set state = 'paused', state_reason = 'x', still_since = now()::date, state_until = now()::date + 9"
    )
    assert "Nothing is late for your teams." in (await browser.get("/late")).text


async def test_filters_by_kind_age_and_nurse(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    for query, shown in (("kind=test", True), ("age=7", True), ("age=28", False), ("who=me", True), ("who=nobody", False),
                         ("kind=questionnaire&age=7", False)):  # fmt: skip
        assert ("ASHDOWN" in (await browser.get(f"/late?{query}")).text) == shown, query


async def test_the_page_of_a_contact_has_the_bar_the_numbers_and_the_outcomes_by_button(site, world, trust, man, ref):
    page = (await (await nurse(site, trust)).get(f"/late/{ref}/contact?kind=test")).text
    assert "rms-identity" in page
    assert "Mobile: 07700 900" in page
    assert "10 days late" in page
    assert len(re.findall(r'name="outcome"', page)) == len(ContactOutcome)
    assert 'name="back" value="kind=test"' in page
    assert 'href="/late?kind=test"' in page
    assert "<select" not in page
    assert page.count('type="submit"') == 1, "a button saves, and nothing else"


async def test_faults_are_said_all_at_once(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    faults = {
        "": "Choose what came of the call", "call_again": "Enter the day on which to call again",
        "had_elsewhere": "Say when and where", "other": "Say what came of it", "moved": "Say where to",
    }  # fmt: skip
    for outcome, fault in faults.items():
        answer = await site.post(browser, f"/late/{ref}/contact", {"outcome": outcome})
        assert answer.status_code == 422, outcome
        assert answer.text.count(fault) >= 2, outcome
        assert "<title>Error: " in answer.text
    past = await site.post(browser, f"/late/{ref}/contact",
                           {"outcome": "call_again", **await days_ahead(world, trust, -1)})  # fmt: skip
    assert "The day must lie ahead" in past.text
    too_far = {"outcome": "call_again", "note": "After the holidays.", **await days_ahead(world, trust, 90)}
    far = await site.post(browser, f"/late/{ref}/contact", too_far)
    assert (far.status_code, "can be set aside for at most" in far.text) == (422, True)
    assert "After the holidays." in far.text
    assert await the(world, "select count(*) from occurrence_event where what = 'contact'") == 0


@pytest.mark.parametrize(("outcome", "days"), [("call_again", 3), ("will_have_it", 4)])
async def test_a_day_that_was_named_brings_the_alert_back(site: Site, world: World, trust, man, ref, outcome, days):
    browser = await nurse(site, trust)
    form = {"outcome": outcome, **await days_ahead(world, trust, days)}
    assert (await site.post(browser, f"/late/{ref}/contact", form)).status_code == 303
    row = (
        await world.as_owner("select state, kind, snoozed_until, owner_staff_id from alert where subject_kind = 'plan'")
    )[0]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        expected = tx.today + timedelta(days=days + (7 if outcome == "will_have_it" else 0))
    assert (row["state"], row["owner_staff_id"]) == ("snoozed", trust.nurse.id)
    assert row["snoozed_until"].date() == expected
    assert "The alert comes back on" in (await browser.get("/late")).text


async def test_each_outcome_is_a_line_of_the_alert_and_of_the_step_and_closes_neither(site, world, trust, man, ref):
    browser = await nurse(site, trust)
    for n, outcome in enumerate(("will_have_it", "had_elsewhere", "no_answer", "other"), start=1):
        answer = await site.post(browser, f"/late/{ref}/contact", {"outcome": outcome, "note": f"Words {n}."})
        assert answer.status_code == 303, outcome
        assert await the(world, "select state from occurrence where ref = $1", ref) == "open"
    rows = await world.as_owner("select move, reason, by_name from alert_move where move = 'act' order by id")
    assert [row["reason"] for row in rows] == ["Will have it: Words 1.", "Had it elsewhere: Words 2.", "No answer: Words 3.",
                                               "Something else: Words 4."]  # fmt: skip
    assert await the(world, "select count(*) from alert where subject_kind = 'plan'") == 1
    assert await the(world, "select count(*) from occurrence_event where what = 'contact'") == 4
    page = (await browser.get(f"/late/{ref}/contact")).text
    assert page.index("Words 4.") < page.index("Words 1.")


async def test_a_wrong_number_is_not_used_any_more(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    number = await the(world, "select id from contact_point where kind = 'mobile'")
    post = await the(world, "select id from contact_point where kind = 'post'")
    refused = await site.post(browser, f"/late/{ref}/contact", {"outcome": "wrong_number", "number": str(post)})
    assert refused.status_code == 422
    form = {"outcome": "wrong_number", "number": str(number)}
    assert (await site.post(browser, f"/late/{ref}/contact", form)).status_code == 303
    assert await the(world, "select dead_why from contact_point where id = $1", number)
    assert await the(world, "select dead_at from contact_point where id = $1", post) is None
    assert "No number is known that works." in (await browser.get(f"/late/{ref}/contact")).text


async def test_somebody_who_moved_gets_nothing_at_the_old_address_and_a_task_is_made(site, world, trust, man, ref):
    browser = await nurse(site, trust)
    form = {"outcome": "moved", "note": "To Leeds, to her daughter."}
    assert (await site.post(browser, f"/late/{ref}/contact", form)).status_code == 303
    assert await the(world, "select dead_why from contact_point where kind = 'post'") == "Has moved away."
    assert "Leeds" in await the(world, "select sentence from alert where rule_key = 'moved' and kind = 'fix_data'")


async def test_a_death_is_asked_about_once_more_and_then_holds_everything(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    asked = await site.post(
        browser, f"/late/{ref}/contact", {"outcome": "died", "note": "His wife said so.", "back": "age=7"}
    )
    assert asked.status_code == 200
    assert "Has this person died?" in asked.text
    assert "nhsuk-panel--interruption" in asked.text
    assert "His wife said so." in asked.text
    assert await the(world, "select death_state from patient") is None
    assert await the(world, "select count(*) from occurrence_event where what = 'contact'") == 0
    none = await site.post(browser, f"/late/{ref}/died", {"died_on-day": "3", "died_on-year": "2026"})
    assert (none.status_code, "Say who told you" in none.text, "Enter the year" in none.text) == (422, True, True)
    ahead = await days_ahead(world, trust, 2, name="died_on")
    future = await site.post(browser, f"/late/{ref}/died", {"note": "x", **ahead})
    assert (future.status_code, "must be today or in the past" in future.text) == (422, True)
    form = {"note": "His wife said so.", "died_on-month": "10", "died_on-year": "2026", "back": "age=7"}
    done = await site.post(browser, f"/late/{ref}/died", form)
    assert done.headers["location"] == "/late?age=7&done=died"
    assert await the(world, "select (death_state, died_on) from patient") == ("informal", "2026-10")
    assert await the(world, "select state from plan") == "held"
    assert await the(world, "select count(*) from alert where rule_key = 'death' and state = 'open'") == 1
    assert "ASHDOWN" not in (await browser.get("/late")).text
    again = await site.post(browser, f"/late/{ref}/contact", {"outcome": "no_answer"})
    assert (again.status_code, "may have died" in again.text) == (422, True)
    page = (await browser.get(f"/late/{ref}/contact")).text
    assert "Do not call" in page
    assert 'name="outcome"' not in page


async def test_a_wish_to_leave_is_passed_on_and_ends_nothing(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    asked = await site.post(browser, f"/late/{ref}/contact", {"outcome": "does_not_want"})
    assert (asked.status_code, "nhsuk-panel--interruption" in asked.text) == (200, True)
    none = await site.post(browser, f"/late/{ref}/declined")
    assert (none.status_code, "Say what they told you" in none.text or "What did they say" in none.text) == (422, True)
    form = {"note": "Has had enough.", "stop_messages": "yes"}
    assert (await site.post(browser, f"/late/{ref}/declined", form)).status_code == 303
    assert await the(world, "select state from plan") == "active"
    assert await the(world, "select messages_stopped_by from patient") == "Nora Nurse"
    alert = (await world.as_owner("select kind, state, sentence from alert where rule_key = 'declines'"))[0]
    assert (alert["kind"], alert["state"], "Has had enough." in alert["sentence"]) == ("look_soon", "open", True)


async def test_a_step_that_came_back_meanwhile_is_settled(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    await file_psa(world, man, "0.03", on=today)
    late = await site.post(browser, f"/late/{ref}/contact", {"outcome": "no_answer"})
    assert (late.status_code, "settled meanwhile" in late.text) == (422, True)
    assert "This is settled" in (await browser.get(f"/late/{ref}/contact")).text


async def test_a_consultant_does_not_change_how_people_are_reached(site: Site, world: World, trust, man, ref):
    doctor = await a_member(world, trust.organisation_id, role=Role.CONSULTANT, team_id=trust.team_id, name="doc")
    browser = await site.signed_in(trust.organisation_id, doctor)
    number = await the(world, "select id from contact_point where kind = 'mobile'")
    answer = await site.post(browser, f"/late/{ref}/contact", {"outcome": "wrong_number", "number": str(number)})
    assert (answer.status_code, "Your role may not change" in answer.text) == (422, True)
    assert await the(world, "select count(*) from alert where subject_kind = 'plan'") == 0
    assert (await site.post(browser, f"/late/{ref}/contact", {"outcome": "no_answer"})).status_code == 303


async def test_the_alert_that_the_chase_would_raise_is_the_one_that_is_used(site: Site, world: World, trust, man, ref):
    """A call on the tenth day and the chase on the twenty-first make one alert, and a closed one opens again."""
    browser = await nurse(site, trust)
    await site.post(browser, f"/late/{ref}/contact", {"outcome": "no_answer"})
    await world.as_owner(
        "update alert set state = 'closed', closed_at = now(), closed_by_staff_id = $1, outcome = 'test_arranged',"
        " next_escalation_at = null", trust.nurse.id,
    )  # fmt: skip
    assert (await site.post(browser, f"/late/{ref}/contact", {"outcome": "no_answer"})).status_code == 303
    assert [tuple(row) for row in await world.as_owner("select state, episode from alert")] == [("taken", 1)]


async def test_the_dead_are_not_called(site: Site, world: World, trust, man, ref):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await mark_dead(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=True, died_on=None,
                        by=trust.nurse, now=tx.now)  # fmt: skip
    assert "This person has died. Do not call." in (await (await nurse(site, trust)).get(f"/late/{ref}/contact")).text


async def test_the_list_may_be_of_one_way_of_follow_up(site: Site, world: World, trust, man, ref):
    browser = await nurse(site, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await set_modes(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, modes=[FollowUpMode.TIMED],
                        reason="A call each year.", by=trust.nurse, now=tx.now)  # fmt: skip
    assert "10 days late" in (await browser.get("/late?way=timed")).text
    page = (await browser.get("/late?way=remote")).text
    assert "Nothing fits these filters." in page
    assert '<option value="remote" selected>' in page
    assert "10 days late" in (await browser.get("/late?way=made-up")).text
    await world.behind_triggers("delete from plan_mode")
    assert "10 days late" in (await browser.get("/late?way=remote")).text  # nobody has recorded one
