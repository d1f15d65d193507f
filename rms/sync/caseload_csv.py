"""An existing caseload in mid-course as a CSV file: one row for each person and step, because no trust starts empty.

A row says who, on which protocol and anchor, when the step was last done and is next due, any personal limit with its
reason, and who the named nurse is. A step without a next date is refused: nobody is admitted who could be forgotten.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby

import msgspec

from rms.alerts.model import Anchor
from rms.errors import BadInput
from rms.nhs_number import NhsNumber
from rms.people.model import PersonName
from rms.sync.csv_table import CellReader, Column, read_table
from rms.sync.csv_words import nhs_number, word
from rms.sync.reading import Counts, Fault

LAYOUT = (
    Column(name="NHS number", says="ten digits, spaces allowed; empty for people who have none", required=True),
    Column(name="Hospital number", says="the trust's own number for the person"),
    Column(name="First names", says="all of them, separated by spaces"),
    Column(name="Last name", says="the family name", required=True),
    Column(name="Date of birth", says="the whole date", required=True, is_date=True),
    Column(name="Protocol", says="the key of the protocol, as `rms protocol list` prints it", required=True),
    Column(name="Anchor", says="surgery, end of treatment, diagnosis or pre treatment scan", required=True),
    Column(name="Anchor date", says="the whole date", required=True, is_date=True),
    Column(name="Step", says="the key of the step in the protocol", required=True),
    Column(name="Last done", says="the day the step was last done; empty if never", is_date=True),
    Column(name="Next due", says="the day it is due next, also when that day has passed", required=True, is_date=True),
    Column(name="Personal limit", says="a limit for this person alone, as a number with a point"),
    Column(name="Limit unit", says="the unit of the limit, such as ug/L"),
    Column(name="Limit reason", says="why this person has a limit of their own"),
    Column(name="Named nurse", says="the sign-in name of the nurse", required=True),
)
COLUMNS = tuple(column.name for column in LAYOUT)


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit for one person, with its unit and reason."""

    value: Decimal
    unit: str
    reason: str


class StepInCourse(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a plan that is already under way. `overdue`: it was due before today."""

    row: int
    step: str
    last_done_on: date | None
    next_due_on: date
    limit: Limit | None
    overdue: bool


class PlanInCourse(msgspec.Struct, frozen=True, kw_only=True):
    """One person's plan as the spreadsheet kept it."""

    nhs_number: NhsNumber | None
    hospital_number: str | None
    name: PersonName
    born_on: date
    protocol: str
    anchor: Anchor
    anchor_on: date
    nurse: str
    steps: tuple[StepInCourse, ...] = ()


class Caseload(msgspec.Struct, frozen=True, kw_only=True):
    """Plans that can be started, faults, and counts of rows that add up."""

    plans: tuple[PlanInCourse, ...]
    faults: tuple[Fault, ...]
    counts: Counts


def read_caseload_csv(raw: bytes, *, today: date, steps: Mapping[str, Collection[str]]) -> Caseload:
    """Read a caseload. `steps` gives the step keys of each protocol we have, by protocol key."""
    table = read_table(raw, layout=LAYOUT)
    if table.faults:
        return Caseload(plans=(), faults=table.faults, counts=Counts(read=0, used=0, held_back=0))
    rows = []
    for row in table.rows:
        cells = CellReader(row, month_first=table.month_first, today=today)
        rows.append((_key(cells), cells, _plan(cells, today=today, steps=steps)))
    plans: list[PlanInCourse] = []
    faults: list[Fault] = []
    used = 0
    for _, group in groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0]):
        gathered, held = _gather([(cells, plan) for _, cells, plan in group])
        faults += held
        plans += [gathered] if gathered else []
        used += len(gathered.steps) if gathered else 0
    counts = Counts(read=len(rows), used=used, held_back=len(rows) - used)
    return Caseload(plans=tuple(plans), faults=tuple(sorted(faults, key=lambda f: f.row or 0)), counts=counts)


def _key(cells: CellReader) -> tuple[str, str]:
    """Say which rows belong together: the same person on the same protocol."""
    said = cells.row.cells
    number = "".join(said.get("NHS number", "").split()) or said.get("Hospital number") or f"row {cells.row.number}"
    return number, said.get("Protocol", "")


def _plan(cells: CellReader, *, today: date, steps: Mapping[str, Collection[str]]) -> PlanInCourse | None:
    for column in LAYOUT:
        if column.required and column.name != "NHS number" and not cells.row.cells.get(column.name):
            cells.fault(column.name, f"Every row needs this: {column.says}.")
    number, hospital_number = cells.read("NHS number", nhs_number), cells.text("Hospital number")
    if not cells.row.cells.get("NHS number") and not hospital_number:
        cells.fault("NHS number", "The row needs an NHS number or a hospital number.")
    family, given, nurse = (cells.text(name) for name in ("Last name", "First names", "Named nurse"))
    born_on, anchor_on = cells.day("Date of birth"), cells.day("Anchor date")
    anchor, protocol = cells.read("Anchor", word(Anchor)), cells.text("Protocol")
    if protocol and protocol not in steps:
        cells.fault("Protocol", "There is no protocol of this key here.")
    if born_on and anchor_on and anchor_on < born_on:
        cells.fault("Anchor date", "The anchor lies before the date of birth.")
    step = _step(cells, today=today, known=steps.get(protocol or ""))
    if cells.faults or not (family and nurse and protocol and born_on and anchor and anchor_on and step):
        return None
    return PlanInCourse(
        nhs_number=number,
        hospital_number=hospital_number,
        name=PersonName(family=family, given=tuple((given or "").split())),
        born_on=born_on,
        protocol=protocol,
        anchor=anchor,
        anchor_on=anchor_on,
        nurse=nurse,
        steps=(step,),
    )


def _step(cells: CellReader, *, today: date, known: Collection[str] | None) -> StepInCourse | None:
    step, last_done_on = cells.text("Step"), cells.day("Last done")
    next_due_on = cells.day("Next due", may_lie_ahead=True)
    if step and known is not None and step not in known:
        cells.fault("Step", "The protocol has no step of this key.")
    if last_done_on and next_due_on and next_due_on <= last_done_on:
        cells.fault("Next due", "The step would be due again before it was last done.")
    limit = _limit(cells)
    if step is None or next_due_on is None:
        return None
    return StepInCourse(
        row=cells.row.number,
        step=step,
        last_done_on=last_done_on,
        next_due_on=next_due_on,
        limit=limit,
        overdue=next_due_on < today,
    )


def _limit(cells: CellReader) -> Limit | None:
    value = cells.read("Personal limit", _number)
    unit, reason = cells.text("Limit unit"), cells.text("Limit reason")
    if not cells.row.cells.get("Personal limit"):
        if unit or reason:
            cells.fault("Personal limit", "There is a unit or a reason but no limit.")
        return None
    if not unit:
        cells.fault("Limit unit", "A personal limit needs its unit.")
    if not reason:
        cells.fault("Limit reason", "A personal limit needs a reason.")
    return Limit(value=value, unit=unit, reason=reason) if value is not None and unit and reason else None


def _number(text: str) -> Decimal:
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
        raise BadInput("Write the limit as a number with a point, such as 0.2.")
    return Decimal(text)


def _gather(rows: list[tuple[CellReader, PlanInCourse | None]]) -> tuple[PlanInCourse | None, list[Fault]]:
    """Put the steps of one plan together, or hold all its rows back and say why."""
    first = next((plan for _, plan in rows if plan), None)
    seen: set[str] = set()
    for cells, plan in rows:
        if plan is None or first is None:
            continue
        fields = [name for name in PlanInCourse.__struct_fields__ if name != "steps"]
        differing = [name.replace("_", " ") for name in fields if getattr(plan, name) != getattr(first, name)]
        if differing:
            cells.fault("Protocol", f"Another row of the same plan says something else: {', '.join(differing)}.")
        if plan.steps[0].step in seen:
            cells.fault("Step", "The same step stands in another row of this plan.")
        seen.add(plan.steps[0].step)
    faults = [fault for cells, _ in rows for fault in cells.faults]
    if first is not None and not faults:
        steps = tuple(step for _, plan in rows if plan for step in plan.steps)
        return msgspec.structs.replace(first, steps=steps), []
    faulty = sorted({fault.row for fault in faults if fault.row})
    held = f"Held back: the same plan has a fault in row {', '.join(map(str, faulty))}."
    faults += [
        Fault(place=f"row {cells.row.number}", row=cells.row.number, sentence=held)
        for cells, _ in rows
        if cells.row.number not in faulty
    ]
    return None, faults
