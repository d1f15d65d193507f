"""What link scanners, previews and prefetchers do before the person comes: none of it uses up, locks or answers anything.

Each pattern is a list of requests as such programs send them, written down from what is known of them. After each the
database is as it was, and the man gets in with his date of birth.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import msgspec
import pytest

from .conftest import ORIGIN, Asked, Browser, person_link

pytestmark = pytest.mark.anyio

#: What the mail filters of offices, phones and messengers call themselves, as far as they say so.
AGENTS = {
    "outlook safe links": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36",
    "old internet explorer": "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)",
    "mail security gateway": "Mimecast-Scanner/1.0",
    "link protection": "Barracuda Sentinel (EE)",
    "url defence": "proofpoint-urldefense/2.0",
    "messenger preview": "WhatsApp/2.23.20 A",
    "social preview": "facebookexternalhit/1.1",
    "chat preview": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "team preview": "Mozilla/5.0 (compatible; SkypeUriPreview)",
    "bird preview": "Twitterbot/1.0",
    "search robot": "Mozilla/5.0 (compatible; bingbot/2.0)",
    "phone preview": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15",
    "archive robot": "ia_archiver",
    "virus scanner": "Symantec/WebFilter",
    "plain library": "python-requests/2.31",
    "plain tool": "curl/8.5.0",
    "nothing at all": "",
}
HINTS: Mapping[str, Mapping[str, str]] = {
    "prefetch": {"sec-purpose": "prefetch"},
    "prerender": {"sec-purpose": "prefetch;prerender"},
    "old prefetch": {"purpose": "prefetch"},
    "firefox prefetch": {"x-moz": "prefetch"},
    "preview": {"x-purpose": "preview"},
    "range of bytes": {"range": "bytes=0-1023"},
    "last bytes": {"range": "bytes=-500"},
    "broken range": {"range": "bytes=9999999-"},
    "not changed since": {"if-modified-since": "Wed, 21 Oct 2026 07:28:00 GMT"},
    "same tag": {"if-none-match": '"x"'},
    "wants pictures": {"accept": "image/*"},
    "wants json": {"accept": "application/json"},
    "wants nothing": {"accept": ""},
    "another language": {"accept-language": "cy"},
    "from a mail page": {"referer": "https://mail.example.com/inbox", "sec-fetch-site": "cross-site"},
    "through a proxy": {"x-forwarded-for": "203.0.113.9", "via": "1.1 proxy"},
    "data saver": {"save-data": "on"},
    "does not track": {"dnt": "1"},
}


class Scanner:
    """One program that opens the link of a message, with a browser's cookies where it keeps them."""

    def __init__(self, client: httpx.AsyncClient, link: str) -> None:
        self.client, self.link = client, link

    async def ask(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        return await self.client.request(method, f"{self.link}{path}", **more)

    async def every_link(self, depth: int = 2) -> None:
        """GET the page and everything it links to, and what those link to, on this host."""
        seen: set[str] = set()
        wanted = [self.link]
        for _ in range(depth):
            found: list[str] = []
            for path in wanted:
                if path not in seen:
                    seen.add(path)
                    found += httpx_links((await self.client.get(path)).text)
            wanted = found

    async def every_form(self, fields: Mapping[str, str] | None = None) -> None:
        """Open each page in front of the date of birth and send its form with its token, filled in or not."""
        for end in ("", "/new", "/not-me", "/you"):
            page = await self.ask("GET", end)
            browser = Browser(self.client)
            target = f"{self.link}{'/you' if end == '' else end}"
            await browser.post(page, target, fields)


def httpx_links(text: str) -> list[str]:
    """Every address of this host that a page names."""
    import re

    return [path for path in re.findall(r'(?:href|src|action)="(/[^"]*)"', text) if not path.startswith("/assets")]


Pattern = Callable[[Scanner], Awaitable[object]]


def get_with(headers: Mapping[str, str]) -> Pattern:
    async def run(scanner: Scanner) -> None:
        await scanner.ask("GET", headers=dict(headers))
        await scanner.ask("HEAD", headers=dict(headers))

    return run


async def _many_at_once(scanner: Scanner) -> None:
    await asyncio.gather(*(scanner.ask("GET", end) for end in ("", "/you", "/new", "/not-me") for _ in range(10)))


async def _method(scanner: Scanner, *methods: str) -> None:
    for method in methods:
        for end in ("", "/you", "/new", "/not-me"):
            await scanner.ask(method, end)


async def _sends_and_sends(scanner: Scanner) -> None:
    for _ in range(8):
        await scanner.every_form()


def _choices(value: str) -> Mapping[str, str]:
    return {"whose": value}


PATTERNS: dict[str, Pattern] = {
    **{f"agent: {name}": get_with({"user-agent": agent}) for name, agent in AGENTS.items()},
    **{f"hint: {name}": get_with(headers) for name, headers in HINTS.items()},
    "HEAD alone": lambda s: _method(s, "HEAD"),
    "HEAD, then GET": lambda s: _method(s, "HEAD", "GET"),
    "GET twice": lambda s: _method(s, "GET", "GET"),
    "OPTIONS": lambda s: _method(s, "OPTIONS"),
    "TRACE": lambda s: _method(s, "TRACE"),
    "PUT and DELETE": lambda s: _method(s, "PUT", "DELETE", "PATCH"),
    "PROPFIND of an office program": lambda s: _method(s, "PROPFIND"),
    "forty GETs at once": _many_at_once,
    "every link two deep": lambda s: s.every_link(2),
    "every link three deep": lambda s: s.every_link(3),
    "POST without a token": lambda s: _method(s, "POST"),
    "forms sent empty": lambda s: s.every_form(),
    "forms sent empty eight times": _sends_and_sends,
    "forms with the first choice": lambda s: s.every_form(_choices("mine")),
    "forms with words in every box": lambda s: s.every_form(
        {"born_on-day": "test", "born_on-month": "test", "born_on-year": "test", "whose": "test"}
    ),
    "forms with ones in every box": lambda s: s.every_form({"born_on-day": "1", "born_on-month": "1", "born_on-year": "1"}),
    "forms with attacks in every box": lambda s: s.every_form(
        {"born_on-day": "' or 1=1 --", "born_on-month": "<script>", "born_on-year": "../../etc/passwd", "whose": "' or 1=1"}
    ),
    "an address with a query": lambda s: s.ask("GET", "?utm_source=mail&fbclid=x"),
    "an address with a slash more": lambda s: s.ask("GET", "/"),
    "an address with a dot at the end": lambda s: s.ask("GET", "."),
    "an address with a bracket at the end": lambda s: s.ask("GET", "%3E"),
    "an address in capitals": lambda s: s.client.get(s.link.upper()),
    "a JSON body": lambda s: s.ask("POST", "/you", json={"born_on-day": 3, "born_on-month": 4, "born_on-year": 1950}),
    "favicon and robots": lambda s: asyncio.gather(s.client.get("/favicon.ico"), s.client.get("/robots.txt")),
}  # fmt: skip
TABLES = ("door_link", "assignment", "answer", "audit_entry", "door_session", "alert", "message", "one_time_code")


class _Before(msgspec.Struct, frozen=True):
    rows: tuple[str, ...]


async def state(world) -> list[Any]:
    """Everything a scanner could have changed, without the count of askings for a new link."""
    found = []
    for table in TABLES:
        columns = "to_jsonb(t) - 'looks'" if table == "door_link" else "to_jsonb(t)"
        rows = await world.as_owner(f"select {columns} as row from {table} t order by 1::text")
        found.append((table, [row["row"] for row in rows]))
    return found


def test_there_are_fifty_patterns_and_more() -> None:
    assert len(PATTERNS) >= 50


async def test_no_pattern_uses_up_locks_or_answers_anything(world, app, browsers, him: Asked) -> None:
    """One man and one database for all of them, so that what one leaves behind would show in the next."""
    links = {"questions": him.locator, "his own pages": await person_link(world, him)}
    before = await state(world)
    wrong = []
    for name, pattern in PATTERNS.items():
        for what, locator in links.items():
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60) as client:
                await pattern(Scanner(client, f"/r/{locator}"))
            if await state(world) != before:
                wrong.append(f"{name}: {what}")
                before = await state(world)
    assert wrong == []
    assert (await browsers().born(links["questions"])).headers["location"] == "/questions/start"
    assert (await browsers().born(links["his own pages"])).headers["location"] == "/your-pages"


async def test_the_check_itself_sees_a_link_that_was_stopped(world, browsers, him: Asked) -> None:
    """What the patterns must not do, done by a person: the comparison notices."""
    before = await state(world)
    browser = browsers()
    page = await browser.get(f"/r/{him.locator}/not-me")
    assert "Is this message for you?" in page.text
    done = await browser.post(page, f"/r/{him.locator}/not-me", {"whose": "not_mine"})
    assert "Thank you for telling us" in done.text
    assert await state(world) != before
