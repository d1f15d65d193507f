"""The list of pages that a browser goes to (tests/browser/pages.txt) has every page of the application, and each is covered.

It stands here and not beside the browser's tests, so that whoever adds a page hears of it without a browser.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rms.web.guard import walk_routes
from tests.browser.listing import FILE, JOURNEYS, faults_of, read_list
from tests.database import World
from tests.pages.site import Site, a_site

BROWSER = Path(__file__).parent.parent / "browser"


@pytest.fixture
async def site(world: World, tmp_path: Path) -> AsyncIterator[Site]:
    """The application of a demo, with the pages that only a demo has."""
    async with a_site(world.web, home=tmp_path, demo=True) as found:
        yield found


def routes_of(site: Site) -> set[str]:
    return {line.path for line in walk_routes(site.app) if line.method == "GET"}


async def test_every_page_is_on_the_list_and_covered(site: Site):
    assert faults_of(read_list(), routes=routes_of(site)) == []


async def test_a_page_that_is_missing_or_not_covered_is_named(site: Site):
    rows = [row for row in read_list() if row.route != "/late"]
    told = faults_of([*rows, rows[0]], routes=routes_of(site))
    assert told[0] == "GET /late is not on the list."
    assert told[-1] == f"{rows[0].name} stands there twice."
    [row] = read_list("route | state | who | where | covered by\n/x | filled | nurse | /x | some day")
    assert faults_of([row], routes={"/x"}) == ["/x (filled, nurse): covered by “some day”, which is nothing."]


def test_every_journey_that_covers_a_page_is_walked_by_a_test():
    named = {name for row in read_list() for name in row.covered if name in JOURNEYS}
    walked = set(
        re.findall(r"def test_(j\d+)_", "".join(path.read_text("utf-8") for path in BROWSER.glob("test_*.py")))
    )
    assert {f"J{name[1:]}" for name in walked} >= named
    assert {f"J{name[1:]}" for name in walked} >= set(JOURNEYS)


def test_what_is_no_page_says_what_it_is():
    assert {row.route for row in read_list() if FILE in row.covered} == {
        "/assets/{file_path:path}",
        "/health",
        "/letters/{ref:uuid}/pdf",
        "/letters/together",
        "/messages/{ref:uuid}/letter",
        "/downtime/{ref:uuid}/pdf",
        "/people/{ref:uuid}/dates/pdf",
        "/starting/{ref:uuid}/check/pdf",
        "/set-up/wording/{purpose:str}/{channel:str}/pdf",
    }
