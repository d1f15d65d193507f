"""Leaves out the tests that need PostgreSQL 15 beside our own, where its programs are not, and counts them."""

from pathlib import Path

import pytest

#: Where Debian 12 puts them (`apt install postgresql-15`).
PROGRAMS = Path("/usr/lib/postgresql/15/bin")

_left_out = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def postgres_15() -> Path:
    """The directory of PostgreSQL 15's programs."""
    return PROGRAMS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what asks for the fixture when there are no programs."""
    if (PROGRAMS / "postgres").is_file():
        return
    left_out = [item for item in items if "postgres_15" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        config.stash[_left_out] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many were left out and what would bring them back."""
    if count := terminalreporter.config.stash.get(_left_out, 0):
        terminalreporter.write_line(f"{count} tests were left out: PostgreSQL 15 is not in {PROGRAMS}.")
