"""Reading messages: what is said, where, and what is odd; nothing raises, nothing is a number by luck."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rms.results.model import Code, Comparator, ObservationStatus, PersonName, ReportStatus
from rms.sync.hl7 import Kind, Message, read, split_file, understand_value
from rms.sync.hl7.facts import Precision
from rms.sync.hl7.splitter import Reader, Separators, Split, split
from rms.sync.hl7.times import moment, whole_day

NHS = "9990000018"
LINES = (
    "MSH|^~\\&|LIMS|RXX|RMS|RYY|20270701103000||ORU^R01|M1|P|2.4",
    f"PID|1||{NHS}^^^NHS^NH~H12^^^RXX^MR||O\\T\\Brien&&x^Zoë^Ann^^Mrs^^L~Old^Zoë^^^^^M||19520304000000|F",
    "ORC|RE|P1|F1",
    "OBR|1|P1|F1|PSA^Prostate specific antigen^WP|||20270630091500|||||||||||||||20270701||CH|F",
    "NTE|1||on the order",
    "OBX|1|NM|2857-1^PSA^LN^ZPSA^Total PSA^WP||0.12|ug/L|0.0 - 4.0|H~A|||C|||20270629|||METH^Elecsys",
    "NTE|1||first~second",
    "NTE|2||third",
    "OBX|2|SN|X^Y^WP|2|<^0.1|10\\S\\9/L^^UCUM||||||F",
)


def a_message(*lines: str, end: str = "\r") -> Message:
    return read((end.join(lines or LINES) + end).encode())


def with_value(value_type: str, value: str) -> Message:
    return a_message(*LINES[:4], f"OBX|1|{value_type}|2857-1^PSA^LN||{value}|ug/L|||||F")


def test_a_result_is_read_with_its_places() -> None:
    message = a_message()
    assert (message.kind, message.type, message.event, message.control_id) == (Kind.RESULT, "ORU", "R01", "M1")
    assert (message.sending_application, message.sending_facility) == ("LIMS", "RXX")
    assert message.sent_at is not None
    assert message.sent_at.at == datetime(2027, 7, 1, 9, 30, tzinfo=UTC)
    person = message.patient
    assert (person.nhs_number, person.nhs_number_place, person.born_on) == (NHS, "PID-3", date(1952, 3, 4))
    assert person.names == (
        PersonName(family="O&Brien", given=("Zoë", "Ann"), type="L"),
        PersonName(family="Old", given=("Zoë",), type="M"),
    )
    assert [(one.value, one.authority, one.type, one.place) for one in person.identifiers] == [
        (NHS, "NHS", "NH", "PID-3"),
        ("H12", "RXX", "MR", "PID-3[2]"),
    ]
    (order,) = message.orders
    assert (order.placer, order.filler, order.status, order.text) == (
        "P1",
        "F1",
        ReportStatus.FINAL,
        "Prostate specific antigen",
    )
    assert order.comments == ("on the order",)
    psa, other = order.observations
    assert psa.codes == (Code(code="2857-1", text="PSA", system="LN"), Code(code="ZPSA", text="Total PSA", system="WP"))
    assert (psa.place, psa.number, psa.unit, psa.range_text) == ("OBX[1]", Decimal("0.12"), "ug/L", "0.0 - 4.0")
    assert (psa.status, psa.flags, psa.method) == (ObservationStatus.CORRECTED, ("H", "A"), "Elecsys")
    assert psa.comments == ("first\nsecond", "third")
    assert psa.observed_at is not None
    assert psa.observed_at.on == date(2027, 6, 29)
    assert psa.sample_at == order.sample_at
    assert (other.number, other.comparator, other.unit) == (Decimal("0.1"), Comparator.BELOW, "10^9/L")
    assert message.notes == ()


def test_line_ends_and_separators_do_not_change_what_is_said() -> None:
    expected = a_message()
    assert a_message(end="\n") == expected
    assert a_message(end="\r\n") == expected
    others = str.maketrans("|^~\\&", "#*!/%")
    message = read("\r".join(line.replace("/", "_").translate(others) for line in LINES).encode())
    assert message.orders[0].observations[0].number == Decimal("0.12")
    assert message.patient.family_name == "O%Brien"
    assert message.patient.nhs_number == NHS


VALUES = """
0.1          | 0.1   |
 0.10        | 0.10  |
<0.1         | 0.1   | <
< 0.10       | 0.10  | <
>1000        | 1000  | >
>=5          | 5     | >=
<=5          | 5     | <=
≤ 5          | 5     | <=
-0.3         | -0.3  |
5.9 (raised) |       |
0.10*        |       |
1,5          |       |
1,000        |       |
NEG          |       |
see report   |       |
haemolysed   |       |
## TEST CANCELLED ## | |
1.2e3        |       |
０．１       |       |
٣            |       |
0.1 0.2      |       |
0.1 - 0.2    |       |
0.1.2        |       |
<<0.1        |       |
=<0.1        |       |
<            |       |
1_000        |       |
NaN          |       |
Infinity     |       |
0x10         |       |
5.           |       |
²            |       |
12345678901234567890 | |
~0.1         |       |
+5           |       |
5 ug/L       |       |
""  |  |
"""


def test_a_value_is_a_number_only_beyond_doubt() -> None:
    for line in VALUES.strip("\n").splitlines():
        text, number, comparator = (part.strip(" ") for part in (*line.split("|"), "")[:3])
        found = understand_value(text)
        assert (found.number, found.comparator) == (Decimal(number) if number else None, comparator), line
        assert bool(found.not_understood) is not bool(number), line
    assert understand_value("").not_understood == "There is no value."


@pytest.mark.parametrize(
    ("value_type", "value", "number", "because"),
    [
        ("NM", "0.1", "0.1", ""),
        ("NM", "<0.1", "0.1", ""),
        ("ST", "0.1", "0.1", ""),
        ("TX", "no cancer seen", None, "is not a number"),
        ("SN", "=^0.5", "0.5", ""),
        ("SN", "^28", "28", ""),
        ("SN", "0.05", "0.05", ""),
        ("SN", "<0.05", "0.05", ""),
        ("SN", "about 5", None, "not just a number"),
        ("SN", "^1^:^128", None, "range, ratio or category"),
        ("SN", "about^5", None, "not a comparator"),
        ("NM", "0.1~0.2", None, "repeated"),
        ("NM", "0.1^ug/L", None, "several parts"),
        ("NM", '""', None, "deletes"),
        ("NM", "", None, "no value"),
        ("CWE", "5", None, "coded"),
        ("CE", "260385009^Negative^SCT", None, "coded"),
        ("ED", "^^PDF^Base64^JVBERi0x", None, "document"),
        ("DT", "20270101", None, "date"),
        ("NA", "1^2^3", None, "type NA"),
        ("", "0.1", None, "OBX-2"),
    ],
)
def test_the_type_of_a_value_decides_with_it(value_type: str, value: str, number: str | None, because: str) -> None:
    seen = with_value(value_type, value).orders[0].observations[0]
    assert seen.raw == value
    assert seen.number == (None if number is None else Decimal(number))
    assert because in seen.not_understood


def test_a_line_break_inside_a_value_never_leaves_half_a_number() -> None:
    message = with_value("NM", "0.1\n5")
    seen = message.orders[0].observations[0]
    assert seen.number is None
    assert any("not a segment" in note.text for note in message.notes)


def test_escapes_are_resolved_and_what_cannot_be_shown_stays_visible() -> None:
    reader = Reader(Separators(), charset="iso8859-1", has_escapes=True)
    for sent, shown in {
        r"a\F\b\S\c\T\d\R\e\E\f": "a|b^c&d~e\\f",
        r"one\.br\two": "one\ntwo",
        r"\.sp2\x\.in+4\y": "\nxy",
        r"\H\bold\N\ text": "bold text",
        r"K\XF6\ln": "Köln",
        r"\X0D0A\x": "\nx",
        r"\X00\x": r"\X00\x",
        r"\XZZ\x": r"\XZZ\x",
        r"\C2842\x": r"\C2842\x",
        r"\Zlocal\x": r"\Zlocal\x",
        r"50\50": r"50\50",
        r"\a\F\b": r"\a|b",
        "\\": "\\",
    }.items():
        assert reader.unescaped(sent) == shown, sent


def test_character_sets_are_tried_in_order_and_a_wrong_declaration_is_said() -> None:
    def heard(charset: str, *, written: str) -> tuple[str, str, int]:
        lines = [LINES[0] + "||||||" + charset, *LINES[1:]]
        message = read("\r".join(lines).encode(written))
        return message.patient.given_names[0], message.charset, len(message.notes)

    assert heard("", written="utf-8") == ("Zoë", "utf-8", 0)
    assert heard("", written="cp1252") == ("Zoë", "cp1252", 1)
    assert heard("8859/1", written="latin-1") == ("Zoë", "iso8859-1", 0)
    assert heard("8859/15", written="iso8859-15") == ("Zoë", "iso8859-15", 0)
    assert heard("8859/1", written="utf-8") == ("Zoë", "utf-8", 1)
    assert heard("UNICODE UTF-8", written="cp1252") == ("Zoë", "cp1252", 1)
    assert heard("ASCII", written="utf-8") == ("Zoë", "utf-8", 1)
    assert heard("UNICODE UTF-16", written="utf-8") == ("Zoë", "utf-8", 1)
    assert heard("KLINGON", written="utf-8") == ("Zoë", "utf-8", 1)
    assert heard("UTF-8~UNICODE", written="utf-8") == ("Zoë", "utf-8", 0)
    for wide in ("utf-16", "utf-16-le", "utf-16-be"):
        assert heard("UNICODE UTF-16", written=wide)[::2] == ("Zoë", 0)


def test_bytes_in_no_character_set_are_kept_with_a_fault() -> None:
    message = read("\r".join(LINES).encode().replace(b"Zo\xc3\xab", b"Zo\x81\xff"))
    assert message.faults
    assert message.patient.family_name == "O&Brien"


@pytest.mark.parametrize(
    ("pid3", "number", "fault"),
    [
        (f"{NHS}^^^NHS^NH", NHS, ""),
        ("999 000 0018^^^NHSNBR^NHSNMBR", NHS, ""),
        (f"{NHS}^^^&2.16.840.1.113883.2.1.4.1&ISO", NHS, ""),
        (f"{NHS}^^^PDS&2.16.840.1.113883.2.1.4.1&ISO^NI", NHS, ""),
        (f"{NHS}^^^&https://fhir.nhs.uk/Id/nhs-number&URI", NHS, ""),
        (f"{NHS}^^^https://fhir.nhs.uk/Id/nhs-number", NHS, ""),
        (f"{NHS}^^^NHS Wales^NHS No.", NHS, ""),
        (f"{NHS}^^^RXX^MR", None, ""),
        (f"{NHS}^^^RXX&1.2.826.0.1&ISO^PI", None, ""),
        (NHS, None, ""),
        ("9990000019^^^NHS^NH", None, "last digit"),
        (f"{NHS}^^^NHS^NH~{NHS}^^^NHS^NH", NHS, ""),
        (f"{NHS}^^^NHS^NH~9990000026^^^NHS^NH", None, "Two different"),
        ('""^^^NHS^NH', None, ""),
    ],
)
def test_an_nhs_number_is_one_beyond_doubt_or_none(pid3: str, number: str | None, fault: str) -> None:
    message = a_message(LINES[0], f"PID|1||{pid3}||A^B||19520304|F", *LINES[2:])
    assert message.patient.nhs_number == number
    assert fault in message.patient.nhs_number_fault
    assert bool(message.faults) is bool(fault)


def test_what_must_not_be_filed_by_itself_is_a_fault() -> None:
    assert a_message(LINES[0], *LINES[2:]).faults[0].place == "PID"
    another = LINES[1].replace(NHS, "9990000026")
    assert a_message(*LINES, another, *LINES[2:]).faults[0].text.startswith("The message is about more than one")
    assert not a_message(*LINES, *LINES[1:]).faults, "the same person, told again before the next order"
    assert a_message(*LINES, LINES[0]).faults[0].text.startswith("A second header")
    assert a_message(*LINES[:2], "ORC|RE||OTHER", *LINES[3:]).faults[0].place == "OBR[1]-3"
    assert [order.person for order in a_message(*LINES, *LINES[1:]).orders] == [0, 1]


def test_a_sample_time_is_that_of_the_request_then_the_specimen_then_the_observation() -> None:
    obr = "OBR|1|P1|F1|PSA"
    spm = "SPM|1|||119297000^Blood^SCT|||||||||||||20270501"
    message = a_message(*LINES[:3], obr, LINES[5], spm)
    assert message.orders[0].observations[0].sample_at == moment("20270501")
    assert message.orders[0].specimen == "Blood"
    assert a_message(*LINES[:3], obr, LINES[5]).orders[0].observations[0].sample_at == moment("20270629")


def test_other_types_are_recognised_with_their_person() -> None:
    def kind(msh9: str) -> Kind:
        return a_message(LINES[0].replace("ORU^R01", msh9), LINES[1]).kind

    assert {kind(one) for one in ("ORU^R01^ORU_R01", "ORU^R30", "ORU^R32", "ORU")} == {Kind.RESULT}
    assert {kind(one) for one in ("ORU_R01", "ORU^ORU_R01")} == {Kind.RESULT}, "its structure, written for its event"
    assert {kind(one) for one in ("ADT^A08", "ADT^A31^ADT_A05", "ADT^A40")} == {Kind.PERSON}
    assert {kind(one) for one in ("ORM^O01", "ACK", "", "ORU^R03", "ZZZ^Z1")} == {Kind.OTHER}
    merge = a_message(LINES[0].replace("ORU^R01", "ADT^A40"), LINES[1], "MRG|OLD1^^^RXX^MR")
    assert [one.value for one in merge.merged_from] == ["OLD1"]
    assert merge.patient.nhs_number == NHS


def test_observations_without_a_request_are_read_and_noted() -> None:
    message = a_message(*LINES[:2], LINES[5])
    assert len(message.orders[0].observations) == 1
    assert any("without an OBR" in note.text for note in message.notes)


def test_times_are_read_as_far_as_they_were_sent() -> None:
    for text, on, at, precision in (
        ("2027", None, None, Precision.YEAR),
        ("202702", None, None, Precision.MONTH),
        ("20270228", date(2027, 2, 28), None, Precision.DAY),
        ("202707010930", date(2027, 7, 1), datetime(2027, 7, 1, 8, 30, tzinfo=UTC), Precision.MINUTE),
        ("20270101093000.1234", date(2027, 1, 1), datetime(2027, 1, 1, 9, 30, tzinfo=UTC), Precision.SECOND),
        ("20270701233000-0500", date(2027, 7, 2), datetime(2027, 7, 2, 4, 30, tzinfo=UTC), Precision.SECOND),
        ("202707010030+0100", date(2027, 7, 1), datetime(2027, 6, 30, 23, 30, tzinfo=UTC), Precision.MINUTE),
    ):
        found = moment(text)
        assert found is not None, text
        assert (found.on, found.at, found.precision) == (on, at, precision), text
    for text in (
        "",
        "x",
        "20271301",
        "20270230",
        "2027022",
        "00000101",
        "99991231",
        "202701012460",
        "20270101+9999",
        "２０２７",
    ):
        assert moment(text) is None, text
    assert whole_day("198808181126+0215") == date(1988, 8, 18)
    assert whole_day("198808") is None


def test_a_time_in_the_form_of_iso_8601_is_the_same_time() -> None:
    for iso, hl7 in (
        ("2027-06-30", "20270630"),
        ("2027-06-30T09:15", "202706300915"),
        ("2027-06-30 09:15:07", "20270630091507"),
        ("2027-06-30T09:15:07.25+01:00", "20270630091507.25+0100"),
        ("20270630091507Z", "20270630091507+0000"),
        ("2027-06-30T09:15:07Z", "20270630091507+0000"),
    ):
        assert moment(iso) == moment(hl7), iso
        assert moment(iso) is not None, iso
        assert whole_day(iso) == date(2027, 6, 30)
    for text in ("2027-6-3", "30-06-2027", "2027-06-30T", "2027-06", "Z", "30/06/2027"):
        assert moment(text) is None, text
        assert whole_day(text) is None, text


def test_a_unit_is_also_found_in_its_other_coding() -> None:
    line = "OBX|1|NM|2857-1^PSA^LN||0.1|{}|||||F"
    for unit in ("ug/L", "^ug/L", "^^^ug/L", "^^^^ug/L"):
        assert a_message(*LINES[:4], line.format(unit)).orders[0].observations[0].unit == "ug/L", unit


def test_the_status_of_the_report_counts_where_its_results_have_none() -> None:
    result = LINES[5].replace("|||C|||", "||||||")
    found = a_message(*LINES[:4], result).orders[0].observations[0]
    assert (found.status, found.status_text) == (ObservationStatus.FINAL, "F")
    preliminary = a_message(*LINES[:3], LINES[3].removesuffix("|F") + "|P", result).orders[0].observations[0]
    assert preliminary.status is ObservationStatus.PRELIMINARY
    assert a_message(*LINES[:3], LINES[3].removesuffix("|F") + "|A", result).orders[0].observations[0].status is None
    assert a_message(*LINES[:3], LINES[3].removesuffix("|F"), result).orders[0].observations[0].status is None


def test_slips_in_the_header_are_understood_and_nonsense_is_a_fault() -> None:
    for slip in ("^~&", "^~ &", "^~\\\\&", "^~\\&#", "^~\\"):
        message = a_message(LINES[0].replace("^~\\&", slip), *LINES[1:])
        assert message.orders[0].observations[0].number == Decimal("0.12"), slip
    for header in ("MSH", "MSH|", "MSHa^~b", "MSH|^^^^|A", "PID|1", ""):
        message = a_message(header)
        assert (message.kind, [note.is_fault for note in message.notes]) == (Kind.OTHER, [True]), header


def test_segments_that_are_indented_or_in_small_letters_are_segments() -> None:
    for odd in ([f"  {line}" for line in LINES], [LINES[0], *(line[:3].lower() + line[3:] for line in LINES[1:])]):
        message = a_message(*odd)
        assert (message.patient.nhs_number, message.orders) == (NHS, a_message().orders)
    wrapped = a_message(*LINES, "obx of a line that goes on", " PID as well")
    assert len(wrapped.patients) == 1
    assert len(wrapped.orders[0].observations) == 2


def test_files_are_taken_apart_into_messages() -> None:
    one = "\r".join(LINES).encode()
    assert [
        read(part).control_id
        for part in split_file(b"FHS|^~\\&\rBHS|^~\\&\r" + one + b"\r" + one + b"\rBTS|2\rFTS|1\r")
    ] == [
        "M1",
        "M1",
    ]
    assert len(split_file(b"\x0b" + one + b"\x1c\r\x0b" + one + b"\x1c\r")) == 2
    assert split_file(b"not HL7") == [b"not HL7"]
    assert split_file(b" \r\n") == []


MUTATIONS = st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=4)), max_size=6)


def is_storable(value: object) -> None:
    """Every text of a message can be written to a database: no NUL, no half of a surrogate pair."""
    text = repr(value)
    assert "\\x00" not in text
    text.encode()


@settings(max_examples=400)
@given(MUTATIONS)
def test_a_mutated_message_never_raises(mutations: list[tuple[int, bytes]]) -> None:
    body = "\r".join(LINES).encode()
    for at, noise in mutations:
        body = body[:at] + noise + body[at + len(noise) // 2 :]
    is_storable(read(body))


@settings(max_examples=400)
@given(st.binary(max_size=300), st.sampled_from([b"", b"MSH|^~\\&|", b"MSH#", b"\xff\xfe", b"M\x00S\x00H\x00"]))
def test_any_bytes_never_raise(noise: bytes, start: bytes) -> None:
    is_storable(read(start + noise))
    split_file(start + noise)


@settings(max_examples=300)
@given(st.text(max_size=40))
def test_any_value_is_a_number_or_has_a_reason(text: str) -> None:
    found = understand_value(text)
    assert (found.number is None) is bool(found.not_understood)
    assert found.number is None or found.number.is_finite()


def test_the_cost_grows_with_the_message_and_not_faster() -> None:
    """Counted, not timed: the lines of our code that run for a message and for one with four times the observations."""
    import sys

    def steps(times: int) -> int:
        body = "\r".join((*LINES[:4], *([LINES[5] + "\\.br\\"] * times))).encode()
        count = 0

        def tracer(frame, event, arg):  # type: ignore[no-untyped-def]
            nonlocal count
            count += event == "line"
            return tracer

        before = sys.gettrace()
        sys.settrace(tracer)
        try:
            read(body)
        finally:
            sys.settrace(before)
        return count

    assert steps(200) < 4.5 * steps(50)


def test_a_field_with_many_repetitions_or_escapes_is_read_in_one_go() -> None:
    found = split("MSH|^~\\&|A\rOBX|1|TX|x||" + "a~" * 200_000 + "|")
    assert isinstance(found, Split)
    reader = Reader(found.separators, charset="utf-8", has_escapes=True)
    assert len(reader.repetitions(found.segments[1][5])) == 200_001
    assert reader.unescaped("\\" * 200_000) == "\\" * 200_000
    assert reader.unescaped(r"a\F\b" * 100_000) == "a|b" * 100_000
