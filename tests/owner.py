"""The owner's connection of a test session: opened once, because signing in costs more than most of what tests ask.

The same SQL on a new connection takes some twenty milliseconds of both sides (SCRAM, type introspection, cold caches of the
catalogue); a session of tests asks tens of thousands of times.
"""

import asyncpg
import msgspec

#: Loaded with the migrations and never changed by a test.
KEPT = ("migration", "protocol_version", "questionnaire_version", "database_state")
#: As if a worker had just done its round: pages say it loudly when none has.
_AS_NEW = (
    "update database_state set civil_offset = interval '0', sending = 'on', sending_reason = null, incarnation = 1;"
    "insert into worker_pulse (beat_at) values (clock_timestamp())"
)


class Owner:
    """The owner of one database: looks, sets up and empties behind the application's back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._kept: asyncpg.Connection | None = None
        self._is_busy = False
        self._deletes = ""

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Run one statement by itself; rows. Who asks while another question runs gets a connection of their own."""
        if self._is_busy:
            other = await self._connect()
            try:
                return await other.fetch(sql, *arguments)
            finally:
                await other.close()
        self._is_busy = True
        try:
            return await (await self._connection()).fetch(sql, *arguments)
        finally:
            self._is_busy = False

    async def empty(self) -> None:
        """Delete everything but the reference rows, past triggers and foreign keys, which stay switched on for others."""
        self._is_busy = True
        try:
            connection = await self._connection()
            async with connection.transaction():
                await connection.execute(
                    f"set local session_replication_role = replica; {await self._emptying(connection)};{_AS_NEW}"
                )
        finally:
            self._is_busy = False

    async def aclose(self) -> None:
        """Give the connection back."""
        if self._kept is not None:
            await self._kept.close()

    async def _emptying(self, connection: asyncpg.Connection) -> str:
        """A DELETE for each table there is; no test leaves a table behind, so they are looked up once."""
        if not self._deletes:
            tables = await connection.fetch(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
                " and not relispartition and relname <> all($1)", list(KEPT),
            )  # fmt: skip
            self._deletes = ";".join(f'delete from "{row["relname"]}"' for row in tables)
        return self._deletes

    async def _connection(self) -> asyncpg.Connection:
        """The kept connection; a new one when a test has ended it."""
        if self._kept is None or self._kept.is_closed():
            self._kept = await self._connect()
        return self._kept

    async def _connect(self) -> asyncpg.Connection:
        connection = await asyncpg.connect(self.url)
        await connection.set_type_codec(
            "jsonb", encoder=_text, decoder=msgspec.json.decode, schema="pg_catalog", format="text"
        )
        return connection


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
