"""The whole application over the real database, reached without a socket, and browsers of whoever asks."""

from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from rms.app import create_app
from rms.db.database import Database
from rms.people.model import Role
from rms.people.sign_in.passwords import QUICK
from rms.people.sign_in.sessions import SessionKind, open_session
from rms.settings import Settings, read_settings
from rms.web.csrf import token_for
from tests.database import World

ORIGIN = "https://rms.example.org"
COOKIE = "__Host-rms-staff"
NOTIFY_TOKEN = "a token for the tests of callbacks"


class Hands:
    """A real clock whose hands a test moves."""

    def __init__(self) -> None:
        self.wind_back()

    def wind_back(self) -> None:
        """To where every test begins."""
        self.at = datetime(2027, 3, 1, 9, 0, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def settings_in(home: Path) -> Settings:
    return read_settings(
        {
            "RMS_HOME": str(home),
            "RMS_BASE_URL": ORIGIN,
            "RMS_SECRET_KEY": "a secret for the tests, long enough",
            "RMS_NOTIFY_KEY": "key",
            "RMS_NOTIFY_CALLBACK_TOKEN": NOTIFY_TOKEN,
        }
    )


class Site:
    """The application and its database."""

    def __init__(self, app: Litestar, *, database: Database, hands: Hands) -> None:
        self.app = app
        self.database = database
        self.hands = hands

    def browser(self, *, address: str = "198.51.100.7") -> httpx.AsyncClient:
        """A browser that nobody has used."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    async def session(
        self,
        organisation_id: int,
        subject_id: int,
        *,
        kind: SessionKind = SessionKind.STAFF,
        second_factor: bool = True,
    ) -> str:
        """A session's value, opened as the doors open it."""
        async with self.database.transaction() as tx:
            return await open_session(tx, kind=kind, organisation_id=organisation_id, subject_id=subject_id,
                                      second_factor=second_factor)  # fmt: skip

    async def signed_in(self, organisation_id: int, staff_id: int) -> httpx.AsyncClient:
        """A browser in which a member of staff is signed in."""
        browser = self.browser()
        browser.cookies.set(COOKIE, await self.session(organisation_id, staff_id), domain="rms.example.org")
        return browser

    def csrf(self, browser: httpx.AsyncClient, *, cookie: str = "rms-staff") -> str:
        """The token that a form of this browser's session would carry."""
        value = browser.cookies.get(f"__Host-{cookie}", default="")
        return token_for(f"{cookie}:{value}", secret=self.app.state["web_config"].secret)

    async def post(
        self, browser: httpx.AsyncClient, path: str, fields: Mapping[str, str | list[str]] | None = None
    ) -> httpx.Response:
        """Send a form of a staff page."""
        return await browser.post(path, data={**(fields or {}), "csrf_token": self.csrf(browser)})


@asynccontextmanager
async def a_site(database: Database, *, home: Path, demo: bool = False) -> Any:
    """The application, started; cookies are those of a live system unless `demo`."""
    hands = Hands()
    app = create_app(settings_in(home), database=database, demo=demo, clock=hands, hasher=QUICK)
    async with app.lifespan():
        yield Site(app, database=database, hands=hands)


def token_on(answer: httpx.Response) -> str:
    """The forgery token of the first form on a page."""
    return answer.text.split('name="csrf_token" value="')[1].split('"')[0]


async def a_member(
    world: World, organisation_id: int, *, role: Role, team_id: int | None = None, name: str | None = None
) -> int:
    """A member of staff, by plain SQL; returns the id."""
    sign_in_name = name or f"{role}.{organisation_id}"
    row = await world.as_owner(
        "insert into staff (organisation_id, sign_in_name, display_name, role) values ($1, $2, $3, $4) returning id",
        organisation_id, sign_in_name, f"Some {role}", role,
    )  # fmt: skip
    await world.as_owner("insert into door_sign_in (sign_in_name, organisation_id, staff_id) values ($1, $2, $3)",
                         sign_in_name, organisation_id, row[0]["id"])  # fmt: skip
    if team_id is not None:
        await world.as_owner("insert into staff_team (organisation_id, staff_id, team_id) values ($1, $2, $3)",
                             organisation_id, row[0]["id"], team_id)  # fmt: skip
    return row[0]["id"]
