"""Bad days on lists: nobody on them, five thousand, names of every kind, two nurses on one row, a page left open over night."""

from uuid import UUID

import pytest

from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.pages.site import Site
from tests.worklists import alarmed, nurse, staff_id, stopped_message

LISTS = ("/today", "/alerts", "/late", "/messages", "/unmatched", "/notes", "/today/unattended")
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswesse"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_a_list_with_nobody_says_why_and_what_is_next(site: Site, trust: Trust):
    browser = await nurse(site, trust)
    for path in LISTS[1:]:
        page = (await browser.get(path)).text
        assert "<strong>0 " in page, path
        assert page.split("<strong>0 ")[1].split("</main>")[0].count("<p>") >= 2, path
        assert "<table" not in page, path
    assert "All clear. Nothing waits here." in (await browser.get("/today")).text


async def test_a_list_of_five_thousand_comes_fifty_at_a_time_and_every_one_is_counted(
    site: Site, world: World, trust: Trust
):
    patient_id = await on_file(world, trust, a_person(7))
    await world.as_owner(
        "insert into alert (organisation_id, team_id, kind, state, subject_kind, subject_id, rule_key, patient_id, sentence,"
        " opened_at, respond_by, next_escalation_at, episode)"
        " select $1, $2, 'look_soon', 'open', 'patient', $3, 'r' || n, $3, 'Number ' || n, now() - make_interval(mins => n),"
        " now(), now(), 1 from generate_series(1, 5000) n", trust.organisation_id, trust.team_id, patient_id,
    )  # fmt: skip
    browser = await nurse(site, trust)
    page = (await browser.get("/alerts")).text
    assert "<strong>5,000 alerts</strong>" in page
    assert page.count('name="pick"') == 50
    assert "Number 5000<" in page
    last = (await browser.get("/alerts?page=100")).text
    assert (last.count('name="pick"'), "Number 1<" in last) == (50, True)
    assert (await browser.get("/alerts?page=101")).headers["location"] == "/alerts"
    assert '<strong class="rms-number" id="look_soon">5,000</strong>' in (await browser.get("/today")).text


@pytest.mark.parametrize("name", [LONG, "الأنصاري", "O’Brien-D'Arcy", "<script>alert(1)</script>"])
async def test_a_name_of_any_kind_stands_on_lists_as_it_is(site: Site, world: World, trust: Trust, name: str):
    patient_id = await on_file(world, trust, a_person(7, family=name))
    await alarmed(world, trust, patient_id)
    await stopped_message(world, trust, patient_id)
    browser = await nurse(site, trust)
    shown = name.upper().replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
    for path in ("/alerts", "/messages"):
        page = (await browser.get(path)).text
        assert shown in page, path
        assert "<script>alert" not in page, path


async def test_two_nurses_on_one_row_and_the_second_sees_who_was_quicker(site: Site, world: World, trust: Trust):
    ref: UUID = await alarmed(world, trust, await on_file(world, trust, a_person(7)))
    one, two = (
        await nurse(site, trust),
        await site.signed_in(trust.organisation_id, await staff_id(world, "Dan Deputy")),
    )
    pages = [(await browser.get(f"/alerts/{ref}")).text for browser in (one, two)]
    assert all("Close this alert" in page for page in pages)
    closed = await site.post(one, f"/alerts/{ref}/close", {"outcome": "person_called", "note": "She is well."})
    assert closed.status_code == 303
    late = await site.post(two, f"/alerts/{ref}/close", {"outcome": "no_action", "note": "Mine."})
    assert late.status_code in (303, 422)
    assert await the(world, "select outcome_note from alert") == "She is well."
    assert await the(world, "select count(*) from alert_move where move = 'close'") == 1
    assert "She is well." in (await two.get(f"/alerts/{ref}")).text


async def test_a_form_left_open_over_night_does_nothing_and_leads_to_sign_in(site: Site, world: World, trust: Trust):
    ref: UUID = await alarmed(world, trust, await on_file(world, trust, a_person(7)))
    browser = await nurse(site, trust)
    await browser.get(f"/alerts/{ref}")
    await world.as_owner("update door_session set last_seen_at = last_seen_at - interval '14 hours'")
    answer = await site.post(browser, f"/alerts/{ref}/close", {"outcome": "person_called", "note": "x"})
    assert (answer.status_code, 'href="/sign-in"' in answer.text) == (401, True), answer.text[-1500:]
    assert await the(world, "select state from alert") == "open"
