"""Each message ends filed, as a named team's question, or aside, always with its reason; a bad one holds up no other."""

import asyncio
import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rms.crashpoints import Crashpoint
from rms.people.model import Person
from rms.sync.jobs import ask_set_aside, file_inbox
from rms.sync.store import read_again
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import a_peer, arrive, obx, oru, pid_of

PETER = a_person()
SODIUM = obx("140", code="2951-2^Sodium^LN")


class Wrist:
    """A real clock that a test winds on."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 2, 15, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def wind(self, **by: float) -> None:
        self.instant += timedelta(**by)


async def states(world: World) -> list[str]:
    return [row["state"] for row in await world.as_owner("select state from inbox order by id")]


async def alerts(world: World) -> list[Any]:
    return await world.as_owner("select * from alert order by id")


async def numbers(world: World) -> list[tuple[int, str]]:
    rows = await world.as_owner(
        "select r.organisation_id, v.comparator || v.number as shown from result r"
        " join result_version v on v.id = r.current_version_id where v.number is not null order by r.id"
    )
    return [(row["organisation_id"], row["shown"]) for row in rows]


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    return trust


async def test_a_matched_result_is_filed_with_its_reason(world: World, trust: Trust) -> None:
    [inbox_id] = await arrive(world, oru(PETER, obx("<0.1")))
    assert await file_inbox(world.worker) == 1
    assert await states(world) == ["filed"]
    assert await numbers(world) == [(trust.organisation_id, "<0.1")]
    [filing] = await world.as_owner("select * from inbox_filing")
    assert (filing["state"], filing["reason"]) == ("filed", "NHS number, birth date and name agree.")
    [version] = await world.as_owner("select * from result_version")
    assert (version["inbox_id"], version["reported_at"]) == (inbox_id, datetime(2026, 3, 2, 14, tzinfo=UTC))
    assert await alerts(world) == []
    [line] = await world.as_owner("select * from audit_entry where verb = 'result.file'")
    assert (line["actor_kind"], line["actor_name"]) == ("peer", "Mill Lane Laboratory")


WRONG_DIGIT = pid_of(PETER).replace(
    str(PETER.nhs_number), f"{str(PETER.nhs_number)[:-1]}{(int(str(PETER.nhs_number)[-1]) + 1) % 10}"
)


@pytest.mark.parametrize(
    ("message", "because"),
    [
        (oru(a_person(7, family="Unknown", born_on=date(1931, 1, 1))), "Nobody here has the NHS number that was sent."),
        (oru(PETER, pid=pid_of(PETER, born="19500304")), "day and month of the birth date are the other way round"),
        (oru(PETER, pid=pid_of(PETER, given="Paul")), "it may be a twin"),
        (oru(PETER, pid=pid_of(PETER, family="Zander", given="Otto")), "no part of the name agrees"),
        (oru(PETER, pid=WRONG_DIGIT), "The NHS number that was sent cannot be used."),
        (oru(None), "The message names no person."),
        (oru(PETER, obx("0.1", unit="ng/dL")), "The unit “ng/dL” is not one we know."),
        (oru(PETER, obx("0.1", unit="")), "came without a unit"),
        (oru(PETER, obx("0,1")), "has a comma"),
        (oru(PETER, obx("-0.1")), "A value of -0.1 is less than none"),
        (oru(PETER, obx("see below", sort="ST")), "is not a number"),
        (oru(PETER, obx("0.1", status="Q")), "The status of the result is “Q”"),
        (oru(PETER, obx("0.1"), sampled=""), "does not say on which day"),
        (oru(PETER, obx("0.1"), sampled="20260401"), "lies in the future"),
        (oru(PETER, obx("0.1", code="TPSA^Total PSA^L")), "No one has said yet what “TPSA” means"),
        (oru(PETER, obx("0.1", code="Z99")), "No one has said yet what “Z99” means"),
        (oru(PETER, obx("0.1", code="2857-1^CA 125^LN")), "names another test"),
        (oru(PETER, obx("0.1", status="P")), "It is not final yet"),
        (oru(PETER, obx("", status="X")), "could not obtain it"),
        (oru(PETER, obx("0.1"), obx("0.4", number=2)), "stands in the message twice"),
        (oru(PETER, "OBX"), "No one has said yet what an empty code means"),
        (oru(PETER).replace(b"ORU^R01", b"ORU^R03"), "a message ORU^R03 is not one that RMS files"),
        (oru(PETER).replace(b"ORU^R01", b""), "a message of no type is not one that RMS files"),
        (oru(PETER) + b"MSH|^^^^|a second header that nobody can read\r", "A second header stands inside the message."),
        (oru(PETER, pid=f"PID|1|||{PETER.nhs_number}|Nobody^Else||19010101|M"), "that stands in PID-4, but"),
        (oru(PETER).replace(b"PSA^PSA", b"U^U").replace(b"OBX|1", b"0BX|1"), "It holds no result that RMS can read."),
        (oru(None).replace(b"PSA^PSA", b"U^U").replace(b"OBX", b"ZZZ"), "It holds no result that RMS can read."),
        (oru(PETER).replace(b"ORU^R01", b"MDM^T02"), "a message MDM^T02 is not one that RMS files"),
    ],
)  # fmt: skip
async def test_what_cannot_be_told_is_a_teams_question_with_its_reason(
    world: World, trust: Trust, message: bytes, because: str
) -> None:
    [inbox_id] = await arrive(world, message)
    assert await file_inbox(world.worker) == 1
    assert await states(world) == ["waiting"]
    [alert] = await alerts(world)
    assert because in alert["sentence"]
    assert alert["sentence"].startswith("A message from Mill Lane Laboratory")
    # What a code means is one question about its sender, whatever the number of messages.
    of_code = because.startswith("No one has said yet what “")
    [peer] = await world.as_owner("select id from peer")
    subject = ("peer", peer["id"]) if of_code else ("inbox", inbox_id)
    assert (alert["kind"], alert["subject_kind"], alert["subject_id"]) == ("fix_data", *subject)
    assert (alert["team_id"], alert["state"]) == (trust.team_id, "open")
    [filing] = await world.as_owner("select * from inbox_filing")
    assert (filing["state"], filing["alert_id"]) == ("waiting", alert["id"])
    assert alert["sentence"].endswith(filing["reason"])
    # No rule has seen it: what is on file of it, if anything, counts for nothing.
    assert await world.as_owner("select from result_version where status in ('F', 'C')") == []
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert await tx.fetchval("select raw from inbox_raw($1)", inbox_id) == message


async def test_messages_of_one_frame_are_each_read_by_themselves(world: World, trust: Trust) -> None:
    batch = b"FHS|^~\\&|LIMS\rBHS|^~\\&|LIMS\r" + oru(PETER) + oru(None, control="M2", filler="F2")
    batch += oru(PETER, obx("0.3"), control="M3", filler="F3", sampled="202603010800") + b"BTS|3\rFTS|1\r"
    await arrive(world, batch, batch)
    assert (await file_inbox(world.worker), await file_inbox(world.worker)) == (2, 3)
    rows = await world.as_owner("select state, state_reason, raw from inbox order by id")
    assert [row["state"] for row in rows] == ["not_for_us", "duplicate", "filed", "waiting", "filed"]
    assert rows[0]["state_reason"] == "It held 3 messages; each is read by itself."
    assert (rows[0]["raw"], rows[2]["raw"]) == (batch, oru(PETER)), "what came is kept as it came"
    assert await numbers(world) == [(trust.organisation_id, "0.1"), (trust.organisation_id, "0.3")]


async def test_a_batch_of_one_message_is_that_message(world: World, trust: Trust) -> None:
    await arrive(world, b"BHS|^~\\&|LIMS\r" + oru(PETER) + b"BTS|1\r")
    assert await file_inbox(world.worker) == 1
    assert await states(world) == ["filed"]


async def test_a_result_in_another_shape_is_asked_about_by_the_persons_own_team(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER).replace(b"ORU^R01", b"OUL^R22"))
    await file_inbox(world.worker)
    [alert] = await alerts(world)
    [patient] = await world.as_owner("select id from patient")
    assert alert["patient_id"] == patient["id"]


async def test_what_can_be_told_is_filed_beside_what_cannot(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, obx("0.1"), obx("2", code="2039-6^CEA^LN", unit="mg", number=2),
                            obx("140", code="2951-2^Sodium^LN", unit="mmol/L", number=3)))  # fmt: skip
    await file_inbox(world.worker)
    assert await states(world) == ["waiting"]
    assert await numbers(world) == [(trust.organisation_id, "0.1")]
    rows = await world.as_owner("select analyte, code_text, review_state from result order by analyte nulls last")
    assert [tuple(row) for row in rows][1] == (None, "Sodium", "not_needed")
    [alert] = await alerts(world)
    assert "CEA of 2 March 2026: The unit “mg” is not one we know." in alert["sentence"]
    assert alert["patient_id"] is not None


async def test_lines_of_one_text_are_kept_together(world: World, trust: Trust) -> None:
    lines = [
        obx(text, code="COM^Comment^L", unit="", sort="TX", number=n) for n, text in enumerate(("One.", "Two."), 1)
    ]
    await arrive(world, oru(PETER, *lines, obx("0.1", number=3)))
    await file_inbox(world.worker)
    [version] = await world.as_owner("select value_text from result_version where number is null")
    assert version["value_text"] == "One.\nTwo."


async def test_a_copy_is_a_duplicate_and_a_resend_in_a_new_envelope_changes_nothing(world: World, trust: Trust) -> None:
    first, _, _ = await arrive(world, oru(PETER), oru(PETER), oru(PETER, control="M2", sent="20260303090000"))
    await file_inbox(world.worker)
    [*_, last] = await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    assert await states(world) == ["filed", "duplicate", "filed", "duplicate"]
    [row] = await world.as_owner("select duplicate_of, state_reason from inbox where id = $1", last)
    assert (row["duplicate_of"], row["state_reason"]) == (first, "The very same message was filed already.")
    assert len(await world.as_owner("select from result_version")) == 1
    assert len(await world.as_owner("select from audit_entry where verb = 'result.file'")) == 1


async def test_amended_and_withdrawn_in_either_order(world: World, trust: Trust) -> None:
    said = [("0.1", "F", "202603021400"), ("0.4", "C", "202603030900"), ("", "D", "202603040900")]

    def messages(order: str) -> list[bytes]:
        return [oru(PETER, obx(value, status=s), filler=order, reported=at) for value, s, at in said]

    await arrive(world, *messages("FORWARDS"), *reversed(messages("BACKWARDS")))
    await file_inbox(world.worker)
    assert await states(world) == ["filed", "filed", "waiting", "waiting", "filed", "filed"]
    one, other = await world.as_owner(
        "select v.digest, v.status, (select array_agg(a.digest order by a.digest) from result_version a"
        " where a.result_id = r.id) from result r join result_version v on v.id = r.current_version_id"
    )
    assert tuple(one) == tuple(other)
    assert one["status"] == "D"
    assert "PSA of 2 March 2026: The laboratory has taken it back." in (await alerts(world))[0]["sentence"]


async def test_a_later_result_that_an_earlier_withdrawal_hides_is_a_question(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, obx("", status="D"), control="1"))
    await file_inbox(world.worker)
    await arrive(world, oru(PETER, obx("7.1"), control="2", reported="202603050900"))
    await file_inbox(world.worker)
    assert "an earlier correction or withdrawal of it stands" in (await alerts(world))[-1]["sentence"]


async def test_a_correction_of_the_day_of_the_sample_is_a_question(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, obx("0.1")), oru(PETER, obx("0.1", status="C"), control="2", sampled="202603010915"))
    await file_inbox(world.worker)
    [alert] = await alerts(world)
    assert "whose sample is of 2 March 2026" in alert["sentence"]


async def test_the_same_order_number_for_another_person_is_a_question(world: World, trust: Trust) -> None:
    other = a_person(2, family="Marlow", given="James", born_on=date(1948, 6, 1))
    await on_file(world, trust, other)
    await arrive(world, oru(PETER), oru(other, obx("9"), control="2"))
    await file_inbox(world.worker)
    assert await states(world) == ["filed", "waiting"]
    assert "is on file for another person" in (await alerts(world))[0]["sentence"]
    assert await numbers(world) == [(trust.organisation_id, "0.1")]


async def test_without_an_order_number_two_people_are_never_mixed_up(world: World, trust: Trust) -> None:
    other = a_person(2, family="Marlow", given="James", born_on=date(1948, 6, 1))
    await on_file(world, trust, other)
    await arrive(world, oru(PETER, filler=""), oru(other, obx("9"), control="2", filler=""))
    await file_inbox(world.worker)
    assert await numbers(world) == [(trust.organisation_id, "0.1"), (trust.organisation_id, "9")]


async def test_twins_get_their_own_and_an_unclear_one_is_asked_about(world: World, trust: Trust) -> None:
    born = date(1950, 4, 3)
    paul = a_person(2, given="Paul", born_on=born)
    await on_file(world, trust, paul)
    await arrive(world, oru(paul, obx("5"), filler="T1"), oru(PETER, obx("6"), filler="T2"),
                 oru(PETER, filler="T3", pid=pid_of(PETER, given="P")))  # fmt: skip
    await file_inbox(world.worker)
    assert await states(world) == ["filed", "filed", "waiting"]
    rows = await world.as_owner("select p.given_names, v.number::text from result r join patient p on p.id = r.patient_id"
                                " join result_version v on v.id = r.current_version_id order by 2")  # fmt: skip
    assert [tuple(row) for row in rows] == [("Paul", "5"), ("Peter", "6")]


async def test_a_person_without_an_nhs_number_is_found_by_hospital_number(world: World, trust: Trust) -> None:
    nobody = Person(
        name=PETER.name, born_on=PETER.born_on, sex=PETER.sex, hospital_numbers=a_person(44).hospital_numbers
    )
    await on_file(world, trust, nobody)
    await arrive(world, oru(nobody, obx("2")))
    await file_inbox(world.worker)
    [filing] = await world.as_owner("select reason from inbox_filing")
    assert filing["reason"] == "Hospital number, birth date, family and given name agree."


async def test_one_number_followed_in_two_trusts_reaches_both(world: World, trust: Trust) -> None:
    second = await a_trust(world, code="RBB", name="South Hospital")
    third = await a_trust(world, code="RCC", name="West Hospital")
    await on_file(world, second, PETER)
    await on_file(world, third, a_person(9, family="Else", born_on=date(1940, 1, 1)))
    [peer] = await world.as_owner("select id from peer")
    for one in (second, third):
        await world.as_owner("insert into peer_organisation values ($1, $2)", peer["id"], one.organisation_id)
    await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    assert await numbers(world) == [(trust.organisation_id, "0.1"), (second.organisation_id, "0.1")]
    filings = await world.as_owner("select organisation_id from inbox_filing order by 1")
    assert [row[0] for row in filings] == [trust.organisation_id, second.organisation_id]
    await world.as_owner("update patient set family_name = 'Other', given_names = 'Name' where organisation_id = $1",
                         second.organisation_id)  # fmt: skip
    await arrive(world, oru(PETER, obx("0.2"), control="2", filler="F2"))
    await file_inbox(world.worker)
    [alert] = await alerts(world)
    assert (alert["organisation_id"], alert["team_id"]) == (second.organisation_id, second.team_id)
    assert (await numbers(world))[2:] == [(trust.organisation_id, "0.2")]


async def test_a_trust_that_a_sender_may_not_send_for_sees_nothing(world: World, trust: Trust) -> None:
    second = await a_trust(world, code="RBB", name="South Hospital")
    await on_file(world, second, PETER)
    await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    assert await numbers(world) == [(trust.organisation_id, "0.1")]


async def test_while_no_organisation_has_a_team_it_waits_and_is_asked_about_when_one_has(world: World) -> None:
    await arrive(world, oru(PETER, facility="OTHER"))
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 0
    assert await states(world) == ["set_aside"]
    trust = await a_trust(world)
    assert await ask_set_aside(world.worker) == 1
    assert [row["team_id"] for row in await world.as_owner("select team_id from alert")] == [trust.team_id]


async def test_a_team_with_nobody_in_it_is_not_asked_until_somebody_is(world: World, trust: Trust) -> None:
    await world.as_owner("update staff set ended_at = now(), ended_by = 'A test' where role <> 'service_manager'")
    await arrive(world, oru(PETER, facility="OTHER"))
    await file_inbox(world.worker)
    # The service manager is of the team and sees no alerts.
    assert await ask_set_aside(world.worker) == 0
    await world.as_owner("update staff set ended_at = null, ended_by = null where role = 'nurse_specialist'")
    assert await ask_set_aside(world.worker) == 1
    assert [row["team_id"] for row in await alerts(world)] == [trust.team_id]


async def test_a_team_with_somebody_in_it_is_asked_before_one_with_nobody(world: World, trust: Trust) -> None:
    empty = "insert into team (organisation_id, key, name, phone) values ($1, 'all', 'All', '1')"
    await world.as_owner(empty, trust.organisation_id)
    await arrive(world, oru(PETER, facility="OTHER"), oru(a_person(7), obx("1"), control="2"))
    await file_inbox(world.worker)
    assert await ask_set_aside(world.worker) == 1
    assert {row["team_id"] for row in await alerts(world)} == {trust.team_id}


async def test_the_sender_s_own_organisation_is_asked_first(world: World, trust: Trust) -> None:
    second = await a_trust(world, code="RBB", name="South Hospital")
    peer_id = await a_peer(world, second, facility="SOUTH", name="South laboratory")
    [inbox_id] = await arrive(world, oru(PETER, facility="SOUTH"))
    await world.as_owner("update inbox set state = 'set_aside', state_reason = 'It failed.', handled_at = now(),"
                         " peer_id = $2 where id = $1", inbox_id, peer_id)  # fmt: skip
    assert await ask_set_aside(world.worker) == 1
    assert [row["organisation_id"] for row in await world.as_owner("select organisation_id from alert")] == [
        second.organisation_id
    ]


@pytest.mark.parametrize(
    ("message", "because"),
    [
        (oru(PETER, facility="NEW"), "comes from the address of By address, but calls its sender “NEW”"),
        (b"MSH*********", "but does not name its sender"),
    ],
)
async def test_an_unknown_name_from_a_known_address_is_a_question(
    world: World, trust: Trust, message: bytes, because: str
) -> None:
    await a_peer(world, trust, facility="OLD", name="By address", address="127.0.0.1")
    await arrive(world, message)
    await file_inbox(world.worker)
    assert await states(world) == ["waiting"]
    assert because in (await alerts(world))[0]["sentence"]
    assert await numbers(world) == []


async def test_a_message_that_fits_two_senders_equally_well_is_a_question_that_names_both(
    world: World, trust: Trust
) -> None:
    peer_id = await a_peer(world, trust, name="The new analyser")
    await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    assert await states(world) == ["waiting"]
    assert await numbers(world) == []
    [alert] = await alerts(world)
    assert "“Mill Lane Laboratory” and “The new analyser” equally well" in alert["sentence"]
    assert "not one we know" not in alert["sentence"]
    # The setting that the sentence names tells them apart, and the message is read again.
    await world.as_owner("update peer set addresses = '{127.0.0.1}' where id = $1", peer_id)
    [row] = await world.as_owner("select ref from inbox")
    async with world.worker.transaction() as tx:
        await read_again(tx, [row["ref"]])
    await file_inbox(world.worker)
    assert await states(world) == ["filed"]
    assert [row["peer_id"] for row in await world.as_owner("select peer_id from inbox")] == [peer_id]


async def test_what_fits_senders_of_two_trusts_is_shown_to_neither_and_set_aside_with_both_names(
    world: World, trust: Trust
) -> None:
    second = await a_trust(world, code="RBB", name="South Hospital")
    await a_peer(world, second, name="South laboratory")
    await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    [row] = await world.as_owner("select state, state_reason from inbox")
    assert row["state"] == "set_aside"
    assert "“Mill Lane Laboratory” and “South laboratory” equally well" in row["state_reason"]
    assert "Add it with" not in row["state_reason"]
    assert await world.as_owner("select from inbox_filing") == []
    assert await ask_set_aside(world.worker) == 1


async def test_an_unreadable_header_from_a_sender_known_by_address_is_a_question(world: World, trust: Trust) -> None:
    await world.as_owner("update peer set sending_facility = null, addresses = '{127.0.0.1}'")
    await arrive(world, b"MSH*********")
    await file_inbox(world.worker)
    assert "The header declares no usable separators." in (await alerts(world))[0]["sentence"]


async def test_a_sender_that_may_send_for_nobody_and_a_trust_without_a_team_are_set_aside(world: World) -> None:
    await a_peer(world)
    await arrive(world, oru(PETER))
    await file_inbox(world.worker)
    [peer] = await world.as_owner("select id from peer")
    [organisation] = await world.as_owner(
        "insert into organisation (code, name, phone) values ('RZZ', 'Z', '1') returning id"
    )
    await world.as_owner("insert into peer_organisation values ($1, $2)", peer["id"], organisation["id"])
    await arrive(world, oru(PETER, control="2"))
    await file_inbox(world.worker)
    rows = await world.as_owner("select state, state_reason from inbox order by id")
    assert [row["state"] for row in rows] == ["set_aside", "set_aside"]
    assert "for no organisation" in rows[0]["state_reason"]
    assert "no team" in rows[1]["state_reason"]
    assert await ask_set_aside(world.worker) == 0
    trust = await a_trust(world)
    assert await ask_set_aside(world.worker) == 2
    assert {row["organisation_id"] for row in await alerts(world)} == {trust.organisation_id}


@pytest.mark.parametrize(
    ("message", "because"),
    [
        (oru(PETER, SODIUM).replace(b"ORU^R01", b"ADT^A08"), "A message about a person (ADT^A08); people come from the register."),
        (oru(PETER, SODIUM, pid=WRONG_DIGIT).replace(b"ORU^R01", b"ADT^A31"),
         "A message about a person (ADT^A31); people come from the register."),
        (oru(PETER, SODIUM).replace(b"ORU^R01", b"ORM^O01"), "A message ORM^O01 is no result."),
        (oru(PETER).replace(b"OBX", b"ZZZ").replace(b"PSA^PSA", b"U^Urine"), "It holds no result."),
        (oru(a_person(7, family="Unknown", born_on=date(1931, 1, 1)), SODIUM).replace(b"PSA^PSA", b"U^U"),
         "It holds nothing that is followed here. Nobody here has the NHS number that was sent."),
    ],
)  # fmt: skip
async def test_what_is_not_for_us_says_why(world: World, trust: Trust, message: bytes, because: str) -> None:
    await arrive(world, message)
    await file_inbox(world.worker)
    [row] = await world.as_owner("select state, state_reason from inbox")
    assert (row["state"], row["state_reason"]) == ("not_for_us", because)
    assert await alerts(world) == []


async def test_a_broken_frame_is_a_question_and_one_without_its_start_byte_is_filed(world: World, trust: Trust) -> None:
    [peer] = await world.as_owner("select id from peer")
    await arrive(world, oru(PETER)[:150], fault="cut_off")
    await arrive(world, oru(PETER, control="2"), fault="no_start")
    await arrive(world, b"\xff\xfe nothing", fault="too_large")
    await world.as_owner("update inbox set peer_id = $1", peer["id"])
    await file_inbox(world.worker)
    assert await states(world) == ["waiting", "filed", "waiting"]
    asked = " ".join(alert["sentence"] for alert in await alerts(world))
    assert "broke off before its end" in asked
    assert "larger than we take" in asked


async def test_a_code_map_of_the_sender_says_what_its_codes_mean(world: World, trust: Trust) -> None:
    [peer] = await world.as_owner("select id from peer")
    await world.as_owner(
        "insert into code_map (peer_id, local_code, analyte, valid_from, made_by) values"
        " ($1, 'TPSA', 'psa', '2020-01-01', 'x'), ($1, 'FPSA', 'not-followed', '2020-01-01', 'x')", peer["id"],
    )  # fmt: skip
    await arrive(
        world, oru(PETER, obx("0.3", code="TPSA^Total PSA^L"), obx("0.1", code="FPSA^PSA fraction^L", number=2))
    )
    await file_inbox(world.worker)
    assert await states(world) == ["filed"]
    assert await numbers(world) == [(trust.organisation_id, "0.3")]


async def test_a_question_that_is_mended_files_the_next_copy(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, obx("0.3", code="TPSA^Total PSA^L")))
    await file_inbox(world.worker)
    await arrive(world, oru(PETER, obx("0.3", code="TPSA^Total PSA^L")))
    await file_inbox(world.worker)
    [peer] = await world.as_owner("select id from peer")
    await world.as_owner("insert into code_map (peer_id, local_code, analyte, valid_from, made_by)"
                         " values ($1, 'TPSA', 'psa', '2020-01-01', 'x')", peer["id"])  # fmt: skip
    await arrive(world, oru(PETER, obx("0.3", code="TPSA^Total PSA^L")))
    await file_inbox(world.worker)
    assert await states(world) == ["waiting", "duplicate", "filed"]
    assert len(await alerts(world)) == 1
    assert await numbers(world) == [(trust.organisation_id, "0.3")]


async def test_a_closed_question_that_is_read_again_in_vain_is_asked_again(world: World, trust: Trust) -> None:
    [inbox_id] = await arrive(world, oru(PETER, obx("0.1", unit="ng/dL")))
    await file_inbox(world.worker)
    await world.as_owner("update alert set state = 'closed', next_escalation_at = null, closed_at = now(),"
                         " closed_by_staff_id = $1, outcome = 'data_fixed'", trust.nurse.id)  # fmt: skip
    [row] = await world.as_owner("select ref from inbox where id = $1", inbox_id)
    async with world.worker.transaction() as tx:
        await read_again(tx, [row["ref"]])
    await file_inbox(world.worker)
    [alert] = await alerts(world)
    assert alert["state"] == "open"


POISON = "if new.value_text = '6.66' then raise exception 'poison'; end if; return new;"


async def test_a_poisonous_message_blocks_nobody_and_ends_as_a_question(world: World, trust: Trust) -> None:
    clock = Wrist()
    async with world.trigger("poison", on="before insert on result_version", body=POISON):
        good = [oru(PETER, obx(f"0.{n}"), filler=f"G{n}", control=f"G{n}") for n in range(1, 6)]
        await arrive(world, *good[:2], oru(PETER, obx("6.66"), filler="BAD"), *good[2:])
        assert await file_inbox(world.worker, clock=clock) == 5
        assert await states(world) == ["filed", "filed", "received", "filed", "filed", "filed"]
        for _ in range(3):
            assert await file_inbox(world.worker, clock=clock) == 0
            clock.wind(minutes=10)
            assert await file_inbox(world.worker, clock=clock) == 0
        clock.wind(minutes=10)
        assert await file_inbox(world.worker, clock=clock) == 1
    assert (await states(world))[2] == "waiting"
    [alert] = await alerts(world)
    assert alert["sentence"] == "RMS failed to read this message 5 times (RaiseError). It is kept as it came."
    assert len(await numbers(world)) == 5


async def test_one_call_reads_all_that_waits_however_few_it_takes_at_once(world: World, trust: Trust) -> None:
    await arrive(world, oru(PETER, obx("0.1"), filler="E1", control="E1"))
    await world.as_owner("update inbox set attempts = 1")  # tried before: it is read alone
    await arrive(world, *(oru(PETER, obx(f"0.{n}"), filler=f"E{n}", control=f"E{n}") for n in range(2, 7)))
    assert await file_inbox(world.worker, at_most=2) == 6
    assert await states(world) == ["filed"] * 6


@pytest.mark.parametrize("point", [Crashpoint.FILING_BEFORE_COMMIT, Crashpoint.FILING_AFTER_COMMIT])
async def test_two_readers_at_once_and_a_killed_one_file_everything_once(
    world: World, trust: Trust, point: Crashpoint
) -> None:
    await arrive(world, *(oru(PETER, obx(f"{n}.5"), filler=f"K{n}", control=f"K{n}") for n in range(12)))
    for passes in (1, 2):
        assert await _reader(world, f"{point}:{passes}") == -9
        await world.as_owner("update inbox set lease_until = null")
    both = [asyncio.create_task(_reader(world, "")) for _ in range(2)]
    assert [await one for one in both] == [0, 0]
    assert set(await states(world)) == {"filed"}
    assert len(await numbers(world)) == 12
    assert len(await world.as_owner("select from audit_entry where verb = 'result.file'")) == 12


_READER = """
import asyncio, sys
from rms.db.database import Database
from rms.sync.jobs import ask_set_aside, file_inbox

async def main():
    async with Database(sys.argv[1], name="killed") as database:
        await file_inbox(database, at_most=5)

asyncio.run(main())
"""


async def _reader(world: World, crash: str) -> int:
    environment = {**os.environ, "RMS_CRASHPOINT": crash}
    one = await asyncio.create_subprocess_exec(sys.executable, "-c", _READER, world.url("rms_worker"), env=environment)
    return await one.wait()


async def test_a_copy_of_what_was_not_for_us_is_read_when_the_person_is_on_file_by_then(
    world: World, trust: Trust
) -> None:
    newcomer = a_person(7, family="Latecomer", born_on=date(1931, 1, 1))
    sodium = oru(newcomer, obx("140", code="2951-2^Sodium^LN")).replace(b"PSA^PSA", b"U^U")
    await arrive(world, sodium)
    await file_inbox(world.worker)
    await arrive(world, sodium)
    await file_inbox(world.worker)
    await on_file(world, trust, newcomer)
    await arrive(world, sodium)
    await file_inbox(world.worker)
    assert await states(world) == ["not_for_us", "duplicate", "filed"]
