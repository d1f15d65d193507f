"""The link in a real message: made when the message is claimed, kept as a hash, and it lets the right man in."""

import asyncio
import re
from datetime import date

import pytest

from rms.messages.catalogue import load as load_wording
from rms.messages.jobs import Outbox, send_due
from rms.messages.model import Accepted, Channel
from rms.portal.actions import come_in
from rms.questionnaires.jobs import ask_due
from rms.questionnaires.links import QuestionnaireLinks, locator_hash
from tests.asked import asked, follow
from tests.cast import a_person, a_trust

pytestmark = pytest.mark.anyio

BORN = date(1950, 4, 3)
PORTAL = "https://followup.example.org"


class Post:
    """A provider that takes every text and remembers it."""

    name = "post"
    reaches_people = False

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def send(self, *, reference, channel, address, subject, text):
        del channel, address, subject
        self.texts.append(text)
        return Accepted(provider_ref=reference)

    async def ask(self, reference):
        raise AssertionError(f"asked about {reference}")


@pytest.fixture(autouse=True)
async def noon(world) -> None:
    """Before anything is there: it is noon, when people may be written to."""
    async with world.worker.transaction() as tx:
        await world.move_civil_clock((12 - tx.now.hour) / 24)


async def sent(world, post: Post) -> list[str]:
    """Send everything that waits."""
    outbox = Outbox(
        gateways={Channel.SMS: post}, catalogue=load_wording(), links=QuestionnaireLinks(), portal_url=PORTAL
    )
    await send_due(world.worker, outbox=outbox)
    return [text for text in post.texts if "/r/" in text]


async def test_the_text_carries_a_link_that_opens_and_only_its_hash_is_kept(world):
    trust = await a_trust(world)
    man = await asked(world, trust)
    [text] = await sent(world, Post())
    [locator] = re.findall(rf"{PORTAL}/r/(\S+)", text)
    assert len(locator) == 22
    [row] = await world.as_owner("select locator_hash, message_id, expires_at, made_at from door_link")
    assert row["locator_hash"] == locator_hash(locator)
    assert 60 <= (row["expires_at"] - row["made_at"]).days <= 61
    for table in ("message", "message_event", "door_link", "audit_entry"):
        assert await world.as_owner(f"select 1 from {table} t where t::text like '%' || $1 || '%'", locator) == []
    visit = await come_in(world.web, locator=locator, born_on=BORN, leaving=None)
    assert visit is not None
    assert visit.organisation_id == trust.organisation_id
    [assignment] = await world.as_owner("select id, patient_id from assignment")
    assert (visit.assignment_id, man.patient_id) == (assignment["id"], assignment["patient_id"])


async def test_two_workers_at_once_ask_everybody_once(world):
    trust = await a_trust(world)
    for serial in range(1, 7):
        await follow(world, trust, person=a_person(serial * 10), wait=serial == 6)
    moved = await asyncio.gather(*(ask_due(world.worker) for _ in range(4)))
    assert sum(moved) == 6
    [row] = await world.as_owner(
        "select (select count(*) from assignment) as asked,"
        " (select count(distinct patient_id) from message where purpose = 'questionnaire_invite') as told,"
        " (select count(*) from message where purpose = 'questionnaire_invite') as messages"
    )
    assert (row["asked"], row["told"], row["messages"]) == (6, 6, 6)


async def test_the_fifth_try_may_be_the_right_one(world):
    trust = await a_trust(world)
    await asked(world, trust)
    [text] = await sent(world, Post())
    locator = text.split("/r/")[1].split()[0]
    for _ in range(4):
        assert await come_in(world.web, locator=locator, born_on=date(1951, 4, 3), leaving=None) is None
    assert await come_in(world.web, locator=locator, born_on=BORN, leaving=None) is not None
    [row] = await world.as_owner("select tries, ended_at from door_link")
    assert (row["tries"], row["ended_at"]) == (0, None)
