"""Calls on the helpline: written down with advice and outcome; what is open has an owner and a clock; the way to clinic."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, followed, the
from tests.pages.site import Site, a_member

SYMPTOM = {"caller": "person", "reason": "symptom", "details": "Pain in the back for three weeks.", "soon": "today",
           "advice": "To rest, and to call 999 if the legs feel weak.", "outcome": "nurse_asked"}  # fmt: skip


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    from tests.asked import load

    await load(world)
    return await followed(world, trust=trust)


@pytest.fixture
async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id)


async def person_path(world: World, man: Followed) -> str:
    return f"/people/{await the(world, 'select ref from patient where id = $1', man.patient_id)}"


async def call(site: Site, world: World, browser: httpx.AsyncClient, man: Followed, fields: dict[str, str]) -> str:
    """Write a call down; the address of it."""
    answer = await site.post(browser, f"{await person_path(world, man)}/helpline", fields)
    assert answer.status_code == 303, answer.text
    found: str = answer.headers["location"]
    return found


def a_day(name: str, on: Any) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


async def test_a_worry_about_a_symptom_is_an_alert_of_whoever_took_the_call(site, world, trust, man, nurse):
    contact = await call(site, world, nurse, man, SYMPTOM)
    [alert] = await world.as_owner("select * from alert where subject_kind = 'helpline'")
    assert (alert["kind"], alert["state"], alert["owner_staff_id"]) == ("act_today", "taken", trust.nurse.id)
    assert alert["next_escalation_at"] is not None
    assert "Pain in the back for three weeks." in alert["sentence"]
    page = (await nurse.get(contact)).text
    for words in ("Worried about a symptom", "To rest, and to call 999", "A nurse must look at it", "Who has it", "You",
                  "What happened next?"):  # fmt: skip
        assert words in page, words
    listed = (await nurse.get("/helpline")).text
    assert "Pain in the back" in listed
    assert "1 call" in listed
    assert "Pain in the back" in (await nurse.get(await person_path(world, man))).text
    assert "Pain in the back" not in (await nurse.get("/helpline?kind=settled")).text


async def test_the_way_back_to_clinic_is_asked_for_waited_for_and_its_outcome_recorded(site, world, trust, man, nurse):
    contact = await call(site, world, nurse, man, SYMPTOM)
    on = man.today + timedelta(days=6)
    asked = await site.post(
        nurse, f"{contact}/step", {"what": "clinic_asked", "detail": "Urology, Tuesday list", **a_day("on", on)}
    )
    assert asked.status_code == 303, asked.text
    alerts = await world.as_owner("select kind, state, outcome from alert where subject_kind = 'helpline' order by id")
    assert [tuple(one) for one in alerts] == [("act_today", "closed", "referred"), ("chase", "snoozed", None)]
    page = (await nurse.get(contact)).text
    assert "A clinic appointment was asked for" in page
    assert "Comes back" in page
    seen = await site.post(nurse, f"{contact}/step", {"what": "clinic_seen", "detail": "Back to the plan."})
    assert seen.status_code == 303
    assert await the(world, "select count(*) from alert where state <> 'closed'") == 0
    page = (await nurse.get(contact)).text
    assert "Settled, " in page
    assert "What happened next?" not in page
    again = await site.post(nurse, f"{contact}/step", {"what": "note", "detail": "x"})
    assert (again.status_code, "This call is settled" in again.text) == (422, True)


async def test_a_call_that_was_answered_leaves_nothing_open_and_one_to_call_back_comes_back(
    site, world, trust, man, nurse
):
    answered = await call(site, world, nurse, man, {"caller": "relative", "caller_name": "Ann Ashdown", "reason": "test",
                          "details": "Where to have the blood taken.", "outcome": "answered"})  # fmt: skip
    assert await the(world, "select count(*) from alert") == 0
    assert "Settled on the telephone" in (await nurse.get(answered)).text
    back = man.today + timedelta(days=3)
    await call(site, world, nurse, man, {"caller": "person", "reason": "result", "details": "Has it come?",
               "outcome": "call_back", **a_day("back", back)})  # fmt: skip
    [alert] = await world.as_owner("select kind, state, snoozed_until, owner_staff_id from alert")
    assert (alert["kind"], alert["state"], alert["owner_staff_id"]) == ("chase", "snoozed", trust.nurse.id)
    assert alert["snoozed_until"].date() == back


@pytest.mark.parametrize(("fields", "faults"), [
    ({}, ("Choose who called", "Choose why they called", "Write what they said", "Choose what came of it")),
    ({**SYMPTOM, "soon": "", "advice": ""}, ("Choose how soon a nurse must look", "Write what you advised about the symptom")),
    ({**SYMPTOM, "caller": "practice"}, ("Enter the name of whoever called",)),
    ({**SYMPTOM, "outcome": "call_back"}, ("Enter the day on which we call back",)),
])  # fmt: skip
async def test_every_fault_of_a_call_is_said_at_once(site, world, trust, man, nurse, fields, faults):
    answer = await site.post(nurse, f"{await person_path(world, man)}/helpline", fields)
    assert answer.status_code == 422
    for words in faults:
        assert words in answer.text, words
    assert await the(world, "select count(*) from helpline_contact") == 0


async def test_a_support_worker_takes_calls_and_does_not_end_a_symptom(site, world, trust, man):
    worker_id = await a_member(
        world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue"
    )
    browser = await site.signed_in(trust.organisation_id, worker_id)
    contact = await call(site, world, browser, man, SYMPTOM)
    page = (await browser.get(contact)).text
    assert "A step was taken; it stays open" in page
    assert 'value="settled"' not in page
    ended = await site.post(browser, f"{contact}/step", {"what": "settled", "detail": "x"})
    assert (ended.status_code, "A nurse, a doctor or a team lead records this" in ended.text) == (422, True)
    assert await the(world, "select state from alert") == "taken"


async def test_a_name_or_a_worry_as_html_is_text(site, world, trust, man, nurse):
    contact = await call(site, world, nurse, man, {**SYMPTOM, "details": "<b>bold</b> & 'quoted'"})
    for path in (contact, "/helpline", await person_path(world, man)):
        page = (await nurse.get(path)).text
        assert "<b>bold</b>" not in page
        assert "&lt;b&gt;bold" in page
