"""Who is told, and when, while nobody acts on an alert.

Times are London's. 25 December 2026 is a Friday, 26 March 2027 is Good Friday.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rms.alerts.lifecycle import Ladder, Rung, escalate, opening
from rms.alerts.model import AlertKind
from tests.spec.tables import cases

LONDON = ZoneInfo("Europe/London")

CLOCKS = """
kind      | raised           | answer by        | next rung told at
act_today | 2027-03-03 09:00 | 2027-03-03 17:00 | 2027-03-03 13:00
act_today | 2027-03-03 12:30 | 2027-03-03 17:00 | 2027-03-03 16:30
act_today | 2027-03-03 16:00 | 2027-03-03 17:00 | 2027-03-03 17:00
act_today | 2027-03-03 22:00 | 2027-03-04 17:00 | 2027-03-04 13:00
act_today | 2027-03-06 10:00 | 2027-03-08 17:00 | 2027-03-08 13:00
act_today | 2026-12-24 18:00 | 2026-12-29 17:00 | 2026-12-29 13:00
look_soon | 2027-03-03 10:00 | 2027-03-08 10:00 | 2027-03-08 10:00
look_soon | 2027-03-26 10:00 | 2027-04-01 17:00 | 2027-04-01 17:00
chase     | 2027-03-03 10:00 | 2027-03-10 10:00 | 2027-03-10 10:00
fix_data  | 2027-03-03 10:00 | 2027-03-05 10:00 | 2027-03-05 10:00
"""

# Owner 1, deputy 2, team lead 3, service manager 4. Rungs: team 0, owner 1, deputy 2, team lead 3, service manager 4.
LADDER = """
rung | nobody named | on leave | goes to rung | person
0    |              |          | 1            | 1
0    | owner        |          | 2            | 2
0    |              | 1        | 2            | 2
1    |              | 2        | 3            | 3
1    | deputy       | 3        | 4            | 4
3    |              |          | 4            | 4
4    |              |          | 4            | 4
3    |              | 4        | 3            | team
0    |              | 1 2 3 4  | 0            | team
"""


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize("case", cases(CLOCKS), ids=lambda case: f"{case['kind']} {case['raised']}")
def test_the_clock_of_an_alert(case: dict[str, str]) -> None:
    clock = opening(AlertKind(case["kind"]), now=london(case["raised"]))
    assert (clock.respond_by, clock.next_escalation_at) == (
        london(case["answer by"]),
        london(case["next rung told at"]),
    )


@pytest.mark.parametrize(
    "case", cases(LADDER), ids=lambda case: f"{case['rung']} {case['nobody named']} {case['on leave']}"
)
def test_who_is_told_next(case: dict[str, str]) -> None:
    people = {"owner": 1, "deputy": 2, "team_lead": 3, "service_manager": 4}
    people.pop(case["nobody named"], None)
    told = escalate(
        AlertKind.LOOK_SOON,
        rung=Rung(int(case["rung"])),
        ladder=Ladder(**people),
        now=london("2027-03-03 10:00"),
        on_leave=frozenset(map(int, case["on leave"].split())),
    )
    assert told.rung == int(case["goes to rung"])
    assert (told.staff_id or "team") == (case["person"] if case["person"] == "team" else int(case["person"]))
    assert told.next_escalation_at > london("2027-03-03 10:00")
