"""A report without a number is judged by its code: what needs a person is an alert, and prose is for a person to read."""

import pytest

from rms.audit.model import WORKER
from rms.db.database import Database
from rms.followup.moves import file_result
from rms.people.store import lock_people, person
from rms.plans.moves import load_library
from rms.results.model import Code, Observation, ObservationStatus
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, followed


@pytest.fixture
async def trust(world: World) -> Trust:
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    return await a_trust(world)


async def reported(world: World, man: Followed, words: str) -> None:
    """A colonoscopy of today comes as these words."""
    observation = Observation(
        analyte="colonoscopy", sampled_on=man.today, status=ObservationStatus.FINAL, code=Code(code="COL"),
        value_as_sent=words, unit_as_sent="", quantity=None,
    )  # fmt: skip
    async with world.worker.transaction() as tx:
        await lock_people(tx, [man.patient_id])
        them = await person(tx, organisation_id=man.trust.organisation_id, patient_id=man.patient_id)
        await file_result(tx, organisation_id=man.trust.organisation_id, person=them, observation=observation, by=WORKER,
                          now=tx.now, inbox_id=None, source_key=f"LAB|{words[:20]}|colonoscopy")  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("polyps", "is reported as “polyps found” (polyps)."),
        ("cancer", "is reported as “cancer found” (cancer)."),
        ("A 4 mm sessile lesion was seen and left in place.", "is reported without a code: a person must read it."),
        ("xyz", "is reported as xyz, a code the protocol does not know: a person must read it."),
        ("no-sign", ""),
    ],
)
async def test_a_report_is_judged_by_its_code(world: World, trust: Trust, words: str, said: str) -> None:
    man = await followed(world, trust=trust)
    await world.as_owner(
        "update plan set protocol_version_id = (select id from protocol_version"
        " where key = 'colorectal-after-curative-surgery' order by version desc limit 1)"
    )
    await reported(world, man, words)
    alerts = [
        row["sentence"] for row in await world.as_owner("select sentence from alert where rule_key ~ 'colonoscopy'")
    ]
    assert len(alerts) == (1 if said else 0)
    assert all(said in one for one in alerts), alerts
