"""Two hands on the keyboard, counting what they do, as the journeys of the user's experience count it.

An action is a press on a control: a link or a button used, a box ticked, one answer of a list chosen, one box typed into.
Moving from one to the next with Tab is none.
"""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.listing import read_list

_FOCUS = """(() => { const e = document.activeElement; const label = e.labels && e.labels[0];
  return [e.innerText || '', e.getAttribute('aria-label') || '', e.name || '', e.id || '', e.value || '',
      label ? label.innerText : '']
    .map(words => words.replace(/\\s+/g, ' ').trim()); })()"""
#: Something to press must be seen whole. Of a region nearly as high as the screen a good part must be, of a tall box to type
#: into the line one types into.
_HIDDEN = """(() => { const box = document.activeElement.getBoundingClientRect(), screen = window.innerHeight;
  const seen = Math.min(box.bottom, screen) - Math.max(box.top, 0);
  if (document.activeElement.tagName === 'TEXTAREA') return seen < 20;
  return box.height < screen / 2 ? seen < box.height - 1 : seen < screen / 4; })()"""
_MOST_STOPS = 400


class Hands:
    """The keyboard of one browser. `actions` counts, `went` holds the paths of every page seen."""

    def __init__(self, page: Page, *, each_page: Callable[[Page], list[str]] | None = None) -> None:
        self.page = page
        self.actions = 0
        self.went: list[str] = []
        self.titles: list[str] = []
        self._each_page = each_page
        self._began = time.monotonic()

    def start(self, path: str) -> None:
        """Where the journey begins: an address that is open or is opened by a message. No action."""
        self.page.goto(path)
        self._arrive()

    def reach(self, name: str) -> None:
        """Press Tab until the focus stands on what is called so; it is never out of sight on the way."""
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            text, label, *others = self.page.evaluate(_FOCUS)
            if name in (text, label, *others) or text.startswith(name) or label.startswith(name):
                assert not self._stays_hidden(), f"“{name}” has the focus and is out of sight on {self.page.url}"
                return
        shown = self.page.locator("main").inner_text()[:800]
        raise AssertionError(f"The keyboard does not reach “{name}” on {self.page.url}: {self.page.title()}. {shown}")

    def use(self, name: str) -> None:
        """A link or a button that leads to another page."""
        self.reach(name)
        self.enter()

    def enter(self) -> None:
        """Press Enter where the focus is; another page comes."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.actions += 1
        self._arrive()

    def tick(self, name: str) -> None:
        """A box, or the first answer of a list."""
        self.reach(name)
        self.page.keyboard.press("Space")
        self.actions += 1

    def choose(self, name: str, value: str) -> None:
        """One answer of a list, reached with the arrows."""
        self.reach(name)
        self.page.keyboard.press("Space")
        for _ in range(20):
            if self.page.evaluate("document.activeElement.value") == value:
                break
            self.page.keyboard.press("ArrowDown")
        assert self.page.evaluate("document.activeElement.checked"), (name, value)
        assert self.page.evaluate("document.activeElement.value") == value, (name, value)
        self.actions += 1

    def type(self, name: str, words: str) -> None:
        """Type into a box, over what stands there."""
        self.reach(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)
        self.actions += 1

    def done(self, journey: str, *, most: int) -> None:
        """The journey is over: it took no more actions than allowed, and saw every page that the list says it covers."""
        seconds = time.monotonic() - self._began
        print(
            f"{journey}: {self.actions} actions of at most {most}, {len(self.went)} pages, robot {seconds:.1f} s",
            flush=True,
        )
        assert self.actions <= most, (journey, self.actions)
        for row in read_list():
            if journey in row.covered:
                pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", row.route))
                assert any(pattern.fullmatch(path) for path in self.went), f"{journey} does not go over {row.route}"

    def _arrive(self) -> None:
        path = "/" + self.page.url.split("/", 3)[3].partition("?")[0]
        # A page that answers a form with faults has the form's address.
        self.went.append(path)
        self.titles.append(self.page.title())
        if self._each_page is not None:
            assert self._each_page(self.page) == [], path

    def _stays_hidden(self) -> bool:
        """A browser that is busy scrolls a little after the key."""
        for _ in range(20):
            if not self.page.evaluate(_HIDDEN):
                return False
            self.page.wait_for_timeout(50)
        return True
