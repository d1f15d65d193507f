"""A nurse builds a plan with the keyboard alone: three pages, at most eight inputs, scripts off, nothing that axe finds."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.cast import a_trust
from tests.database import World
from tests.pages.starting.cast import Waiting, sign, waiting

pytestmark = pytest.mark.browser

FOCUS = "(document.activeElement.id || document.activeElement.innerText || '').trim().split('\\n')[0]"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOP = "Math.round(document.activeElement.getBoundingClientRect().top + window.scrollY)"
HIDDEN = "document.activeElement.getBoundingClientRect().height < 3"
MOST_INPUTS = 8


async def a_man_who_waits(world: World) -> Waiting:
    """A trust with a signed protocol and a man whose treatment has finished."""
    trust = await a_trust(world)
    await sign(world, trust)
    await world.as_owner("insert into door_sign_in (sign_in_name, organisation_id, staff_id)"
                         " select sign_in_name, organisation_id, id from staff")  # fmt: skip
    await waiting(world, trust, serial=70, family="Later", days_ago=20)
    return await waiting(world, trust)


@pytest.fixture
def man(clean, outside) -> Waiting:
    del clean
    return outside(a_man_who_waits)


@pytest.fixture(params=[320, 1366])
def page(request: pytest.FixtureRequest, chromium: Browser, site: str, man: Waiting) -> Iterator[Page]:
    del man
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": request.param, "height": 768}, base_url=site
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    opened.goto("/sign-in")
    with opened.expect_navigation():
        opened.get_by_role("button", name="Nora Nurse").click()
    yield opened
    context.close()


def look_over(page: Page) -> None:
    """Axe finds nothing, nothing sticks out, one heading, no script. Axe looks at a copy that runs scripts."""
    shown = page.content()
    scripted = page.context.browser.new_context(viewport=page.viewport_size)
    copy = scripted.new_page()
    copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html"))
    copy.goto(page.url)
    found = Axe().run(copy)
    scripted.close()
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(OVERFLOW) <= 0, page.url
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == 0


class Keyboard:
    """Two hands on the keyboard; counts what is filled in and which pages are sent."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inputs = 0
        self.pages = 0

    def reach(self, name: str) -> None:
        for _ in range(140):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUS) == name:
                return
        raise AssertionError(f"The keyboard does not reach “{name}” on {self.page.url}.")

    def choose(self, name: str, *, second: bool = False) -> None:
        self.reach(name)
        self.page.keyboard.press("ArrowDown" if second else "Space")
        self.inputs += 1

    def type(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.inputs += 1

    def send(self, name: str) -> None:
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.pages += 1


def build(hands: Keyboard, man: Waiting, *, look: bool) -> None:
    """The whole journey, from the list to the person."""
    page = hands.page
    page.goto("/starting")
    if look:
        look_over(page)
    page.get_by_role("link", name="Build a plan for ASHDOWN").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for step in (_protocol, _dates, _check):
        if look:
            look_over(page)
        step(hands)
    assert page.url.endswith(f"/people/{man.person_ref}")


def _protocol(hands: Keyboard) -> None:
    # The register's suggestion is chosen beforehand.
    hands.choose("q-whole-prostate-removed")
    hands.choose("q-no-sign-of-return", second=True)
    hands.choose("q-understands-plan")
    hands.choose("choice")
    hands.send("Continue")


def _dates(hands: Keyboard) -> None:
    # Dates, sources, nurse, channel and the day to look again are filled in beforehand.
    hands.type("limit-value", "0.1")
    hands.type("limit-reason", "Positive margin")
    hands.send("Continue")


def _check(hands: Keyboard) -> None:
    assert "0.1 ug/L instead of 0.2" in hands.page.content()
    hands.send("Start this plan")


def test_a_plan_with_one_personal_change_by_keyboard_alone(page: Page, man: Waiting) -> None:
    hands = Keyboard(page)
    build(hands, man, look=True)
    assert (hands.inputs <= MOST_INPUTS, hands.pages) == (True, 3), hands.inputs


def test_errors_take_the_focus_and_every_link_of_them_leads_to_its_field(page: Page, man: Waiting) -> None:
    page.goto(man.address)
    hands = Keyboard(page)
    hands.send("Continue")
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
    look_over(page)
    links = page.locator(".nhsuk-error-summary a")
    for number in range(links.count()):
        target = (links.nth(number).get_attribute("href") or "")[1:]
        assert page.locator(f"[id='{target}']").count() == 1, target


def test_the_keyboard_goes_down_the_second_page_as_the_eye_does(page: Page, man: Waiting) -> None:
    page.goto(man.address)
    _protocol(Keyboard(page))
    before = 0
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name, top = page.evaluate(FOCUS), page.evaluate(TOP)
        assert not page.evaluate(HIDDEN) or name == "Skip to main content", name
        if name.startswith(("on-", "source-", "limit-", "nurse", "prefers")):
            assert top >= before, name
            before = top
            seen.append(name)
        if name == "Continue":
            break
    assert seen[:2] == ["on-surgery-day", "on-surgery-month"]
    assert seen[-1].startswith("prefers")


def test_the_other_pages_of_starting(page: Page, man: Waiting) -> None:
    for address in ("/people/add", f"{man.address}/reason", "/starting?show=set_aside"):
        page.goto(address)
        look_over(page)
    page.goto("/people/add")
    hands = Keyboard(page)
    hands.send("Add this person")
    look_over(page)
    page.goto(f"{man.address}/reason")
    hands.choose("what")
    hands.send("Record this reason")
    assert "has left the list: declined." in page.content()
    look_over(page)
    page.goto("/starting?show=set_aside")
    look_over(page)
    hands.send("Put back")
    assert "is on the list again" in page.content()


def test_the_browsers_back_button_after_the_start_is_honest(page: Page, man: Waiting) -> None:
    build(Keyboard(page), man, look=False)
    page.go_back()
    with page.expect_navigation():
        page.reload()
    assert "There is a plan for this cancer already" in page.content()
    look_over(page)
