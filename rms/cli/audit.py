"""`rms audit verify|export|who-looked` and `rms sync status`, `rms register serve`."""

import argparse
import sys

import asyncpg
import msgspec

from rms.audit.jobs import verify
from rms.audit.keys import heads_file, public_keys
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import port, whole
from rms.db.database import Database
from rms.errors import BadInput, Unavailable


async def run_verify(context: Context, arguments: Arguments) -> int:
    """Look for tampering; 1 when any shows."""
    del arguments
    async with context.database("owner", statement_timeout_ms=600_000) as database:
        faults = await verify(
            database, keys=public_keys(context.settings.home), heads_file=heads_file(context.settings.home)
        )
        async with database.transaction() as tx:
            entries = await tx.fetchval("select count(*) from audit_entry")
            seals = await tx.fetchval("select count(*) from audit_seal")
    found = [{"kind": fault.kind, "number": fault.number, "sentence": fault.sentence} for fault in faults]
    text = "\n".join(fault.sentence for fault in faults) or f"{entries} entries under {seals} seals: nothing shows."
    context.show({"entries": entries, "seals": seals, "faults": found}, text)
    return Exit.NO if faults else Exit.DONE


async def run_who_looked(context: Context, arguments: Arguments) -> int:
    """Who looked at or changed a person's record, the latest first."""
    async with context.database("web") as database:
        organisation = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=organisation.id) as tx:
            patient_id = await tx.fetchval(
                "select id from patient where nhs_number = $1 or ref::text = $1", arguments.person.replace(" ", "")
            )
            if patient_id is None:
                raise BadInput("There is no such person in this organisation.")
            rows = await tx.fetch(
                "select at, civil_at, actor_kind, actor_name, verb, subject_kind, reason from audit_entry"
                " where organisation_id = $1 and patient_id = $2 order by id desc limit $3",
                organisation.id, patient_id, arguments.most,
            )  # fmt: skip
    entries = [dict(row) for row in rows]
    text = "\n".join(f"{row['at']:%Y-%m-%d %H:%M:%S}  {row['actor_name']:<24} {row['verb']}" for row in rows)
    context.show({"entries": entries}, text or "Nobody has.")
    return Exit.DONE


def who_looked_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose record, in which organisation."""
    parser.add_argument("person", metavar="REF|NHS_NUMBER", help="NHS number or reference")
    parser.add_argument("--organisation", required=True, metavar="CODE", help="the trust, by its ODS code")
    parser.add_argument(
        "--most", type=whole(least=1), default=200, metavar="N", help="how many entries at most (default: 200)"
    )


async def run_export(context: Context, arguments: Arguments) -> int:
    """All entries of an organisation, the oldest first: a line of JSON each, or one object with `--json`."""
    before, between, after = ('{"entries":[', ",", "]}\n") if context.as_json else ("", "\n", "\n")
    async with context.database("web", statement_timeout_ms=600_000) as database:
        organisation = await context.organisation(database, arguments.organisation)
        sys.stdout.write(before)
        last = 0
        while rows := await _entries(database, organisation_id=organisation.id, after=last):
            lines = between.join(msgspec.json.encode(dict(row)).decode() for row in rows)
            sys.stdout.write((between if last else "") + lines)
            last = rows[-1]["id"]
        sys.stdout.write(after if last or context.as_json else "")
    return Exit.DONE


async def _entries(database: Database, *, organisation_id: int, after: int) -> list[asyncpg.Record]:
    """The next entries: an audit of years does not fit into memory."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        return await tx.fetch(
            "select id, at, civil_at, actor_kind, actor_name, verb, subject_kind, subject_id, patient_id, reason, details"
            " from audit_entry where organisation_id = $1 and id > $2 order by id limit 5000",
            organisation_id, after,
        )  # fmt: skip


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Of which organisation."""
    parser.add_argument("--organisation", required=True, metavar="CODE", help="the trust, by its ODS code")


async def run_sync_status(context: Context, arguments: Arguments) -> int:
    """What waits between us and the outside: raw messages, questions about them, events for the register."""
    del arguments
    async with context.database("owner") as database, database.transaction() as tx:
        inbox = {
            row["state"]: row["count"] for row in await tx.fetch("select state, count(*) from inbox group by state")
        }
        events = {
            row["state"]: row["count"] for row in await tx.fetch("select state, count(*) from event group by state")
        }
        oldest = await tx.fetchval("select min(created_at) from event where state in ('waiting', 'delivering')")
    lines = [f"inbox {state}: {count}" for state, count in inbox.items()]
    lines += [f"events {state}: {count}" for state, count in events.items()]
    lines.append(f"oldest event not delivered: {oldest or 'none'}")
    context.show({"inbox": inbox, "events": events, "oldest_undelivered": oldest}, "\n".join(lines))
    return Exit.DONE


async def run_register_serve(context: Context, arguments: Arguments) -> int:
    """A register to try against: a small FHIR R4 server with a file as its store."""
    import asyncio

    from rms.rehearsal.register.server import running

    try:
        async with running(port=arguments.port, log=context.settings.home / "register.jsonl") as (_, url):
            context.say(f"The register answers at {url}. Ctrl-C ends it.")
            await asyncio.Event().wait()
    except OSError as error:
        place = f"port {arguments.port} and {context.settings.home}"
        raise Unavailable(
            f"The register needs {place} ({error.strerror}): choose another --port or RMS_HOME."
        ) from error
    return Exit.DONE


def register_arguments(parser: argparse.ArgumentParser) -> None:
    """On which port."""
    parser.add_argument("--port", type=port, default=8080, help="the port to listen on (default: 8080)")


COMMANDS = (
    Command(words="audit verify", help="Look for tampering with the audit.", run=run_verify, reads=True),
    Command(words="audit export", help="Print an organisation's audit, a line of JSON each.", run=run_export,
            arguments=export_arguments, reads=True),
    Command(words="audit who-looked", help="Who looked at a person's record.", run=run_who_looked,
            arguments=who_looked_arguments, reads=True),
    Command(words="sync status", help="What waits between RMS and the outside.", run=run_sync_status, reads=True),
    Command(words="register serve", help="Run a register to try against.", run=run_register_serve,
            arguments=register_arguments),
)  # fmt: skip
