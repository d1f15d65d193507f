"""Our splitter beside two other readers of HL7 v2, on messages that other people made; every difference has its reason here."""

import json
from collections.abc import Iterator
from pathlib import Path

import hl7
import pytest
from hl7apy.parser import parse_message

from rms.sync.hl7 import Kind, Message, read, split_file
from rms.sync.hl7.charset import decode
from rms.sync.hl7.splitter import Split, split

pytestmark = pytest.mark.test_data

FIELDS = {"PID": 3, "OBX": 5}
# hl7apy writes a lone escape character as an escape of its own, so `\\.br\\` comes back longer than it was sent.
WRITTEN_LONGER_BY_HL7APY = {("CDCgov__prime-reportstream/031_ORUR01.hl7", "OBX")}


def listed(test_data: Path) -> list[dict[str, object]]:
    lines = (test_data / "hl7v2" / "index.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def well_formed(test_data: Path) -> Iterator[tuple[dict[str, object], str, Split]]:
    """Files that their index calls well formed, as one text with carriage returns, with our reading of them."""
    for row in listed(test_data):
        if not row["structurally_broken"]:
            text = decode((test_data / "hl7v2" / str(row["file"])).read_bytes()).text
            found = split(text)
            assert isinstance(found, Split), row["file"]
            yield row, text.replace("\r\n", "\r").replace("\n", "\r").strip("\r "), found


def our_fields(found: Split, name: str, number: int) -> list[str]:
    return [fields[number] if len(fields) > number else "" for fields in found.segments if fields[0] == name]


def our_header(found: Split) -> list[str]:
    return (found.segments[0] + [""] * 12)[2:12]


def test_hl7_reads_the_same_segments_headers_identifiers_and_values(test_data: Path) -> None:
    compared = 0
    for row, text, found in well_formed(test_data):
        theirs = hl7.parse(text)
        assert len(theirs) == len(found.segments), row["file"]
        header = [str(theirs[0][number]) if len(theirs[0]) > number else "" for number in range(3, 13)]
        assert header == our_header(found), row["file"]
        for name, number in FIELDS.items():
            segments = [segment for segment in theirs if str(segment[0]) == name]
            values = [str(segment[number]) if len(segment) > number else "" for segment in segments]
            assert values == our_fields(found, name, number), (row["file"], name)
        compared += 1
    assert compared > 370


def without_empty_ends(field: str, found: Split) -> str:
    """A field as hl7apy writes it: it leaves out the empty components at the end of a repetition."""
    separators = found.separators
    return separators.repetition.join(one.rstrip(separators.component) for one in field.split(separators.repetition))


def test_hl7apy_reads_the_same_segments_headers_identifiers_and_values(test_data: Path) -> None:
    compared = 0
    for row, text, found in well_formed(test_data):
        if not row["hl7apy_parses"]:
            continue
        theirs = parse_message(text, find_groups=False)
        segments = list(theirs.children)
        assert len(segments) == len(found.segments), row["file"]
        assert [getattr(theirs.msh, f"msh_{number}").to_er7() for number in range(3, 13)] == our_header(found), row[
            "file"
        ]
        field_separator = theirs.encoding_chars["FIELD"]
        for name, number in FIELDS.items():
            written = [one.to_er7().split(field_separator) for one in segments if one.name == name]
            values = [without_empty_ends(one[number], found) if len(one) > number else "" for one in written]
            ours = [without_empty_ends(one, found) for one in our_fields(found, name, number)]
            assert (values == ours) is ((row["file"], name) not in WRITTEN_LONGER_BY_HL7APY), (row["file"], name)
        compared += 1
    assert compared > 300


def test_every_file_is_read_without_an_exception_and_none_is_dropped(test_data: Path) -> None:
    messages: dict[str, Message] = {}
    for row in listed(test_data):
        body = (test_data / "hl7v2" / str(row["file"])).read_bytes()
        messages[str(row["file"])] = read(body)
        assert split_file(body), row["file"]
    assert len(messages) == len(listed(test_data))
    results = [message for message in messages.values() if message.kind is Kind.RESULT]
    assert len(results) > 220
    assert sum(len(order.observations) for message in results for order in message.orders) > 600


def test_the_counts_of_the_index_are_ours(test_data: Path) -> None:
    """The index counts OBX segments; a line that is no segment goes on with the one before, so it adds none."""
    for row, _, found in well_formed(test_data):
        assert len(our_fields(found, "OBX", 5)) == row["obx"], row["file"]


def test_a_medical_record_number_is_never_taken_for_an_nhs_number(test_data: Path) -> None:
    """The simulated hospital gives record numbers of ten digits; only the number marked NHS is one."""
    for path in sorted((test_data / "hl7v2" / "google__simhospital").glob("*.hl7")):
        person = read(path.read_bytes()).patient
        marked = [one.value for one in person.identifiers if one.authority == "NHSNBR"]
        assert person.nhs_number in (None, *marked), path.name
        assert bool(person.nhs_number) or not marked or person.nhs_number_fault, path.name
