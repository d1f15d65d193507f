"""Bringing a database up to date with this release: the migrations, then the protocols and questionnaires it brings.

It stands here because the database room must not know what is in the rooms above it.
"""

import msgspec

from rms.db.database import Database
from rms.db.migrate import MIGRATION_LOCK, migrate
from rms.plans.moves import load_library
from rms.questionnaires.moves import load_questionnaires


class UpToDate(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing a database up to date did: the migrations that ran, the protocols and questionnaires that are new."""

    ran: list[str]
    loaded: list[str]


async def bring_up_to_date(url: str, *, mode: str | None = None) -> UpToDate:
    """Run the migrations that have not run, then store what this release brings. `url` is the owner's."""
    ran = await migrate(url, mode=mode)
    async with Database(url, name="owner", size=1) as database, database.transaction() as tx:
        await tx.execute("select pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        loaded = [*await load_library(tx), *await load_questionnaires(tx)]
    return UpToDate(ran=ran, loaded=loaded)
