"""Standing of an occurrence day by day, and the days on which it is looked at."""

from datetime import date

import pytest

from rms.plans.model import Course
from rms.plans.protocol import load_library
from rms.plans.schedule import calendar_of, effective, occurrences, standing
from tests.spec.tables import cases

LIBRARY = load_library()

# A PSA due on 1 March 2027: in time from 1 February to 29 March, 28 days on both sides.
STANDINGS = """
today      | done on    | standing | can change on
2027-01-31 |            | ahead    | 2027-02-01
2027-02-01 |            | open     | 2027-03-02
2027-03-01 |            | open     | 2027-03-02
2027-03-02 |            | late     | 2027-03-30
2027-03-29 |            | late     | 2027-03-30
2027-03-30 |            | missed   |
2027-03-30 | 2027-02-20 | done     |
"""

CALENDAR = """
step          | today      | reached           | looked at
psa           | 2026-12-01 |                   | 2027-01-18 remind:1, 2027-02-15 remind:2, 2027-03-02 late, 2027-03-08 remind:3, 2027-03-22 chase, 2027-03-30 close-window
psa           | 2027-02-01 |                   | 2027-02-01 remind:1, 2027-02-15 remind:2, 2027-03-02 late, 2027-03-08 remind:3, 2027-03-22 chase, 2027-03-30 close-window
psa           | 2027-02-01 | remind:1          | 2027-02-15 remind:2, 2027-03-02 late, 2027-03-08 remind:3, 2027-03-22 chase, 2027-03-30 close-window
psa           | 2027-01-10 | remind:2          | 2027-03-02 late, 2027-03-08 remind:3, 2027-03-22 chase, 2027-03-30 close-window
psa           | 2027-03-10 |                   | 2027-03-02 late, 2027-03-10 remind:3, 2027-03-22 chase, 2027-03-30 close-window
psa           | 2027-03-10 | remind:3 late     | 2027-03-22 chase, 2027-03-30 close-window
symptom-check | 2027-02-01 |                   | 2027-03-01 remind:1, 2027-03-02 late, 2027-03-04 remind:2, 2027-03-08 remind:3, 2027-03-22 chase, 2027-03-30 close-window
"""  # noqa: E501


@pytest.mark.parametrize("case", cases(STANDINGS), ids=lambda case: f"{case['today']} {case['standing']}")
def test_where_a_test_stands(case: dict[str, str]) -> None:
    step = effective(LIBRARY["prostate-after-prostatectomy"]).steps[0]
    course = Course(anchors={"surgery": date(2026, 12, 1)}, started_on=date(2026, 12, 1))
    first = occurrences(step, course=course)[0]
    done_on = date.fromisoformat(case["done on"]) if case["done on"] else None
    found = standing(first, today=date.fromisoformat(case["today"]), done_on=done_on)
    assert found.standing == case["standing"]
    assert (found.changes_on.isoformat() if found.changes_on else "") == case["can change on"]


@pytest.mark.parametrize("case", cases(CALENDAR), ids=lambda case: f"{case['step']} {case['today']} {case['reached']}")
def test_the_days_on_which_it_is_looked_at(case: dict[str, str]) -> None:
    step = effective(LIBRARY["prostate-after-prostatectomy"]).step(case["step"])
    assert step is not None
    course = Course(anchors={"surgery": date(2026, 3, 1)}, started_on=date(2026, 3, 1))
    due = next(o for o in occurrences(step, course=course) if o.due_on == date(2027, 3, 1))
    entries = calendar_of(due, step=step, today=date.fromisoformat(case["today"]), reached=case["reached"].split())
    assert ", ".join(f"{e.act_on} {e.stage}" for e in entries) == case["looked at"]
