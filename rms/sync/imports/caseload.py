"""What would become of each plan of a caseload in mid-course: started, there already, or a question for a person.

Decides on values it is given. Everything that would make the start fail is found here, before anybody approves: a
protocol that nobody signed, a nurse who may not start plans, a limit that no rule has, a second plan for one cancer.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from rms.alerts.rules.kinds import ConfirmedThreshold, Rule, Threshold
from rms.dates import add_months
from rms.followup.watching import about_analyte
from rms.people.model import Diagnosis, Role
from rms.people.permissions import Permission, Relation, may
from rms.people.store import CaseOnFile
from rms.plans.model import Course, LimitChange, MidCourse, Override
from rms.plans.protocol import Protocol
from rms.plans.schedule import effective, faults_in_course, why_not_change
from rms.plans.schedule.words import day
from rms.sync.caseload_csv import Limit, PlanInCourse, StepInCourse
from rms.sync.imports.model import Action
from rms.sync.reading import Fault
from rms.sync.staging import Change

#: What cases that a caseload file made are stored under.
SOURCE = "caseload"


class OpenPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan of a person that has not ended."""

    protocol_key: str
    case_id: int


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides about one plan of the file. `cases` and `open_plans` are the person's; `dead`: known to be."""

    plan: PlanInCourse
    today: date
    author: str
    protocol_version_id: int
    protocol: Protocol
    signed: bool
    nurse_role: Role | None
    has_team: bool
    born_on: date | None
    cases: tuple[CaseOnFile, ...] = ()
    open_plans: tuple[OpenPlan, ...] = ()
    dead: bool = False
    rivals: int = 0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of a plan. `case_id` None: a case is added. `overrides` carry the course and the limits."""

    action: Action
    changes: tuple[Change, ...] = ()
    reasons: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    case_id: int | None = None
    overrides: tuple[Override, ...] = ()


def becomes(setting: Setting, *, is_new: bool) -> Outcome:
    """Decide about one plan of a person who is new here or on file."""
    plan, protocol = setting.plan, setting.protocol
    if any(one.protocol_key == plan.protocol for one in setting.open_plans):
        return Outcome(action=Action.SAME, reasons=("This person is followed up with this protocol already.",))
    overrides, faults = overrides_of(setting)
    faults += _faults_about_nurse(setting)
    if faults:
        return Outcome(action=Action.FAULT, faults=tuple(faults))
    candidates = [case for case in setting.cases if _is_for(case.diagnosis, protocol)]
    reasons = [*_in_the_way(setting, candidates), *_unfit(setting, overrides)]
    if reasons:
        return Outcome(action=Action.ASK, reasons=tuple(reasons))
    return Outcome(
        action=Action.ADD if is_new else Action.CHANGE,
        changes=tuple(_changes(plan, protocol, adds_case=not candidates)),
        reasons=tuple(_not_in_the_file(plan, protocol)),
        case_id=candidates[0].id if candidates else None,
        overrides=overrides,
    )


def diagnosis_of(plan: PlanInCourse, protocol: Protocol) -> Diagnosis:
    """The cancer that a plan of the file is about, as far as the file says; the register's own takes its place later."""
    return Diagnosis(
        ref=f"{SOURCE}:{plan.protocol}", site=protocol.tumour_site, text=f"From the caseload: {protocol.title}"
    )


def overrides_of(setting: Setting) -> tuple[tuple[Override, ...], list[Fault]]:
    """The course and the personal limits of a plan as changes for this person, and limits that cannot be placed."""
    overrides, faults = [], []
    for step in setting.plan.steps:
        told = f"last done {day(step.last_done_on)}" if step.last_done_on else "not done so far"
        overrides.append(
            _override(
                setting,
                change=MidCourse(step=step.step, last_done_on=step.last_done_on, next_due_on=step.next_due_on),
                reason=f"In follow-up before this system: {told}, next due {day(step.next_due_on)}.",
                review_on=max(step.next_due_on, setting.today + timedelta(days=1)),
            )
        )
        if step.limit is None:
            continue
        rule = _rule_with_limit(setting.protocol, step, step.limit)
        if rule is None:
            place = f"row {step.row}, column Personal limit"
            sentence = f"No single rule about this step has a limit in {step.limit.unit}: set it on the plan by hand."
            faults.append(Fault(place=place, row=step.row, column="Personal limit", sentence=sentence))
            continue
        change = LimitChange(rule=rule.key, value=step.limit.value, unit=step.limit.unit)
        review_on = add_months(setting.today, 12)
        overrides.append(_override(setting, change=change, reason=step.limit.reason, review_on=review_on))
    return tuple(overrides), faults


def _override(setting: Setting, *, change: MidCourse | LimitChange, reason: str, review_on: date) -> Override:
    return Override(change=change, reason=reason, author=setting.author, made_on=setting.today, review_on=review_on)


def _rule_with_limit(protocol: Protocol, step: StepInCourse, limit: Limit) -> Rule | None:
    asked = protocol.step(step.step)
    if asked is None or asked.analyte is None:
        return None
    fitting = [
        rule
        for rule in about_analyte(protocol.rules, asked.analyte)
        if isinstance(rule.when, Threshold | ConfirmedThreshold) and rule.when.unit == limit.unit
    ]
    return fitting[0] if len(fitting) == 1 else None


def _faults_about_nurse(setting: Setting) -> list[Fault]:
    row = setting.plan.steps[0].row
    if setting.nurse_role is None:
        sentence = "Nobody who works here has this sign-in name."
    elif not may(setting.nurse_role, Permission.PLAN_START, relation=Relation.OWN_TEAM):
        sentence = "This member of staff may not start plans."
    else:
        return []
    return [Fault(place=f"row {row}, column Named nurse", row=row, column="Named nurse", sentence=sentence)]


def _is_for(diagnosis: Diagnosis, protocol: Protocol) -> bool:
    if diagnosis.icd10 is not None:
        return diagnosis.icd10.upper().startswith(protocol.eligibility.diagnosis_codes)
    return diagnosis.site == protocol.tumour_site


def _in_the_way(setting: Setting, candidates: list[CaseOnFile]) -> Iterable[str]:
    """What a person must settle about this person first."""
    if setting.dead:
        yield "This person is recorded as having died."
    if setting.rivals > 1:
        yield "The file has more than one plan for the same tumour site of this person."
    if len(candidates) > 1:
        yield "More than one cancer on file fits this protocol: start the plan by hand."
    if any(plan.case_id == case.id for plan in setting.open_plans for case in candidates):
        yield "This cancer is followed up with another protocol already."


def _unfit(setting: Setting, overrides: tuple[Override, ...]) -> Iterable[str]:
    """What the plan's own start would refuse."""
    plan = setting.plan
    if not setting.signed:
        yield f"The protocol {plan.protocol} is not signed off here: a named clinician signs it off first."
    if not setting.has_team:
        yield "There is no team here that could look after the plan."
    course = Course(anchors={plan.anchor: plan.anchor_on}, started_on=setting.today, born_on=setting.born_on)
    laid = effective(setting.protocol)
    for override in overrides:
        why_not = why_not_change(laid, override=override, course=course, today=setting.today)
        if why_not:
            yield why_not
    yield from faults_in_course(effective(setting.protocol, overrides=overrides), course=course, today=setting.today)


def _changes(plan: PlanInCourse, protocol: Protocol, *, adds_case: bool) -> Iterable[Change]:
    if adds_case:
        yield Change(field="diagnosis", old=None, new=f"a {protocol.tumour_site} cancer, as the caseload says")
    anchor = plan.anchor.replace("_", " ")
    yield Change(field="plan", old=None, new=f"{protocol.title}; {anchor} {plan.anchor_on}; nurse {plan.nurse}")
    for step in plan.steps:
        done = f"last done {step.last_done_on}, " if step.last_done_on else ""
        late = ", which is past" if step.overdue else ""
        yield Change(field=f"step {step.step}", old=None, new=f"{done}next due {step.next_due_on}{late}")
        if step.limit is not None:
            limit = f"{step.limit.value} {step.limit.unit}: {step.limit.reason}"
            yield Change(field=f"limit {step.step}", old=None, new=limit)


def _not_in_the_file(plan: PlanInCourse, protocol: Protocol) -> Iterable[str]:
    told = {step.step for step in plan.steps}
    for step in protocol.steps:
        if step.key not in told:
            yield f"The file says nothing of {step.title}: it follows the protocol's own dates."
