"""The filled database that the walker and the crawler look at: the demo's own load, small, made once a run.

After the weeks were played the demo's processes are stopped, so that nothing moves while pages are looked at; only its
database and a web process stay up. Besides the demo's two trusts there is one that has just begun: its lists are empty.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from rms.db.embedded import EmbeddedServer
from rms.people.sign_in.sessions import SessionKind, open_session
from rms.rehearsal.demo.filling import fill_stage
from rms.rehearsal.story.stage import Stage
from tests.database import World, open_folder

#: The fewest that show every part in every team.
PEOPLE = 150
#: A folder that keeps the filled demo from one run to the next, for whoever works on pages; made anew each run otherwise.
KEPT = os.environ.get("RMS_BROWSER_DEMO", "")
#: Who looks, as the list of pages names them, and the name in the demo.
STAFF = {
    "nurse": "Nora Finch",
    "support worker": "Sam Wren",
    "consultant": "Clara Osprey",
    "lead": "Lena Kestrel",
    "manager": "Max Merlin",
    "administrator": "Ada Plover",
    "data quality": "Ivo Martin",
    "auditor": "Aidan Rook",
    "new nurse": "Nora Nightly",
    "new lead": "Lena Longfield",
}


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the demo's staff."""

    organisation_id: int
    staff_id: int
    team_ids: tuple[int, ...]


@contextmanager
def filled_demo() -> Iterator[EmbeddedServer]:
    """The database server of a demo that is filled; the thread is its own, because the browser's driver owns this one."""
    if not KEPT:
        with open_folder() as home, _filled(home / "demo") as server:
            yield server
        return
    with _filled(Path(KEPT)) as server:
        yield server


@contextmanager
def _filled(home: Path) -> Iterator[EmbeddedServer]:
    done = home / "filled-for-the-browser"
    if not done.exists():
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, _fill(home)).result()
        done.touch()
    server = EmbeddedServer(home)
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def _fill(home: Path) -> None:
    stage = Stage(home)
    try:
        await asyncio.to_thread(stage.open, fresh=True, tick=0.25)
        await fill_stage(stage, people=PEOPLE, say=print)
        await stage.found_trust(code="ZDE", name="Newly Begun Hospital", phone="01632 960500")
    finally:
        await asyncio.to_thread(stage.close)


def member_called(name: str) -> Callable[[World], Any]:
    """Ask the database for somebody by name."""

    async def ask(world: World) -> Member:
        [row] = await world.as_owner(
            "select s.organisation_id, s.id, array_agg(t.team_id) filter (where t.team_id is not null) as teams"
            " from staff s left join staff_team t on t.staff_id = s.id where s.display_name = $1 group by 1, 2", name,
        )  # fmt: skip
        return Member(organisation_id=row["organisation_id"], staff_id=row["id"], team_ids=tuple(row["teams"] or ()))

    return ask


def session_of(
    organisation_id: int, subject_id: int, *, kind: SessionKind = SessionKind.STAFF, second_factor: bool = True
) -> Callable[[World], Any]:
    """Open a session as the doors do; its value."""

    async def ask(world: World) -> str:
        async with world.web.transaction() as tx:
            return await open_session(tx, kind=kind, organisation_id=organisation_id, subject_id=subject_id,
                                      second_factor=second_factor)  # fmt: skip

    return ask
