"""`rms import ...`: people of a register, a caseload in mid-course, messages of a laboratory."""

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from rms.audit.model import Actor
from rms.cli.acting import acting, acting_arguments
from rms.cli.batch_words import as_object, as_text
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.hl7 import import_hl7_arguments, run_import_hl7
from rms.db.database import Database
from rms.errors import Usage
from rms.people.permissions import Permission
from rms.sync.imports import actions
from rms.sync.imports.model import FOR_A_PERSON, Batch, BatchState, ImportKind

#: A whole register in one statement's time: the staging of thousands reads all that is on file about them.
STATEMENT_TIMEOUT_MS = 300_000


async def run_register(context: Context, arguments: Arguments) -> int:
    """Stage people as a register tells them, and apply them with `--approve`."""
    return await _run_file(context, arguments, ImportKind.REGISTER)


async def run_caseload(context: Context, arguments: Arguments) -> int:
    """Stage a caseload in mid-course, and start its plans with `--approve`."""
    return await _run_file(context, arguments, ImportKind.CASELOAD)


async def _run_file(context: Context, arguments: Arguments, kind: ImportKind) -> int:
    if arguments.dry_run and arguments.approve:
        raise Usage("A dry run writes nothing, so it cannot be approved: give --dry-run or --approve.")
    async with context.database("web", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as database:
        permission = Permission.IMPORT_APPROVE if arguments.approve else Permission.IMPORT_STAGE
        organisation_id, by = await _who(context, database, arguments, permission)
        incoming = await actions.read_path(
            database, organisation_id=organisation_id, path=Path(arguments.path), kind=kind
        )
        if arguments.dry_run:
            batch = await actions.look_at(database, organisation_id=organisation_id, incoming=incoming, by=by)
        else:
            batch = await actions.stage(database, organisation_id=organisation_id, incoming=incoming, by=by)
        if arguments.approve and batch.ref is not None:
            batch = await actions.approve(database, organisation_id=organisation_id, ref=batch.ref, by=by)
    return _answer(context, batch)


def _answer(context: Context, batch: Batch) -> int:
    context.show(as_object(batch), as_text(batch))
    nothing_usable = all(row.action in FOR_A_PERSON for row in batch.rows)
    return Exit.REFUSED if nothing_usable and batch.state is not BatchState.DISCARDED else Exit.DONE


async def run_approve(context: Context, arguments: Arguments) -> int:
    """Apply a batch that was staged earlier."""
    return await _run_ref(context, arguments, Permission.IMPORT_APPROVE, actions.approve)


async def run_discard(context: Context, arguments: Arguments) -> int:
    """Put a staged batch away."""
    return await _run_ref(context, arguments, Permission.IMPORT_STAGE, actions.discard)


async def run_show(context: Context, arguments: Arguments) -> int:
    """Show a batch as it stands."""
    return await _run_ref(context, arguments, Permission.IMPORT_STAGE, actions.show)


async def _run_ref(
    context: Context, arguments: Arguments, permission: Permission, door: Callable[..., Awaitable[Batch]]
) -> int:
    ref = _ref(arguments.ref)
    async with context.database("web", statement_timeout_ms=STATEMENT_TIMEOUT_MS) as database:
        organisation_id, by = await _who(context, database, arguments, permission)
        batch = await door(database, organisation_id=organisation_id, ref=ref, by=by)
    return _answer(context, batch)


async def run_list(context: Context, arguments: Arguments) -> int:
    """Show which batches wait for approval."""
    async with context.database("web") as database:
        organisation_id, _ = await _who(context, database, arguments, Permission.IMPORT_STAGE)
        batches = await actions.waiting(database, organisation_id=organisation_id)
    lines = [f"{b['ref']}  {b['kind']}  {b['file_name']}  staged by {b['staged_by']}" for b in batches]
    context.show({"batches": batches}, "\n".join(lines) or "Nothing waits for approval.")
    return Exit.DONE


async def _who(context: Context, database: Database, arguments: Arguments, permission: Permission) -> tuple[int, Actor]:
    organisation_id = (await context.organisation(database, arguments.organisation)).id
    by = await acting(database, organisation_id=organisation_id, by=arguments.by, permission=permission)
    return organisation_id, by


def _ref(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Usage("Name the batch by its reference, as it was printed when it was staged.") from None


def file_arguments(parser: argparse.ArgumentParser) -> None:
    """A path, what to do with it, for whom and by whom."""
    parser.add_argument("path", metavar="PATH", help="a file, or for a register a folder of them")
    parser.add_argument("--dry-run", action="store_true", help="say what would become of it and write nothing")
    parser.add_argument("--approve", action="store_true", help="apply it at once")
    acting_arguments(parser)


def ref_arguments(parser: argparse.ArgumentParser) -> None:
    """A batch, of whom and by whom."""
    parser.add_argument("ref", metavar="REF", help="the reference that was printed when it was staged")
    acting_arguments(parser)


COMMANDS = (
    Command(words="import register", help="Read people, cancers, treatments and deaths: CSV or FHIR.", run=run_register,
            arguments=file_arguments, reads=True),
    Command(words="import caseload", help="Read a caseload in mid-course: CSV.", run=run_caseload,
            arguments=file_arguments, reads=True),
    Command(words="import hl7", help="Take in a file of HL7 v2 messages, as from a peer.", run=run_import_hl7,
            arguments=import_hl7_arguments, reads=True),
    Command(words="import approve", help="Apply a batch that was staged.", run=run_approve, arguments=ref_arguments,
            reads=True),
    Command(words="import discard", help="Put a staged batch away.", run=run_discard, arguments=ref_arguments,
            reads=True),
    Command(words="import show", help="Show a batch.", run=run_show, arguments=ref_arguments, reads=True),
    Command(words="import list", help="Show which batches wait for approval.", run=run_list,
            arguments=acting_arguments, reads=True),
)  # fmt: skip
