"""Reading about people: what was read leaves us only after the line that says who looked is committed.

    async with looking(request, database) as look:
        found = await ...(look.tx, ...)
        await look.at(verb="person.look", subject_kind="patient", subject_id=found.id, patient_id=found.id)
    return html(...)                                    # after the transaction, never inside it

A block that ends without a line is a programming mistake: it is refused, and with it the page. Whoever looks sees at the
foot of the page whether the laboratories still send (`staff_frame` finds the words in the request); a worklist reads
them with what stands around it and says `feeds_too=False`.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from litestar import Request

from rms.audit.moves import record
from rms.caseload.feeds import feeds
from rms.caseload.frame import say_below
from rms.caseload.worklist.feed import foot_words
from rms.db.database import Database
from rms.db.engine import Tx
from rms.db.pulse import worker_seen
from rms.people.access import Asker, asker


class Look:
    """One open transaction of one member of staff who looks at people."""

    def __init__(self, tx: Tx, *, asks: Asker) -> None:
        self.tx = tx
        self.asks = asks
        self.written = False

    @property
    def scope(self) -> tuple[list[int], int]:
        """The first two parameters of every look-up: the teams and the organisation of the one who asks."""
        return list(self.asks.team_ids), self.asks.organisation_id

    async def rows(self, sql: str, *given: Any) -> list[asyncpg.Record]:
        """The rows of a list."""
        return await self.tx.fetch(sql, *given)

    async def at(self, *, verb: str, subject_kind: str, subject_id: int | None = None, patient_id: int | None = None,
                 shown: Iterable[int | None] = ()) -> None:  # fmt: skip
        """Write who looks at what. A list names the people on it as `shown`, so that "who looked" finds them too."""
        people = sorted({one for one in shown if one is not None})
        await record(self.tx, by=self.asks.actor, verb=verb, subject_kind=subject_kind, subject_id=subject_id,
                     patient_id=patient_id, details={"shown": people} if subject_id is None else None)  # fmt: skip
        self.written = True


async def feeds_below(request: Request[Any, Any, Any], database: Database) -> None:
    """Say at the foot of a page about nobody whether the laboratories still send."""
    async with database.transaction(organisation_id=asker(request).organisation_id) as tx:
        say_below(request, words=foot_words(await feeds(tx), await worker_seen(tx), now=tx.now))


@asynccontextmanager
async def looking(
    request: Request[Any, Any, Any], database: Database, *, feeds_too: bool = True, planned_once: bool = False
) -> AsyncIterator[Look]:
    """Open a transaction in which somebody looks; see the top of this file. `planned_once` as in `Database.transaction`.

    A GET begins at the instant at which its asker was found; a form that comes back may follow a change of its own.
    """
    asks = asker(request)
    async with database.transaction(organisation_id=asks.organisation_id, planned_once=planned_once,
                                    began=asks.began if request.method == "GET" else None) as tx:  # fmt: skip
        look = Look(tx, asks=asks)
        if feeds_too:
            say_below(request, words=foot_words(await feeds(tx), await worker_seen(tx), now=tx.now))
        yield look
        if not look.written:
            raise RuntimeError("Somebody would have looked without a line in the audit.")
