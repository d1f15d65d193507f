"""A small application with every kind of route, reached without a socket."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar, Request, Response, get, post

from rms.errors import (
    BadInput,
    Conflict,
    DatabaseAway,
    GatewayUnreachable,
    NotAllowed,
    NotFound,
    Refused,
    RmsError,
)
from rms.portal.presenters.door import DoorPage
from rms.portal.presenters.words import HelpLine
from rms.web.config import WebConfig
from rms.web.cookies import Cookies, SessionCookie
from rms.web.csrf import MACHINE
from rms.web.guard import ALLOWED, PUBLIC, Connection, Standing, Verdict
from rms.web.pages import go_to, html
from rms.web.plumbing import WebPlumbing
from rms.web.submitted import read_submitted

ORIGIN = "https://rms.example.org"
SECRET_WORDS = "Ada Example 999 000 0018"
HELP = HelpLine(who="Northmoor", number="07700 900123", href="tel:+447700900123", hours="9am to 5pm")


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that always says the same."""

    name: str
    verdict: Verdict
    cookie: SessionCookie | None = None

    async def allows(self, connection: Connection) -> Verdict:
        del connection
        return self.verdict


STAFF = Policy(name="staff", verdict=ALLOWED, cookie=SessionCookie.STAFF)
NOBODY = Policy(name="nobody", verdict=Verdict(standing=Standing.NOT_ALLOWED))
HIDDEN = Policy(name="hidden", verdict=Verdict(standing=Standing.NOT_FOUND))
STRANGER = Policy(name="stranger", verdict=Verdict(standing=Standing.SIGN_IN_FIRST, go_to="/sign-in"))

FAILURES: dict[str, Exception] = {
    "not-found": NotFound(SECRET_WORDS),
    "not-allowed": NotAllowed(SECRET_WORDS),
    "conflict": Conflict("Sam changed this plan at 2:30pm."),
    "refused": Refused("This plan has ended."),
    "bad-input": BadInput("Row 3: no date."),
    "database": DatabaseAway(SECRET_WORDS),
    "gateway": GatewayUnreachable(SECRET_WORDS),
    "rms": RmsError(SECRET_WORDS),
    "bug": ZeroDivisionError(SECRET_WORDS),
}


@get("/page", opt={"policy": PUBLIC})
async def page(request: Request) -> Response[str]:
    shown = DoorPage(trust="Northmoor", link="/page", help=HELP)
    return html(request, template="portal/birth_date.html", page=shown, title="Is this you?")


@post("/page", opt={"policy": PUBLIC})
async def sent(request: Request) -> Response[str]:
    if (await read_submitted(request)).one("name"):
        return go_to("/page")  # type: ignore[return-value]
    shown = DoorPage(trust="Northmoor", link="/page", help=HELP)
    return html(request, template="portal/birth_date.html", page=shown, title="Is this you?", status=422)


@get("/staff", opt={"policy": STAFF})
async def staff_page(request: Request) -> Response[str]:
    shown = DoorPage(trust="Northmoor", link="/staff", help=HELP)
    return html(request, template="portal/birth_date.html", page=shown, title="Today")


@post("/staff", opt={"policy": STAFF})
async def staff_sent() -> dict[str, bool]:
    return {"done": True}


@post("/machine", opt={"policy": PUBLIC, "csrf": MACHINE, "answers": "json"}, status_code=200)
async def machine() -> dict[str, bool]:
    return {"done": True}


@get("/fail/{how:str}", opt={"policy": PUBLIC}, sync_to_thread=False)
def fail(request: Request) -> None:
    raise FAILURES[request.path_params["how"]]


@get("/api/fail/{how:str}", opt={"policy": PUBLIC, "answers": "json"}, sync_to_thread=False)
def api_fail(request: Request) -> None:
    raise FAILURES[request.path_params["how"]]


@get("/nobody", opt={"policy": NOBODY}, sync_to_thread=False)
def nobody() -> None:
    raise AssertionError("reached")


@get("/hidden", opt={"policy": HIDDEN}, sync_to_thread=False)
def hidden() -> None:
    raise AssertionError("reached")


@get(["/stranger", "/login/x"], opt={"policy": STRANGER}, sync_to_thread=False)
def stranger() -> None:
    raise AssertionError("reached")


HANDLERS = (page, sent, staff_page, staff_sent, machine, fail, api_fail, nobody, hidden, stranger)


@pytest.fixture(scope="session")
def make_app(tmp_path_factory) -> Callable[..., Litestar]:
    static: Path = tmp_path_factory.mktemp("static")
    (static / "nhsuk-0123.css").write_text("body{}")
    (static / "images").mkdir()
    (static / "images" / "icon.svg").write_text("<svg/>")

    def make(*handlers, demo: bool = False) -> Litestar:
        config = WebConfig(
            secret=b"s" * 32,
            origins=(ORIGIN,),
            cookies=Cookies(over_plain_http=demo),
            demo=demo,
            help_phone="07700 900999",
        )
        plumbing = WebPlumbing(config=config, asset=lambda name: f"/assets/{name}", static=static)
        return Litestar(route_handlers=[*handlers], plugins=[plumbing])

    return make


@pytest.fixture(scope="session")
def app(make_app) -> Litestar:
    return make_app(*HANDLERS)


@pytest.fixture
async def browser(app) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
def token() -> Callable[[httpx.Response], str]:
    def find(answer: httpx.Response) -> str:
        return answer.text.split('name="csrf_token" value="')[1].split('"')[0]

    return find
