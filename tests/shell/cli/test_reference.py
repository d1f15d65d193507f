"""The page about the command line says what the parser takes: every command and option stands there, and nothing else."""

import argparse

import pytest

from rms.cli.command import Command
from rms.cli.main import NOUNS, commands_of
from rms.cli.parser import Parser
from tests.shell.cli.reference import PAGE, sections

COMMANDS = {one.words: one for module in set(NOUNS.values()) for one in commands_of(module)}


def arguments_of(command: Command) -> list[argparse.Action]:
    parser = Parser(prog="rms", add_help=False)
    command.arguments(parser)
    return parser._actions


def test_every_command_stands_there_and_nothing_else() -> None:
    assert set(sections()) == set(COMMANDS)
    assert set(NOUNS) == {words.split()[0] for words in COMMANDS}


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_a_section_names_what_the_parser_takes(words: str) -> None:
    command, section = COMMANDS[words], sections()[words]
    arguments = arguments_of(command)
    options = {name for one in arguments for name in one.option_strings}
    assert section.options == options
    assert section.places == tuple(one.metavar for one in arguments if not one.option_strings)
    assert (section.keys is not None) == command.reads


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_the_page_explains_each_argument_as_the_help_does(words: str) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("\\|", "|")
    for one in arguments_of(COMMANDS[words]):
        assert one.help, f"{words} {one.dest}"
        assert one.help in page, f"{words} {one.dest}"
        assert all(f"`{choice}`" in page for choice in one.choices or ())


def test_the_exit_codes_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for code in ("| 0 | done", "| 1 | the answer is no", "| 2 | the words are wrong", "| 3 | the input is refused",
                 "| 4 | a system is unavailable"):  # fmt: skip
        assert code in text
