"""Messages that other people made, through a real socket: each ends in a state with its reason, and nothing fails."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from rms.sync.hl7 import split_file
from rms.sync.jobs import file_inbox
from rms.sync.listener import listening
from tests.cast import a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import Switchboard, oru

pytestmark = pytest.mark.test_data


async def test_every_message_ends_in_a_state_with_its_reason(world: World, test_data: Path) -> None:
    trust = await a_trust(world)
    await on_file(world, trust)
    await world.as_owner("insert into peer (name) values ('Anybody')")
    await world.as_owner("insert into peer_organisation select id, $1 from peer", trust.organisation_id)
    files = sorted(path for path in (test_data / "hl7v2").rglob("*") if path.is_file() and path.suffix != ".jsonl")
    messages = [message for path in files for message in split_file(path.read_bytes())]
    assert len(messages) > 400
    line = Switchboard()
    async with listening(world.listener, host="127.0.0.1", port=0) as where:
        sender = await line.connect(where.port)
        for message in messages:
            answer = await sender.send(message)
            assert answer is not None
            assert answer[:2] in ("AA", "AE")
        assert await sender.send(oru(a_person())) == "AA M1"
        await line.close()
    async with asyncio.timeout(60):
        await file_inbox(world.worker)
    rows = await world.as_owner("select state, state_reason, attempts, answered from inbox")
    assert len(rows) == len(messages) + 1
    assert {row["attempts"] for row in rows} == {1}
    assert all(row["state_reason"] for row in rows if row["state"] != "filed")
    found = Counter(row["state"] for row in rows)
    assert found["filed"] == 1
    assert found["received"] == found["set_aside"] == 0
    assert min(found["waiting"], found["not_for_us"]) > 5
    waiting = await world.as_owner("select a.sentence from inbox_filing f join alert a on a.id = f.alert_id"
                                   " where f.state = 'waiting' and a.state = 'open'")  # fmt: skip
    assert len(waiting) == found["waiting"]
