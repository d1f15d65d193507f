"""A caseload in mid-course: nobody is admitted without a next date, and every row is accounted for."""

from datetime import date
from decimal import Decimal

import pytest

from rms.alerts.model import Anchor
from rms.sync.caseload_csv import COLUMNS, Caseload, read_caseload_csv

TODAY = date(2027, 3, 1)
STEPS = {"prostate-after-prostatectomy": ("psa", "symptom-check")}
GOOD = {
    "NHS number": "999 000 0018",
    "First names": "Raymond",
    "Last name": "Hartley",
    "Date of birth": "17/04/1953",
    "Protocol": "prostate-after-prostatectomy",
    "Anchor": "surgery",
    "Anchor date": "01/06/2026",
    "Step": "psa",
    "Last done": "01/12/2026",
    "Next due": "01/06/2027",
    "Personal limit": "0.1",
    "Limit unit": "ug/L",
    "Limit reason": "Positive margin.",
    "Named nurse": "a.nurse",
}


def read(*rows: dict[str, str]) -> Caseload:
    lines = [COLUMNS, *([f'"{row.get(column, "")}"' for column in COLUMNS] for row in rows)]
    raw = "\r\n".join(",".join(line) for line in lines).encode()
    caseload = read_caseload_csv(raw, today=TODAY, steps=STEPS)
    assert caseload.counts.add_up
    assert sum(len(plan.steps) for plan in caseload.plans) == caseload.counts.used
    return caseload


def test_a_plan_with_two_steps() -> None:
    second = GOOD | {"Step": "symptom-check", "Last done": "", "Next due": "2027-02-01", "Personal limit": "",
                     "Limit unit": "", "Limit reason": ""}  # fmt: skip
    caseload = read(GOOD, second)
    assert caseload.faults == ()
    (plan,) = caseload.plans
    assert (plan.anchor, plan.anchor_on, plan.nurse) == (Anchor.SURGERY, date(2026, 6, 1), "a.nurse")
    assert plan.steps[0].limit is not None
    assert (plan.steps[0].limit.value, plan.steps[0].overdue) == (Decimal("0.1"), False)
    assert (plan.steps[1].last_done_on, plan.steps[1].overdue) == (None, True)


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("Next due", "", "Every row needs this"),
        ("Next due", "30/11/2026", "before it was last done"),
        ("Next due", "6/1/2027", "two ways"),
        ("Named nurse", "", "Every row needs this"),
        ("Protocol", "prostate", "no protocol of this key"),
        ("Step", "cea", "no step of this key"),
        ("Anchor", "birthday", "Write one of: surgery"),
        ("Anchor date", "2026-06", "whole date"),
        ("Anchor date", "01/06/1950", "before the date of birth"),
        ("Date of birth", "1953", "whole date"),
        ("Last done", "01/04/2027", "future"),
        ("NHS number", "9.99E+09", "9.99E+09"),
        ("NHS number", "", "hospital number"),
        ("Personal limit", "0,1", "with a point"),
        ("Personal limit", "", "no limit"),
        ("Limit unit", "", "needs its unit"),
        ("Limit reason", "", "needs a reason"),
    ],
)
def test_a_fault_is_named_by_row_and_column(column: str, cell: str, words: str) -> None:
    caseload = read(GOOD | {column: cell})
    assert caseload.plans == ()
    assert [(f.row, f.column) for f in caseload.faults if words in f.sentence] in (
        [(2, column)],
        [(2, "Personal limit")],
    )


def test_rows_of_one_plan_stand_or_fall_together() -> None:
    caseload = read(GOOD, GOOD | {"Step": "symptom-check", "Next due": ""})
    assert caseload.plans == ()
    assert caseload.counts.held_back == 2
    assert "Held back" in caseload.faults[0].sentence


@pytest.mark.parametrize("second", [{"Anchor": "diagnosis", "Step": "symptom-check"}, {}])
def test_rows_of_one_plan_must_agree_and_differ_in_their_step(second: dict[str, str]) -> None:
    caseload = read(GOOD, GOOD | second)
    assert caseload.plans == ()
    assert caseload.counts.held_back == 2
