"""Turns words into a command, and errors into one sentence and an exit code."""

import argparse
import asyncio
import importlib
import os
import sys
from collections.abc import Iterable, Sequence

from rms.cli.command import Arguments, Command, Context, Exit
from rms.errors import BadInput, Conflict, GatewayError, NotAllowed, NotFound, Refused, RmsError, Unavailable, Usage
from rms.log import configure_logging
from rms.settings import read_settings

#: Where the commands stand; imported only when their noun is asked for, so that the command line stays quick.
NOUNS = {
    "protocol": "rms.cli.protocols",
    "plan": "rms.cli.plans",
    "import": "rms.cli.imports",
    "person": "rms.cli.person",
    "migrate": "rms.cli.database",
    "doctor": "rms.cli.database",
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
    "organisation": "rms.cli.admin",
    "team": "rms.cli.admin",
    "user": "rms.cli.admin",
    "peer": "rms.cli.admin",
    "web": "rms.cli.serve",
    "bench": "rms.cli.bench",
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and answer with its exit code; never a traceback for what a person can mend."""
    given = list(sys.argv[1:] if words is None else words)
    try:
        command, arguments = _parse(given)
        configure_logging()
        context = Context(read_settings(os.environ), as_json=getattr(arguments, "json", False))
    except SystemExit as end:  # argparse has said what is wrong, or printed the help
        return Exit.USAGE if end.code else Exit.DONE
    except RmsError as error:
        return _say(error)
    return _run(command, context, arguments)


def _run(command: Command, context: Context, arguments: Arguments) -> int:
    try:
        return int(asyncio.run(_started(command, context, arguments)))
    except KeyboardInterrupt:
        return 130
    except RmsError as error:
        return _say(error)
    except BrokenPipeError:
        return Exit.DONE
    finally:
        context.close()


async def _started(command: Command, context: Context, arguments: Arguments) -> int:
    return await command.run(context, arguments)


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
    noun = next((word for word in given if not word.startswith("-")), None)
    if noun is not None and noun not in NOUNS:
        raise Usage(f"There is no command {noun}. `rms --help` lists them.")
    modules = [NOUNS[noun]] if noun is not None else sorted(set(NOUNS.values()))
    commands = [command for module in modules for command in _commands_of(module)]
    arguments = _parser(commands).parse_args(given)
    if getattr(arguments, "command", None) is None:
        raise Usage("Say which command you mean. `rms --help` lists them.")
    return arguments.command, arguments


def _commands_of(module: str) -> Iterable[Command]:
    found: tuple[Command, ...] = importlib.import_module(module).COMMANDS
    return found


def _parser(commands: Iterable[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rms", description="Remote monitoring for cancer follow-up.")
    nouns = parser.add_subparsers(metavar="COMMAND", title="commands")
    verbs: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in commands:
        noun, _, verb = command.words.partition(" ")
        if verb:
            if noun not in verbs:
                group = nouns.add_parser(noun, help=f"see `rms {noun} --help`")
                verbs[noun] = group.add_subparsers(metavar="VERB", required=True)
            mine = verbs[noun].add_parser(verb, help=command.help, description=command.help)
        else:
            mine = nouns.add_parser(noun, help=command.help, description=command.help)
        command.arguments(mine)
        if command.reads:
            mine.add_argument("--json", action="store_true", help="answer with one JSON object")
        mine.set_defaults(command=command)
    return parser
