"""`rms migrate`."""

import argparse

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.release import bring_up_to_date


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


COMMANDS = (
    Command(
        words="migrate",
        help="Bring the database up to date.",
        run=run_migrate,
        arguments=migrate_arguments,
        reads=True,
        founds=True,
    ),
)
