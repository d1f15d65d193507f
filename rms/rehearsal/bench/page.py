"""The worklist: its query under row-level security against the same without, and the page against the same without a database.

The query is that of the list of alerts, asked by the web's role inside an organisation and by the owner. The page goes
through the whole application in this process (guard, session, query, audit line, template); its floor is the same template
through the same web plumbing over rows that were read once.
"""

import operator
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any, cast

import asyncpg
import httpx
import msgspec
from litestar import Litestar, Request, Response, get

from rms import heap
from rms.caseload.alerts.waiting import WaitingAlert, waiting_alerts
from rms.caseload.alerts.waiting_presenters import PATH, present_alerts
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.surroundings import Scope, Surroundings, surroundings
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.sign_in.sessions import SessionKind, open_session
from rms.rehearsal.bench.load import TRUST
from rms.rehearsal.bench.meter import Side, settings_of
from rms.rehearsal.bench.report import Cost, Figure, Report, of_floor, times_floor
from rms.web.assets import STATIC, asset
from rms.web.config import WebConfig
from rms.web.cookies import SessionCookie
from rms.web.guard import PUBLIC
from rms.web.pages import Frame, Link, html
from rms.web.plumbing import WebPlumbing

#: Questions, and pages, in a repeat.
QUERIES, PAGES = 100, 40
_FRAME = Frame(home="/", navigation=tuple(Link(text=word, href="/today") for word in ("Today", "People", "Letters")),
               account="Nurse 1", sign_out="/sign-out", wide=True)  # fmt: skip
#: Tables whose rows a worklist finds by index; the others have a handful of rows a trust.
_LARGE = ("alert", "patient")


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """The two roles that ask the same."""

    web: Database
    owner: Database


async def run_page(
    sides: Sides, *, owner: asyncpg.Connection, app: Litestar, config: WebConfig, repeats: int
) -> Report:
    """Measure the query and the page of a nurse of the first team. `app` works with `sides.web`; each has one connection."""
    asks = await _nurse(owner)
    org = asks.organisation_id
    async with sides.web.transaction(organisation_id=org) as tx:
        web_pid = await tx.fetchval("select pg_backend_pid()")
        alerts, around, now = await _alerts(tx, asks=asks), await surroundings(Look(tx, asks=asks)), tx.now
        plan = await _plan(tx, asks=asks)
    async with sides.owner.transaction() as tx:
        owner_pid = await tx.fetchval("select pg_backend_pid()")
    under, without = Side("under RLS", backends=(web_pid,)), Side("without", backends=(owner_pid,))
    page, render = Side("page", backends=(web_pid,)), Side("render", backends=(web_pid,))
    async with AsyncExitStack() as stack:
        ours = await _browser(stack, app, config=config)
        floor = await _browser(
            stack, _without_database(config, asks=asks, alerts=alerts, around=around, now=now), config=config
        )
        async with sides.web.transaction() as tx:
            token = await open_session(tx, kind=SessionKind.STAFF, organisation_id=org, subject_id=asks.staff_id,
                                       second_factor=True)  # fmt: skip
        # The same request of both, so that what the browser does for a cookie is in neither's share.
        for browser in (ours, floor):
            browser.cookies.set(config.cookies.name(SessionCookie.STAFF), token)
        sizes = [len(await _get(browser)) for browser in (ours, floor)]
        heap.settle()  # as `rms web` does when it has loaded
        for _ in range(repeats):
            await _ask(sides, asks=asks, under=under, without=without)
            await _show(ours, floor, page=page, render=render)
    return Report(
        benchmark="page", people=await owner.fetchval("select count(*) from patient"), k=len(alerts), repeats=repeats,
        figures=_figures(under.cost, without.cost, page.cost, render.cost),
        ratios=(
            times_floor("worklist under row-level security, times without", floor=without.cost, ours=under.cost, target=1.1),
            of_floor("page of the same page without a database", floor=render.cost, ours=page.cost),
        ),
        counts={"alerts on the page": len(alerts), "bytes of the page": sizes[0], "bytes without a database": sizes[1]},
        checks={"every index condition has organisation_id, or the id of one row": _has_organisation(plan)},
        settings=await settings_of(owner),
    )  # fmt: skip


def _figures(under: Cost, without: Cost, page: Cost, render: Cost) -> tuple[Figure, ...]:
    return (
        Figure(name="worklist under row-level security", piece="query", cost=under),
        Figure(name="worklist as the owner", piece="query", cost=without),
        Figure(name="page, whole application", piece="page", cost=page),
        Figure(name="page without a database", piece="page", cost=render),
    )


async def _nurse(owner: asyncpg.Connection) -> Asker:
    row = await owner.fetchrow(
        "select s.id, s.organisation_id, s.display_name, m.team_id from staff s join organisation o on o.id = s.organisation_id"
        " join staff_team m on m.organisation_id = s.organisation_id and m.staff_id = s.id"
        " where o.name = $1 and s.role = 'nurse_specialist' order by s.id limit 1", f"{TRUST} 1",
    )  # fmt: skip
    if row is None:
        raise Refused("Nobody is here yet: load made-up people first, with `rms bench load`.")
    return Asker(staff_id=row["id"], organisation_id=row["organisation_id"], name=row["display_name"],
                 role=Role.NURSE_SPECIALIST, team_ids=(row["team_id"],))  # fmt: skip


async def _alerts(tx: Tx, *, asks: Asker) -> Sequence[WaitingAlert]:
    """The first page of what waits for the teams, whoever has it."""
    scope = Scope(team_ids=list(asks.team_ids), organisation_id=asks.organisation_id, today=tx.today, staff_id=None,
                  unowned=False)  # fmt: skip
    return await waiting_alerts(Look(tx, asks=asks), scope, Asked())


async def _ask(sides: Sides, *, asks: Asker, under: Side, without: Side) -> None:
    """The same question by either role, in turns, each inside a transaction that is open already, planned as the page's is."""
    async with sides.web.transaction(organisation_id=asks.organisation_id, planned_once=True) as tx:
        with under.repeat(pieces=QUERIES):
            for _ in range(QUERIES):
                await _alerts(tx, asks=asks)
    async with sides.owner.transaction(planned_once=True) as tx:
        with without.repeat(pieces=QUERIES):
            for _ in range(QUERIES):
                await _alerts(tx, asks=asks)


async def _show(ours: httpx.AsyncClient, floor: httpx.AsyncClient, *, page: Side, render: Side) -> None:
    with page.repeat(pieces=PAGES):
        for _ in range(PAGES):
            await _get(ours)
    with render.repeat(pieces=PAGES):
        for _ in range(PAGES):
            await _get(floor)


async def _get(browser: httpx.AsyncClient) -> bytes:
    answer = await browser.get(PATH)
    if answer.status_code != httpx.codes.OK:
        raise Refused(f"The page answered {answer.status_code}: there is nothing to measure.")
    return answer.content


async def _browser(stack: AsyncExitStack, app: Litestar, *, config: WebConfig) -> httpx.AsyncClient:
    await stack.enter_async_context(app.lifespan())
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(app=cast(Any, app)), base_url=config.origins[0])
    return await stack.enter_async_context(browser)


def _without_database(
    config: WebConfig, *, asks: Asker, alerts: Sequence[WaitingAlert], around: Surroundings, now: datetime
) -> Litestar:
    """The same page of the same rows through the same plumbing, for anybody."""

    @get(PATH, opt={"policy": PUBLIC})
    async def waiting(request: Request[Any, Any, Any]) -> Response[str]:
        page = present_alerts(alerts, asked=Asked(), around=around, asks=asks, now=now)
        return html(request, template="caseload/alerts.html", page=page, title="Alerts", frame=_FRAME)

    waiting.fn.__annotations__["request"] = Request[Any, Any, Any]
    return Litestar(route_handlers=[waiting], plugins=[WebPlumbing(config=config, asset=asset, static=STATIC)])


class _Overheard:
    """Stands where a transaction would and keeps what it is asked, so that the very same statement can be explained."""

    asked: tuple[str, tuple[Any, ...]] = ("", ())

    def __init__(self, tx: Tx) -> None:
        self.now, self.today = tx.now, tx.today

    async def fetch(self, sql: str, *arguments: Any) -> list[Any]:
        """Remember, and find nothing."""
        self.asked = (sql, arguments)
        return []


async def _plan(tx: Tx, *, asks: Asker) -> dict[str, Any]:
    overheard = _Overheard(tx)
    await _alerts(cast(Tx, overheard), asks=asks)
    sql, arguments = overheard.asked
    said = await tx.fetchval(f"explain (format json) {sql}", *arguments)
    found: dict[str, Any] = msgspec.json.decode(said)[0]["Plan"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _has_organisation(plan: dict[str, Any]) -> bool:
    """Whether every look into a large table is by organisation, or for the one row of an id that such a look has found."""
    conditions = [
        node.get("Index Cond", "")
        for node in _nodes(plan)
        if "Scan" in node["Node Type"]
        and node["Node Type"] != "Bitmap Heap Scan"
        and any(node.get("Relation Name", node.get("Index Name", "")).startswith(table) for table in _LARGE)
    ]
    by_organisation = ["organisation_id" in one for one in conditions]
    by_id = [one.startswith("(id = ") for one in conditions]
    return any(by_organisation) and all(map(operator.or_, by_organisation, by_id))
