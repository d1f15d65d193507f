"""A second version of a protocol for a test: stored, signed off, and gone again afterwards."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from rms.plans.moves import sign_off
from rms.plans.moves.protocols import digest_of
from rms.plans.protocol import Protocol, load_library
from rms.plans.protocol.language import Listed, Step
from tests.cast import Trust
from tests.database import World

KEY = "prostate-after-prostatectomy"


def the_first() -> Protocol:
    return load_library()[KEY]


def with_months(step: Step, *months: int, **different: Any) -> Step:
    """The same step, due in other months."""
    schedule = msgspec.structs.replace(step.schedule, phases=(), listed=Listed(months=months, source="RMS-DEFAULT"))
    return msgspec.structs.replace(step, schedule=schedule, **different)


def second(*steps: Step, **different: Any) -> Protocol:
    """Version 2 with the named steps in place of those of the same key."""
    first, others = the_first(), {step.key: step for step in steps}
    kept = tuple(others.pop(step.key, step) for step in first.steps)
    return msgspec.structs.replace(first, version=2, steps=(*kept, *others.values()), **different)


@contextlib.asynccontextmanager
async def stored(world: World, trust: Trust, protocol: Protocol, *, signed: bool = True) -> AsyncIterator[int]:
    """Its id while the block runs."""
    [row] = await world.as_owner(
        "insert into protocol_version (key, version, title, tumour_site, content, digest) values ($1, $2, $3, $4, $5, $6)"
        " returning id",
        protocol.key, protocol.version, protocol.title, protocol.tumour_site, msgspec.json.encode(protocol).decode(),
        digest_of(protocol),
    )  # fmt: skip
    try:
        if signed:
            async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
                await sign_off(tx, organisation_id=trust.organisation_id, protocol_version_id=row["id"], note="Agreed.",
                               for_demonstration_only=True, by=trust.lead)  # fmt: skip
        yield row["id"]
    finally:
        await world.behind_triggers(f"delete from protocol_version where id = {row['id']}")
