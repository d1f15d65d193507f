"""The register as CSV: every fault at once, by row and column, and spreadsheet damage is never repaired by guessing."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.dates import PartialDate
from rms.people.model import ContactKind, FlagKind, TreatmentKind, TumourSite
from rms.sync.caseload_csv import LAYOUT as CASELOAD_LAYOUT
from rms.sync.csv_table import Column
from rms.sync.reading import Reading
from rms.sync.register_csv import COLUMNS, LAYOUT, read_register_csv

TODAY = date(2027, 3, 1)
GOOD = {
    "NHS number": "999 000 0018",
    "First names": "Raymond",
    "Last name": "Hartley",
    "Date of birth": "17/04/1953",
    "Mobile": "07700 900123",
    "Diagnosis code": "C61",
    "Date of diagnosis": "2027-01-02",
    "Treatment": "surgery",
    "Treatment started": "30/01/2027",
}


def file(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    quoted = [[f'"{row.get(column, "").replace(chr(34), chr(34) * 2)}"' for column in columns] for row in rows]
    return "\r\n".join(",".join(cells) for cells in [list(columns), *quoted]).encode("utf-8-sig")


def read(raw: bytes) -> Reading:
    reading = read_register_csv(raw, hospital_system="RXX", today=TODAY)
    assert reading.counts.add_up
    return reading


def test_a_good_row_is_a_person() -> None:
    reading = read(file(GOOD))
    assert reading.faults == ()
    (record,) = reading.people
    assert record.person.born_on == PartialDate(year=1953, month=4, day=17)
    assert record.person.contacts[0].value == "+447700900123"
    assert record.diagnoses[0].site is TumourSite.UROLOGY
    assert record.treatments[0].kind is TreatmentKind.SURGERY
    assert record.treatments[0].diagnosis_ref == record.diagnoses[0].ref
    assert record.treatments[0].ended_on == PartialDate(year=2027, month=1, day=30)


CELLS = """
  NHS number        | 9.99E+09           | like 9.99E+09
  NHS number        | 5555555555         | same digit
  NHS number        | 9990000019         | last digit
  NHS number        | 999000001          | leading zero
  Date of birth     | 4/17/1953          | two ways
  Date of birth     | 04/17/1953         | month first
  Date of birth     | 17/04/53           | two digits
  Date of birth     | 3/4/1953           | two ways
  Date of birth     | 19466              | number a spreadsheet keeps
  Date of birth     | 31/02/1953         | no such day
  Date of birth     | 17 April 1953      | cannot be read
  Date of birth     | 01/01/1900         | not known
  Date of birth     | 17/04/2053         | future
  Date of birth     |                    | needs a date of birth
  Last name         |                    | needs a last name
  Date of birth     | 17/04/53 10:30 PM  | time of day
  Date of birth     | 1953-04-17T13:45   | time of day
  Date of birth     | 1953-04-17T00:00:00Z | time of day
  Date of birth     | 17.04.1953         | cannot be read
  Date of birth     | 19466.0            | made a decimal
  Last name         | #N/A               | shows an error
  Last name         | NULL               | wrote NULL for nothing
  Last name         | ZoÃ«               | garbled
  Last name         | Zo�               | garbled
  Last name         | Hart​ley          | nobody sees
  Last name         | Hart ley          | nobody sees
  First names       | nan                | wrote nan for nothing
  Hospital number   | 1234567.0          | made a decimal
  NHS number        | 9990000018.0       | made a decimal
  NHS number        | 9.990000018e9      | like 9.99E+09
  NHS number        | 9.99E+09           | like 9.99E+09
  Mobile            | 7700900123         | leading zero
  Mobile            | 7.700900123E+09    | like 9.99E+09
  Mobile            | 0113 496 0000      | Telephone
  Email             | raymond            | not an email
  Sex               | M                  | female, male
  Postcode          | 12345              | postcode
  Diagnosis code    | prostate           | ICD-10
  Diagnosis code    | J45                | not a cancer
  Date of diagnosis | 2027-13-01         | no such day
  Treatment         | operation          | surgery
  Treatment         |                    | not its kind
  Treatment ended   | 01/01/2027         | before it started
  Date of death     | 01/02/2027         | formal or informal
  Date of death     | 01/02/1950         | before being born
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in CELLS.strip().split("\n")]


@pytest.mark.parametrize(("column", "cell", "words"), ROWS)
def test_a_broken_cell_is_named_by_row_and_column(column: str, cell: str, words: str) -> None:
    also = {"Death": "formal"} if words == "before being born" else {}
    reading = read(file(GOOD | also | {column: cell}))
    assert reading.people == ()
    named = [fault for fault in reading.faults if words in fault.sentence]
    assert [fault.row for fault in named] == [2], reading.faults
    assert named[0].column == column or words in ("not its kind", "formal or informal")


def test_every_fault_is_told_at_once() -> None:
    rows = [GOOD | {"NHS number": "5555555555", "Mobile": "1", "Sex": "?"}, GOOD | {"Date of birth": "x"}]
    assert {(f.row, f.column) for f in read(file(*rows)).faults} == {
        (2, "NHS number"), (2, "Mobile"), (2, "Sex"), (3, "Date of birth"),
    }  # fmt: skip


def test_no_slashed_date_of_a_column_is_trusted_once_one_has_its_month_first() -> None:
    other = GOOD | {"NHS number": "999 000 0026", "Date of birth": "02/25/1950"}
    reading = read(file(GOOD | {"Date of birth": "03/04/1953"}, other))
    assert [(f.row, f.column) for f in reading.faults] == [(2, "Date of birth"), (3, "Date of birth")]
    assert "two days" in reading.faults[0].sentence


def test_rows_of_one_person_become_one_person_or_none() -> None:
    second = GOOD | {"Treatment": "hormone", "Treatment started": "2027-02-01"}
    reading = read(file(GOOD, second))
    assert [t.kind for t in reading.people[0].treatments] == [TreatmentKind.SURGERY, TreatmentKind.HORMONE]
    reading = read(file(GOOD, second | {"Treatment started": "x"}))
    assert reading.people == ()
    assert reading.counts.held_back == 2
    assert [(f.row, f.column) for f in reading.faults] == [(2, None), (3, "Treatment started")]
    assert "row 3" in reading.faults[0].sentence


@pytest.mark.parametrize("column", ["Date of birth", "Mobile", "Last name", "Sex"])
def test_a_row_whose_person_cannot_be_read_holds_the_other_rows_back_too(column: str) -> None:
    reading = read(file(GOOD, GOOD | {"Treatment": "hormone", column: "#REF!"}))
    assert reading.people == ()
    assert reading.counts.held_back == 2


def test_rows_of_one_person_must_agree() -> None:
    reading = read(file(GOOD, GOOD | {"Last name": "Hart", "Treatment": "hormone"}))
    assert reading.people == ()
    assert "name" in reading.faults[1].sentence


def test_people_without_an_nhs_number_are_admitted_and_flagged_but_need_some_number() -> None:
    (record,) = read(file(GOOD | {"NHS number": "", "Hospital number": "0012"})).people
    assert [flag.kind for flag in record.flags] == [FlagKind.NO_NHS_NUMBER]
    assert record.person.hospital_numbers[0].value == "0012"
    assert read(file(GOOD | {"NHS number": ""})).faults[0].column == "NHS number"


def test_what_excel_does_harmlessly_is_accepted() -> None:
    row = GOOD | {"NHS number": '="9990000018"', "Date of birth": "17/04/1953 00:00:00", "Last name": " Hartley "}
    (record,) = read(file(row, {})).people
    assert record.person.name.family == "Hartley"
    (at_midnight,) = read(file(GOOD | {"Date of birth": "17/04/1953 12:00:00 AM"})).people
    assert at_midnight.person.born_on == record.person.born_on


@pytest.mark.parametrize("name", ["Null", "Nan", "Müller", "Nguyễn", "Øster-Łukasz", "O’Brien", "Ní Ándar"])
def test_names_that_look_like_faults_are_names(name: str) -> None:
    (record,) = read(file(GOOD | {"Last name": name})).people
    assert record.person.name.family == name


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        ("NHS number,Last name".encode("utf-16"), "CSV UTF-8"),
        (b"PK\x03\x04rest", "spreadsheet file"),
        ("NHS number,Last name\r\n1,Müller".encode("cp1252"), "not UTF-8"),
        (b"NHS number;Last name;Date of birth\r\n", "commas"),
        (b"NHS number,Last name\r\n", "missing"),
        (b"NHS number,Last name,Date of birth,Shoe size\r\n", "no column of this name"),
        (b"NHS number,Last name,Date of birth,last  NAME\r\n", "more than once"),
        (b'NHS number,Last name,Date of birth\r\n"1,2,3', "well-formed"),
        (b"NHS number,Last name,Date of birth\r\n1,2,3,4", "more cells"),
        (b"NHS\0number", "bytes"),
        ("NHS number,Last name".encode("utf-16-le"), "CSV UTF-8"),
        (b"NHS number|Last name|Date of birth\r\n", "commas"),
        (b"Cancer register, 1 March 2026\r\n\r\nNHS number,Last name,Date of birth\r\n", "must be the header"),
        (b"sep=,\r\nNHS number,Last name,Date of birth\r\n", "must be the header"),
        (b"NHSNumber,Last name,Date of birth\r\n", "If it is “NHS number”"),
        (b"NHS number,Surname,Date of birth\r\n", "If it is “Last name”"),
        (b"NHS number,Last name,Person Birth Date\r\n", "If it is “Date of birth”"),
        (b"NHS number,Last name,Date of birth,Treatment\r\n9990000018,Able,17/04/1953", "ends inside"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw: bytes, words: str) -> None:
    reading = read(raw)
    assert reading.people == ()
    assert any(words in fault.sentence for fault in reading.faults), reading.faults


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=12), max_size=8), max_size=6))
def test_whatever_is_in_the_cells_the_counts_add_up_and_no_row_vanishes(rows: list[dict[str, str]]) -> None:
    reading = read(file(*rows))
    rows_held = {fault.row for fault in reading.faults} - {None}
    assert reading.counts.held_back <= len(rows_held) or reading.counts.read == 0


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    assert read(raw).people == ()


@pytest.mark.parametrize("layout", [LAYOUT, CASELOAD_LAYOUT])
def test_the_documentation_names_every_column(layout: tuple[Column, ...]) -> None:
    page = (Path(__file__).parents[3] / "docs/reference/register-csv.md").read_text(encoding="utf-8")
    for column in layout:
        must = "yes" if column.required else ""
        assert re.search(rf"^\| {re.escape(column.name)} +\| {must} *\| {re.escape(column.says)} *\|$", page, re.M), (
            column
        )


def test_a_contact_knows_its_day() -> None:
    (record,) = read(file(GOOD | {"Contact details as of": "01/02/2027"})).people
    assert record.person.contacts[0].kind is ContactKind.MOBILE
    assert record.person.contacts[0].as_of == PartialDate(year=2027, month=2, day=1)
