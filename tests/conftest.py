"""Fixtures for every test; the database's are in `tests/database.py`."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from rms import heap

pytest_plugins = ["tests.database", "tests.live_database", "tests.register_peer"]

CHECKOUT = Path(__file__).resolve().parent.parent
TEST_DATA = Path(os.environ.get("RMS_TEST_DATA") or CHECKOUT.parent / "shared" / "data").absolute()

# How hard the property tests look: while writing, before merging (the same examples every time), through the night.
# Chosen with `--hypothesis-profile`. No deadline, because a busy machine is not a fault of the code.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", max_examples=60, **COMMON)
settings.register_profile("ci", max_examples=300, derandomize=True, **COMMON)
settings.register_profile("night", max_examples=5000, **COMMON)
settings.load_profile("dev")

_left_out = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """All asynchronous tests run on one asyncio loop."""
    return "asyncio", {}


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of files that other people made; tests that ask for it carry the marker of the same name."""
    return TEST_DATA


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that read other people's files when the folder is not there, and keep count of them."""
    unmarked = [item.nodeid for item in items if "test_data" in item.fixturenames and not _reads_test_data(item)]
    if unmarked:
        raise pytest.UsageError(f"These tests read test data without the marker test_data: {', '.join(unmarked)}")
    if TEST_DATA.is_dir():
        return
    left_out = [item for item in items if _reads_test_data(item)]
    items[:] = [item for item in items if not _reads_test_data(item)]
    config.hook.pytest_deselected(items=left_out)
    config.stash[_left_out] = len(left_out)


def pytest_collection_finish() -> None:
    """What is loaded now stays: the collector need not look through it after each test."""
    heap.settle()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were left out and what would bring them back."""
    if count := terminalreporter.config.stash.get(_left_out, 0):
        terminalreporter.write_line(f"{count} tests were left out: RMS_TEST_DATA names no folder of test material.")


def _reads_test_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("test_data") is not None
