"""A release whose language has a new word meets versions that were stored without it: they say the same, or they do not."""

from collections.abc import AsyncIterator

import pytest

from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Conflict
from rms.plans.moves import load_library
from rms.questionnaires.moves import load_questionnaires
from tests.database import World

KEY = "prostate-after-prostatectomy"
OLDER = """
update protocol_version set digest = '\\x00', content = jsonb_set(content, '{steps}', (
  select jsonb_agg(step - 'ways') from jsonb_array_elements(content -> 'steps') step)) where key = $1
"""


class _Back(Exception):  # nothing went wrong: what the test did must not stay
    """Roll back."""


@pytest.fixture
async def owner(world: World) -> AsyncIterator[Database]:
    async with Database(world.url(), name="owner") as database:
        yield database


async def tried(database: Database, sql: str, *arguments: object) -> list[str]:
    """What both libraries load after a change of what is stored, which does not stay."""
    found: list[str] = []

    async def change(tx: Tx) -> None:
        assert (await tx.execute(sql, *arguments)).split()[-1] != "0"
        found.extend([*await load_library(tx), *await load_questionnaires(tx)])
        raise _Back

    with pytest.raises(_Back):
        async with database.transaction() as tx:
            await tx.execute("set local session_replication_role = replica")
            await change(tx)
    return found


async def test_a_version_stored_before_a_word_existed_is_the_same_version(owner: Database) -> None:
    assert await tried(owner, OLDER, KEY) == []
    assert await tried(owner, "update questionnaire_version set digest = '\\x00'") == []


async def test_a_version_that_says_something_else_is_refused(owner: Database) -> None:
    with pytest.raises(Conflict, match=f"{KEY} version 1 is stored with another content: raise its version"):
        await tried(owner, "update protocol_version set digest = '\\x00', content = jsonb_set(content, '{title}', '\"Else\"')"
                           " where key = $1", KEY)  # fmt: skip
    with pytest.raises(Conflict, match="is stored with another content"):
        await tried(owner, "update questionnaire_version set digest = '\\x00', content = jsonb_set(content, '{title}',"
                           " '\"Else\"')")  # fmt: skip
