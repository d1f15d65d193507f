"""Turns words into a command, and errors into one sentence and an exit code."""

import asyncio
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

import asyncpg

from rms import heap
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import parse
from rms.errors import BadInput, Conflict, GatewayError, NotAllowed, NotFound, Refused, RmsError, Unavailable, Usage
from rms.log import configure_logging, get_log, new_error_id
from rms.settings import read_settings

log = get_log(__name__)

#: Where the commands stand; imported only when their noun is asked for, so that the command line stays quick.
NOUNS = {
    "protocol": "rms.cli.protocols",
    "plan": "rms.cli.plans",
    "import": "rms.cli.imports",
    "person": "rms.cli.person",
    "migrate": "rms.cli.database",
    "doctor": "rms.cli.doctor",
    "register": "rms.cli.audit",
    "sync": "rms.cli.audit",
    "audit": "rms.cli.audit",
    "demo": "rms.cli.rehearsal",
    "story": "rms.cli.rehearsal",
    "worker": "rms.cli.worker",
    "listen": "rms.cli.hl7",
    "hl7": "rms.cli.hl7",
    "result": "rms.cli.results",
    "questionnaire": "rms.cli.questionnaires",
    "messages": "rms.cli.messages",
    "downtime": "rms.cli.downtime",
    "organisation": "rms.cli.admin",
    "team": "rms.cli.admin",
    "user": "rms.cli.admin",
    "peer": "rms.cli.admin",
    "web": "rms.cli.serve",
    "bench": "rms.cli.bench",
}

#: The first word of the commands whose time goes into talking with the database.
RUNS_FOR_LONG = frozenset({"web", "worker", "listen", "bench"})


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; never a traceback."""
    given = list(sys.argv[1:] if words is None else words)
    if given == ["--version"]:
        sys.stdout.write(f"rms {version('rms')}\n")
        return Exit.DONE
    try:
        with heap.loading():
            command, arguments = _parse(given)
        configure_logging()
        context = Context(read_settings(os.environ), as_json=getattr(arguments, "json", False), founds=command.founds)
    except SystemExit:  # argparse has printed the help
        return Exit.DONE
    except RmsError as error:
        return _say(error)
    return _run(command, context, arguments)


def _run(command: Command, context: Context, arguments: Arguments) -> int:
    try:
        with asyncio.Runner(loop_factory=_loop_for(command)) as runner:
            return int(runner.run(_started(command, context, arguments)))
    except KeyboardInterrupt:
        return 130
    except RmsError as error:
        return _say(error)
    except asyncpg.PostgresError as error:
        return _say(_in_words(error))
    except BrokenPipeError:  # whoever read the answer has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:
        return _say(_unforeseen(error))
    finally:
        context.close()


def _loop_for(command: Command) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What runs for long, and what measures it, gets the quicker event loop where there is one; None: Python's own."""
    if not _runs_for_long(command):
        return None
    try:
        import uvloop
    except ImportError:  # Windows
        return None
    return uvloop.new_event_loop


def _runs_for_long(command: Command) -> bool:
    return command.words.partition(" ")[0] in RUNS_FOR_LONG


async def _started(command: Command, context: Context, arguments: Arguments) -> int:
    if _runs_for_long(command):
        heap.settle()
    return await command.run(context, arguments)


def _in_words(error: asyncpg.PostgresError) -> RmsError:
    """What a database that answers, and is not as it should be, means to an operator; a fault of ours otherwise."""
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError | asyncpg.UndefinedFunctionError):
        return Unavailable("The database has no schema yet, or an older one. Run `rms migrate`.")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return Unavailable("The database gives this role too few rights. `rms doctor` says which role.")
    if isinstance(error, asyncpg.QueryCanceledError | asyncpg.LockNotAvailableError):
        return Unavailable("The database took too long to answer. Nothing was changed; please try again.")
    return _unforeseen(error)


def _unforeseen(error: Exception) -> RmsError:
    """A fault of ours: its place goes to the log under a number, never its words, which may quote a person."""
    number = new_error_id()
    log.error("uncaught", error_id=number, exc_info=error)
    return Unavailable(f"RMS failed at this in a way nobody foresaw. Its log line has the number {number}.")


def _say(error: RmsError) -> int:
    sys.stderr.write(f"{error}\n")
    return exit_code(error)


def exit_code(error: RmsError) -> int:
    """Which exit code an error becomes."""
    if isinstance(error, Usage):
        return Exit.USAGE
    if isinstance(error, (Unavailable, GatewayError)):
        return Exit.UNAVAILABLE
    if isinstance(error, (BadInput, Refused, Conflict, NotFound, NotAllowed)):
        return Exit.REFUSED
    return Exit.NO


def _parse(given: list[str]) -> tuple[Command, Arguments]:
    if any("\udc80" <= letter <= "\udcff" for word in given for letter in word):
        raise Usage("One of the words is not written in UTF-8.")
    noun = next((word for word in given if not word.startswith("-")), None)
    if noun is not None and noun not in NOUNS:
        raise Usage("There is no such command. `rms --help` lists them.")
    modules = [NOUNS[noun]] if noun is not None else sorted(set(NOUNS.values()))
    arguments = parse([command for module in modules for command in commands_of(module)], given)
    if getattr(arguments, "command", None) is None:
        raise Usage("Say which command you mean. `rms --help` lists them.")
    return arguments.command, arguments


def commands_of(module: str) -> Iterable[Command]:
    """The commands that a module ends with."""
    found: tuple[Command, ...] = importlib.import_module(module).COMMANDS
    return found
