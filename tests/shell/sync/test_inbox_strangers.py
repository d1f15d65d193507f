"""What strangers send: kept, one question a sender however much it is, and read again once somebody adds them."""

from typing import Any

import pytest

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import close
from rms.sync.jobs import ask_set_aside, file_inbox
from rms.sync.peers import add_peer_here
from rms.sync.store import read_again
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import a_peer, arrive, oru

PETER = a_person()


async def states(world: World) -> list[str]:
    return [row["state"] for row in await world.as_owner("select state from inbox order by id")]


async def alerts(world: World) -> list[Any]:
    return await world.as_owner("select * from alert order by id")


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    return trust


async def test_an_unknown_sender_is_set_aside_until_it_is_known(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, facility="OTHER"))
    await file_inbox(world.worker)
    [row] = await world.as_owner("select ref, state, state_reason from inbox")
    assert row["state"] == "set_aside"
    assert "it calls its sender “OTHER”" in row["state_reason"]
    assert await ask_set_aside(world.worker) == 1
    [alert] = await alerts(world)
    assert alert["sentence"].startswith(
        "A message came from 127.0.0.1 on 2 March 2026. It is kept and not filed: Its sender is not one we know"
    )
    assert await ask_set_aside(world.worker) == 0
    await a_peer(world, trust, facility="OTHER", name="Another laboratory")
    async with world.worker.transaction() as tx:
        assert await read_again(tx, [row["ref"]]) == [row["ref"]]
    await file_inbox(world.worker)
    assert await states(world) == ["filed"]


async def test_what_one_stranger_sends_is_one_question_however_much_it_is(world: World, trust: Trust) -> None:
    """A nurse with a hundred tasks of one cause finds none of the others."""
    await arrive(world, *(oru(a_person(n), facility="OTHER", control=str(n)) for n in range(1, 6)))
    await arrive(world, oru(PETER, facility="THIRD", control="9"))
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 6
    of_other, of_third = sorted(await alerts(world), key=lambda row: row["sentence"].startswith("A message"))
    assert of_other["sentence"].startswith("5 messages came, the last from 127.0.0.1 on 2 March 2026. They are kept")
    assert "“THIRD”" in of_third["sentence"]
    # Ended by a person, it is news when the stranger sends again; the other question stands by itself.
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        alert_id = await tx.fetchval("select id from alert where sentence ~ 'OTHER'")
        await close(tx, organisation_id=trust.organisation_id, alert_id=alert_id, outcome=AlertOutcome.NOT_OURS,
                    note="The dialysis unit's test line.", by=trust.nurse, now=tx.now)  # fmt: skip
    await arrive(world, oru(a_person(7), facility="OTHER", control="7"))
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 1
    said = [
        row["sentence"]
        for row in await world.as_owner("select sentence from alert where state <> 'closed' order by id")
    ]
    assert [one.split(" came")[0] for one in said] == ["A message", "A message"]


async def test_what_strangers_sent_is_read_again_when_their_name_is_added(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, facility="OTHER"), oru(PETER, facility="THIRD", control="2"))
    await arrive(world, oru(PETER, facility="NOT-OURS", control="3"))
    await file_inbox(world.worker)
    await ask_set_aside(world.worker)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        alert_id = await tx.fetchval("select id from alert where sentence ~ 'NOT-OURS'")
        await close(tx, organisation_id=trust.organisation_id, alert_id=alert_id, outcome=AlertOutcome.NOT_OURS,
                    note="A test line.", by=trust.nurse, now=tx.now)  # fmt: skip
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await add_peer_here(tx, name="Another laboratory", application=None, facility="OTHER", addresses=[],
                            by=trust.nurse)  # fmt: skip
    said = await world.as_owner("select sentence from alert where state <> 'closed'")
    assert [row["sentence"] for row in said] == [
        "A message was kept and not filed, and is read again because Another laboratory was added to the connections."
    ] * 2
    assert sorted(await states(world)) == ["received", "received", "set_aside"]
    await file_inbox(world.worker)
    assert sorted(await states(world)) == ["filed", "set_aside", "set_aside"]
    assert await ask_set_aside(world.worker) == 1
    waits = await world.as_owner("select sentence from alert where state <> 'closed' and sentence ~ 'THIRD'")
    assert len(waits) == 1


async def test_what_was_set_aside_is_asked_about_until_a_named_person_ends_it(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, facility="OTHER"))
    await file_inbox(world.worker)
    await ask_set_aside(world.worker)
    about = "select kind, state, team_id, next_escalation_at is not null as runs from alert"
    assert [tuple(row) for row in await world.as_owner(about)] == [("fix_data", "open", trust.team_id, True)]
    # The alert is all that the organisation sees: whose the message is, is not known.
    assert await world.as_owner("select from inbox_filing") == []
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await tx.fetch("select from inbox_raw((select subject_id from alert))") == []
        alert_id = await tx.fetchval("select id from alert")
        await close(tx, organisation_id=trust.organisation_id, alert_id=alert_id, outcome=AlertOutcome.NOT_OURS,
                    note="The dialysis unit's test line.", by=trust.nurse, now=tx.now)  # fmt: skip
    assert await ask_set_aside(world.worker) == 0
    # Read again and set aside again it is news, and the alert that was closed opens again.
    [row] = await world.as_owner("select ref from inbox")
    async with world.worker.transaction() as tx:
        await read_again(tx, [row["ref"]])
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 1
    assert [tuple(row) for row in await world.as_owner(about)] == [("fix_data", "open", trust.team_id, True)]
