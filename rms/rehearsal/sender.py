"""A worker reduced to its two message duties, for fault tests that kill it: sends, asks, and starts again at once.

`RMS_DATABASE_URL_WORKER=... python -m rms.rehearsal.sender --notify URL` prints `ready` and works until it is killed or
its database is away. It speaks to the stand-in only: the key is the rehearsal's.
"""

import argparse
import asyncio
import os
import sys
from datetime import datetime, timedelta

from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import DatabaseAway
from rms.messages.catalogue import load
from rms.messages.jobs import Outbox, ask_due, send_due
from rms.messages.model import Channel
from rms.messages.notify import NotifyGateway
from rms.messages.store import MessageOnFile
from rms.rehearsal.notify_server.app import REHEARSAL_KEY

_TEMPLATE = "00000000-0000-4000-8000-00000000000a"


class NoLinks:
    """Messages of a rehearsal of sending need no link."""

    async def locator_for(self, tx: Tx, message: MessageOnFile, *, now: datetime) -> str | None:
        """None for every message."""
        del tx, message, now
        return None


async def work(given: argparse.Namespace, *, database_url: str) -> None:
    """Send and ask without end. Raises DatabaseAway when the database has gone."""
    notify = NotifyGateway(
        base_url=given.notify, api_key=REHEARSAL_KEY, template_sms=_TEMPLATE, template_email=_TEMPLATE,
        connect_seconds=given.read_seconds, read_seconds=given.read_seconds,
    )  # fmt: skip
    outbox = Outbox(
        gateways={Channel.SMS: notify, Channel.EMAIL: notify}, catalogue=load(), links=NoLinks(),
        portal_url="https://followup.example.org", lease_seconds=given.lease_seconds,
        grace=timedelta(seconds=given.grace_seconds),
    )  # fmt: skip
    async with Database(database_url, name="sender") as database:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            done = await ask_due(database, outbox=outbox) + await send_due(database, outbox=outbox)
            await asyncio.sleep(0 if done else given.pause_seconds)


def main() -> int:
    """Read the arguments and work."""
    parser = argparse.ArgumentParser(prog="python -m rms.rehearsal.sender", description=__doc__)
    parser.add_argument("--notify", required=True)
    parser.add_argument("--lease-seconds", type=float, default=0.5)
    parser.add_argument("--grace-seconds", type=float, default=4.0)
    parser.add_argument("--read-seconds", type=float, default=0.5)
    parser.add_argument("--pause-seconds", type=float, default=0.02)
    try:
        asyncio.run(work(parser.parse_args(), database_url=os.environ["RMS_DATABASE_URL_WORKER"]))
    except DatabaseAway as error:
        sys.stderr.write(f"{error}\n")
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
