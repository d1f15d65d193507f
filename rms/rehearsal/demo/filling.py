"""Fills a stage that is up: what is settled is copied in, the last weeks are played by its own processes."""

import asyncpg
import httpx
import msgspec

from rms.db.database import Database
from rms.rehearsal.demo.cast import Part
from rms.rehearsal.demo.loading import Filled, Say, fill
from rms.rehearsal.demo.weeks import Weeks
from rms.rehearsal.notify_server.script import ReceiptRule, Script
from rms.rehearsal.story.clockwork import Clockwork
from rms.rehearsal.story.eyes import Eyes
from rms.rehearsal.story.stage import Stage

_PATIENCE_SECONDS = 180.0
#: On a busy machine a duty holds a row for longer than a page would wait; a filling that gives up is lost work.
_PATIENCE_MS = 60_000


async def fill_stage(stage: Stage, *, people: int, say: Say) -> Filled:
    """Fill the database of a stage. Its worker does the duties, its provider takes the messages."""
    say(f"Filling it with {people:,} made-up people once, so that there is something to look at: about a minute.")
    url = stage.server.url("rms_owner")
    filled = await fill(url, web_url=stage.server.url("rms_web"), people=people, say=say)
    await _let_some_fail(stage, filled)
    eyes = Eyes(stage.server)
    clockwork = Clockwork(eyes, patience_seconds=_PATIENCE_SECONDS, look_every_seconds=0.3)
    owner = await asyncpg.connect(url)
    try:
        async with Database(
            stage.server.url("rms_web"),
            name="demo",
            size=4,
            statement_timeout_ms=_PATIENCE_MS,
            lock_timeout_ms=_PATIENCE_MS,
            acquire_timeout_s=_PATIENCE_SECONDS,
        ) as web:
            await Weeks(filled, owner=owner, web=web, settle=clockwork.quiet, say=say).play()
    finally:
        await owner.close()
        await eyes.close()
    return filled


async def _let_some_fail(stage: Stage, filled: Filled) -> None:
    """The stand-in reports that these numbers are not in use."""
    dead = [one.identity.mobile for one in filled.everybody if one.part is Part.UNREACHED]
    rules = [ReceiptRule(do="permanent-failure", to=number) for number in dead if number]
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.post(
            f"http://127.0.0.1:{stage.ports.notify}/_faults", content=msgspec.json.encode(Script(receipts=rules))
        )
        answer.raise_for_status()
