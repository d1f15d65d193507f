"""`rms migrate` and `rms doctor`."""

import argparse

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.release import bring_up_to_date
from rms.errors import DatabaseAway, RmsError


async def run_migrate(context: Context, arguments: Arguments) -> int:
    """Bring the schema up to date, and the protocols and questionnaires that come with this release."""
    done = await bring_up_to_date(context.url("owner"), mode=arguments.mode)
    words = [f"{len(done.ran)} migrations ran: {', '.join(done.ran)}."] if done.ran else []
    words += [f"New: {', '.join(done.loaded)}."] if done.loaded else []
    context.show({"ran": done.ran, "loaded": done.loaded}, "\n".join(words) or "The database is up to date.")
    return Exit.DONE


def migrate_arguments(parser: argparse.ArgumentParser) -> None:
    """`--mode` is asked once, when the database is new."""
    parser.add_argument(
        "--mode", choices=("live", "demo"), help="what a new database is for; fixed for good (default: live)"
    )


async def run_doctor(context: Context, arguments: Arguments) -> int:
    """Try every connection that the settings name and say what works."""
    del arguments
    roles = ("owner", "web", "worker", "listener")
    checks = [(f"database as {role}", await _database_answer(context, role)) for role in roles]
    wrong = [name for name, answer in checks if answer != "ok"]
    text = "\n".join(f"{name}: {answer}" for name, answer in checks)
    context.show({"checks": dict(checks), "ok": not wrong}, text)
    return Exit.NO if wrong else Exit.DONE


async def _database_answer(context: Context, role: str) -> str:
    from rms.db.database import Database

    try:
        async with Database(context.url(role), name="doctor", size=1) as database, database.transaction() as tx:
            await tx.fetchval("select 1")
    except DatabaseAway as error:
        return str(error)
    except RmsError as error:
        return str(error)
    return "ok"


COMMANDS = (
    Command(
        words="migrate", help="Bring the database up to date.", run=run_migrate, arguments=migrate_arguments, reads=True
    ),
    Command(words="doctor", help="Check every connection the settings name.", run=run_doctor, reads=True),
)
