"""A register's bundle: what is refused, where, and that every entry is accounted for."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rms.dates import PartialDate
from rms.people.model import ContactKind, FlagKind, TreatmentKind
from rms.rehearsal.people import story_people
from rms.rehearsal.register_files import bundle
from rms.sync.fhir import read_register_bundle, unpacked
from rms.sync.reading import Reading

TODAY = date(2027, 3, 1)


def story() -> dict[str, Any]:
    return bundle(story_people(today=TODAY)[:1])


def read(content: object) -> Reading:
    return read_register_bundle(msgspec.json.encode(content))


def with_patient(**fields: object) -> Reading:
    content = story()
    content["entry"][0]["resource"] |= fields
    return read(content)


def first_fault(reading: Reading) -> tuple[str, str]:
    """The fault that holds the only person back; what is about somebody who cannot be read follows it."""
    assert reading.people == ()
    assert reading.counts.add_up
    fault = reading.faults[0]
    return fault.place, fault.sentence


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"\xff\xfe", b'{"resourceType":"Patient","type":"x"}', b"null", b"[" * 100_000]
)
def test_what_is_no_bundle_is_one_fault(raw: bytes) -> None:
    reading = read_register_bundle(raw)
    assert len(reading.faults) == 1
    assert reading.people == ()


@pytest.mark.parametrize(
    "more", [{"link": [{"relation": "next", "url": "https://register.example/next"}]}, {"total": 500}]
)
def test_one_page_of_several_is_refused_because_the_others_are_missing(more: dict[str, Any]) -> None:
    reading = read(story() | {"type": "searchset"} | more)
    assert reading.people == ()
    assert "one page of several" in reading.faults[0].sentence
    whole = story() | {
        "type": "searchset",
        "total": 1,
        "link": [{"relation": "self", "url": "https://register.example"}],
    }
    assert len(read(whole).people) == 1


def test_a_byte_order_mark_before_a_bundle_is_harmless() -> None:
    assert len(read_register_bundle(b"\xef\xbb\xbf" + msgspec.json.encode(story())).people) == 1


def test_a_record_by_itself_is_told_to_be_no_bundle() -> None:
    [fault] = read({"resourceType": "Patient", "id": "1"}).faults
    assert fault.sentence.endswith("; this is a Patient.")
    [fault] = read({"resourceType": "Bundle", "type": "history"}).faults
    assert fault.sentence.endswith("; this is a bundle of the type history.")


@pytest.mark.parametrize("kind", ["message", "document"])
def test_a_message_and_a_document_hold_the_same_entries(kind: str) -> None:
    content = story() | {"type": kind}
    first = "MessageHeader" if kind == "message" else "Composition"
    content["entry"].insert(0, {"fullUrl": "urn:uuid:1", "resource": {"resourceType": first}})
    reading = read(content)
    assert len(reading.people) == 1
    assert reading.counts.ignored == {f"{first} records": 1}


@pytest.mark.parametrize(
    "system",
    [
        "https://fhir.nhs.uk/Id/nhs-number/",
        "http://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.net/Id/nhs-number",
        "https://fhir.hl7.org.uk/Id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    ],
)
def test_the_nhs_number_is_one_under_its_older_names_too(system: str) -> None:
    number = "9990000018"
    reading = with_patient(identifier=[{"system": system, "value": number}])
    assert [str(one.person.nhs_number) for one in reading.people] == [number]
    assert reading.people[0].person.hospital_numbers == ()


def test_a_reference_by_search_means_the_person_with_that_nhs_number() -> None:
    content, before = story(), read(story())
    [number] = [one.person.nhs_number for one in before.people]
    for entry in content["entry"]:
        if "subject" in entry["resource"]:
            entry["resource"]["subject"] = {
                "reference": f"Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|{number}"
            }
    assert read(content).people == before.people


def test_a_broken_gzip_file_is_one_fault() -> None:
    assert len(read_register_bundle(b"\x1f\x8bnonsense").faults) == 1
    assert unpacked(b"plain") == b"plain"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"birthDate": "1953-13-01"}, "birthDate"),
        ({"birthDate": None}, "birthDate"),
        ({"birthDate": 5}, "birthDate"),
        ({"name": []}, "name"),
        ({"gender": "man"}, "gender"),
        ({"deceasedDateTime": "yesterday"}, "deceasedDateTime"),
        ({"link": [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]}, "link"),
    ],
)
def test_a_fault_names_its_place(fields: dict[str, object], path: str) -> None:
    reading = with_patient(**fields)
    place, sentence = first_fault(reading)
    assert place == f"$.entry[0].resource.{path}"
    assert sentence.endswith(".")
    assert reading.counts.held_back == 3


@pytest.mark.parametrize("value", ["5555555555", "9990000001", "999 000", "abc"])
def test_an_nhs_number_that_cannot_be_one_is_refused(value: str) -> None:
    reading = with_patient(identifier=[{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": value}])
    assert first_fault(reading)[0] == "$.entry[0].resource.identifier[0].value"


def test_an_old_nhs_number_gives_way_to_the_current_one_and_two_current_ones_are_refused() -> None:
    system = "https://fhir.nhs.uk/Id/nhs-number"
    current, old = {"system": system, "value": "9990000018"}, {"system": system, "value": "9990000026"}
    (person,) = with_patient(identifier=[old | {"use": "old"}, current]).people
    assert str(person.person.nhs_number) == "9990000018"
    assert first_fault(with_patient(identifier=[old, current]))[0] == "$.entry[0].resource.identifier"


def test_an_unverified_nhs_number_an_interpreter_and_a_withheld_address_are_noticed() -> None:
    status = {"coding": [{"system": "x", "code": "number-present-but-not-traced"}]}
    extension = [{"url": "https://fhir.hl7.org.uk/x", "valueCodeableConcept": status}]
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018", "extension": extension}
    (record,) = with_patient(
        identifier=[number],
        extension=[
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": True}
        ],
        communication=[{"language": {"coding": [{"code": "pl"}]}}],
        meta={"security": [{"code": "R"}]},
    ).people
    assert [flag.kind for flag in record.flags] == [FlagKind.NHS_NUMBER_NOT_VERIFIED]
    assert (record.person.language, record.person.interpreter_needed, record.person.restricted) == ("pl", True, True)


@pytest.mark.parametrize("where", [0, 1, 2])
def test_an_unknown_modifier_is_refused_wherever_it_stands(where: int) -> None:
    content = story()
    content["entry"][where]["resource"]["extension"] = [{"url": "x", "modifierExtension": [{"url": "negates"}]}]
    place, sentence = first_fault(read(content))
    assert place == f"$.entry[{where}].resource"
    assert "modifier" in sentence


def test_a_broken_record_holds_back_only_the_person_it_is_about() -> None:
    content = bundle(story_people(today=TODAY))
    content["entry"][4]["resource"]["implicitRules"] = "urn:x"
    reading = read(content)
    assert len(reading.people) == 3
    assert reading.counts.held_back == 3


def test_a_record_about_somebody_else_is_a_fault_and_the_person_is_still_read() -> None:
    content = story()
    content["entry"][2]["resource"]["subject"] = {"reference": "Patient/stranger"}
    reading = read(content)
    assert reading.faults[0].place == "$.entry[2].resource.subject"
    assert len(reading.people) == 1


def test_a_broken_date_of_a_treatment_holds_the_person_back() -> None:
    content = story()
    content["entry"][2]["resource"]["performedPeriod"] = {"start": "2027-02-30"}
    reading = read(content)
    assert first_fault(reading)[0].startswith("$.entry[2].resource")
    assert reading.counts.held_back == 3


def test_people_without_an_nhs_number_are_admitted_and_flagged() -> None:
    (person,) = with_patient(identifier=[{"system": "urn:trust", "value": "H1"}]).people
    assert [flag.kind for flag in person.flags] == [FlagKind.NO_NHS_NUMBER]
    assert person.person.hospital_numbers[0].value == "H1"


@pytest.mark.parametrize(
    ("fields", "alive", "died_on"),
    [
        ({"deceasedDateTime": "2027-06-30T23:30:00Z"}, False, "2027-07-01"),
        ({"deceasedDateTime": "2027-06"}, False, "2027-06"),
        ({"deceasedBoolean": True}, False, None),
        ({"deceasedBoolean": False}, True, None),
        ({}, False, None),
    ],
)
def test_deaths_are_read(fields: dict[str, object], alive: bool, died_on: str | None) -> None:
    (person,) = with_patient(**fields).people
    assert person.said_alive is alive
    assert (person.death is not None) is (
        fields.get("deceasedBoolean", fields.get("deceasedDateTime")) not in (None, False)
    )
    assert person.death is None or person.death.died_on == (PartialDate.parse(died_on) if died_on else None)
    assert person.death is None or not person.death.formal, "nothing says that it is formal"


def test_the_best_current_contact_of_each_kind_is_taken() -> None:
    telecom = [
        {"system": "phone", "value": "07700 900001", "use": "old"},
        {"system": "phone", "value": "07700 900002", "rank": 2},
        {"system": "phone", "value": "07700 900003", "rank": 1},
        {"system": "phone", "value": "07700 900004", "period": {"end": "2020-01-01"}},
        {"system": "phone", "value": "01134960000"},
        {"system": "email", "value": "no address"},
    ]
    (person,) = with_patient(telecom=telecom, address=[]).people
    contacts = {contact.kind: contact.value for contact in person.person.contacts}
    assert contacts == {ContactKind.MOBILE: "+447700900003", ContactKind.PHONE: "+441134960000"}
    assert [flag.kind for flag in person.flags] == [FlagKind.CONTACT_UNUSABLE]


def test_a_gp_practice_comes_from_the_bundle_too() -> None:
    content = story()
    content["entry"][0]["resource"]["generalPractitioner"] = [{"reference": "Organization/gp"}]
    system = "https://fhir.nhs.uk/Id/ods-organization-code"
    practice = {
        "resourceType": "Organization",
        "id": "gp",
        "name": "Old Mill",
        "identifier": [{"system": system, "value": "Z1"}],
    }
    content["entry"].append({"resource": practice})
    (person,) = read(content).people
    assert person.person.gp is not None
    assert (person.person.gp.code, person.person.gp.name) == ("Z1", "Old Mill")


@pytest.mark.parametrize("status", ["entered-in-error", "refuted", "provisional"])
def test_what_is_no_diagnosis_is_counted_and_not_read(status: str) -> None:
    content = story()
    content["entry"][1]["resource"]["verificationStatus"] = {"coding": [{"code": status}]}
    reading = read(content)
    assert reading.people[0].diagnoses == ()
    assert sum(reading.counts.ignored.values()) == 1
    assert reading.counts.add_up


def test_a_deletion_in_a_transaction_is_refused() -> None:
    content = story()
    content["entry"].append({"request": {"method": "DELETE", "url": "Patient/1"}})
    assert read(content).faults[0].place == "$.entry[3].request.method"


@pytest.mark.test_data
def test_all_synthea_people_are_read(test_data: Path) -> None:
    readings = [
        read_register_bundle(path.read_bytes()) for path in sorted(test_data.glob("fhir-examples/synthea-*/*.gz"))
    ]
    assert len(readings) == 11
    assert all(reading.faults == () and reading.counts.add_up for reading in readings)
    people = [person for reading in readings for person in reading.people]
    assert len(people) == 11
    assert sum(person.death is not None for person in people) == 10
    assert all(person.person.nhs_number is None for person in people)
    surgery = [t for person in people for t in person.treatments if t.kind is TreatmentKind.SURGERY]
    assert len(surgery) == 5
    assert all(t.diagnosis_ref for t in surgery)
