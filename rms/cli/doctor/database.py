"""The database as each process sees it: reachable, of one kind and one place, with the right rights, up to date.

It reads only. An embedded server that nobody runs is started for the look, because its own start is what may be wrong.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import asyncpg

from rms.cli.command import Context
from rms.cli.doctor.downtime import look_at_downtime, look_at_worker
from rms.cli.doctor.sign_offs import look_at_sign_offs
from rms.cli.doctor.unattended import look_at_unattended
from rms.clock import real_now
from rms.db.connection import CONNECTION_ERRORS
from rms.errors import RmsError
from rms.settings import Settings
from rms.sync.finding import Finding, fine, wrong
from rms.sync.ready import MOST_SKEW_SECONDS, OLDEST_VERSION, not_for_live, skew_seconds

_PACKAGE = Path(__file__).resolve().parents[2]
_CONNECT_SECONDS = 10

#: What each role must be able to do, and what it must not: (table, verb, whether it may).
RIGHTS: Mapping[str, tuple[tuple[str, str, bool], ...]] = {
    "web": (("patient", "select", True), ("audit_entry", "insert", True), ("inbox", "select", False)),
    "worker": (("message", "update", True), ("inbox", "update", True), ("audit_seal", "insert", True)),
    "listener": (("inbox", "insert", True), ("peer", "select", True), ("patient", "select", False)),
    "failsafe": (("patient", "select", True), ("patient", "update", False)),
}  # fmt: skip

_ABOUT = """
select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       pg_is_in_recovery() as is_copy, current_database() as name, pg_postmaster_start_time() as started_at,
       (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as is_above_policies,
       to_regclass('public.migration') is not null as has_schema
"""


async def look_at_database(context: Context) -> list[Finding]:
    """The server, the schema, each role, and the clock; the first thing that stops the others is said alone."""
    found: list[Finding] = []
    try:
        owner = await _connect(context, "owner")
    except _Unreached as reason:
        return [wrong("database as owner", str(reason))]
    try:
        about = await owner.fetchrow(_ABOUT)
        assert about is not None
        found += [_server(context, about), await clocks(owner)]
        if not about["has_schema"]:
            return [*found, wrong("migrations", "the database has no schema yet: run `rms migrate`.")]
        found.append(await _migrations(owner))
        if not found[-1].ok:
            return found
        found += [await _role(context, role, owner=about) for role in RIGHTS if _is_asked_for(context, role)]
        found += [one async for one in _state(owner, settings=context.settings)]
        found += await look_at_sign_offs(owner)
        found.append(await look_at_worker(owner))
        found += await look_at_downtime(owner, settings=context.settings)
        found += await look_at_unattended(owner)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        found.append(wrong("database as owner", f"it went away in the middle ({type(error).__name__})."))
    finally:
        owner.terminate()
    return found


class _Unreached(Exception):
    """The database cannot be reached in one role; the words say why."""


async def _connect(context: Context, role: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(
            context.url(role), timeout=_CONNECT_SECONDS, command_timeout=_CONNECT_SECONDS,
            server_settings={"application_name": "rms doctor", "default_transaction_read_only": "on"},
        )  # fmt: skip
    except RmsError as error:
        raise _Unreached(str(error)) from error
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as error:
        raise _Unreached("the server refuses the name or the password.") from error
    except asyncpg.InvalidCatalogNameError as error:
        raise _Unreached("the server answers, and has no database of this name.") from error
    except (*CONNECTION_ERRORS, asyncpg.PostgresError, ValueError) as error:
        raise _Unreached(f"it cannot be reached ({type(error).__name__}).") from error


def _server(context: Context, about: asyncpg.Record) -> Finding:
    where = f"embedded, socket in {context.server.socket_dir}" if context.embedded else "named by DATABASE_URL"
    said = f"PostgreSQL {about['version'].split()[0]}, {where}."
    if about["number"] < OLDEST_VERSION:
        return wrong("database as owner", f"{said} Version 15 or later is needed.")
    if about["is_copy"]:
        return wrong("database as owner", f"{said} It is a standby, which takes no changes.")
    return fine("database as owner", said)


async def clocks(owner: asyncpg.Connection) -> Finding:
    """How far the clocks of machine and database are apart, beyond what the question itself took."""
    before = real_now()
    there = await owner.fetchval("select clock_timestamp()")
    after = real_now()
    skew = skew_seconds(there, before=before, after=after)
    if skew > MOST_SKEW_SECONDS:
        return wrong(
            "clocks", f"this machine and the database are {skew:.0f} seconds apart: set them by a time server."
        )
    return fine("clocks", "this machine and the database agree.")


async def _migrations(owner: asyncpg.Connection) -> Finding:
    ran = {row["name"] for row in await owner.fetch("select name from migration")}
    ours = {path.stem for path in _PACKAGE.glob("*/piccolo_migrations/*_[0-9]*.py")}
    if waiting := sorted(ours - ran):
        return wrong("migrations", f"{', '.join(waiting)} did not run yet: run `rms migrate`.")
    if newer := sorted(ran - ours):
        return wrong("migrations", f"the database is of a later release ({', '.join(newer)}): update RMS here.")
    return fine("migrations", f"all {len(ours)} ran.")


def _is_asked_for(context: Context, role: str) -> bool:
    """The failsafe is a program of its own: with a server of yours it is looked at only when its address is there."""
    return role != "failsafe" or context.embedded or context.settings.database.failsafe is not None


async def _role(context: Context, role: str, *, owner: asyncpg.Record) -> Finding:
    what = f"database as {role}"
    try:
        connection = await _connect(context, role)
    except _Unreached as reason:
        return wrong(what, str(reason))
    try:
        about = await connection.fetchrow(_ABOUT)
        assert about is not None
        if (about["name"], about["started_at"]) != (owner["name"], owner["started_at"]):
            return wrong(what, "its address names another database than the owner's.")
        if about["is_above_policies"]:
            return wrong(what, "its user is a superuser or may bypass row-level security: give it one that may not.")
        return await _rights(connection, what, role=role)
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        return wrong(what, f"it went away in the middle ({type(error).__name__}).")
    finally:
        connection.terminate()


async def _rights(connection: asyncpg.Connection, what: str, *, role: str) -> Finding:
    if not await connection.fetchval("select pg_has_role(current_user, $1, 'usage')", f"rms_{role}"):
        return wrong(what, f"its user is not rms_{role} and no member of it.")
    for table, verb, allowed in RIGHTS[role]:
        may = await connection.fetchval("select has_table_privilege(current_user, $1, $2)", table, verb)
        if may != allowed:
            word = "may not" if allowed else "may"
            return wrong(what, f"its user {word} {verb} {table}: grant rms_{role} and nothing else.")
    if role == "web" and await connection.fetchval("select exists (select from patient)"):
        return wrong(what, "it sees people although no organisation was named: row-level security does not hold.")
    return fine(what, "reached, with the rights it needs and no more.")


async def _state(owner: asyncpg.Connection, *, settings: Settings) -> AsyncIterator[Finding]:
    row = await owner.fetchrow("select mode, civil_offset, sending, sending_reason from database_state")
    if row is None:
        yield wrong("mode", "the database does not say what it is for: run `rms migrate`.")
        return
    days = row["civil_offset"].days
    moved = f"; its civil clock is {days} days ahead" if days else ""
    yield fine("mode", f"this is a {row['mode']} database{moved}.")
    if row["sending"] == "on":
        yield fine("sending", "messages go out when they are due.")
    else:
        yield wrong("sending", f"no message goes out: {row['sending_reason']}")
    if row["mode"] == "live":
        for fault in not_for_live(settings):
            yield wrong("live settings", fault)
