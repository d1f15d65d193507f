"""I-5: no send is claimed after a death is committed, whichever trust was told, however the two are interleaved.

The oracle is the transaction that records the death: what it sees as claimed after it took its locks is all that may
ever have been claimed for that person.
"""

import random
from datetime import timedelta

import anyio
import asyncpg
import pytest

from rms.audit.model import WORKER
from rms.messages.jobs import send_due
from rms.messages.model import Accepted, Channel, Purpose, Recipient, SendOutcome
from rms.messages.moves import queue, void_for_patient
from rms.people.moves import mark_dead
from rms.people.store import lock_people
from tests.cast import a_person, on_file
from tests.shell.messages.post_office import MORNING, PostOffice, an_outbox

PEOPLE, MESSAGES = 20, 2


class TakesAll:
    """A provider that answers at once: what counts here is the claim, not the call."""

    name = "takes all"
    reaches_people = False

    async def send(self, **call) -> SendOutcome:
        return Accepted(provider_ref="p")


CLAIMED = "select count(distinct message_id) from message_event where message_id = any($1) and kind = 'claimed'"
ALIVE_AGAIN = "update patient set death_state = null, died_on = null, death_recorded_at = null; delete from death"


async def interleave(office: PostOffice, owner: asyncpg.Pool, people: list[int], *, number: int) -> int:
    """One round: two workers, and a death for every person; returns how many died before anything was claimed."""
    mine = await queue_for(office, people, number=number)
    seen: dict[int, int] = {}
    chance = random.Random(number)
    outbox = an_outbox({Channel.SMS: TakesAll()})

    async def dies(person: int) -> None:
        await anyio.sleep(chance.uniform(0, 0.15))
        if chance.random() < 0.5:
            seen[person] = await told_here(office, person, mine[person])
        else:
            seen[person] = await told_elsewhere(owner, person, mine[person])

    async def work() -> None:
        await anyio.sleep(chance.uniform(0, 0.1))
        for _ in range(3):
            await send_due(office.world.worker, outbox=outbox)
            await anyio.sleep(chance.uniform(0, 0.02))

    async with anyio.create_task_group() as group:
        for person in people:
            group.start_soon(dies, person)
        for _ in range(2):
            group.start_soon(work)
    await send_due(office.world.worker, outbox=outbox)
    for person in people:
        claimed = await owner.fetchval(CLAIMED, mine[person])
        assert claimed == seen[person], "a send was claimed after the death was committed"
    await owner.execute(ALIVE_AGAIN)
    return sum(count == 0 for count in seen.values())


async def queue_for(office: PostOffice, people: list[int], *, number: int) -> dict[int, list[int]]:
    """Some messages for each person, by person."""
    mine: dict[int, list[int]] = {person: [] for person in people}
    async with office.world.worker.transaction() as tx:
        for person in people:
            for n in range(MESSAGES):
                message_id = await queue(
                    tx, organisation_id=office.trust.organisation_id, patient_id=person, team_id=office.trust.team_id,
                    recipient=Recipient.PERSON, cause_kind="occurrence", cause_id=number * MESSAGES + n + person * 10**6,
                    purpose=Purpose.TEST_REMINDER_1, channel=Channel.SMS, not_before=MORNING, now=tx.now,
                    facts={"test": "blood test", "due_on": "2026-04-13"}, not_after=tx.now + timedelta(days=1),
                )  # fmt: skip
                assert message_id is not None
                mine[person].append(message_id)
    return mine


async def told_here(office: PostOffice, person: int, messages: list[int]) -> int:
    """The register tells our own trust: person first, then their messages."""
    of = {"organisation_id": office.trust.organisation_id, "patient_id": person}
    async with office.world.worker.transaction() as tx:
        await lock_people(tx, [person])
        seen: int = await tx.fetchval(CLAIMED, messages)
        await mark_dead(tx, **of, formal=True, died_on=None, by=WORKER, now=tx.now)
        await void_for_patient(tx, **of, reason="The person has died.", now=tx.now)
    return seen


async def told_elsewhere(owner: asyncpg.Pool, person: int, messages: list[int]) -> int:
    """Another trust is told: it cannot lock our rows, and knows the NHS number only."""
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(
            "select record_death_fact(nhs_number, 'formal', null, 'another trust', now()) from patient where id = $1",
            person,
        )
        seen: int = await connection.fetchval(CLAIMED, messages)
        return seen


async def rounds(office: PostOffice, *, count: int) -> None:
    people = [await on_file(office.world, office.trust, a_person(serial)) for serial in range(100, 100 + 3 * PEOPLE, 3)]
    async with asyncpg.create_pool(office.world.url(), min_size=1, max_size=4) as owner:
        early = [await interleave(office, owner, people, number=number) for number in range(count)]
    assert 0 < sum(early) < count * PEOPLE, "deaths must come before, between and after the claims"


async def test_no_send_is_claimed_after_a_death(office: PostOffice) -> None:
    """500 deaths among the claims of two workers."""
    await rounds(office, count=25)


@pytest.mark.faults
async def test_no_send_is_claimed_after_a_death_ten_thousand_times(office: PostOffice) -> None:
    await rounds(office, count=500)
