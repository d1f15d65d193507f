"""A code nobody knows: beside a test that is understood it is kept, alone it is a question, once a sender and code."""

import json
from datetime import date

import pytest

from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust, on_file
from tests.command import run as rms
from tests.database import World
from tests.laboratory import a_peer, arrive, obx, oru, pid_of

PETER, PAUL = a_person(), a_person(2, family="Brook")
STRANGE = "HK2^Kallikrein panel^L"


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await on_file(world, trust, PAUL)
    await a_peer(world, trust)
    return trust


def ordered(message: bytes, as_named: str) -> bytes:
    return message.replace(b"|PSA^PSA|", f"|{as_named}|".encode())


async def became(world: World) -> list[str]:
    return [row["state"] for row in await world.as_owner("select state from inbox order by id")]


@pytest.mark.parametrize(
    "message",
    [
        oru(PETER, obx("0.1"), obx("7", code=STRANGE, unit="u", number=2)),
        ordered(oru(PETER, obx("140", code="718-7^Haemoglobin^LN", unit="g/L")), "FBC^Full blood count"),
        ordered(oru(PETER, obx("140", code="H1^Hb^L"), obx("9", code="ZZ^Something^L", number=2)), "X^Bloods"),
        ordered(oru(PETER, obx("9", code="ZZ", unit="u")), "FBC^Full blood count"),
    ],
)
async def test_what_is_none_of_our_business_is_kept_without_an_alert(
    world: World, trust: Trust, message: bytes
) -> None:
    await arrive(world, message)
    await file_inbox(world.worker)
    assert await became(world) == ["filed"]
    assert await world.as_owner("select * from alert") == []


async def test_a_message_of_which_nothing_is_understood_is_one_question_that_counts_and_is_answered_by_the_map(
    world: World, trust: Trust
) -> None:
    strange = [
        ordered(oru(who, obx("0.3", code=STRANGE), filler=f"F{n}", control=f"M{n}"), "TM^Markers")
        for n, who in enumerate([PETER, PAUL, PETER])
    ]
    await arrive(world, *strange)
    await file_inbox(world.worker)
    assert await became(world) == ["waiting"] * 3
    [alert] = await world.as_owner("select sentence, patient_id from alert")
    assert alert["sentence"] == (
        "3 messages from Mill Lane Laboratory: Nothing in the message is a test that RMS knows."
        " No one has said yet what “HK2” means for this sender."
    )
    people = await world.as_owner("select distinct patient_id from inbox_filing where patient_id is not null")
    assert len(people) == 2
    assert await world.as_owner("select * from result") == []
    code, answer, _ = await rms(world, "peer", "map", "Mill Lane Laboratory", "HK2", "--means", "psa", "--json")
    assert (code, json.loads(answer)["read_again"]) == (0, 3)
    again = await rms(world, "peer", "map", "Mill Lane Laboratory", "HK2", "--means", "cea")
    assert (again[0], "means psa" in again[2]) == (3, True)
    await file_inbox(world.worker)
    assert await became(world) == ["filed"] * 3


async def test_what_looks_like_a_followed_test_is_one_question_a_code(world: World, trust: Trust) -> None:
    await arrive(world, *(oru(PETER, obx("0.3", code=f"{code}^Prostate specific Ag^L"), filler=f"F{n}", control=f"M{n}")
                          for n, code in enumerate(["A1", "A1", "B2"])))  # fmt: skip
    await file_inbox(world.worker)
    alerts = await world.as_owner("select sentence from alert order by id")
    assert [row["sentence"].split(":")[0] for row in alerts] == [
        "2 messages from Mill Lane Laboratory", "A message from Mill Lane Laboratory",
    ]  # fmt: skip


async def test_a_riddle_about_somebody_nobody_follows_is_nobodys_business(world: World, trust: Trust) -> None:
    await arrive(
        world,
        ordered(oru(a_person(7, family="Unknown", born_on=date(1931, 1, 1)), obx("7", code=STRANGE)), "TM^Markers"),
    )
    await file_inbox(world.worker)
    assert await became(world) == ["not_for_us"]


async def test_an_unknown_code_about_people_nobody_can_match_is_one_question_and_then_theirs(
    world: World, trust: Trust
) -> None:
    strangers = [a_person(n, family="Unknown", born_on=date(1931, 1, n)) for n in (7, 8, 9)]
    await arrive(world, *(oru(who, obx("0.3", code="A1^Prostate specific Ag^L"), filler=f"F{n}", control=f"M{n}")
                          for n, who in enumerate(strangers)))  # fmt: skip
    await file_inbox(world.worker)
    [alert] = await world.as_owner("select sentence, patient_id from alert")
    assert alert["sentence"].startswith("3 messages from Mill Lane Laboratory: No one has said yet")
    assert await became(world) == ["waiting"] * 3
    assert (await rms(world, "peer", "map", "Mill Lane Laboratory", "A1", "--means", "psa"))[0] == 0
    await file_inbox(world.worker)
    assert await became(world) == ["waiting"] * 3
    asked = await world.as_owner("select sentence from alert where subject_kind = 'inbox'")
    assert ["It is not known whose it is." in row["sentence"] for row in asked] == [True] * 3


async def test_an_unknown_code_under_an_nhs_number_that_fits_nobody_is_asked_about_first(
    world: World, trust: Trust
) -> None:
    turned = pid_of(PETER, born="19500304")
    await arrive(world, *(oru(PETER, obx("0.3", code="A1^Prostate specific Ag^L"), pid=turned, filler=f"F{n}",
                              control=f"M{n}") for n in range(2)))  # fmt: skip
    await file_inbox(world.worker)
    assert [row["subject_kind"] for row in await world.as_owner("select subject_kind from alert")] == ["peer"]
    await rms(world, "peer", "map", "Mill Lane Laboratory", "A1", "--means", "psa")
    await file_inbox(world.worker)
    assert await world.as_owner("select from result") == []
    assert len(await world.as_owner("select from alert where subject_kind = 'inbox'")) == 2
