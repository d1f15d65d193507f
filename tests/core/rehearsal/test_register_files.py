"""What the rehearsal writes is what the readers read: people come back as they were, from both formats."""

from datetime import date

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from rms.dates import PartialDate
from rms.people.model import ContactKind, RegisterPerson
from rms.rehearsal.people import HOSPITAL, died, people, story_people
from rms.rehearsal.register_files import bundle, csv_file
from rms.sync.fhir import read_register_bundle
from rms.sync.register_csv import read_register_csv

TODAY = date(2027, 3, 1)


def made(count: int = 50) -> tuple[RegisterPerson, ...]:
    return (*story_people(today=TODAY), *people(count, seed=7, today=TODAY))


def test_a_bundle_gives_the_same_people_back() -> None:
    reading = read_register_bundle(msgspec.json.encode(bundle(made())))
    assert reading.faults == ()
    assert reading.counts.add_up
    assert without_words(reading.people) == without_words(made())


def test_a_csv_file_gives_the_same_people_back() -> None:
    reading = read_register_csv(csv_file(made()), hospital_system=HOSPITAL, today=TODAY)
    assert reading.faults == ()
    assert reading.counts.read == reading.counts.used == 54
    assert reading.people == made()


def without_words(records: tuple[RegisterPerson, ...]) -> tuple[RegisterPerson, ...]:
    """FHIR carries a diagnosis in words where the file has none; contact details come in no order that matters."""
    return tuple(
        msgspec.structs.replace(r, diagnoses=tuple(msgspec.structs.replace(d, text=None) for d in r.diagnoses))
        for r in records
    )


@pytest.mark.parametrize("on", [PartialDate(year=2027, month=2, day=3), PartialDate(year=2027, month=2), None])
@pytest.mark.parametrize("formal", [True, False])
def test_a_death_travels_in_a_bundle(on: PartialDate | None, formal: bool) -> None:
    man = died(story_people(today=TODAY)[0], on=on, formal=formal)
    death = read_register_bundle(msgspec.json.encode(bundle([man]))).people[0].death
    assert death is not None
    assert (death.died_on, death.formal) == (on, formal)


def test_every_bundle_is_fhir() -> None:
    assert len(Bundle.model_validate(bundle(made(5))).entry) == 27


def test_nobody_real_can_be_meant() -> None:
    for record in made(300):
        assert record.person.nhs_number is not None
        assert record.person.nhs_number.is_for_tests
        contacts = {contact.kind: contact.value for contact in record.person.contacts}
        assert contacts[ContactKind.MOBILE].startswith("+447700900")
        assert contacts[ContactKind.EMAIL].endswith("@example.org")


def test_the_same_seed_makes_the_same_people_and_no_two_share_a_number() -> None:
    assert made() == made()
    assert len({record.person.nhs_number for record in made(1000)}) == 1004
