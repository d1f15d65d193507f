"""Fixtures for every test; the database's are in `tests/database.py`."""

import pytest

pytest_plugins = ["tests.database"]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """All asynchronous tests run on one asyncio loop."""
    return "asyncio", {}
