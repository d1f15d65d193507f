"""A caseload in mid-course against what is on file, and starting its plans once somebody approved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import Conflict
from rms.followup.moves import start_plan
from rms.people.model import HospitalNumber, Person, RegisterPerson, Sex
from rms.people.moves import Admission, add_people, put_case
from rms.people.store import (
    RecordOnFile,
    StaffOnFile,
    known_dead_numbers,
    lock_people,
    organisation,
    records_of,
    staff_of,
    team_for_site,
)
from rms.plans.store import ProtocolOnFile, plans_of, protocol_versions
from rms.sync.caseload_csv import PlanInCourse
from rms.sync.imports.caseload import SOURCE, OpenPlan, Outcome, Setting, becomes, diagnosis_of
from rms.sync.imports.model import APPLIED, Action, Incoming, Row
from rms.sync.reading import Counts, Reading
from rms.sync.staging import Decision, Known, StagedRow, stage


class _Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One plan of the file with all that was decided about it."""

    row: Row
    key: str
    person: RegisterPerson
    setting: Setting
    outcome: Outcome
    nurse: StaffOnFile | None


async def stage_caseload(tx: Tx, *, organisation_id: int, incoming: Incoming, by: Actor) -> tuple[Row, ...]:
    """Decide what would become of every plan in a caseload file; writes nothing."""
    decided = await _decide(tx, organisation_id=organisation_id, plans=incoming.plans, by=by)
    first_fault = len(decided) + 1
    faults = tuple(
        Row(row_number=number, place=fault.place, action=Action.FAULT, faults=(fault,))
        for number, fault in enumerate(incoming.faults, start=first_fault)
    )
    return (*(one.row for one in decided), *faults)


async def apply_caseload(
    tx: Tx, *, organisation_id: int, rows: Sequence[Row], by: Actor, now: datetime
) -> Mapping[int, int]:
    """Start the plans that were approved; returns the patient id of each row number."""
    await lock_people(tx, [row.patient_id for row in rows if row.patient_id is not None])
    told = [row for row in rows if row.plan is not None]
    decided = await _decide(tx, organisation_id=organisation_id, plans=[r.plan for r in told if r.plan], by=by)
    moved = sum(one.row.decided != before.decided for before, one in zip(told, decided, strict=True))
    if moved:
        raise Conflict(f"For {moved} plans something else holds here than when the file was staged: stage it again.")
    wanted = [one for one in decided if one.row.action in APPLIED]
    new = {one.key: one.person for one in wanted if one.row.patient_id is None}
    ids = await add_people(
        tx, organisation_id=organisation_id, by=by, now=now,
        people=[Admission(person=record.person, flags=tuple(f.kind for f in record.flags)) for record in new.values()],
    )  # fmt: skip
    added = dict(zip(new, ids, strict=True))
    patients = {one.row.row_number: one.row.patient_id or added[one.key] for one in wanted}
    for one in wanted:
        await _start(
            tx, organisation_id=organisation_id, one=one, patient_id=patients[one.row.row_number], by=by, now=now
        )
    return patients


async def _start(tx: Tx, *, organisation_id: int, one: _Decided, patient_id: int, by: Actor, now: datetime) -> None:
    setting, outcome, nurse = one.setting, one.outcome, one.nurse
    assert nurse is not None, "a plan without a nurse is a fault"
    by = _starter(by, nurse)
    case_id = outcome.case_id
    if case_id is None:
        case_id = await put_case(
            tx, organisation_id=organisation_id, patient_id=patient_id, source=SOURCE, by=by,
            diagnosis=diagnosis_of(setting.plan, setting.protocol),
        )  # fmt: skip
    team = await team_for_site(tx, organisation_id=organisation_id, site=setting.protocol.tumour_site)
    assert team is not None
    await start_plan(
        tx, organisation_id=organisation_id, patient_id=patient_id, case_id=case_id, team_id=team.id,
        nurse_staff_id=nurse.id, protocol_version_id=setting.protocol_version_id,
        anchors={setting.plan.anchor: (setting.plan.anchor_on, "existing caseload")}, overrides=outcome.overrides,
        welcome=False, by=by, now=now,
    )  # fmt: skip


async def _decide(tx: Tx, *, organisation_id: int, plans: Sequence[PlanInCourse], by: Actor) -> list[_Decided]:
    system = (await organisation(tx, organisation_id)).code
    versions = await protocol_versions(tx, organisation_id=organisation_id)
    protocols = usable_versions(versions)
    people = _people(plans, hospital_system=system)
    found = await records_of(tx, organisation_id=organisation_id, people=list(people.values()))
    on_file = {one.patient_id: one for one in found}
    staged = _staged(people, on_file=found)
    dead = await known_dead_numbers(tx, [str(r.person.nhs_number) for r in people.values() if r.person.nhs_number])
    staff = {s.sign_in_name: s for s in await staff_of(tx, organisation_id=organisation_id) if s.ended_at is None}
    rivals = Counter((_key(plan), protocols[plan.protocol].protocol.tumour_site) for plan in plans)
    decided = []
    for number, plan in enumerate(plans, start=1):
        protocol, who, nurse = protocols[plan.protocol], staged[_key(plan)], staff.get(plan.nurse.casefold())
        known = on_file.get(who.known_id or 0)
        setting = Setting(
            plan=plan, today=tx.today, author=_starter(by, nurse).name, protocol_version_id=protocol.id,
            protocol=protocol.protocol, signed=protocol.signed_at is not None, nurse_role=nurse.role if nurse else None,
            has_team=await team_for_site(tx, organisation_id=organisation_id, site=None) is not None,
            born_on=known.record.person.born_on.exact if known else plan.born_on, cases=known.cases if known else (),
            open_plans=await _open_plans(tx, organisation_id=organisation_id, known=known),
            dead=(plan.nhs_number is not None and str(plan.nhs_number) in dead)
            or (known is not None and known.record.death is not None),
            rivals=rivals[(_key(plan), protocol.protocol.tumour_site)],
        )  # fmt: skip
        decided.append(_decided(number, plan, who=who, setting=setting, person=people[_key(plan)], nurse=nurse))
    return decided


def usable_versions(versions: Sequence[ProtocolOnFile]) -> Mapping[str, ProtocolOnFile]:
    """The version of each protocol that a new plan would use, by key: the latest signed one, else the latest."""
    chosen: dict[str, ProtocolOnFile] = {}
    for one in versions:
        held = chosen.get(one.protocol.key)
        if held is None or one.signed_at is not None or held.signed_at is None:
            chosen[one.protocol.key] = one
    return chosen


def _people(plans: Sequence[PlanInCourse], *, hospital_system: str) -> dict[str, RegisterPerson]:
    """Everybody in the file once, as far as a caseload says who they are."""
    people: dict[str, RegisterPerson] = {}
    for plan in plans:
        numbers = (HospitalNumber(system=hospital_system, value=plan.hospital_number),) if plan.hospital_number else ()
        person = Person(
            name=plan.name, born_on=PartialDate.of(plan.born_on), sex=Sex.UNKNOWN, nhs_number=plan.nhs_number,
            hospital_numbers=numbers,
        )  # fmt: skip
        people.setdefault(_key(plan), RegisterPerson(ref=_key(plan), person=person))
    return people


def _staged(people: Mapping[str, RegisterPerson], *, on_file: Sequence[RecordOnFile]) -> dict[str, StagedRow]:
    """Who everybody is, by the same cautious rules as a register's people. What would change about them is not asked."""
    listed = tuple(people.values())
    reading = Reading(people=listed, faults=(), counts=Counts(read=len(listed), used=len(listed), held_back=0))
    rows = stage(reading, known=[Known(id=one.patient_id, record=one.record) for one in on_file]).rows
    return dict(zip(people, rows, strict=True))


async def _open_plans(tx: Tx, *, organisation_id: int, known: RecordOnFile | None) -> tuple[OpenPlan, ...]:
    if known is None:
        return ()
    plans = await plans_of(tx, organisation_id=organisation_id, patient_id=known.patient_id)
    return tuple(OpenPlan(protocol_key=p.protocol.key, case_id=p.case_id) for p in plans if p.state != "ended")


def _starter(by: Actor, nurse: StaffOnFile | None) -> Actor:
    """Who starts a plan: the member of staff who imports, else the named nurse, because no plan starts by itself."""
    if by.kind is ActorKind.STAFF or nurse is None:
        return by
    return Actor(kind=ActorKind.STAFF, name=nurse.display_name, id=nurse.id)


def _decided(
    number: int,
    plan: PlanInCourse,
    *,
    who: StagedRow,
    setting: Setting,
    person: RegisterPerson,
    nurse: StaffOnFile | None,
) -> _Decided:
    if who.decision is Decision.CONFLICT or not _agrees(plan, person):
        reasons = who.reasons or ("Another row says something else about the same person.",)
        outcome = Outcome(action=Action.ASK, reasons=reasons)
    else:
        outcome = becomes(setting, is_new=who.known_id is None)
    row = Row(
        row_number=number, place=f"row {plan.steps[0].row}", action=outcome.action, patient_id=who.known_id,
        changes=outcome.changes, reasons=outcome.reasons, faults=outcome.faults, plan=plan,
        site=setting.protocol.tumour_site,
    )  # fmt: skip
    return _Decided(row=row, key=_key(plan), person=person, setting=setting, outcome=outcome, nurse=nurse)


def _key(plan: PlanInCourse) -> str:
    return f"nhs-number:{plan.nhs_number}" if plan.nhs_number else f"hospital-number:{plan.hospital_number}"


def _agrees(plan: PlanInCourse, person: RegisterPerson) -> bool:
    return (plan.name, plan.born_on) == (person.person.name, person.person.born_on.exact)
