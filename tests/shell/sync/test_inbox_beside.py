"""A followed test in words, or in a message of another kind, over a real socket: a person is told, and it is no number."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from rms.followup.moves.ending import end_follow_up
from rms.sync.jobs import file_inbox
from rms.sync.listener import listening
from rms.sync.store import read_again
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import followed
from tests.laboratory import Switchboard, a_peer, obx, oru, pid_of

PETER, PAUL = a_person(), a_person(2, family="Brook")
SODIUM = obx("140", code="NA^Sodium^L", unit="mmol/L")
COMMENT = "OBX|2|TX|COMM^Comment^L||PSA by referral laboratory: 12.3 ug/L||||||F"
A_PSA = "OBX|1|NM|PSA^PSA^L||12.3|ug/L|||||F|||202603020915"


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await a_peer(world, trust)
    return trust


def ordered(message: bytes, as_named: str) -> bytes:
    return message.replace(b"|PSA^PSA|", f"|{as_named}|".encode())


def of_kind(kind: str, *segments: str, pid: str | None = None, control: str = "M1") -> bytes:
    header = f"MSH|^~\\&|PAS|MLL|RMS|RAA|20260302140500||{kind}|{control}|P|2.4"
    return ("\r".join([header, pid if pid is not None else pid_of(PETER), *segments]) + "\r").encode()


async def over_the_line(world: World, *messages: bytes) -> list[Any]:
    """Send as a laboratory does, file as the worker does; the inbox."""
    line = Switchboard()
    try:
        async with listening(world.listener, host="127.0.0.1", port=0) as where:
            sender = await line.connect(where.port)
            for message in messages:
                answer = await sender.send(message)
                assert answer is not None
                assert answer.startswith("AA")
    finally:
        await line.close()
    await file_inbox(world.worker)
    return await world.as_owner("select state, state_reason, ref from inbox order by id")


async def sentences(world: World) -> Sequence[tuple[str, int | None]]:
    rows = await world.as_owner("select sentence, patient_id from alert where kind = 'fix_data' order by id")
    return [(row["sentence"], row["patient_id"]) for row in rows]


async def numbers(world: World) -> list[Any]:
    return await world.as_owner("select from result_version where number is not null")


@pytest.mark.parametrize(
    "segments",
    [
        (SODIUM, COMMENT),
        (SODIUM, "NTE|1|L|PSA by referral laboratory: 12.3 ug/L"),
        (SODIUM, "OBX|2|FT|COMM^Comment^L||Prostate~specific antigen undetectable||||||F"),
        ("NTE|1|L|Total PSA 12.3", SODIUM),
        ("NTE|1|L|Total PSA 12.3",),
    ],
)
async def test_a_psa_that_stands_only_in_words_is_read_by_whoever_follows_the_person_with_it(
    world: World, trust: Trust, segments: tuple[str, ...]
) -> None:
    man = await followed(world, trust=trust)
    [row] = await over_the_line(world, ordered(oru(PETER, *segments), "UE^Urea and electrolytes"))
    assert row["state"] == "waiting"
    [(sentence, patient_id)] = await sentences(world)
    assert "Its comments or text name PSA" in sentence
    assert patient_id == man.patient_id
    assert await numbers(world) == []


async def test_a_comment_after_the_person_is_read_too(world: World, trust: Trust) -> None:
    await followed(world, trust=trust)
    message = ordered(oru(PETER, SODIUM), "UE^Us and Es").replace(b"\rORC", b"\rNTE|1|L|PSA 12.3 from Leeds\rORC")
    [row] = await over_the_line(world, message)
    assert row["state"] == "waiting"


async def test_words_are_nobodys_task_for_a_test_that_the_person_is_not_followed_with(
    world: World, trust: Trust
) -> None:
    await followed(world, trust=trust)
    await on_file(world, trust, PAUL)
    cea = ordered(oru(PETER, SODIUM, "NTE|1|L|CEA 3"), "UE^Us and Es")
    of_paul = ordered(oru(PAUL, SODIUM, COMMENT, filler="F2", control="M2"), "UE^Us and Es")
    without = ordered(oru(PAUL, "NTE|1|L|PSA 3", filler="F3", control="M3"), "UE^Us and Es")
    rows = await over_the_line(world, cea, of_paul, without)
    assert [row["state"] for row in rows] == ["filed", "filed", "not_for_us"]
    assert await sentences(world) == []


async def test_words_beside_the_number_itself_are_read_with_it(world: World, trust: Trust) -> None:
    await followed(world, trust=trust)
    [row] = await over_the_line(world, oru(PETER, obx("0.1"), "NTE|1|L|Previous PSA 0.1"))
    assert row["state"] == "filed"
    assert await sentences(world) == []


async def test_words_about_somebody_whose_plan_has_ended_reach_the_last_team(world: World, trust: Trust) -> None:
    man = await followed(world, trust=trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await end_follow_up(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, outcome="completed",
                            reason="Five clear years.", by=trust.nurse, now=tx.now)  # fmt: skip
    [row] = await over_the_line(world, ordered(oru(PETER, SODIUM, COMMENT), "UE^Us and Es"))
    assert row["state"] == "waiting"


KINDS = ["ORM^O01", "ORR^O02", "OML^O21", "OMG^O19", "ADT^A08", "ADT^A31", "ADT^A60", "SIU^S12"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_value_of_a_followed_test_in_a_message_of_another_kind_is_a_question(
    world: World, trust: Trust, kind: str
) -> None:
    patient_id = await on_file(world, trust, PETER)
    [row] = await over_the_line(world, of_kind(kind, "ORC|NW|1", "OBR|1|1||PSA^PSA", A_PSA))
    assert row["state"] == "waiting"
    [(sentence, whose)] = await sentences(world)
    assert f"a message {kind} is not one that RMS files" in sentence
    assert whose == patient_id
    assert await world.as_owner("select from result") == []


@pytest.mark.parametrize("kind", ["ORM^O01", "ADT^A08"])
@pytest.mark.parametrize(
    "segments",
    [
        ("OBR|1|1||PSA^PSA", "NTE|1|L|Last PSA 0.3"),  # an order for a test is no news
        ("OBR|1|1||PSA^PSA", "OBX|1|NM|HT^Height^L||178|cm|||||F"),
        ("OBX|1|NM|HT||178|cm|||||F",),
        ("OBX|1|CE|PSA^PSA requested^L||Y^Yes||||||F",),
    ],
)
async def test_other_messages_without_such_a_value_are_not_for_us(
    world: World, trust: Trust, kind: str, segments: tuple[str, ...]
) -> None:
    await on_file(world, trust, PETER)
    [row] = await over_the_line(world, of_kind(kind, *segments))
    assert row["state"] == "not_for_us"
    assert await sentences(world) == []


async def test_what_a_visit_s_message_repeats_of_a_result_on_file_is_no_question(world: World, trust: Trust) -> None:
    await on_file(world, trust, PETER)
    the_same = "OBX|1|NM|2857-1^PSA^LN||0.10|ng/mL|||||F|||202603020915"
    another = the_same.replace("0.10", "0.9")
    rows = await over_the_line(world, oru(PETER, obx("0.1")), of_kind("ADT^A08", the_same, control="M2"),
                               of_kind("ADT^A08", another, control="M3"))  # fmt: skip
    assert [row["state"] for row in rows] == ["filed", "not_for_us", "waiting"]
    assert len(await sentences(world)) == 1


async def test_a_value_for_somebody_nobody_follows_is_not_for_us_and_is_read_again_when_they_are(
    world: World, trust: Trust
) -> None:
    [row] = await over_the_line(world, of_kind("ORM^O01", A_PSA))
    assert (row["state"], "nobody who is followed here" in row["state_reason"]) == ("not_for_us", True)
    await on_file(world, trust, PETER)
    async with world.worker.transaction() as tx:
        await read_again(tx, [row["ref"]])
    await file_inbox(world.worker)
    assert len(await sentences(world)) == 1


async def test_a_value_under_somebodys_nhs_number_and_another_name_is_a_question(world: World, trust: Trust) -> None:
    await on_file(world, trust, PETER)
    other = pid_of(PETER, family="Zander", given="Otto", born=f"{PETER.born_on.exact + timedelta(days=99):%Y%m%d}")
    [row] = await over_the_line(world, of_kind("ADT^A08", A_PSA, pid=other))
    assert row["state"] == "waiting"
    [(_, whose)] = await sentences(world)
    assert whose is None
