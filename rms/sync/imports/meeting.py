"""Where a register meets what people here entered by hand: the same cancer must not stand on file twice.

Decides on values it is given. Two things only, both shown to the one who approves:

    a cancer that staff or a caseload file entered before the register told of it becomes the register's, when both name
    one cancer of the same site, their codes and dates do not speak against it, and there is no second candidate;
    a tumour site that staff chose, for a code that leaves it open, stays.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rms.people.model import Diagnosis, RegisterPerson
from rms.people.store import CaseOnFile, RecordOnFile

#: What the register's own cases and treatments are stored under; everything else was entered here.
SOURCE = "register"


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """The people of the file and the people on file, after they met."""

    people: tuple[RegisterPerson, ...]
    on_file: tuple[RecordOnFile, ...]


def meet(people: Sequence[RegisterPerson], *, on_file: Sequence[RecordOnFile]) -> Met:
    """Let everybody in the file who is one person on file meet them; others stay as they are."""
    index = _index(on_file)
    held = {one.patient_id: one for one in on_file}
    told: list[RegisterPerson] = []
    for incoming in people:
        matches = {index[key] for key in _keys(incoming) if key in index}
        if len(matches) != 1:
            told.append(incoming)
            continue
        patient_id = matches.pop()
        held[patient_id] = _taken_over(held[patient_id], incoming)
        told.append(_with_chosen_sites(incoming, held[patient_id]))
    return Met(people=tuple(told), on_file=tuple(held.values()))


def _keys(record: RegisterPerson) -> Iterable[object]:
    yield ("ref", record.ref)
    yield from record.person.hospital_numbers
    if record.person.nhs_number:
        yield record.person.nhs_number


def _index(on_file: Sequence[RecordOnFile]) -> Mapping[object, int]:
    return {key: one.patient_id for one in on_file for key in _keys(one.record)}


def _taken_over(held: RecordOnFile, incoming: RegisterPerson) -> RecordOnFile:
    """Give cases that were entered by hand the reference of the register's cancer that they are."""
    refs = {case.diagnosis.ref for case in held.cases}
    new = [diagnosis for diagnosis in incoming.diagnoses if diagnosis.ref not in refs]
    renamed: dict[str, str] = {}
    for diagnosis in new:
        fits = [case for case in held.cases if case.source != SOURCE and _may_be(case, diagnosis)]
        rivals = [other for other in new if any(_may_be(case, other) for case in fits)]
        if len(fits) == 1 and len(rivals) == 1:
            renamed[fits[0].diagnosis.ref] = diagnosis.ref
    if not renamed:
        return held
    replace = msgspec.structs.replace
    cases = tuple(
        replace(c, diagnosis=replace(c.diagnosis, ref=renamed.get(c.diagnosis.ref, c.diagnosis.ref)))
        for c in held.cases
    )
    treatments = tuple(
        replace(t, diagnosis_ref=renamed.get(t.diagnosis_ref or "", t.diagnosis_ref)) for t in held.record.treatments
    )
    record = replace(held.record, diagnoses=tuple(case.diagnosis for case in cases), treatments=treatments)
    return replace(held, record=record, cases=cases)


def _may_be(case: CaseOnFile, diagnosis: Diagnosis) -> bool:
    """Whether nothing speaks against the two being one cancer: site, three-character code, date of diagnosis."""
    mine = case.diagnosis
    sites = mine.site == diagnosis.site or (diagnosis.site is None and mine.icd10 is not None)
    codes = mine.icd10 is None or diagnosis.icd10 is None or mine.icd10[:3] == diagnosis.icd10[:3]
    on, other = mine.diagnosed_on, diagnosis.diagnosed_on
    days = on is None or other is None or (on.earliest <= other.latest and other.earliest <= on.latest)
    return sites and codes and days


def _with_chosen_sites(incoming: RegisterPerson, held: RecordOnFile) -> RegisterPerson:
    """Keep a site that was chosen here while the register still leaves it open for the same code."""
    chosen = {(case.diagnosis.ref, case.diagnosis.icd10): case.diagnosis.site for case in held.cases}
    diagnoses = tuple(
        d if d.site is not None else msgspec.structs.replace(d, site=chosen.get((d.ref, d.icd10)))
        for d in incoming.diagnoses
    )
    return msgspec.structs.replace(incoming, diagnoses=diagnoses)
