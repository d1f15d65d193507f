"""Leaves out the tests marked `register_peer` where Node or npm's packages cannot be had, and says so. Never in CI."""

import os

import pytest

from rms.rehearsal.register.peer import prepare

_why = pytest.StashKey[str]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Ask only when such a test was collected: the first time it installs packages."""
    marked = [item for item in items if item.get_closest_marker("register_peer")]
    if not marked or os.environ.get("CI"):
        return
    if reason := prepare():
        items[:] = [item for item in items if item not in marked]
        config.hook.pytest_deselected(items=marked)
        config.stash[_why] = f"{len(marked)} tests against another register were left out: {reason}."


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out and why."""
    if why := terminalreporter.config.stash.get(_why, ""):
        terminalreporter.write_line(why)
