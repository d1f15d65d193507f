"""A man of 76 answers on a phone 320 pixels wide: no scripts, no mouse, and every page passes the accessibility check."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.asked import asked, link_of
from tests.cast import a_trust
from tests.database import World

pytestmark = pytest.mark.browser

FOCUSED = "(document.activeElement.innerText || document.activeElement.name || '').trim()"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST_TARGET = 44  # CSS pixels
PRESSED = "button, .rms-answers .nhsuk-radios__item"
TARGETS = f"[...document.querySelectorAll('{PRESSED}')].map(e => e.getBoundingClientRect().height)"


async def a_link(world: World) -> str:
    """A man who was just asked; his locator."""
    return await link_of(world, await asked(world, await a_trust(world)))


@pytest.fixture
def locator(clean, outside) -> str:
    del clean
    return outside(a_link)


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}, base_url=site, has_touch=True
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def look_over(page: Page) -> None:
    """What must hold on every page: axe finds nothing, nothing sticks out, everything to press is large.

    Axe is a script, so it looks at a copy of the page in a context that runs scripts.
    """
    shown = page.content()
    scripted = page.context.browser.new_context(viewport=page.viewport_size)
    copy = scripted.new_page()
    copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html"))
    copy.goto(page.url)
    found = Axe().run(copy)
    scripted.close()
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(OVERFLOW) <= 0, page.url
    assert all(height >= SMALLEST_TARGET for height in page.evaluate(TARGETS)), page.url
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == 0


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus stands on something called `name`."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"The keyboard does not reach “{name}” on {page.url}: {page.title()}.")


def press(page: Page, name: str) -> None:
    """Reach a button or a link and use it."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def give_birth_date(page: Page, *, year: str = "1950") -> None:
    """Type the three boxes."""
    for box, value in (("born_on-day", "3"), ("born_on-month", "4"), ("born_on-year", year)):
        tab_to(page, box)
        page.keyboard.press("Control+a")
        page.keyboard.type(value)
    press(page, "Continue")


def choose(page: Page, code: str) -> None:
    """Reach the list, move with the arrows to an answer, and continue."""
    if page.locator("textarea").count():
        press(page, "Continue")
        return
    tab_to(page, "answer")
    page.keyboard.press("Space")
    for _ in range(10):
        if page.evaluate("document.activeElement.value") == code:
            break
        page.keyboard.press("ArrowDown")
    press(page, "Continue")


def test_from_the_message_to_thank_you(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}")
    look_over(page)
    press(page, "Start")
    look_over(page)
    give_birth_date(page, year="1951")
    assert "does not match this link" in page.content()
    look_over(page)
    give_birth_date(page)
    assert locator not in page.url
    answers = {"wellbeing": "so-so", "cannot-pee": "yes"}
    seen = []
    while (item := re.search(r"/questions/q/([a-z-]+)$", page.url)) is not None:
        look_over(page)
        seen.append(item[1])
        last = page.locator("input[name=answer]").last
        choose(page, answers.get(item[1], "no" if item[1] != "worry" else last.get_attribute("value") or ""))
        if "/questions/today/" in page.url:
            look_over(page)
            assert page.locator("a[href^='tel:01632']").count() == 1
            press(page, "Go on with the questions")
    assert len(seen) == len(set(seen)) == 9
    assert page.url.endswith("/questions/check")
    look_over(page)
    press(page, "Send my answers")
    assert "We have your answers" in page.content()
    assert "Please do not wait for us" in page.content()
    look_over(page)


def test_nothing_chosen_says_so_where_the_focus_is(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}/you")
    give_birth_date(page)
    press(page, "Continue")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    look_over(page)


def test_stopping_and_going_back_shows_nothing_that_was_said(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}/you")
    give_birth_date(page)
    choose(page, "unwell")
    press(page, "Stop and come back later")
    assert "Your answers so far are saved" in page.content()
    look_over(page)
    page.go_back()
    assert "This page has closed" in page.content()
    look_over(page)


def test_somebody_to_talk_to_is_on_the_way(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}/you")
    give_birth_date(page)
    press(page, "Talk to somebody instead")
    look_over(page)
    press(page, "Please phone me")
    assert "We will phone you" in page.content()
    look_over(page)
