"""What an import would change, what it keeps, and when it refuses to decide."""

from collections.abc import Sequence
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.dates import PartialDate
from rms.nhs_number import NhsNumber
from rms.people.model import ContactKind, ContactPoint, ContactSource, HospitalNumber, PersonName, RegisterPerson
from rms.rehearsal.people import died, people, story_people
from rms.sync.reading import Counts, Fault, Reading
from rms.sync.staging import Batch, Decision, Known, StagedRow, stage

TODAY = date(2027, 3, 1)
MAN, DESMOND, *_ = story_people(today=TODAY)
OTHER_NUMBER = NhsNumber("9990000018")


def reading(*records: RegisterPerson, faults: tuple[Fault, ...] = ()) -> Reading:
    return Reading(people=records, faults=faults, counts=Counts(read=len(records), used=len(records), held_back=0))


def known(*records: RegisterPerson) -> list[Known]:
    return [Known(id=number, record=record) for number, record in enumerate(records, start=1)]


def changed(record: RegisterPerson, **fields: object) -> RegisterPerson:
    return msgspec.structs.replace(record, person=msgspec.structs.replace(record.person, **fields))


def only(*incoming: RegisterPerson, held: Sequence[RegisterPerson] = (MAN,)) -> StagedRow:
    (row,) = stage(reading(*incoming), known=known(*held)).rows
    return row


def results(batch: Batch) -> list[RegisterPerson]:
    return [row.result for row in batch.rows if row.result]


def test_somebody_unknown_is_new() -> None:
    row = only(DESMOND)
    assert (row.decision, row.result) == (Decision.NEW, DESMOND)


def test_the_same_again_changes_nothing() -> None:
    row = only(MAN)
    assert (row.decision, row.known_id, row.changes) == (Decision.UNCHANGED, 1, ())


@given(st.integers(0, 1000), st.integers(0, 20))
def test_a_second_import_changes_nothing(seed: int, count: int) -> None:
    incoming = reading(*people(count, seed=seed, today=TODAY))
    first = stage(incoming, known=[])
    second = stage(incoming, known=known(*results(first)))
    assert second.counts[Decision.UNCHANGED] == len(second.rows) == count


def test_changes_are_told_field_by_field() -> None:
    row = only(changed(MAN, name=PersonName(family="Hartley-Moss", given=("Raymond",), prefix="Mr"), language="cy"))
    assert row.decision is Decision.CHANGED
    assert [(c.field, c.old, c.new) for c in row.changes] == [
        ("name", "family Hartley, given Raymond; Albert, prefix Mr", "family Hartley-Moss, given Raymond, prefix Mr"),
        ("language", "en", "cy"),
    ]
    assert only(changed(MAN, language="cy"), held=[row.result] if row.result else []).decision is Decision.CHANGED


def test_a_new_treatment_is_a_change_and_an_old_one_is_kept() -> None:
    treatment = msgspec.structs.replace(MAN.treatments[0], ref="Procedure/second")
    row = only(msgspec.structs.replace(MAN, treatments=(treatment,)))
    assert [c.field for c in row.changes] == ["treatments: Procedure/second"]
    assert row.result is not None
    assert len(row.result.treatments) == 2


def test_silence_takes_nothing_away() -> None:
    bare = changed(MAN, contacts=(), gp=None, language=None, hospital_numbers=())
    row = only(msgspec.structs.replace(bare, diagnoses=(), treatments=()))
    assert row.decision is Decision.UNCHANGED
    assert row.result == MAN


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"born_on": PartialDate(year=1953, month=4, day=18)}, "another date of birth"),
        ({"name": PersonName(family="Fogg", given=("Phileas",))}, "no part in common"),
        ({"nhs_number": OTHER_NUMBER}, "another NHS number"),
    ],
)
def test_doubtful_identity_is_never_merged(fields: dict[str, object], words: str) -> None:
    row = only(changed(MAN, **fields))
    assert (row.decision, row.result) == (Decision.CONFLICT, None)
    assert words in " ".join(row.reasons)


def test_numbers_of_two_people_are_a_conflict() -> None:
    both = changed(MAN, hospital_numbers=DESMOND.person.hospital_numbers)
    row = only(both, held=(MAN, DESMOND))
    assert row.decision is Decision.CONFLICT
    assert "two different people" in " ".join(row.reasons)


def test_a_partial_birth_date_that_fits_is_no_conflict_and_loses_nothing() -> None:
    row = only(changed(MAN, born_on=PartialDate(year=1953)))
    assert row.decision is Decision.UNCHANGED
    assert only(changed(MAN, born_on=PartialDate(year=1954))).decision is Decision.CONFLICT


def test_somebody_without_an_nhs_number_is_known_by_hospital_number() -> None:
    row = only(changed(MAN, nhs_number=None))
    assert (row.decision, row.known_id) == (Decision.UNCHANGED, 1)
    assert row.result is not None
    assert row.result.person.nhs_number == MAN.person.nhs_number


def test_two_people_of_one_file_with_one_number_are_both_looked_at() -> None:
    twin = msgspec.structs.replace(
        changed(MAN, hospital_numbers=(HospitalNumber(system="x", value="1"),)), ref="Patient/twin"
    )
    assert [row.decision for row in stage(reading(MAN, twin), known=[]).rows] == [Decision.CONFLICT, Decision.CONFLICT]


def test_two_people_of_one_file_never_become_one_person_here() -> None:
    here = changed(MAN, hospital_numbers=(*MAN.person.hospital_numbers, HospitalNumber(system="x", value="1")))
    first = changed(MAN, hospital_numbers=())
    second = msgspec.structs.replace(
        changed(MAN, nhs_number=None, hospital_numbers=(HospitalNumber(system="x", value="1"),)), ref="Patient/twin"
    )
    rows = stage(reading(first, second), known=known(here)).rows
    assert [row.decision for row in rows] == [Decision.CONFLICT, Decision.CONFLICT]


def mobile(last: str, *, source: ContactSource = ContactSource.REGISTER, as_of: str | None = None) -> ContactPoint:
    day = PartialDate.parse(as_of) if as_of else None
    return ContactPoint(kind=ContactKind.MOBILE, value=f"+4477009001{last}", source=source, as_of=day)


PERSON, STAFF = ContactSource.PERSON, ContactSource.STAFF


@pytest.mark.parametrize(
    ("held", "incoming", "kept"),
    [
        (mobile("01"), mobile("02"), False),
        (mobile("01", source=PERSON, as_of="2027-02-01"), mobile("02"), True),
        (mobile("01", source=STAFF, as_of="2027-02-01"), mobile("02", as_of="2027-01-31"), True),
        (mobile("01", source=STAFF, as_of="2027-02-01"), mobile("02", as_of="2027-02-01"), True),
        (mobile("01", source=STAFF, as_of="2027-02-01"), mobile("02", as_of="2027-02-02"), False),
        (mobile("01", source=PERSON), mobile("02", as_of="2027-02-02"), True),
    ],
)
def test_what_was_told_here_gives_way_only_to_what_is_newer(
    held: ContactPoint, incoming: ContactPoint, kept: bool
) -> None:
    row = only(changed(MAN, contacts=(incoming,)), held=[changed(MAN, contacts=(held,))])
    assert row.result is not None
    assert row.result.person.contacts == ((held,) if kept else (incoming,))
    assert row.decision is (Decision.UNCHANGED if kept else Decision.CHANGED)
    assert bool(row.reasons) is kept


def test_a_death_is_a_change_once() -> None:
    dead = died(MAN, on=PartialDate(year=2027, month=2))
    row = only(dead)
    assert [c.field for c in row.changes] == ["death"]
    assert row.result is not None
    assert only(dead, held=[row.result]).decision is Decision.UNCHANGED
    assert only(MAN, held=[row.result]).decision is Decision.UNCHANGED


def test_a_formal_death_stays_formal_and_only_a_word_takes_it_back() -> None:
    dead = died(MAN, on=PartialDate(year=2027, month=2, day=3))
    row = only(died(MAN, on=PartialDate(year=2027), formal=False), held=[dead])
    assert (row.decision, row.result and row.result.death) == (Decision.UNCHANGED, dead.death)
    assert "informal" in row.reasons[0]
    alive = only(msgspec.structs.replace(MAN, said_alive=True), held=[dead])
    assert [(c.field, c.new) for c in alive.changes] == [("death", None)]


def test_faults_are_rows_of_the_batch_and_the_counts_add_up() -> None:
    batch = stage(reading(MAN, DESMOND, faults=(Fault(place="row 9", sentence="Broken."),)), known=known(MAN))
    assert sum(batch.counts.values()) == len(batch.rows) == 3
    assert batch.counts[Decision.FAULT] == batch.counts[Decision.NEW] == batch.counts[Decision.UNCHANGED] == 1
