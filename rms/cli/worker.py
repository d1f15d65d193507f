"""`rms worker`: the second process."""

import argparse

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import seconds
from rms.rehearsal.dying import die_with_parent


async def run_worker(context: Context, arguments: Arguments) -> int:
    """Run the timetable until told to stop."""
    from rms.worker import work

    if arguments.die_with_parent:
        die_with_parent()
    async with context.database("worker", size=12, statement_timeout_ms=60_000) as database:
        async with database.transaction() as tx:
            demo = not tx.live
        await work(database, settings=context.settings, tick=arguments.tick, demo=demo, revive=context.revive)
    return Exit.DONE


def worker_arguments(parser: argparse.ArgumentParser) -> None:
    """How often it looks, and whose child it is."""
    parser.add_argument(
        "--tick",
        type=seconds,
        metavar="SECONDS",
        default=5.0,
        help="seconds between two looks at what is due (default: 5)",
    )
    parser.add_argument(
        "--die-with-parent", action="store_true", help="end when the process that started this one ends"
    )


COMMANDS = (
    Command(
        words="worker",
        help="Run the scheduled work until told to stop.",
        run=run_worker,
        arguments=worker_arguments,
        founds=True,
    ),
)
