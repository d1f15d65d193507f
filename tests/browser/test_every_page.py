"""Every page in every state of `pages.txt`, looked at in a browser with scripts, as somebody who may see it."""

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rms.people.sign_in.sessions import SessionKind
from tests.browser.conftest import Demo
from tests.browser.demo import STAFF, Member, member_called, session_of
from tests.browser.listing import VISIT, Row, read_list
from tests.browser.look import Watch, look
from tests.browser.places import a_locator, place, somebody_asked, somebody_told, what_the_demo_lacks

pytestmark = pytest.mark.browser

ROWS = [row for row in read_list() if VISIT in row.covered]
#: A folder to leave pictures in, for whoever looks at the pages; none are kept otherwise.
PICTURES = os.environ.get("RMS_PICTURES", "")
#: Only rows whose route or state holds these words, for whoever mends one page.
ONLY = os.environ.get("RMS_PAGES", "")
#: What differs from one to the next of the same page: which person, which link, and the same question asked again.
REF = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/r/)[^/]+(/you)?$")
#: The pages of these journeys are gone through with the Tab key itself: review, and a questionnaire on a phone.
BY_KEY = {"J1", "J2", "J8"}
STAFF_COOKIE, PERSON_COOKIE = "rms-staff", "rms-person"


class Visitor:
    """Somebody's browser, and what the names in an address stand for when they look."""

    def __init__(self, demo: Demo, context: BrowserContext, *, who: str) -> None:
        self.demo, self.context, self.who = demo, context, who
        self.member: Member | None = None
        if who in STAFF:
            self._as_staff()
        elif who == "half way":
            self.member = demo.outside(member_called(STAFF["nurse"]))
            self._cookie(STAFF_COOKIE, SessionKind.HALF_WAY, self.member.organisation_id, self.member.staff_id)
        elif who in ("answering", "answered"):
            organisation_id, assignment_id = demo.outside(
                partial(somebody_asked, state="opened" if who == "answering" else "submitted")
            )
            self._cookie(PERSON_COOKIE, SessionKind.ANSWERING, organisation_id, assignment_id)
        elif who != "nobody":
            organisation_id, patient_id, _ = demo.outside(somebody_told)
            self._cookie(PERSON_COOKIE, SessionKind.VISITING, organisation_id, patient_id, sees=who == "seeing")

    def _as_staff(self) -> None:
        self.member = self.demo.outside(member_called(STAFF[self.who]))
        self._cookie(STAFF_COOKIE, SessionKind.STAFF, self.member.organisation_id, self.member.staff_id, sees=True)

    def _cookie(
        self, name: str, kind: SessionKind, organisation_id: int, subject_id: int, *, sees: bool = False
    ) -> None:
        value = self.demo.outside(session_of(organisation_id, subject_id, kind=kind, second_factor=sees))
        self.context.add_cookies([{"name": name, "value": value, "url": self.demo.address, "httpOnly": True}])

    def address(self, row: Row) -> str:
        """The row's address with every name in it looked up."""
        return re.sub(r"\{([^}]+)\}", lambda found: self._place(found[1]), row.address)

    def _place(self, name: str) -> str:
        if name == "locator":
            found: str = self.demo.outside(a_locator)
            return found
        if name == "his result":
            return str(self.demo.outside(somebody_told)[2])
        assert self.member is not None
        return str(self.demo.outside(partial(place, name=name, who=self.member)))


def take(page: Page, step: str) -> None:
    """One thing that is done on a page before it is looked at."""
    if "=" in step:
        box, words = (part.strip() for part in step.split("=", 1))
        page.locator(f"main [name='{box}']").first.fill(words)
        return
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    if sent := re.fullmatch(r"send(?: (\d+))?", step):
        form = page.locator("main form[method=post]").nth(int(sent[1] or 1) - 1)
        pressed = form.locator("button:not([type=button])").first
    else:
        pressed = page.locator("main button, main a", has_text=re.compile(re.escape(step))).first
    with page.expect_navigation():
        pressed.click()


def visit(visitor: Visitor, page: Page, row: Row, *, titles: dict[str, set[str]]) -> list[str]:
    """Go there, do what the row says, look."""
    answer = page.goto(visitor.address(row))
    for step in row.steps:
        take(page, step)
    if PICTURES:
        name = re.sub(r"[^a-z0-9]+", "-", row.name.lower()).strip("-")
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
    told = []
    if not row.steps and row.state != "closed" and (answer is None or answer.status >= 400):
        told.append(f"it answers {answer and answer.status}")
    title = page.title()
    if title.startswith("Error: ") != row.has_faults:
        told.append(f"its title is “{title}”")
    if not row.has_faults:
        # Where one was sent on to is one page, however it is reached.
        titles[title].add(REF.sub("*", page.url.partition("?")[0]))
    if row.state == "last" and not re.search(r"page \d+", title):
        told.append(f"its title tells no page: “{title}”")
    return told + look(page, by_key=not BY_KEY.isdisjoint(row.covered))


@pytest.fixture(scope="module")
def filled(demo: Demo) -> Demo:
    demo.outside(what_the_demo_lacks)
    return demo


@pytest.fixture
def context(chromium: Browser, filled: Demo) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=filled.address)
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


@pytest.mark.parametrize("who", list(dict.fromkeys(row.who for row in ROWS)))
def test_every_page_and_state(filled: Demo, context: BrowserContext, who: str) -> None:
    visitor = Visitor(filled, context, who=who)
    page = context.new_page()
    watch = Watch(page, address=filled.address)
    titles: dict[str, set[str]] = defaultdict(set)
    told: list[str] = []
    began = time.monotonic()
    mine = [row for row in ROWS if row.who == who and ONLY in row.name]
    for row in mine:
        before = len(told)
        try:
            told += [f"{row.name}: {one}" for one in visit(visitor, page, row, titles=titles)]
        except Exception as error:  # the other pages are looked at all the same
            told.append(f"{row.name}: {type(error).__name__}: {str(error)[:300]}")
        told += [f"{row.name}: {one}" for one in watch.take()]
        print(f"{time.monotonic() - began:6.1f} {row.name}", *told[before:], sep="\n        ", flush=True)
    for title, routes in titles.items():
        told += [f"the title “{title}” stands on {', '.join(sorted(routes))}"] if len(routes) > 1 else []
    print(f"{who}: {len(mine)} pages in {time.monotonic() - began:.1f} seconds")
    assert told == [], "\n".join(told)
