"""The journeys of a person of 76 on a phone 320 pixels wide, without a mouse, with scripts and without.

The figures are those of the user's experience, section 2.5; the code that must be typed before anything is seen came later
and is counted beside them.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.asked import asked, link_of
from tests.browser.conftest import Outside
from tests.browser.hands import Hands
from tests.cast import a_trust
from tests.database import World
from tests.followed import the
from tests.own_pages import code_of, link_to_pages
from tests.results_shown import results_of_his

pytestmark = pytest.mark.browser

#: 26 items in 60 taps: two for each, and eight around them.
TAPS_AN_ITEM, TAPS_AROUND = 2, 8
#: Pages that stand before every page that shows something of a person's own, and were decided on after the figures.
BEFORE_ONE_SEES = ("/code", "/code/enter")


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def context(request: pytest.FixtureRequest, chromium: Browser, site: str, clean: None) -> Iterator[BrowserContext]:
    del clean
    opened = chromium.new_context(
        java_script_enabled=request.param, viewport={"width": 320, "height": 640}, base_url=site, has_touch=True
    )
    opened.set_default_timeout(30_000)
    yield opened
    opened.close()


@pytest.fixture
def hands(context: BrowserContext) -> Hands:
    return Hands(context.new_page())


async def a_link(world: World) -> str:
    """A man who was just asked; his locator."""
    return await link_of(world, await asked(world, await a_trust(world)))


def open_door(hands: Hands, locator: str) -> None:
    """From the message to whatever stands behind the date of birth."""
    hands.start(f"/r/{locator}")
    for box, words in (("born_on-day", "3"), ("born_on-month", "4"), ("born_on-year", "1950")):
        hands.type(box, words)
    hands.use("Continue")


def item_shown(hands: Hands) -> str | None:
    found = re.search(r"/questions/q/([a-z-]+)$", hands.page.url)
    return found and found[1]


def answer(hands: Hands, item: str) -> None:
    """Choose the answer that alarms nobody, and go on; words are left out."""
    if hands.page.locator("textarea").count() == 0:
        last = hands.page.locator("input[name=answer]").last.get_attribute("value") or ""
        answers = {"wellbeing": "well", "worry": last}
        hands.choose("answer", answers.get(item, "no"))
    hands.use("Continue")


async def submitted(world: World) -> tuple[str, int]:
    [row] = await world.as_owner(
        "select a.state, (select count(*) from answer x where x.assignment_id = a.id) as answers from assignment a"
    )
    return row["state"], row["answers"]


def test_j8_from_the_message_to_sent(hands: Hands, outside: Outside) -> None:
    open_door(hands, outside(a_link))
    hands.use("Start")
    items: list[str] = []
    while (item := item_shown(hands)) is not None:
        items.append(item)
        answer(hands, item)
    hands.use("Send my answers")
    assert "We have your answers" in hands.page.content()
    state, answers = outside(submitted)
    assert (state, answers >= len(items) - 1, len(items)) == ("submitted", True, len(set(items)))
    hands.done("J8", most=TAPS_AN_ITEM * len(items) + TAPS_AROUND)


def test_j9_back_after_a_break(hands: Hands, outside: Outside) -> None:
    locator = outside(a_link)
    open_door(hands, locator)
    hands.use("Start")
    answer(hands, item_shown(hands) or "")
    stopped_at = item_shown(hands)
    hands.use("Stop and come back later")
    hands.page.context.clear_cookies()
    hands.went.clear()
    hands.actions = 0
    open_door(hands, locator)
    hands.use("Go on with question 2")
    assert item_shown(hands) == stopped_at
    # The date of birth and the beginning: two pages, and there is the question.
    assert len(hands.went) - 1 == 2
    hands.done("J9", most=5)


async def his_pages(world: World) -> str:
    """A man with results that may be shown; the locator to his own pages."""
    trust = await a_trust(world)
    man = await asked(world, trust)
    await results_of_his(world, trust, man)
    return await link_to_pages(world, trust, man)


async def next_test(world: World) -> str:
    """The title of the test that is due next."""
    return str(
        await the(world, "select title from occurrence where kind = 'test' and state = 'open' order by due_on limit 1")
    )


def test_j10_what_is_my_next_test(hands: Hands, outside: Callable[..., str]) -> None:
    open_door(hands, outside(his_pages))
    hands.use("See your next test, your results and your plan")
    hands.use("Send me a code")
    hands.type("code", outside(code_of))
    hands.use("Continue")
    assert hands.page.locator("h2", has_text=f"Next: {outside(next_test)}").count() == 1
    behind_the_door = [path for path in hands.went if path not in BEFORE_ONE_SEES and not path.startswith("/r/")]
    assert len(behind_the_door) == 2, behind_the_door
    hands.done("J10", most=3 + 1 + 1 + 3)
