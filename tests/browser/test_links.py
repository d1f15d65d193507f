"""Every link that a page shows to somebody leads somewhere for them: each role of the demo follows all it is shown.

Of a route with many addresses (a page for each person) a few of each are followed, with what can be asked of it. No browser
is needed for that; it stands here because the filled demo does.
"""

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.browser.conftest import Demo
from tests.browser.demo import STAFF, member_called, session_of
from tests.browser.places import what_the_demo_lacks

pytestmark = pytest.mark.browser

#: How many addresses of the same route and the same kind of question are followed.
OF_EACH = 3
REF = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
ROLES = (
    "nurse",
    "support worker",
    "consultant",
    "lead",
    "manager",
    "administrator",
    "data quality",
    "auditor",
    "new nurse",
)


class Links(HTMLParser):
    """What a page offers to go to, and its fragments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.to: list[str] = []
        self.ids: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.add(found["id"] or "")
        if tag in ("a", "link") and found.get("href"):
            self.to.append(found["href"] or "")
        if tag == "img" and found.get("src"):
            self.to.append(found["src"] or "")


def kind_of(address: str) -> str:
    """The address without what differs from person to person: same route, same names asked for."""
    parts = urlsplit(address)
    names = ",".join(sorted(pair.partition("=")[0] for pair in parts.query.split("&")))
    return f"{REF.sub('*', parts.path)}?{names}"


def crawl(browser: httpx.Client) -> tuple[Counter[str], list[str]]:
    """Follow all from the beginning; how often each kind was seen, and what was wrong in sentences."""
    waiting, seen, told = deque([("/", "the beginning")]), {"/"}, []
    kinds: Counter[str] = Counter()
    while waiting:
        address, shown_on = waiting.popleft()
        kinds[kind_of(address)] += 1
        answer = browser.get(address)
        if answer.status_code >= 400:
            told.append(f"{kind_of(shown_on)} shows {address}, which answers {answer.status_code}")
        if "text/html" not in answer.headers.get("content-type", "") or answer.status_code >= 400:
            continue
        links = Links(answer.text)
        for link in links.to:
            whole = urlsplit(urljoin(str(answer.url), link))
            if link.startswith("#") and len(link) > 1 and link[1:] not in links.ids:
                told.append(f"{kind_of(address)} links to {link}, which it does not have")
            if whole.scheme not in ("http", "https"):
                continue
            assert whole.netloc == browser.base_url.netloc.decode(), f"{address} links to another host: {link}"
            goal = whole.path + (f"?{whole.query}" if whole.query else "")
            of_its_kind = sum(kind_of(one) == kind_of(goal) for one in seen)
            if goal not in seen and of_its_kind < OF_EACH:
                seen.add(goal)
                waiting.append((goal, address))
    return kinds, told


@pytest.mark.parametrize("who", ROLES)
def test_no_link_leads_to_a_closed_door(demo: Demo, who: str) -> None:
    demo.outside(what_the_demo_lacks)
    member = demo.outside(member_called(STAFF[who]))
    value = demo.outside(session_of(member.organisation_id, member.staff_id))
    with httpx.Client(
        base_url=demo.address, cookies={"rms-staff": value}, follow_redirects=True, timeout=60
    ) as browser:
        kinds, told = crawl(browser)
    print(f"{who}: {sum(kinds.values())} addresses of {len(kinds)} kinds")
    assert told == [], "\n".join(told)
    assert len(kinds) > 5
