"""People who were read, compared with people we know: what is new, what would change, what a person must look at.

Pure: the known people are handed in, nothing is written. Staging never merges people silently. Three rules of caution:

    a register that is silent about something takes nothing away: an email, a diagnosis or a death that is missing in a
    later file stays as it was;
    a contact detail that staff or the person gave is replaced only by one that is known to be newer;
    a death is taken back only when the register says aloud that the person lives, and never makes a formal one informal.

Staging the people that an earlier staging gave changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from rms.people.model import ContactPoint, ContactSource, Death, RegisterPerson
from rms.people.names import share_a_part
from rms.sync.reading import Fault, Reading

_SINGLE_FIELDS = ("nhs_number", "name", "born_on", "sex", "gp", "language", "interpreter_needed", "needs", "restricted")


class Decision(StrEnum):
    """What would become of one person."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    FAULT = "fault"


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A person we hold: the patient id and all that the register and we know."""

    id: int
    record: RegisterPerson


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field as it is and as it would be, in words; None where there is nothing."""

    field: str
    old: str | None
    new: str | None


class StagedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the file. `result` is the whole record after approval, None when nothing may be written.

    `reasons` say why a person must look or why something was kept; `fault` is set for what could not be read.
    """

    decision: Decision
    incoming: RegisterPerson | None = None
    known_id: int | None = None
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    result: RegisterPerson | None = None
    fault: Fault | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of one file, with the counts that the one who approves compares."""

    rows: tuple[StagedRow, ...]

    @property
    def counts(self) -> Mapping[Decision, int]:
        """How many rows of each decision; they sum up to the number of rows."""
        counted = Counter(row.decision for row in self.rows)
        return {decision: counted[decision] for decision in Decision}


def stage(reading: Reading, *, known: Sequence[Known]) -> Batch:
    """Decide for every person of a reading, and carry its faults along."""
    index = _Index(known)
    twice = _said_twice(reading.people)
    staged = [
        _conflict(person, None, (twice[number],)) if number in twice else _stage_one(person, index)
        for number, person in enumerate(reading.people)
    ]
    claimed = Counter(row.known_id for row in staged if row.known_id is not None)
    reason = "Two people of this file would become the same person here."
    rows = [
        _conflict(row.incoming, row.known_id, (reason,)) if row.known_id and claimed[row.known_id] > 1 else row
        for row in staged
    ]
    faults = [StagedRow(decision=Decision.FAULT, fault=fault) for fault in reading.faults]
    return Batch(rows=(*rows, *faults))


class _Index:
    """The known people by everything they can be recognised by."""

    def __init__(self, known: Sequence[Known]) -> None:
        self.by_nhs_number = {k.record.person.nhs_number: k for k in known if k.record.person.nhs_number}
        self.by_ref = {k.record.ref: k for k in known}
        self.by_hospital_number = {number: k for k in known for number in k.record.person.hospital_numbers}

    def matches(self, incoming: RegisterPerson) -> list[tuple[str, Known]]:
        """Everybody this may be, with what says so; the strongest key first."""
        person = incoming.person
        found = [("NHS number", self.by_nhs_number.get(person.nhs_number))] if person.nhs_number else []
        found += [("hospital number", self.by_hospital_number.get(number)) for number in person.hospital_numbers]
        found.append(("register reference", self.by_ref.get(incoming.ref)))
        return [(key, match) for key, match in found if match is not None]


def _said_twice(people: Sequence[RegisterPerson]) -> dict[int, str]:
    """Find people of one file that share an NHS number or a hospital number: which is right, a person must say."""
    found: dict[int, str] = {}
    seen: dict[object, int] = {}
    for number, incoming in enumerate(people):
        keys: list[object] = [*incoming.person.hospital_numbers, ("ref", incoming.ref)]
        keys += [incoming.person.nhs_number] if incoming.person.nhs_number else []
        for key in keys:
            other = seen.setdefault(key, number)
            if other != number:
                found[number] = found[other] = "The file has this person more than once, under different details."
    return found


def _conflict(incoming: RegisterPerson | None, known_id: int | None, reasons: tuple[str, ...]) -> StagedRow:
    return StagedRow(decision=Decision.CONFLICT, incoming=incoming, known_id=known_id, reasons=reasons)


def _stage_one(incoming: RegisterPerson, index: _Index) -> StagedRow:
    matches = index.matches(incoming)
    if not matches:
        reasons = tuple(flag.sentence for flag in incoming.flags)
        return StagedRow(decision=Decision.NEW, incoming=incoming, reasons=reasons, result=incoming)
    key, known = matches[0]
    doubts = _doubts(incoming, key, known)
    if any(other.id != known.id for _, other in matches):
        doubts.append("The numbers of this person belong to two different people here.")
    if doubts:
        return _conflict(incoming, known.id, tuple(doubts))
    result, kept = merged(known.record, incoming)
    changes = tuple(_changes(known.record, result))
    decision = Decision.CHANGED if changes else Decision.UNCHANGED
    return StagedRow(
        decision=decision, incoming=incoming, known_id=known.id, changes=changes, reasons=kept, result=result
    )


def _doubts(incoming: RegisterPerson, key: str, known: Known) -> list[str]:
    """Say why somebody with the same number may still be somebody else."""
    mine, theirs = incoming.person, known.record.person
    doubts = []
    if not (mine.born_on.earliest <= theirs.born_on.latest and theirs.born_on.earliest <= mine.born_on.latest):
        doubts.append(f"The same {key} is held here with another date of birth.")
    if mine.nhs_number and theirs.nhs_number and mine.nhs_number != theirs.nhs_number:
        doubts.append(f"The same {key} is held here with another NHS number.")
    if not share_a_part(mine.name, theirs.name):
        doubts.append(f"The same {key} is held here with a name that has no part in common.")
    return doubts


def merged(known: RegisterPerson, incoming: RegisterPerson) -> tuple[RegisterPerson, tuple[str, ...]]:
    """Give the record after approval, and sentences about what was kept although the file says something else."""
    old, new = known.person, incoming.person
    contacts, kept = _merged_contacts(old.contacts, new.contacts)
    death, kept_death = _merged_death(known, incoming)
    born_on = old.born_on if old.born_on.exact and not new.born_on.exact else new.born_on
    person = msgspec.structs.replace(
        new,
        nhs_number=new.nhs_number or old.nhs_number,
        born_on=born_on,
        hospital_numbers=tuple(dict.fromkeys((*old.hospital_numbers, *new.hospital_numbers))),
        contacts=contacts,
        gp=new.gp or old.gp,
        language=new.language or old.language,
        interpreter_needed=new.interpreter_needed or old.interpreter_needed,
        needs=tuple(dict.fromkeys((*old.needs, *new.needs))),
    )
    record = RegisterPerson(
        ref=known.ref,
        person=person,
        diagnoses=tuple({d.ref: d for d in (*known.diagnoses, *incoming.diagnoses)}.values()),
        treatments=tuple({t.ref: t for t in (*known.treatments, *incoming.treatments)}.values()),
        death=death,
        flags=incoming.flags,
    )
    return record, (*kept, *kept_death)


def _merged_contacts(
    old: Sequence[ContactPoint], new: Sequence[ContactPoint]
) -> tuple[tuple[ContactPoint, ...], tuple[str, ...]]:
    best = {contact.kind: contact for contact in old}
    kept = []
    for contact in new:
        held = best.get(contact.kind)
        if held is not None and held.value == contact.value:
            continue
        if held is not None and _outranks(held, contact):
            told = "the person" if held.source is ContactSource.PERSON else "staff"
            kept.append(f"The {contact.kind} that {told} gave here is kept: the register's is not known to be newer.")
        else:
            best[contact.kind] = contact
    return tuple(best.values()), tuple(kept)


def _outranks(held: ContactPoint, incoming: ContactPoint) -> bool:
    if held.source is not ContactSource.REGISTER:
        return held.as_of is None or incoming.as_of is None or incoming.as_of.earliest <= held.as_of.latest
    # Between two files of the register the older one must not win because it was read later.
    return bool(held.as_of and incoming.as_of and incoming.as_of.latest < held.as_of.earliest)


def _merged_death(known: RegisterPerson, incoming: RegisterPerson) -> tuple[Death | None, tuple[str, ...]]:
    held, said = known.death, incoming.death
    if incoming.said_alive and held is not None:
        return None, ("The register takes the death back: the plan must be restored by a person.",)
    if said is None or held is None:
        return said or held, ()
    if held.formal and not said.formal:
        return held, ("The formal death is kept: the register now calls it informal.",)
    if said.died_on is None or (held.died_on and held.died_on.exact and not said.died_on.exact):
        said = msgspec.structs.replace(said, died_on=held.died_on)
    same = (said.died_on, said.formal) == (held.died_on, held.formal)
    return (held if same else said), ()


def _changes(old: RegisterPerson, new: RegisterPerson) -> list[Change]:
    found = [
        _change(name.replace("_", " "), getattr(old.person, name), getattr(new.person, name)) for name in _SINGLE_FIELDS
    ]
    numbers = [number for number in new.person.hospital_numbers if number not in old.person.hospital_numbers]
    found += [_change("hospital number", None, number) for number in numbers]
    held = {contact.kind: contact for contact in old.person.contacts}
    for contact in new.person.contacts:
        before = held.get(contact.kind)
        found.append(_change(contact.kind, before.value if before else None, contact.value))
    for what in ("diagnoses", "treatments"):
        before_by_ref = {item.ref: item for item in getattr(old, what)}
        found += [_change(f"{what}: {i.ref}", before_by_ref.get(i.ref), i) for i in getattr(new, what)]
    found.append(_change("death", old.death, new.death))
    return [change for change in found if change is not None and change.old != change.new]


def _change(field: str, old: object, new: object) -> Change | None:
    return None if old == new else Change(field=field, old=in_words(old), new=in_words(new))


def in_words(value: object) -> str | None:
    """Give a value as one line for the one who approves: the filled fields of a record, separated by commas."""
    if value is None or value == ():
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "; ".join(in_words(part) or "" for part in value)
    if isinstance(value, msgspec.Struct) and type(value).__str__ is object.__str__:
        fields = ((name, in_words(getattr(value, name))) for name in value.__struct_fields__ if name != "source")
        return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in fields if text)
    return str(value)
