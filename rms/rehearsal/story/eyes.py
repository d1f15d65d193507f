"""Looking at the database as its owner, through restarts: the eyes of the clock and of the comparisons."""

import asyncio
from time import monotonic
from typing import Any

import asyncpg
import msgspec

from rms.db.connection import CONNECTION_ERRORS
from rms.db.embedded import EmbeddedServer


class Eyes:
    """One connection as the owner that is made anew when the server was away. Only for what may be asked twice."""

    def __init__(self, server: EmbeddedServer, *, patience_seconds: float = 60.0) -> None:
        self._server = server
        self._patience = patience_seconds
        self._connection: asyncpg.Connection | None = None

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """All rows."""
        rows: list[asyncpg.Record] = await self._ask("fetch", sql, *arguments)
        return rows

    async def fetchrow(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self._ask("fetchrow", sql, *arguments)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        """The first value, or None."""
        return await self._ask("fetchval", sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> None:
        """Run a statement that does no harm when it is run twice."""
        await self._ask("execute", sql, *arguments)

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()

    async def _ask(self, how: str, sql: str, *arguments: object) -> Any:
        until = monotonic() + self._patience
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(self._server.url("rms_owner"), timeout=10)
                    await self._connection.set_type_codec(
                        "jsonb", encoder=lambda value: msgspec.json.encode(value).decode(), decoder=msgspec.json.decode,
                        schema="pg_catalog", format="text",
                    )  # fmt: skip
                return await getattr(self._connection, how)(sql, *arguments)
            except CONNECTION_ERRORS:
                if self._connection is not None:
                    self._connection.terminate()
                    self._connection = None
                if monotonic() > until:
                    raise
                await asyncio.sleep(0.2)
