"""What a laboratory marks as training or debugging is never filed as a result by a live database, and somebody is told once."""

import pytest

from rms.sync.jobs import file_inbox
from rms.sync.listener import listening
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import Sender, a_peer, arrive, obx, oru

PETER = a_person()


def marked(mark: str, *, control: str = "M1", filler: str = "F1") -> bytes:
    return oru(PETER, obx("0.1"), control=control, filler=filler).replace(b"|P|2.4", f"|{mark}|2.4".encode())


async def a_live_trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    return trust


@pytest.mark.parametrize(
    ("mark", "words"),
    [("T", "A training message"), ("D", "A debugging message"), ("T^T", "A training message"),
     ("X", "A message that is not marked as production")],
)  # fmt: skip
async def test_a_rehearsal_over_the_live_line_is_kept_and_asked_about(live_world: World, mark: str, words: str) -> None:
    await a_live_trust(live_world)
    await arrive(live_world, marked(mark))
    await file_inbox(live_world.worker)
    [row] = await live_world.as_owner("select state, raw from inbox")
    assert (row["state"], row["raw"]) == ("waiting", marked(mark))
    assert await live_world.as_owner("select * from result") == []
    [alert] = await live_world.as_owner("select kind, sentence from alert")
    assert alert["kind"] == "fix_data"
    assert alert["sentence"].startswith(f"A message from Mill Lane Laboratory: {words} came over the live line")


async def test_many_rehearsals_are_one_question_that_counts_them(live_world: World) -> None:
    await a_live_trust(live_world)
    await arrive(live_world, *(marked("T", control=f"M{n}", filler=f"F{n}") for n in range(7)))
    await file_inbox(live_world.worker)
    [alert] = await live_world.as_owner("select sentence from alert")
    assert alert["sentence"].startswith("7 messages from Mill Lane Laboratory: ")
    filings = await live_world.as_owner("select distinct state from inbox_filing")
    assert [row["state"] for row in filings] == ["waiting"]


@pytest.mark.parametrize("mark", ["P", "P^T", "", "p"])
async def test_production_is_filed_by_a_live_database(live_world: World, mark: str) -> None:
    await a_live_trust(live_world)
    await arrive(live_world, marked(mark))
    await file_inbox(live_world.worker)
    assert [row["state"] for row in await live_world.as_owner("select state from inbox")] == ["filed"]


@pytest.mark.parametrize("mark", ["T", "D", "P"])
async def test_a_demo_takes_them_all(world: World, mark: str) -> None:
    await a_live_trust(world)
    await arrive(world, marked(mark))
    await file_inbox(world.worker)
    assert [row["state"] for row in await world.as_owner("select state from inbox")] == ["filed"]


async def test_the_sender_is_told_over_the_line_and_what_came_is_kept(live_world: World) -> None:
    await a_live_trust(live_world)
    async with listening(live_world.listener, host="127.0.0.1", port=0) as where:
        sender = await Sender.connect(where.port)
        try:
            assert await sender.send(marked("T")) == "AR M1"
            assert await sender.send(marked("P", control="M2")) == "AA M2"
        finally:
            await sender.close()
    rows = await live_world.as_owner("select answered, raw from inbox order by id")
    assert [(row["answered"], row["raw"]) for row in rows] == [("AR", marked("T")), ("AA", marked("P", control="M2"))]
