"""Signing in as a browser does it: what each step sets, what it never shows, and that no way in skips a step."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pyotp
import pytest

from rms.audit.model import Actor, ActorKind
from rms.people.model import Role
from rms.people.sign_in.sessions import SessionKind, token_hash
from rms.people.staff import NewStaff, add_staff, change_role, end_staff
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import COOKIE, Site, a_member, a_site, token_on

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")
PASSWORD = "seven blue lamps in a row"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def admit(site: Site, trust: Trust) -> NewStaff:
    async with site.database.transaction(organisation_id=trust.organisation_id) as tx:
        return await add_staff(tx, organisation_id=trust.organisation_id, sign_in_name="nina", display_name="Nina New",
                               role=Role.NURSE_SPECIALIST, team_ids=[trust.team_id], by=OPERATOR)  # fmt: skip


async def fill_in(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Open a page and send its form back."""
    shown = await browser.get(path)
    return await browser.post(path, data={**fields, "csrf_token": token_on(shown)})


async def set_up(site: Site, browser: httpx.AsyncClient, new: NewStaff) -> pyotp.TOTP:
    """Choose a password and enrol an app; the browser is signed in afterwards."""
    sent = await fill_in(browser, "/sign-in/set-up", name="nina", set_up_code=new.set_up_code, password=PASSWORD)
    assert (sent.status_code, sent.headers["location"]) == (303, "/sign-in/authenticator")
    shown = await browser.get("/sign-in/authenticator")
    letters = re.search(r'nhsuk-code">([A-Z2-7 ]+)<', shown.text)
    assert letters is not None
    app = pyotp.TOTP(letters[1].replace(" ", ""))
    done = await browser.post(
        "/sign-in/authenticator", data={"code": app.at(site.hands.now()), "csrf_token": token_on(shown)}
    )
    assert (done.status_code, done.headers["location"]) == (303, "/")
    return app


async def test_from_set_up_code_to_today_and_back_again_another_day(site: Site, trust: Trust):
    new = await admit(site, trust)
    browser = site.browser()
    app = await set_up(site, browser, new)
    assert (await browser.get("/")).headers["location"] == "/today"
    assert (await browser.get("/today")).status_code == 200

    left = await site.post(browser, "/sign-out")
    assert left.headers["location"] == "/sign-in"
    assert "cache" in left.headers["clear-site-data"]
    assert (await browser.get("/today")).headers["location"] == "/sign-in"

    site.hands.at = site.hands.at.replace(hour=10)
    seen = [browser.cookies.get(COOKIE)]
    sent = await fill_in(browser, "/sign-in", name="nina", password=PASSWORD)
    assert sent.headers["location"] == "/sign-in/code"
    seen.append(browser.cookies.get(COOKIE))
    assert (await browser.get("/today")).headers["location"] == "/sign-in"
    sent = await fill_in(browser, "/sign-in/code", code=app.at(site.hands.now()))
    seen.append(browser.cookies.get(COOKIE))
    assert sent.headers["location"] == "/"
    assert (await browser.get("/today")).status_code == 200
    assert len(set(seen)) == 3


async def test_every_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts(site: Site, trust: Trust):
    browser = site.browser()
    new = await admit(site, trust)
    set_by_us: list[str] = []
    for answer in (await browser.get("/sign-in"), await browser.get("/sign-in/set-up")):
        set_by_us += answer.headers.get_list("set-cookie")
    await set_up(site, browser, new)
    done = await site.post(browser, "/sign-out")
    set_by_us += done.headers.get_list("set-cookie")
    assert set_by_us
    for line in set_by_us:
        lower = line.lower()
        assert line.startswith("__Host-"), line
        assert all(word in lower for word in ("secure", "httponly", "path=/", "samesite=lax")), line
        assert "domain=" not in lower


async def test_a_value_chosen_by_an_attacker_is_never_valid(site: Site, trust: Trust):
    new = await admit(site, trust)
    browser = site.browser()
    browser.cookies.set(COOKIE, "attackerchosen", domain="rms.example.org")
    await set_up(site, browser, new)
    assert browser.cookies.get(COOKIE) != "attackerchosen"
    attacker = site.browser()
    attacker.cookies.set(COOKIE, "attackerchosen", domain="rms.example.org")
    assert (await attacker.get("/today")).headers["location"] == "/sign-in"


async def test_a_half_way_session_that_somebody_planted_stays_half_way(site: Site, trust: Trust):
    new = await admit(site, trust)
    browser = site.browser()
    planted = await site.session(trust.organisation_id, new.staff_id, kind=SessionKind.HALF_WAY, second_factor=False)
    browser.cookies.set(COOKIE, planted, domain="rms.example.org")
    await set_up(site, browser, new)
    attacker = site.browser()
    attacker.cookies.set(COOKIE, planted, domain="rms.example.org")
    for path in ("/today", "/sign-in/code", "/sign-in/authenticator"):
        assert (await attacker.get(path)).headers["location"] == "/sign-in"


async def test_no_step_can_be_left_out(site: Site, trust: Trust):
    """Every route in front of a session, with nothing and with a half-way session: none opens a staff page."""
    await admit(site, trust)
    nurse = trust.nurse.id or 0
    half_way = await site.session(trust.organisation_id, nurse, kind=SessionKind.HALF_WAY, second_factor=False)
    answering = await site.session(trust.organisation_id, nurse, kind=SessionKind.ANSWERING, second_factor=False)
    for value in ("", half_way, answering):
        browser = site.browser()
        if value:
            browser.cookies.set(COOKIE, value, domain="rms.example.org")
        for path in ("/", "/today", "/people", "/letters", "/account"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), (value, path)
        assert (await site.post(browser, "/people", {"wanted": "ash"})).status_code == 401


async def test_wrong_and_unknown_look_the_same(site: Site, trust: Trust):
    new = await admit(site, trust)
    await set_up(site, site.browser(), new)
    bodies = []
    for name in ("nina", "nora"):
        browser = site.browser()
        answer = await fill_in(browser, "/sign-in", name=name, password="not the password")
        assert answer.status_code == 422
        bodies.append(re.sub(r'csrf_token" value="[0-9a-f]+"', "", answer.text).replace(name, "NAME"))
    assert bodies[0] == bodies[1]


async def test_passwords_and_codes_never_come_back_in_a_page(site: Site):
    browser = site.browser()
    shown = await fill_in(browser, "/sign-in", name="nina", password="canary one two three")
    again = await fill_in(browser, "/sign-in/set-up", name="nina", set_up_code="CANARY-CODE", password="canary")
    assert "canary" not in (shown.text + again.text).lower()
    assert "nina" in shown.text


async def test_all_that_is_missing_is_said_at_once(site: Site):
    answer = await fill_in(site.browser(), "/sign-in/set-up")
    assert answer.status_code == 422
    for sentence in ("Enter your sign-in name", "Enter your set-up code", "Choose a password"):
        assert sentence in answer.text


async def test_too_many_tries_say_until_when_to_wait(site: Site):
    browser = site.browser()
    for _ in range(11):
        answer = await fill_in(browser, "/sign-in", name="nina", password="not the password")
    assert answer.status_code == 422
    assert re.search(r"Wait until (\d{1,2}(:\d\d)?(am|pm)|midday|midnight)", answer.text)


async def test_what_a_header_says_about_the_address_changes_nothing(site: Site, world: World):
    for forged in ("1.2.3.4", "5.6.7.8"):
        browser = site.browser()
        browser.headers["x-forwarded-for"] = forged
        browser.headers["forwarded"] = f"for={forged}"
        await fill_in(browser, "/sign-in", name=f"name{forged}", password="not the password")
    tries = [row["tries"] for row in await world.as_owner("select tries from door_sign_in_try order by tries")]
    assert tries == [1, 1, 2]


async def test_the_square_code_says_what_the_letters_say_and_is_shown_no_more(site: Site, trust: Trust):
    new = await admit(site, trust)
    browser = site.browser()
    app = await set_up(site, browser, new)
    told = urlsplit(app.provisioning_uri(name="nina", issuer_name="Remote monitoring"))
    assert parse_qs(told.query)["secret"] == [app.secret]
    assert (await browser.get("/sign-in/authenticator")).headers["location"] == "/sign-in"
    half_way = await site.session(trust.organisation_id, new.staff_id, kind=SessionKind.HALF_WAY, second_factor=False)
    browser.cookies.set(COOKIE, half_way, domain="rms.example.org")
    again = await browser.get("/sign-in/authenticator")
    assert (again.status_code, again.headers["location"]) == (303, "/sign-in/code")


@pytest.mark.parametrize("move", ["role", "leave", "everywhere"])
async def test_the_next_request_after_a_change_asks_to_sign_in(site: Site, trust: Trust, move: str):
    nurse = trust.nurse.id or 0
    browser, elsewhere = [await site.signed_in(trust.organisation_id, nurse) for _ in range(2)]
    assert (await browser.get("/today")).status_code == 200
    if move == "everywhere":
        assert (await site.post(elsewhere, "/sign-out/everywhere")).status_code == 303
    else:
        async with site.database.transaction(organisation_id=trust.organisation_id) as tx:
            who = {"organisation_id": trust.organisation_id, "staff_id": nurse, "by": OPERATOR}
            await (change_role(tx, role=Role.AUDITOR, **who) if move == "role" else end_staff(tx, **who))
    assert (await browser.get("/today")).headers["location"] == "/sign-in"
    assert (await site.post(browser, "/people", {"wanted": "ash"})).status_code == 401


async def test_a_demo_offers_its_staff_and_lets_them_in(world: World, trust: Trust, tmp_path):
    await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=trust.team_id, name="dora")
    async with a_site(world.web, home=tmp_path, demo=True) as site:
        browser = site.browser()
        shown = await browser.get("/sign-in")
        assert 'name="who" value="dora"' in shown.text
        sent = await browser.post("/sign-in/demo", data={"who": "dora", "csrf_token": token_on(shown)})
        assert sent.headers["location"] == "/"
        assert (await browser.get("/today")).status_code == 200


async def a_live_nurse(url: str) -> None:
    """A nurse called dora in a live database."""
    owner = await asyncpg.connect(url)
    await owner.execute(
        "insert into organisation (code, name, phone) values ('RAA', 'North', '01632 960000');"
        "insert into staff (organisation_id, sign_in_name, display_name, role)"
        " select id, 'dora', 'Dora', 'nurse_specialist' from organisation;"
        "insert into door_sign_in (sign_in_name, organisation_id, staff_id) select 'dora', organisation_id, id from staff"
    )
    await owner.close()


async def test_a_live_system_knows_no_demo_sign_in(live_database, tmp_path):
    url, web = live_database
    await a_live_nurse(url)
    for demo in (False, True):  # whatever the program was told
        async with a_site(web, home=tmp_path / str(demo), demo=demo) as site:
            browser = site.browser()
            shown = await browser.get("/sign-in")
            assert "/sign-in/demo" not in shown.text
            sent = await browser.post("/sign-in/demo", data={"who": "dora", "csrf_token": token_on(shown)})
            assert sent.status_code == 404


async def test_a_live_system_takes_no_session_without_a_second_factor_wherever_it_came_from(live_database, tmp_path):
    """Planted in the table itself, past the function that refuses to open one."""
    url, web = live_database
    await a_live_nurse(url)
    owner = await asyncpg.connect(url)
    plant = (
        "insert into door_session (token_hash, kind, organisation_id, subject_id, idle_seconds, absolute_until,"
        " second_factor_at) select $1, 'staff', organisation_id, id, 900, now() + interval '1 hour', $2 from staff"
    )
    await owner.execute(plant, token_hash("with"), datetime(2027, 3, 1, tzinfo=UTC))
    await owner.execute(plant, token_hash("without"), None)
    await owner.close()
    async with a_site(web, home=tmp_path) as site:
        for value, status in (("with", 200), ("without", 303)):
            browser = site.browser()
            browser.cookies.set(COOKIE, value, domain="rms.example.org")
            assert (await browser.get("/account")).status_code == status, value
