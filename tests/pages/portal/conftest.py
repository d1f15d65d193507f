"""The pages for people in the real application frame, on the real database, reached without a socket."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from rms.db.database import Database
from rms.portal.pages import PORTAL_PAGES
from rms.web.config import WebConfig
from rms.web.plumbing import WebPlumbing
from tests.asked import Followed, asked, assignment_id_of, link_of
from tests.cast import Trust, a_trust
from tests.database import World
from tests.own_pages import code_of, link_to_pages

ORIGIN = "https://rms.example.org"
BORN = {"day": "3", "month": "4", "year": "1950"}
ANSWERS = {
    "wellbeing": "well", "bone-pain": "no", "leg-weakness": "no", "cannot-pee": "no", "blood-in-pee": "no",
    "weight-loss": "no", "worry": "not", "wants-call": "no", "anything-else": "",
}  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A trust, the man it asked, his assignment and the locator he was sent."""

    trust: Trust
    man: Followed
    assignment_id: int
    locator: str


class Browser:
    """A browser without scripts: it keeps cookies, follows nothing by itself, and posts forms with their token."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def go(self, answer: httpx.Response) -> httpx.Response:
        """Follow redirects, as a browser does."""
        while answer.status_code == 303:
            answer = await self.client.get(answer.headers["location"])
        return answer

    async def post(self, page: httpx.Response, path: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
        """Send a form that `page` shows."""
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', page.text)
        assert token is not None, page.text
        return await self.client.post(path, data={"csrf_token": token[1], **(fields or {})})

    async def born(self, locator: str, born: Mapping[str, str] = BORN) -> httpx.Response:
        """Give a date of birth for a link."""
        page = await self.get(f"/r/{locator}/you")
        return await self.post(page, f"/r/{locator}/you", {f"born_on-{part}": value for part, value in born.items()})

    async def come_in(self, locator: str) -> httpx.Response:
        """Give the right date of birth and go on to the first question."""
        answer = await self.born(locator)
        if answer.headers.get("location") == "/questions/start":
            assert (await self.get("/questions/start")).status_code in (200, 303)
            return await self.go(await self.get("/questions"))
        return await self.go(answer)

    async def answer(self, item: str, value: str) -> httpx.Response:
        """Answer one question; the redirect, or the page with its fault."""
        page = await self.get(f"/questions/q/{item}")
        return await self.post(page, f"/questions/q/{item}", {"answer": value})


def make_app(database: Database, static: Path) -> Litestar:
    """The real frame with the portal's pages."""
    config = WebConfig(secret=b"s" * 32, origins=(ORIGIN,))
    plumbing = WebPlumbing(config=config, asset=lambda name: f"/assets/{name}", static=static)
    app = Litestar(route_handlers=list(PORTAL_PAGES), plugins=[plumbing])
    app.state["database"] = database
    return app


@pytest.fixture
def app(world: World, tmp_path: Path) -> Litestar:
    return make_app(world.web, tmp_path)


@pytest.fixture
async def browsers(app: Litestar) -> AsyncIterator[Callable[[], Browser]]:
    """Make as many browsers as a test needs, each with its own cookies."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    opened: list[httpx.AsyncClient] = []

    def make() -> Browser:
        opened.append(httpx.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60))
        return Browser(opened[-1])

    async with app.lifespan():
        yield make
        for client in opened:
            await client.aclose()


@pytest.fixture
def browser(browsers: Callable[[], Browser]) -> Browser:
    return browsers()


@pytest.fixture
async def him(world: World) -> Asked:
    """A man who was asked, with his link."""
    trust = await a_trust(world)
    man = await asked(world, trust)
    locator = await link_of(world, man)
    return Asked(trust=trust, man=man, assignment_id=await assignment_id_of(world, man), locator=locator)


async def see(world: World, browser: Browser, path: str = "/follow-up") -> httpx.Response:
    """Ask for a code, type it, and go to a page of one's own."""
    wanted = path.lstrip("/")
    page = await browser.go(await browser.get(path))
    entering = await browser.go(await browser.post(page, "/code", {"for": wanted}))
    typed = {"code": await code_of(world), "for": wanted}
    return await browser.go(await browser.post(entering, "/code/enter", typed))


async def person_link(world: World, him: Asked) -> str:
    """The locator of a link to his own pages."""
    return await link_to_pages(world, him.trust, him.man)
