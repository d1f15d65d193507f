"""A register's people: what would become of each against what is on file, and doing it once somebody approved."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Conflict
from rms.followup.moves import record_death, reverse_death
from rms.people.model import RegisterPerson
from rms.people.moves import (
    Admission,
    CaseToPut,
    TreatmentToPut,
    add_people,
    change_people,
    put_cases,
    put_treatments,
    set_contacts,
)
from rms.people.store import RecordOnFile, lock_people, records_of
from rms.sync.imports.meeting import SOURCE, meet
from rms.sync.imports.model import Action, Incoming, Row
from rms.sync.reading import Counts, Reading
from rms.sync.staging import Decision, Known, StagedRow, stage

_ACTIONS: Mapping[Decision, Action] = {
    Decision.NEW: Action.ADD,
    Decision.CHANGED: Action.CHANGE,
    Decision.UNCHANGED: Action.SAME,
    Decision.CONFLICT: Action.ASK,
    Decision.FAULT: Action.FAULT,
}


async def stage_register(tx: Tx, *, organisation_id: int, incoming: Incoming) -> tuple[Row, ...]:
    """Decide what would become of everybody in a register's file; writes nothing."""
    staged, _ = await _staged(
        tx, organisation_id=organisation_id, people=incoming.people, faults=incoming, counts=incoming.counts
    )
    return tuple(_row(number, one) for number, one in enumerate(staged, start=1))


async def apply_register(
    tx: Tx, *, organisation_id: int, rows: Sequence[Row], by: Actor, now: datetime
) -> Mapping[int, int]:
    """Do what was approved; returns the patient id of each row number. Conflict when the file and we have moved apart."""
    await lock_people(tx, [row.patient_id for row in rows if row.patient_id is not None])
    people = [row.person for row in rows if row.person is not None]
    staged, known = await _staged(tx, organisation_id=organisation_id, people=people)
    decided = [row for row in rows if row.person is not None]
    again = [_row(row.row_number, one) for row, one in zip(decided, staged, strict=True)]
    moved = sum(one.decided != before.decided for before, one in zip(decided, again, strict=True))
    if moved:
        raise Conflict(f"For {moved} people something else holds here than when the file was staged: stage it again.")
    numbered = dict(zip([row.row_number for row in decided], staged, strict=True))
    added = await _add(tx, organisation_id=organisation_id, rows=numbered, by=by, now=now)
    ids = added | {number: one.known_id for number, one in numbered.items() if one.known_id is not None}
    before = {number: known[ids[number]] for number in ids if ids[number] in known}
    await _change(tx, organisation_id=organisation_id, rows=numbered, before=before, by=by, now=now)
    await _put_cases(tx, organisation_id=organisation_id, rows=numbered, ids=ids, before=before, by=by)
    await _note_deaths(tx, organisation_id=organisation_id, rows=numbered, ids=ids, before=before, by=by, now=now)
    return ids


async def _staged(
    tx: Tx,
    *,
    organisation_id: int,
    people: Sequence[RegisterPerson],
    faults: Incoming | None = None,
    counts: Counts | None = None,
) -> tuple[tuple[StagedRow, ...], Mapping[int, RecordOnFile]]:
    """Stage people against those on file; also gives the records they met, as they stand after the meeting."""
    on_file = await records_of(tx, organisation_id=organisation_id, people=people)
    met = meet(people, on_file=on_file)
    reading = Reading(
        people=met.people,
        faults=faults.faults if faults else (),
        counts=counts or Counts(read=len(people), used=len(people), held_back=0),
    )
    known = [Known(id=one.patient_id, record=one.record) for one in met.on_file]
    return stage(reading, known=known).rows, {one.patient_id: one for one in met.on_file}


def _row(number: int, staged: StagedRow) -> Row:
    person = staged.incoming
    if person is None:
        assert staged.fault is not None
        return Row(row_number=number, place=staged.fault.place, action=Action.FAULT, faults=(staged.fault,))
    return Row(
        row_number=number,
        place=person.ref,
        action=_ACTIONS[staged.decision],
        patient_id=staged.known_id,
        changes=staged.changes,
        reasons=staged.reasons,
        person=person,
        site=next((diagnosis.site for diagnosis in person.diagnoses if diagnosis.site), None),
    )


def _applied(rows: Mapping[int, StagedRow], decision: Decision | None = None) -> Iterable[tuple[int, RegisterPerson]]:
    for number, one in rows.items():
        wanted = one.decision is decision if decision else one.decision in (Decision.NEW, Decision.CHANGED)
        if wanted and one.result is not None:
            yield number, one.result


def _admission(one: StagedRow, record: RegisterPerson) -> Admission:
    assert one.incoming is not None
    flags = tuple(dict.fromkeys(flag.kind for flag in record.flags))
    return Admission(person=record.person, register_ref=one.incoming.ref, flags=flags)


async def _add(
    tx: Tx, *, organisation_id: int, rows: Mapping[int, StagedRow], by: Actor, now: datetime
) -> dict[int, int]:
    new = list(_applied(rows, Decision.NEW))
    people = [_admission(rows[number], record) for number, record in new]
    ids = await add_people(tx, organisation_id=organisation_id, people=people, by=by, now=now)
    return dict(zip([number for number, _ in new], ids, strict=True))


async def _change(
    tx: Tx,
    *,
    organisation_id: int,
    rows: Mapping[int, StagedRow],
    before: Mapping[int, RecordOnFile],
    by: Actor,
    now: datetime,
) -> None:
    """Who people are, and how to reach them, where the approved record differs from the one on file."""
    changed, contacts = {}, []
    for number, record in _applied(rows, Decision.CHANGED):
        held, patient_id = before[number].record.person, before[number].patient_id
        if _without_contacts(record) != _without_contacts(before[number].record):
            changed[patient_id] = _admission(rows[number], record)
        contacts += [(patient_id, contact) for contact in record.person.contacts if contact not in held.contacts]
    await change_people(tx, organisation_id=organisation_id, people=changed, by=by, now=now)
    await set_contacts(tx, organisation_id=organisation_id, contacts=contacts, by=by, now=now)


def _without_contacts(record: RegisterPerson) -> tuple[object, ...]:
    person = record.person
    return tuple(getattr(person, name) for name in person.__struct_fields__ if name != "contacts")


async def _put_cases(
    tx: Tx,
    *,
    organisation_id: int,
    rows: Mapping[int, StagedRow],
    ids: Mapping[int, int],
    before: Mapping[int, RecordOnFile],
    by: Actor,
) -> None:
    """Cancers first, then treatments, which name the cancer they were for."""
    cases: list[CaseToPut] = []
    held_cases: dict[tuple[int, str], int] = {}
    for number, record in _applied(rows):
        on_file = before.get(number)
        held = {case.diagnosis.ref: case for case in on_file.cases} if on_file else {}
        held_cases |= {(ids[number], ref): case.id for ref, case in held.items()}
        for diagnosis in record.diagnoses:
            case = held.get(diagnosis.ref)
            if case is None or case.diagnosis != diagnosis:
                taken_over = case.id if case is not None and case.source != SOURCE else None
                cases.append(CaseToPut(patient_id=ids[number], diagnosis=diagnosis, source=SOURCE, case_id=taken_over))
    case_ids = held_cases | dict(await put_cases(tx, organisation_id=organisation_id, cases=cases, by=by))
    treatments = [
        TreatmentToPut(
            patient_id=ids[number], case_id=case_ids.get((ids[number], treatment.diagnosis_ref or "")),
            treatment=treatment,
            source=before[number].treatment_sources.get(treatment.ref, SOURCE) if number in before else SOURCE,
        )
        for number, record in _applied(rows)
        for treatment in record.treatments
        if number not in before or treatment not in before[number].record.treatments
    ]  # fmt: skip
    await put_treatments(tx, organisation_id=organisation_id, treatments=treatments, by=by)


async def _note_deaths(
    tx: Tx,
    *,
    organisation_id: int,
    rows: Mapping[int, StagedRow],
    ids: Mapping[int, int],
    before: Mapping[int, RecordOnFile],
    by: Actor,
    now: datetime,
) -> None:
    for number, record in _applied(rows):
        held = before[number].record.death if number in before else None
        if record.death is not None and record.death != held:
            await record_death(
                tx, organisation_id=organisation_id, patient_id=ids[number], formal=record.death.formal,
                died_on=record.death.died_on, source=f"The {record.death.source}", by=by, now=now,
            )  # fmt: skip
        elif record.death is None and held is not None:
            await reverse_death(tx, organisation_id=organisation_id, patient_id=ids[number],
                                why="the register says that the person is alive", by=by, now=now)  # fmt: skip
