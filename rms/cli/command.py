"""What a command is: its words, its arguments, and a function that answers with an exit code.

A module of commands ends with `COMMANDS = (Command(...), ...)`; `main.py` lists the modules. A command's function takes
the context and the parsed arguments; it prints through the context, so that `--json` works the same everywhere.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import Any

import msgspec

from rms.cli.digest import release_digest
from rms.db.database import Database
from rms.db.embedded import EmbeddedServer, ensure
from rms.errors import BadInput, Unavailable
from rms.people.store import OrganisationOnFile, organisation_by_code
from rms.settings import Secret, Settings

Arguments = argparse.Namespace


class Exit(IntEnum):
    """What a command answers to the shell."""

    DONE = 0
    NO = 1
    USAGE = 2
    REFUSED = 3
    UNAVAILABLE = 4


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command: `words` as typed, a sentence for the help, its arguments, and what it does."""

    words: str
    help: str
    run: Callable[[Context, Arguments], Awaitable[int]]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    reads: bool = False  # then it knows --json
    founds: bool = False  # then it may make the embedded database where there is none


class Context:
    """What a command works with: the settings, the databases by role, and one way to answer."""

    def __init__(self, settings: Settings, *, as_json: bool = False, founds: bool = False) -> None:
        self.settings = settings
        self.founds = founds
        self.as_json = as_json
        self._server: EmbeddedServer | None = None

    def show(self, value: Mapping[str, Any], text: str) -> None:
        """Answer: the object with `--json` (ISO dates, snake_case keys), the text otherwise."""
        if self.as_json:
            sys.stdout.write(msgspec.json.encode(value, order="deterministic").decode() + "\n")
        else:
            sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """A line of progress, which is no part of the answer."""
        sys.stderr.write(text + "\n")

    @property
    def embedded(self) -> bool:
        """Whether the database is our own embedded one."""
        return self.settings.database.owner is None

    @property
    def server(self) -> EmbeddedServer:
        """The embedded server, started when nobody runs it yet."""
        if self._server is None:
            self._refuse_to_found()
            self._server = ensure(self.settings.home)
        return self._server

    def _refuse_to_found(self) -> None:
        """Unavailable where there is no database and this command is not one that makes one: a look leaves nothing behind."""
        home = self.settings.home
        if self.founds or (home / "data" / "PG_VERSION").exists() or (home.exists() and not home.is_dir()):
            return
        raise Unavailable(
            f"There is no database in {home} yet. `rms migrate` makes one (--mode live or demo), and `rms demo` one with"
            " made-up people; RMS_HOME says where."
        )

    def url(self, role: str = "owner") -> str:
        """Where the database is for one role: owner, web, worker, listener or failsafe."""
        given: Secret | None = getattr(self.settings.database, role)
        if given is not None:
            return given.reveal()
        if self.embedded:
            self.server.start()
            return self.server.url(f"rms_{role}")
        raise Unavailable(f"RMS_DATABASE_URL_{role.upper()} is not set, and DATABASE_URL names a server of yours.")

    @asynccontextmanager
    async def database(
        self, role: str = "web", *, size: int = 8, statement_timeout_ms: int = 60_000
    ) -> AsyncIterator[Database]:
        """Open the pool of one role. The embedded database is brought up to date first; another never by itself."""
        if self.embedded:
            await self._keep_up_to_date()
        async with Database(
            self.url(role), name=role, size=size, statement_timeout_ms=statement_timeout_ms
        ) as database:
            yield database

    async def _keep_up_to_date(self) -> None:
        """Bring the embedded database up to date, unless a note beside it says that this very release did so already."""
        url = self.url("owner")
        note = self.settings.home / "up-to-date"
        # A database made anew in the same home has another birthday, and is brought up to date again.
        release = f"{release_digest()} {(self.settings.home / 'data' / 'PG_VERSION').stat().st_mtime_ns}"
        if note.exists() and note.read_text() == release:
            return
        from rms.cli.release import bring_up_to_date  # the migrations' machinery is loaded only when it is needed

        await bring_up_to_date(url)
        note.write_text(release)

    async def organisation(self, database: Database, code: str) -> OrganisationOnFile:
        """The organisation that a command names by its ODS code; BadInput when there is none."""
        async with database.transaction() as tx:
            found = await organisation_by_code(tx, code.upper())
        if found is None:
            raise BadInput(f"There is no organisation with the code “{code}”. `rms organisation list` shows them.")
        return found

    @property
    def revive(self) -> Callable[[], None] | None:
        """Starts the embedded server again when it is gone; None when the database is an outside one."""
        return self.server.start if self.embedded else None

    def close(self) -> None:
        """End what this process started."""
        if self._server is not None:
            self._server.stop()
