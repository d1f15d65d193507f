"""The entries of a bundle, decoded: what we read, what we leave out and why, what cannot be read, and who is meant.

A `modifierExtension` or `implicitRules` on something we read is refused, because it may turn its meaning round.
"""

import re
from collections import Counter
from contextlib import suppress

import msgspec

from rms.errors import BadInput
from rms.sync.fhir.resources import (
    About,
    Bundle,
    Condition,
    Entry,
    Kind,
    Organization,
    Patient,
    Practitioner,
    Procedure,
    Reference,
)
from rms.sync.fhir.values import NHS_NUMBER, is_nhs_number
from rms.sync.reading import Fault

Resource = Patient | Condition | Procedure | Organization | Practitioner
_TYPES: dict[str, type[Resource]] = {
    cls.__name__: cls for cls in (Patient, Condition, Procedure, Organization, Practitioner)
}
_RELATIVE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?$")


class Entries:
    """The decoded entries of one bundle, by their position in it."""

    def __init__(self, bundle: Bundle) -> None:
        self.total = len(bundle.entry)
        self.patients: dict[int, Patient] = {}
        self.conditions: dict[int, Condition] = {}
        self.procedures: dict[int, Procedure] = {}
        self.faults: list[Fault] = []
        self.held: set[int] = set()
        self.ignored: Counter[str] = Counter()
        #: Whom the records that cannot be read are about, where they say so.
        self.broken_about: dict[int, Reference] = {}
        self._organizations: dict[int, Organization] = {}
        self._practitioners: dict[int, Practitioner] = {}
        self._named: dict[str, int] = {}
        for index, entry in enumerate(bundle.entry):
            self._take(index, entry)

    def fault(self, index: int, path: str, sentence: str) -> None:
        """Note a fault; the entry counts as held back."""
        self.held.add(index)
        self.faults.append(Fault(place=_place(index, path), sentence=sentence))

    def position(self, reference: Reference) -> int | None:
        """Find the entry a reference means; None when it is not in the bundle."""
        text = reference.reference
        if text and "?identifier=" in text:
            system, _, value = text.partition("?identifier=")[2].partition("|")
            return self._identified(system, value)
        if text:
            relative = _RELATIVE.search(text)
            return self._named.get(text, self._named.get(relative[1]) if relative else None)
        meant = reference.identifier
        if meant is None or not meant.value:
            return None
        return self._identified(meant.system, meant.value)

    def _identified(self, system: str | None, value: str) -> int | None:
        return self._named.get(f"{NHS_NUMBER if is_nhs_number(system) else system}|{value}")

    def organization(self, reference: Reference) -> Organization | None:
        """Find the organisation a reference means."""
        index = self.position(reference)
        return None if index is None else self._organizations.get(index)

    def _take(self, index: int, entry: Entry) -> None:
        if entry.request and entry.request.method in ("DELETE", "PATCH"):
            self.fault(
                index, "request.method", "Only whole records are read; nothing here is deleted or patched by a file."
            )
            return
        if not bytes(entry.resource) or (entry.search and entry.search.mode == "outcome"):
            self.ignored["entries without a record"] += 1
            return
        try:
            kind = msgspec.json.decode(entry.resource, type=Kind)
            cls = _TYPES.get(kind.resource_type)
            if cls is None:
                self.ignored[f"{kind.resource_type} records"] += 1
                return
            refuse_modifiers(bytes(entry.resource))
            self._keep(index, entry, kind, msgspec.json.decode(entry.resource, type=cls))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            path, sentence = said_by(error)
            self._broken(index, entry, path, sentence)
        except BadInput as refusal:
            self._broken(index, entry, "", str(refusal))

    def _broken(self, index: int, entry: Entry, path: str, sentence: str) -> None:
        self.fault(index, path, sentence)
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            self.broken_about[index] = msgspec.json.decode(entry.resource, type=About).subject

    def _keep(self, index: int, entry: Entry, kind: Kind, resource: Resource) -> None:
        names = [entry.full_url, f"{kind.resource_type}/{kind.id}" if kind.id else None]
        if isinstance(resource, Patient):
            self.patients[index] = resource
            names += [f"{NHS_NUMBER}|{i.value}" for i in resource.identifier if is_nhs_number(i.system) and i.value]
        elif isinstance(resource, Condition):
            self.conditions[index] = resource
        elif isinstance(resource, Procedure):
            self.procedures[index] = resource
        elif isinstance(resource, Organization):
            self._organizations[index] = resource
        else:
            self._practitioners[index] = resource
        for name in names:
            if name:
                self._named.setdefault(name, index)


def refuse_modifiers(raw: bytes) -> None:
    """Raise BadInput when a record carries a modifier that we do not know, anywhere in it."""
    if b"odifierExtension" in raw or b"implicitRules" in raw or b"\\u" in raw:
        found = _modifier(msgspec.json.decode(raw), "")
        if found:
            raise BadInput(
                f"There is a modifier here that may change what the record means, and we do not know it ({found})."
            )


def _modifier(part: object, path: str) -> str | None:
    if isinstance(part, dict):
        for key, inner in part.items():
            here = f"{path}.{key}" if path else str(key)
            found = here if key in ("modifierExtension", "implicitRules") and inner else _modifier(inner, here)
            if found:
                return found
    elif isinstance(part, list):
        return next((found for i, inner in enumerate(part) if (found := _modifier(inner, f"{path}[{i}]"))), None)
    return None


def said_by(error: Exception) -> tuple[str, str]:
    """Give the path below the record and a sentence for a decoding error."""
    what, _, path = str(error).partition(" - at `")
    return path.removesuffix("`").removeprefix("$").removeprefix("."), f"This cannot be read as FHIR R4: {what}."


def _place(index: int, path: str) -> str:
    inner = f".{path}" if path and not path.startswith("request") else ""
    return f"$.entry[{index}].{path}" if path.startswith("request") else f"$.entry[{index}].resource{inner}"
