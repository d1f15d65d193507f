"""The words of the command line: the parser that all commands share, and the kinds of value an option may take.

What is wrong with the words is one sentence and exit code 2. Whatever was typed where it does not belong is not repeated:
it may be a person's number.
"""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from rms.cli.command import Command
from rms.errors import Usage

#: What a column of whole numbers in the database can hold.
MOST = 2_147_483_647


class Parser(argparse.ArgumentParser):
    """Raises Usage instead of printing its whole usage and ending the program."""

    def __init__(self, **given: Any) -> None:
        # Half an option is no option: `--org` would change its meaning with the next option that begins so.
        super().__init__(**given, allow_abbrev=False)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """As argparse does, but without the word that was typed."""
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, f"it is one of {', '.join(map(str, action.choices))}")

    def error(self, message: str) -> NoReturn:
        """One sentence, with the place where the words are explained."""
        raise Usage(f"{self.prog}: {message}. `{self.prog} --help` shows how it is written.")


def parser_of(commands: Iterable[Command]) -> Parser:
    """The parser of these commands. It sets `command`, and the options under their names."""
    parser = Parser(prog="rms", description="Remote monitoring for cancer follow-up.")
    nouns = parser.add_subparsers(metavar="COMMAND", title="commands")
    verbs: dict[str, argparse._SubParsersAction[Parser]] = {}
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


def parse(commands: Iterable[Command], given: list[str]) -> argparse.Namespace:
    """The arguments as typed; Usage with one sentence when they are wrong."""
    parser = parser_of(commands)
    arguments, left = parser.parse_known_args(given)
    if left:
        options = [word.partition("=")[0] for word in left if word.startswith("-")]
        what = f"there is no option {options[0]} here" if options else "there is a word too many"
        words = getattr(arguments, "command", None)
        name = f"rms {words.words}" if words else "rms"
        raise Usage(f"{name}: {what}. `{name} --help` shows how it is written.")
    return arguments


def whole(*, least: int, most: int = MOST) -> Callable[[str], int]:
    """A whole number within bounds."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 20 else None
        if number is None or not least <= number <= most:
            raise argparse.ArgumentTypeError(f"a whole number from {least} to {most} is needed")
        return number

    return read


port = whole(least=1, most=65_535)
version = whole(least=1)


def seconds(text: str) -> float:
    """A length of time above zero, up to a day."""
    try:
        length = float(text)
    except ValueError:
        length = 0.0
    if not 0.001 <= length <= 86_400:  # also false for what is no number
        raise argparse.ArgumentTypeError("a number of seconds from 0.001 to 86400 is needed")
    return length


def filled(text: str) -> str:
    """Words, with something in them that can be stored: an empty name would stand in messages to people."""
    stripped = text.strip()
    if not stripped or not stripped.isprintable():
        raise argparse.ArgumentTypeError("it may not be empty, nor hold characters that cannot be printed")
    return stripped
