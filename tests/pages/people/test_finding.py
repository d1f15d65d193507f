"""Finding somebody on the phone: by a name with a slip in it, by either number, by the day of birth; never beyond my teams."""

import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.pages.site import Site, a_member
from tests.worklists import nurse, other_team


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, a_person(7))
    return trust


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


async def finds(site: Site, browser: httpx.AsyncClient, wanted: str) -> bool:
    return "ASHDOWN, Peter" in (await site.post(browser, "/people", {"wanted": wanted})).text


@pytest.mark.parametrize(
    "wanted",
    ["ash", "Ashdown P", "peter ashdown", "ashdwon", "999 000 0077", "H000007", "h000007", "3 4 1950", "03/04/1950",
     "3 April 1950", "1950-04-03"],
)  # fmt: skip
async def test_they_are_found_however_the_caller_says_it(site: Site, browser: httpx.AsyncClient, wanted: str):
    assert await finds(site, browser, wanted)


@pytest.mark.parametrize(
    ("wanted", "status", "says"),
    [
        ("999 000 0078", 422, "last digit"),
        ("31 2 1950", 422, "The date of birth must be a real date"),
        ("a", 422, "Enter at least 2 letters of the name"),
        ("3 5 1950", 200, "Nobody of your teams was found"),
        ("H9", 200, "Nobody of your teams was found"),
        ("<script>alert(1)</script>", 200, "Nobody of your teams was found"),
    ],
)
async def test_what_finds_nobody_says_why(site: Site, browser: httpx.AsyncClient, wanted: str, status: int, says: str):
    answer = await site.post(browser, "/people", {"wanted": wanted})
    assert (answer.status_code, says in answer.text) == (status, True)
    assert "<script>alert" not in answer.text
    assert 'href="/people/add"' in answer.text


async def test_a_name_that_is_only_near_is_said_to_be(site: Site, browser: httpx.AsyncClient):
    assert (
        "Nobody’s name starts exactly like that." in (await site.post(browser, "/people", {"wanted": "ashdwon"})).text
    )


@pytest.mark.parametrize("wanted", ["ash", "ashdwon", "H000007", "3 4 1950", "999 000 0077"])
async def test_another_team_finds_nobody_of_ours(site: Site, world: World, trust: Trust, wanted: str):
    _, bea = await other_team(world, trust)
    assert not await finds(site, await site.signed_in(trust.organisation_id, bea), wanted)


async def test_who_may_not_add_is_not_sent_there(site: Site, world: World, trust: Trust):
    who = await a_member(world, trust.organisation_id, role=Role.CONSULTANT, team_id=trust.team_id, name="cons")
    page = (await (await site.signed_in(trust.organisation_id, who)).get("/people")).text
    assert 'href="/people/add"' not in page


async def test_every_page_says_at_its_foot_whether_the_laboratories_send(site: Site, browser: httpx.AsyncClient):
    found = (await site.post(browser, "/people", {"wanted": "ash"})).text
    person = found.split('scope="row"><a href="')[1].split('"')[0]
    for path in ("/today", "/alerts", "/late", "/messages", "/unmatched", "/people", person, f"{person}/contact",
                 f"{person}/history", "/review", "/letters", "/starting", "/people/add"):  # fmt: skip
        page = (await browser.get(path)).text
        foot = page[page.index("<footer") :]
        assert "No laboratory feed is connected yet." in foot, path
