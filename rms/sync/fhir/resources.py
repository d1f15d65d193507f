"""The part of FHIR R4 that we read, as values. What we do not use is left out and skipped when decoding.

Dates stay text here, because FHIR's dates may be partial and carry time zones; `values.py` reads them.
"""

import msgspec


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of all: FHIR writes names in camel case."""


class Coding(_Part, frozen=True, kw_only=True):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(_Part, frozen=True, kw_only=True):
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Period(_Part, frozen=True, kw_only=True):
    start: str | None = None
    end: str | None = None


class Identifier(_Part, frozen=True, kw_only=True):
    use: str | None = None
    type: CodeableConcept | None = None
    system: str | None = None
    value: str | None = None
    period: Period | None = None
    extension: tuple["Extension", ...] = ()


class Reference(_Part, frozen=True, kw_only=True):
    reference: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class Extension(_Part, frozen=True, kw_only=True):
    url: str
    extension: tuple["Extension", ...] = ()
    value_date_time: str | None = None
    value_codeable_concept: CodeableConcept | None = None
    value_boolean: bool | None = None
    value_string: str | None = None
    value_code: str | None = None


class HumanName(_Part, frozen=True, kw_only=True):
    use: str | None = None
    text: str | None = None
    family: str | None = None
    given: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    period: Period | None = None


class ContactPointPart(_Part, frozen=True, kw_only=True):
    system: str | None = None
    value: str | None = None
    use: str | None = None
    rank: int | None = None
    period: Period | None = None


class Address(_Part, frozen=True, kw_only=True):
    use: str | None = None
    text: str | None = None
    line: tuple[str, ...] = ()
    city: str | None = None
    district: str | None = None
    postal_code: str | None = None
    period: Period | None = None


class Communication(_Part, frozen=True, kw_only=True):
    language: CodeableConcept
    preferred: bool | None = None
    extension: tuple[Extension, ...] = ()


class Link(_Part, frozen=True, kw_only=True):
    type: str


class Meta(_Part, frozen=True, kw_only=True):
    last_updated: str | None = None
    security: tuple[Coding, ...] = ()


class Organization(_Part, frozen=True, kw_only=True):
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    name: str | None = None


class Practitioner(_Part, frozen=True, kw_only=True):
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()


class Patient(_Part, frozen=True, kw_only=True):
    id: str | None = None
    meta: Meta | None = None
    contained: tuple[Organization, ...] = ()
    extension: tuple[Extension, ...] = ()
    identifier: tuple[Identifier, ...] = ()
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPointPart, ...] = ()
    gender: str | None = None
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None
    address: tuple[Address, ...] = ()
    communication: tuple[Communication, ...] = ()
    general_practitioner: tuple[Reference, ...] = ()
    link: tuple[Link, ...] = ()


class Condition(_Part, frozen=True, kw_only=True):
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    extension: tuple[Extension, ...] = ()
    verification_status: CodeableConcept | None = None
    code: CodeableConcept | None = None
    subject: Reference
    onset_date_time: str | None = None
    recorded_date: str | None = None


class Procedure(_Part, frozen=True, kw_only=True):
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    extension: tuple[Extension, ...] = ()
    status: str
    category: CodeableConcept | None = None
    code: CodeableConcept | None = None
    subject: Reference
    performed_date_time: str | None = None
    performed_period: Period | None = None
    reason_reference: tuple[Reference, ...] = ()


class Search(_Part, frozen=True, kw_only=True):
    mode: str | None = None


class Request(_Part, frozen=True, kw_only=True):
    method: str | None = None


class Entry(_Part, frozen=True, kw_only=True):
    """One entry of a bundle. The resource stays raw until its type is known."""

    full_url: str | None = None
    resource: msgspec.Raw = msgspec.Raw()  # empty when the entry has none
    search: Search | None = None
    request: Request | None = None


class Page(_Part, frozen=True, kw_only=True):
    """Where another page of a bundle is."""

    relation: str = ""


class Bundle(_Part, frozen=True, kw_only=True):
    resource_type: str
    type: str = ""
    total: int | None = None
    link: tuple[Page, ...] = ()
    entry: tuple[Entry, ...] = ()


class Kind(_Part, frozen=True, kw_only=True):
    """Only what a resource is; to choose how to decode it."""

    resource_type: str
    id: str | None = None
    implicit_rules: str | None = None


class About(_Part, frozen=True, kw_only=True):
    """Only whom a record is about; to find the person of a record that cannot be read."""

    subject: Reference
