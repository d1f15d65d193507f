"""The post office, open in the morning."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rms.rehearsal.notify_server.app import Options, running
from rms.rehearsal.notify_server.script import PRESETS
from tests.cast import a_trust, on_file
from tests.database import World
from tests.shell.messages.post_office import MORNING, PostOffice, an_outbox, both_channels, set_civil_clock


@pytest.fixture
async def office(world: World, tmp_path: Path) -> AsyncIterator[PostOffice]:
    """A trust with one person, and a provider that takes everything and reports nothing by itself."""
    await set_civil_clock(world, MORNING)
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    options = Options(log=tmp_path / "accepted.jsonl", receipts=PRESETS["none"])
    async with running(options) as stand_in, both_channels(stand_in.url) as gateways:
        yield PostOffice(world=world, trust=trust, patient_id=patient_id, outbox=an_outbox(gateways), stand_in=stand_in)
