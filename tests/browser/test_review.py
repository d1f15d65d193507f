"""A nurse reviews with the keyboard alone and without scripts; every page of a review passes the accessibility check."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from rms.people.sign_in.sessions import SessionKind, open_session
from tests.asked import load
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import file_psa
from tests.waiting_results import LATER, look_long, waiting_men

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (1280, 800), (640, 900), (320, 640))
#: Where the pages are pictured, for a person to look at; nowhere unless asked for.
PICTURES = os.environ.get("RMS_PICTURES")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "(document.activeElement.innerText || document.activeElement.name || document.activeElement.id || '').trim()"
# Something to press must be seen whole; the table's own region, nearly as high as the screen, at least for a good part.
HIDDEN = """(() => { const box = document.activeElement.getBoundingClientRect(), screen = window.innerHeight;
  const seen = Math.min(box.bottom, screen) - Math.max(box.top, 0);
  return box.height < screen / 2 ? seen < box.height - 1 : seen < screen / 4; })()"""


NAMES = ("Ashdown", "Brook", "Cattermole", "Dale", "Elmsworth-Featherstonehaugh", "Frost", "Garth", "Hill", "Ives", "Jex",
         "Kemp", "Lane", "Marsh", "North")  # fmt: skip


async def fourteen_men(world: World) -> str:
    """Twelve in range and two beyond the limit; the nurse's session."""
    await load(world)
    trust = await a_trust(world)
    men = await waiting_men(world, trust, how_many=12)
    for number, one in enumerate(men):
        await world.as_owner("update patient set family_name = $2 where id = $1", one.man.patient_id, NAMES[number])
    for number, one in enumerate(men[:2]):
        await file_psa(world, one.man, f"0.3{number}", on=one.man.today + timedelta(days=LATER), order=f"over-{number}")
    return await signed_in(world, trust)


async def looked(world: World) -> None:
    """A minute passes."""
    await look_long(world)


async def signed_in(world: World, trust: Trust) -> str:
    assert trust.nurse.id is not None
    async with world.web.transaction() as tx:
        return await open_session(tx, kind=SessionKind.STAFF, organisation_id=trust.organisation_id,
                                  subject_id=trust.nurse.id, second_factor=True)  # fmt: skip


@pytest.fixture
def nurse(chromium: Browser, site: str, clean, outside) -> Iterator[Page]:
    """Nora's browser, without scripts."""
    del clean
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768}, base_url=site)
    context.add_cookies([{"name": "rms-staff", "value": outside(fourteen_men), "url": site}])
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def look_over(page: Page, state: str) -> None:
    """What must hold in every state at every width: axe finds nothing, nothing sticks out, one heading, no script."""
    scripted = page.context.browser.new_context()
    copy = scripted.new_page()
    shown = page.content()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{state}-{width}.png"), full_page=True)
        assert page.evaluate(OVERFLOW) <= 0, (state, width)
        copy.set_viewport_size({"width": width, "height": height})
        copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html"))
        copy.goto(page.url)
        found = Axe().run(copy)
        assert found.violations_count == 0, f"{state} {width}: {found.generate_report()}"
    scripted.close()
    page.set_viewport_size({"width": 1366, "height": 768})
    assert page.locator("h1").count() == 1
    assert page.locator("main script").count() == 0
    assert page.title().strip()


def stays_hidden(page: Page) -> bool:
    """Whether what has the focus is out of sight for a second: a browser that is busy scrolls a little after the key."""
    for _ in range(20):
        if not page.evaluate(HIDDEN):
            return False
        page.wait_for_timeout(50)
    return True


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus stands on something called `name`; it is never hidden on the way."""
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert not stays_hidden(page), (page.url, focused)
        if focused == name:
            return
    raise AssertionError(f"The keyboard does not reach “{name}” on {page.url}: {page.title()}.")


def press(page: Page, name: str) -> None:
    """Reach a button or a link and use it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_nurse_reviews_ten_one_by_one_and_undoes_with_the_keyboard_alone(nurse: Page, outside):
    page = nurse
    page.goto("/review")
    look_over(page, "start")
    press(page, "Look at these 10")
    press(page, "Confirm these 10")
    assert "nothing was done" in page.locator(".nhsuk-error-summary").inner_text()
    assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    look_over(page, "ten-too-fast")
    page.goto(page.url.removesuffix("/confirm"))
    look_over(page, "ten")
    outside(looked)
    tab_to(page, "leave_out")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.title().startswith("What you decided")
    look_over(page, "summary")
    press(page, "Back to review")
    look_over(page, "start-again")
    press(page, "Open the first")
    look_over(page, "case")
    tab_to(page, "note")
    page.keyboard.type("He is well; a repeat in six weeks.")
    press(page, "I called the person")
    look_over(page, "next-case")
    # Above the bar that says who this page is about, with whose it was: the next page may be somebody else's.
    said = page.locator(".rms-just-done")
    assert "called. You can undo this until" in said.inner_text()
    assert said.bounding_box()["y"] < page.locator(".rms-identity").bounding_box()["y"]
    press(page, "See all you decided")
    with page.expect_navigation():
        page.locator("td button", has_text="Undo").first.press("Enter")
    assert "1 undone" in page.locator("main").inner_text()
    page.go_back()
    look_over(page, "summary-undone")
