"""One look at a database from outside the application: for the doctor and for setting up, before there is a schema.

Everything RMS does for people goes through `Database.transaction`; this knows no scope and keeps no connection.
"""

from typing import Any

import asyncpg

from rms.db.connection import CONNECTION_ERRORS
from rms.errors import DatabaseAway


async def look_once(url: str, sql: str, *arguments: object, seconds: float = 5.0) -> list[Any]:
    """Connect, ask one question, hang up; the rows. DatabaseAway, in words, when the server is not there or refuses."""
    try:
        connection = await asyncpg.connect(url, timeout=seconds, command_timeout=seconds)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseAway(f"The database cannot be reached ({type(error).__name__}).") from error
    try:
        rows: list[Any] = await connection.fetch(sql, *arguments)
        return rows
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseAway(f"The database did not answer ({type(error).__name__}).") from error
    finally:
        connection.terminate()
