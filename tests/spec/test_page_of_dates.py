"""The page for clinicians says what the tables say, and no protocol is without dates that were worked by hand."""

import pytest

from rms.plans.protocol import load_library
from rms.plans.protocol.language import Schedule
from tests.spec.page import COMMAND, PAGE, page
from tests.spec.tables import cases
from tests.spec.test_when_things_are_due import DATES, ENDLESS

WORKED = {(case["protocol"], case["step"]) for case in [*cases(DATES), *cases(ENDLESS)]}
LIBRARY = load_library()


def test_the_page_is_what_the_tables_render() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"docs/spec/when-things-are-due.md is stale: {COMMAND}"


@pytest.mark.parametrize("key", LIBRARY)
def test_every_schedule_of_a_protocol_has_dates_worked_by_hand(key: str) -> None:
    """Two steps of one protocol with the same months need one table, but every schedule has one somewhere in the library."""
    protocol = LIBRARY[key]
    assert any(protocol_key == key for protocol_key, _ in WORKED), f"{key} has no dates in test_when_things_are_due.py"
    worked = [_months(LIBRARY[of].step(step).schedule) for of, step in WORKED]  # type: ignore[union-attr]
    missing = [step.key for step in protocol.steps if _months(step.schedule) not in worked]
    assert missing == [], f"{key}: nobody worked out the dates of these"


def _months(schedule: Schedule) -> object:
    phases = tuple((one.from_month, one.every_months, one.until_month) for one in schedule.phases)
    ages = tuple(age and age.value for age in (schedule.stop_at_age, schedule.continue_until_age))
    return phases, schedule.listed and schedule.listed.months, ages, schedule.from_last_done
