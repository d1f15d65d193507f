"""What must hold on every page in every state, looked at in a real browser. Each check gives sentences, none when all is well.

Axe looks at the whole page on the narrowest screen, and on every wider one at whatever is drawn otherwise there than on any
looked at before (shown, placed, sized, coloured, or scrolling): its rules judge elements by how they are drawn.
Everything that is cheap is looked at for every width.
"""

import re
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
#: A phone, a small window, a laptop at full width, the nurse's screen. 1280 pixels at 400 % zoom are 320 × 200 of them.
WIDTHS = ((320, 640), (640, 900), (1280, 800), (1366, 768))
ZOOMED = (320, 200)

#: The elements that are drawn otherwise than at every width looked at so far, the outermost of each, and how many those are.
_OTHERWISE = """() => {
  const known = window.rmsKnown ||= new Map(), told = new Set();
  for (const e of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(e);
    const drawn = [style.display, style.position, style.visibility, style.fontSize, style.fontWeight, style.color,
      style.backgroundColor, style.overflowX, e.scrollWidth > e.clientWidth + 1 && style.overflowX !== 'visible'].join();
    if (!known.has(e)) known.set(e, new Set());
    if (!known.get(e).has(drawn)) { known.get(e).add(drawn); told.add(e); }
  }
  const inside = e => { for (let up = e.parentElement; up; up = up.parentElement) if (told.has(up)) return true;
    return false; };
  window.rmsNew = [...told].filter(e => !inside(e));
  return window.rmsNew.length;
}"""
_AXE_RUN = """whole => axe.run(whole ? document : {include: window.rmsNew.map(e => [e])}, {resultTypes: ['violations']}).then(
  found => found.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(
    n => n.target.join(' ') + ' (' + n.failureSummary.replace(/\\s+/g, ' ') + ')').join('; ')))"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: WCAG 1.4.12, put in as a constructed sheet, which a content policy leaves alone.
_SPACED = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync('* {line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important}'
    + ' p {margin-bottom: 2em !important}');
  document.adoptedStyleSheets = [sheet]; }"""
_UNSPACED = "() => { document.adoptedStyleSheets = []; }"
#: Text that its own box cuts off. What is there for screen readers only is one pixel large, on purpose.
_CUT = """() => [...document.querySelectorAll('body *')].filter(e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (box.width <= 1 || box.height <= 1 || style.visibility === 'hidden' || e.closest('svg')) return false;
  if (['SELECT', 'INPUT', 'TEXTAREA', 'HTML', 'BODY'].includes(e.tagName)) return false;
  const cuts = way => ['hidden', 'clip'].includes(way);
  return cuts(style.overflowX) && e.scrollWidth > e.clientWidth + 1
    || cuts(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
}).map(e => e.tagName.toLowerCase() + '.' + e.className + ' “' + e.innerText.slice(0, 40) + '”')"""
_STICKS = """() => [...document.querySelectorAll('body *')].some(
  e => ['sticky', 'fixed'].includes(getComputedStyle(e).position))"""
#: What has the focus: seen in a good part, and nothing else lies over its middle or its upper edge.
_FOCUS = """() => { const e = document.activeElement; if (e === document.body || !e) return null;
  const box = e.getBoundingClientRect(), high = innerHeight, wide = innerWidth;
  const name = e.tagName.toLowerCase() + ' “' + (e.innerText || e.name || e.id || '').trim().slice(0, 40) + '”';
  const number = [...document.querySelectorAll('*')].indexOf(e);
  const seen = Math.min(box.bottom, high) - Math.max(box.top, 0);
  // Of a tall box to type into, the line one types into must be seen.
  if (seen < (e.tagName === 'TEXTAREA' ? 20 : Math.min(box.height, high / 4) - 1)) return [number, name + ' is out of sight'];
  const line = (e.getClientRects()[0] || box);
  const x = Math.min(Math.max(line.left + Math.min(line.width / 2, 20), 1), wide - 1);
  const y = Math.min(Math.max(line.top + line.height / 2, 1), high - 1);
  const over = document.elementFromPoint(x, y);
  const label = e.labels && e.labels[0];
  const fine = !over || e.contains(over) || over.contains(e) || (label && (label.contains(over) || over.contains(label)));
  const stuck = over && over.closest('*') && (() => { for (let o = over; o; o = o.parentElement)
    if (['sticky', 'fixed'].includes(getComputedStyle(o).position)) return true; return false; })();
  return [number, !fine && stuck ? name + ' lies under ' + over.tagName.toLowerCase() + '.' + over.className : ''];
}"""
#: The same for every stop at once, where nothing sticks: the browser scrolls to what is focused as it does for a key.
_ALL_STOPS = """() => { const told = []; let stops = 0; const check = FOCUS;
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  for (const e of document.querySelectorAll(all)) {
    if (e.disabled || !e.getClientRects().length || e.closest('.nhsuk-skip-link')) continue;
    e.focus(); stops += 1; const found = check(); if (found && found[1]) told.push(found[1]);
  }
  document.activeElement.blur(); scrollTo(0, 0); return [stops, told]; }""".replace("FOCUS", _FOCUS)
_FIRST_STOP = """() => { const first = document.querySelector('.nhsuk-skip-link'); first.focus();
  return [...document.querySelectorAll('*')].indexOf(first); }"""
#: What can be used and did not have the focus. Of a list of answers one is enough: the arrows go on from there.
_NOT_REACHED = """seen => { const every = [...document.querySelectorAll('*')], had = new Set(seen.map(n => every[n]));
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const group = e => e.type === 'radio' ? [...document.getElementsByName(e.name)] : [e];
  return [...document.querySelectorAll(all)].filter(e => !e.disabled && e.tabIndex >= 0 && e.getClientRects().length
    && !e.closest('details:not([open]) > :not(summary)')
    && !group(e).some(one => had.has(one))).map(e => e.tagName.toLowerCase() + ' “' + (e.innerText || e.name || '') + '”'); }"""
_STORED = "(localStorage.length + sessionStorage.length) + (document.cookie ? 1 : 0)"
_MOST_STOPS = 600


def look(page: Page, *, by_key: bool = False) -> list[str]:
    """Everything that must hold on the page as it stands, at every width; the window is put back afterwards.

    `by_key`: go from stop to stop with the Tab key itself, which is slower than to focus each.
    """
    before = page.viewport_size
    told = _frame(page)
    page.evaluate(AXE)
    for number, (width, height) in enumerate(WIDTHS):
        page.set_viewport_size({"width": width, "height": height})
        if (over := page.evaluate(_OVERFLOW)) > 0:
            told.append(f"{width} wide: the page scrolls sideways by {over}")
        if page.evaluate(_OTHERWISE):
            told += [f"{width} wide: axe: {one}" for one in page.evaluate(_AXE_RUN, number == 0)]
    told += _zoomed(page, by_key=by_key)
    told += _spaced(page)
    page.set_viewport_size(before or {"width": 1366, "height": 768})
    return told


def _frame(page: Page) -> list[str]:
    """One heading, a title, nothing kept in the browser."""
    told = []
    if page.locator("h1").count() != 1:
        told.append("it has not one first heading")
    if not page.title().strip():
        told.append("it has no title")
    if page.evaluate(_STORED):
        told.append("it keeps something in the browser")
    told += [
        f"the cookie {one['name']} can be read by a script" for one in page.context.cookies() if not one["httpOnly"]
    ]
    return told


def _zoomed(page: Page, *, by_key: bool) -> list[str]:
    """1280 pixels at 400 %: no sideways scroll, and whatever has the focus is seen."""
    page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    told = [] if page.evaluate(_OVERFLOW) <= 0 else ["400 %: the page scrolls sideways"]
    hidden = _tab_through(page) if by_key or page.evaluate(_STICKS) else page.evaluate(_ALL_STOPS)[1]
    return told + [f"400 %: {one}" for one in hidden]


def _tab_through(page: Page) -> list[str]:
    """Press Tab from stop to stop until they begin again; then nothing that can be used was passed by."""
    told: list[str] = []
    seen: set[int] = {page.evaluate(_FIRST_STOP)}
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUS)
        if found is None or found[0] in seen:
            return told + [f"Tab does not reach {one}" for one in page.evaluate(_NOT_REACHED, list(seen))]
        seen.add(found[0])
        told += [found[1]] if found[1] else []
    return [*told, f"the keyboard does not come to an end after {_MOST_STOPS} stops"]


def _spaced(page: Page) -> list[str]:
    """Wider text (WCAG 1.4.12) is not cut and pushes nothing out, on a phone and on a screen."""
    told = []
    page.evaluate(_SPACED)
    for width, height in (WIDTHS[0], WIDTHS[2]):
        page.set_viewport_size({"width": width, "height": height})
        told += [f"{width} wide, text spaced: cut: {one}" for one in page.evaluate(_CUT)]
        if page.evaluate(_OVERFLOW) > 0:
            told.append(f"{width} wide, text spaced: the page scrolls sideways")
    page.evaluate(_UNSPACED)
    return told


class Watch:
    """What a browser asks for and says aloud, from the moment it is watched."""

    def __init__(self, page: Page, *, address: str) -> None:
        self._host = address.split("/")[2]
        self.told: list[str] = []
        page.on("request", lambda one: self._asked(one.url))
        page.on("console", lambda one: self._said(one.type, one.text))
        page.on("pageerror", lambda one: self.told.append(f"a script failed: {one}"))

    def _asked(self, url: str) -> None:
        if not url.startswith(("data:", "about:", "blob:")) and url.split("/")[2] != self._host:
            self.told.append(f"it asks another host: {url}")

    def _said(self, kind: str, text: str) -> None:
        # A form with faults answers 422, which the browser reports by itself.
        if kind in ("error", "warning") and not re.search(r"status of 4(22|01|04|10)", text):
            self.told.append(f"the console says: {text}")

    def take(self) -> list[str]:
        """What was told since the last time."""
        told, self.told = self.told, []
        return told
