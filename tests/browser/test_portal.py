"""A man of 76 uses his pages on a phone 320 pixels wide: no scripts, no mouse, and every page passes the accessibility check.

The pages themselves are looked at on three sizes of window.
"""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.asked import asked, link_of
from tests.cast import a_trust
from tests.database import World
from tests.own_pages import code_of, link_to_pages
from tests.results_shown import results_of_his

pytestmark = pytest.mark.browser

FOCUSED = "(document.activeElement.innerText || document.activeElement.name || '').replace(/\\s+/g, ' ').trim()"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST_TARGET = 44  # CSS pixels
PRESSED = "button, .rms-answers .nhsuk-radios__item, .rms-doors a"
LARGE = ".rms-answers .nhsuk-radios__item, .rms-doors a"
ANSWER_HEIGHT = 56  # CSS pixels
SIZES = ((320, 640), (360, 740), (1366, 768))
LARGE_ONES = f"[...document.querySelectorAll('{LARGE}')].map(e => e.getBoundingClientRect().height)"
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
    assert all(height >= ANSWER_HEIGHT for height in page.evaluate(LARGE_ONES)), page.url
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
    give_birth_date(page, year="1951")
    assert "does not match this link" in page.content()
    look_over(page)
    give_birth_date(page)
    assert locator not in page.url
    look_over(page)
    press(page, "Start")
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
    press(page, "Start")
    press(page, "Continue")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    look_over(page)


def test_stopping_and_going_back_shows_nothing_that_was_said(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}/you")
    give_birth_date(page)
    press(page, "Start")
    choose(page, "unwell")
    press(page, "Stop and come back later")
    assert "Your answers so far are saved" in page.content()
    look_over(page)
    page.go_back()
    assert "You have stopped" in page.content()
    look_over(page)


def test_somebody_to_talk_to_is_on_the_way(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}/you")
    give_birth_date(page)
    press(page, "Start")
    press(page, "Talk to somebody instead")
    look_over(page)
    press(page, "Please phone me")
    assert "We will phone you" in page.content()
    look_over(page)


def test_back_after_sending_and_coming_back_after_a_break(page: Page, locator: str) -> None:
    page.goto(f"/r/{locator}")
    give_birth_date(page)
    press(page, "Start")
    choose(page, "well")
    page.goto(f"/r/{locator}")
    give_birth_date(page)
    press(page, "Go on with question 2")
    assert page.url.endswith("/questions/q/bone-pain")
    while (item := re.search(r"/questions/q/([a-z-]+)$", page.url)) is not None:
        choose(page, "no" if item[1] != "worry" else "not")
    press(page, "Send my answers")
    page.go_back()
    assert "We have your answers" in page.content()


async def _his_pages(world: World) -> str:
    """A man with results that may be shown; the locator to his own pages."""
    trust = await a_trust(world)
    man = await asked(world, trust)
    await results_of_his(world, trust, man)
    return await link_to_pages(world, trust, man)


@pytest.fixture
def own(clean, outside) -> str:
    del clean
    return outside(_his_pages)


def enter(page: Page, outside) -> None:
    """From a page that needs a code to the page behind it."""
    press(page, "Send me a code")
    look_over(page)
    tab_to(page, "code")
    page.keyboard.type(outside(code_of))
    press(page, "Continue")


def test_what_is_my_next_test(page: Page, own: str, outside) -> None:
    page.goto(f"/r/{own}")
    give_birth_date(page)
    look_over(page)
    press(page, "See your next test, your results and your plan")
    look_over(page)
    press(page, "Send me a code")
    tab_to(page, "code")
    page.keyboard.type("000000x")
    press(page, "Continue")
    assert page.title().startswith("Error: ")
    look_over(page)
    press(page, "Send me a new code")
    tab_to(page, "code")
    page.keyboard.type(outside(code_of))
    press(page, "Continue")
    assert page.locator("h2", has_text="Next: PSA blood test").count() == 1
    look_over(page)
    press(page, "See this result")
    assert "The result is what we expect for you" in page.content()
    assert page.locator("svg").count() == 2
    look_over(page)


def test_a_new_number_is_used_when_its_code_was_typed(page: Page, own: str, outside) -> None:
    page.goto(f"/r/{own}")
    give_birth_date(page)
    press(page, "Change how we contact you")
    enter(page, outside)
    look_over(page)
    press(page, "Change Mobile")
    look_over(page)
    tab_to(page, "value")
    page.keyboard.type("07700 900777")
    press(page, "Send a code to it")
    look_over(page)
    tab_to(page, "code")
    page.keyboard.type(outside(partial(code_of, purpose="contact")))
    press(page, "Continue")
    assert "07700 900777" in page.content()
    look_over(page)


def test_a_worry_reaches_the_team(page: Page, own: str) -> None:
    page.goto(f"/r/{own}")
    give_birth_date(page)
    press(page, "Tell us about a symptom that worries you")
    look_over(page)
    tab_to(page, "words")
    page.keyboard.type("My back hurts at night")
    press(page, "Ask a nurse to call me")
    assert "We have told your team" in page.content()
    look_over(page)


OPEN_TO_ALL = ("/r/{}", "/r/{}/new", "/r/{}/not-me", "/help", "/help/privacy", "/help/accessibility", "/your-pages")
SEEN = ("/follow-up", "/contact", "/contact/new/mobile", "/contact/new/email", "/contact/check")
AFTER_THE_BIRTH_DATE = (
    "/your-pages", "/symptoms", "/tell-us", "/tell-us/test", "/tell-us/booked",
    "/tell-us/moved", "/tell-us/no-more", "/stop-texts", "/code",
)  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_page_around_his_own(chromium: Browser, site: str, own: str, outside, size: tuple[int, int]) -> None:
    """Each page, and each form sent empty, in each size of window."""
    context = chromium.new_context(java_script_enabled=False, base_url=site,
                                   viewport={"width": size[0], "height": size[1]})  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(20_000)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2] if "://" in request.url else ""))
    for path in OPEN_TO_ALL:
        page.goto(path.format(own))
        look_over(page)
    page.goto(f"/r/{own}")
    give_birth_date(page)
    for path in AFTER_THE_BIRTH_DATE:
        page.goto(path)
        look_over(page)
    for path, button in (("/tell-us/test", "Send"), ("/tell-us/moved", "Send"), ("/stop-texts", "Continue")):
        page.goto(path)
        press(page, button)
        assert page.title().startswith("Error: ")
        look_over(page)
    page.goto("/follow-up")
    enter(page, outside)
    look_over(page)
    for path in SEEN:
        page.goto(path)
        look_over(page)
    assert hosts <= {site.split("/")[2], ""}
    assert page.evaluate("window.localStorage.length + window.sessionStorage.length") == 0
    context.close()


def test_a_first_visit_is_light(chromium: Browser, site: str, own: str) -> None:
    """What a phone loads when the link is opened for the first time, as the browser counts it."""
    context = chromium.new_context(base_url=site, viewport={"width": 360, "height": 740})
    page = context.new_page()
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"/r/{own}", wait_until="networkidle")
    assert len(sizes) <= 5
    assert sum(sizes) <= 60 * 1024
    context.close()
