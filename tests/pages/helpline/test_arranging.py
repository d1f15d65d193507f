"""A test is requested and booked: shown where it is waited for, looked at later within the step's days, and never closed."""

from datetime import date, timedelta

import httpx
import pytest

from rms.plans.jobs import send_forms, sweep_reminders
from rms.plans.moves.arranging import next_look
from tests.asked import load
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, followed, the
from tests.pages.site import Site

DUE = date(2027, 3, 1)


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    await load(world)
    return await followed(world, trust=trust)


@pytest.fixture
async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id)


async def first_test(world: World) -> dict[str, object]:
    [row] = await world.as_owner(
        "select o.*, c.act_on, c.stage from occurrence o join calendar c on c.occurrence_id = o.id"
        " where o.kind = 'test' and o.state = 'open' order by o.due_on limit 1"
    )
    return dict(row)


def booked(on: date, **more: str) -> dict[str, str]:
    return {
        "what": "booked",
        "by": "person",
        "on-day": str(on.day),
        "on-month": str(on.month),
        "on-year": str(on.year),
        **more,
    }


@pytest.mark.parametrize(("booked_for", "looked_at"), [
    (date(2027, 1, 1), DUE),  # long before: nothing moves
    (date(2027, 3, 3), date(2027, 3, 10)),  # a week for the result
    (date(2027, 9, 1), date(2027, 3, 29)),  # never more than the step's days
])  # fmt: skip
def test_a_booking_moves_the_next_look_by_at_most_the_steps_days(booked_for: date, looked_at: date) -> None:
    assert next_look(act_on=DUE, first_on=DUE, booked_for=booked_for, days=28) == looked_at


def test_booking_again_and_again_moves_no_further() -> None:
    once = next_look(act_on=DUE, first_on=DUE, booked_for=date(2028, 1, 1), days=28)
    assert next_look(act_on=once, first_on=DUE, booked_for=date(2029, 1, 1), days=28) == once


async def test_requested_and_booked_are_shown_with_who_and_the_test_stays_open(site, world, man, nurse):
    before = await first_test(world)
    path = f"/tests/{before['ref']}/arrange"
    assert (await site.post(nurse, path, {"what": "requested", "by": "team"})).status_code == 303
    on = before["due_on"] + timedelta(days=300)
    assert (await site.post(nurse, path, booked(on))).status_code == 303
    after = await first_test(world)
    assert (after["id"], after["state"], after["stage"]) == (before["id"], "open", before["stage"])
    assert before["act_on"] < after["act_on"] <= before["act_on"] + (before["latest_on"] - before["due_on"])
    page = (await nurse.get(path)).text
    assert "Requested on" in page
    assert "by the person (noted by Nora Nurse)" in page
    ref = await the(world, "select ref from patient")
    assert "Booked for" in (await nurse.get(f"/people/{ref}")).text
    await world.move_civil_clock((before["due_on"] - man.today).days + 1)
    late = (await nurse.get("/late")).text
    assert "Booked for" in late
    assert f"{path}" in late


async def test_every_fault_is_said_and_a_day_behind_us_is_none(site, world, man, nurse):
    path = f"/tests/{(await first_test(world))['ref']}/arrange"
    empty = await site.post(nurse, path, {})
    assert (empty.status_code, "Choose what was arranged" in empty.text, "Choose who arranged it" in empty.text) == (
        422,
        True,
        True,
    )
    no_day = await site.post(nurse, path, {"what": "booked", "by": "team"})
    assert (no_day.status_code, "Enter the day it is booked for" in no_day.text) == (422, True)
    gone = await site.post(nurse, path, booked(man.today - timedelta(days=1)))
    assert (gone.status_code, "must be today or later" in gone.text) == (422, True)
    assert await the(world, "select count(*) from test_arrangement") == 0


async def test_the_form_follows_a_reminder_by_text_once_and_says_the_place_of_their_choice(site, world, man, nurse):
    test = await first_test(world)
    assert test["facts"]["place"] == "gp_practice"
    assert (await site.post(nurse, f"/tests/{test['ref']}/place", {"place": "hub"})).status_code == 303
    assert "A blood-taking hub" in (await nurse.get(f"/tests/{test['ref']}/arrange")).text
    await world.move_civil_clock((test["act_on"] - man.today).days)
    await sweep_reminders(world.worker)
    assert [await send_forms(world.worker) for _ in range(2)] == [1, 0]
    rows = await world.as_owner(
        "select purpose, channel, facts->>'place' as place from message where cause_kind = 'occurrence' order by id"
    )
    assert [tuple(row) for row in rows] == [("test_reminder_1", "sms", "hub"), ("test_request", "letter", "hub")]


async def test_in_a_letter_the_form_is_the_second_page_and_no_second_envelope_goes(world, man):
    await world.as_owner("update patient set prefers = 'letter'")
    test = await first_test(world)
    await world.move_civil_clock((test["act_on"] - man.today).days)
    await sweep_reminders(world.worker)
    assert await send_forms(world.worker) == 0
    assert await the(world, "select channel from message where purpose = 'test_reminder_1'") == "letter"
