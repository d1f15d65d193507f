"""FHIR's small values as ours: dates with time zones, systems of codes, references. Raises BadInput with a sentence."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.sync.fhir.resources import CodeableConcept, Coding, Identifier

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
# The same number under the names it had before, and under its object identifier.
_NHS_NUMBERS = frozenset(
    {
        "fhir.nhs.uk/id/nhs-number",
        "fhir.nhs.net/id/nhs-number",
        "fhir.hl7.org.uk/id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    }
)
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
OPCS = "https://fhir.hl7.org.uk/CodeSystem/OPCS-4"
LONDON = ZoneInfo("Europe/London")


def read_date(text: str) -> PartialDate:
    """Read a FHIR date or dateTime; an instant becomes the day it was in London."""
    if "T" not in text:
        return PartialDate.parse(text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("This is not a FHIR date and time.") from None
    return PartialDate.of(instant.date() if instant.tzinfo is None else instant.astimezone(LONDON).date())


def is_nhs_number(system: str | None) -> bool:
    """Say whether a system of identifiers is that of NHS numbers, under any of the names it has had."""
    name = (system or "").strip().casefold().rstrip("/")
    return name.removeprefix("https://").removeprefix("http://") in _NHS_NUMBERS


def is_icd10(coding: Coding) -> bool:
    """Say whether a coding is of the international ICD-10 or its UK edition; the American editions differ."""
    system = (coding.system or "").rstrip("/").casefold()
    return bool(re.search(r"/icd-?10(?:-uk|-gb)?$", system)) or system == "urn:oid:2.16.840.1.113883.6.3"


def is_snomed(coding: Coding) -> bool:
    """Say whether a coding is of SNOMED CT."""
    return (coding.system or "").rstrip("/") == SNOMED


def is_opcs(coding: Coding) -> bool:
    """Say whether a coding is of OPCS-4, under any of the names in use."""
    return "opcs" in (coding.system or "").casefold()


def said(concept: CodeableConcept | None) -> str | None:
    """Give a concept in words."""
    if concept is None:
        return None
    return concept.text or next((coding.display for coding in concept.coding if coding.display), None)


def codes(concept: CodeableConcept | None) -> frozenset[str]:
    """Give all codes of a concept."""
    return frozenset(coding.code for coding in concept.coding if coding.code) if concept else frozenset()


def business_key(kind: str, resource_id: str | None, identifiers: tuple[Identifier, ...]) -> str | None:
    """Give the lasting key of a resource: its id in the register, else its first identifier."""
    if resource_id:
        return f"{kind}/{resource_id}"
    return next((f"{i.system or ''}|{i.value}" for i in identifiers if i.value), None)
