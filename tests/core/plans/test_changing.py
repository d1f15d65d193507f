"""What may not be changed for a person, each with its sentence."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from rms.messages.model import Channel
from rms.plans.model import (
    Add,
    Change,
    ChannelChange,
    Course,
    Done,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.protocol import Protocol
from rms.plans.schedule import effective, next_added_number, why_not_change

TODAY = date(2026, 4, 1)
COURSE = Course(
    anchors={"surgery": date(2026, 1, 10)},
    started_on=date(2026, 1, 10),
    done=(Done(step="psa", number=1, done_on=date(2026, 3, 30)),),
)
ALLOWED: list[Change] = [
    Skip(step="symptom-check", number=1),
    Add(step="psa", number=1001, due_on=date(2026, 5, 1)),
    Move(step="psa", number=2, due_on=date(2026, 8, 1)),
    Interval(step="psa", from_number=2, every_months=3),
    WindowChange(step="psa", early_days=7, late_days=14),
    LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit="ug/L"),
    LimitChange(rule="symptom-burden", value=Decimal(12), unit=None),
    ChannelChange(step=None, channel=Channel.LETTER),
    Stop(step="symptom-check", from_on=date(2027, 1, 1)),
    MidCourse(step="symptom-check", last_done_on=date(2026, 3, 1), next_due_on=date(2026, 9, 1)),
]
REFUSED: list[tuple[Change, str]] = [
    (Skip(step="psa", number=2), "must not be left out"),
    (Stop(step="psa", from_on=date(2027, 1, 1)), "must not be left out"),
    (Skip(step="symptom-check", number=99), "has no number 99"),
    (Skip(step="cea", number=1), "no step cea"),
    (Move(step="psa", number=1, due_on=date(2026, 5, 1)), "done already"),
    (Move(step="psa", number=2, due_on=date(2026, 3, 1)), "into the past"),
    (Move(step="psa", number=2, due_on=date(2026, 10, 10)), "pass the one due on 10 October 2026"),
    (Move(step="psa", number=3, due_on=date(2026, 7, 1)), "pass the one due on 10 July 2026"),
    (Add(step="psa", number=1002, due_on=date(2026, 5, 1)), "is number 1001"),
    (Add(step="psa", number=1001, due_on=date(2026, 3, 1)), "in the past"),
    (Interval(step="psa", from_number=1, every_months=3), "done already"),
    (Interval(step="psa", from_number=18, every_months=3), "has no number 18"),
    (LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit="nmol/L"), "is given in ug/L, not nmol/L"),
    (LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit=None), "is given in ug/L, not no unit"),
    (LimitChange(rule="psa-above-limit", value=Decimal("NaN"), unit="ug/L"), "not negative"),
    (LimitChange(rule="psa-missing", value=Decimal(1), unit=None), "no single limit"),
    (LimitChange(rule="nothing", value=Decimal(1), unit=None), "no rule nothing"),
    (MidCourse(step="psa", next_due_on=date(2026, 9, 1)), "done since the plan began here"),
    (MidCourse(step="symptom-check"), "Give the day"),
    (MidCourse(step="symptom-check", last_done_on=date(2026, 4, 2)), "in the future"),
    (
        MidCourse(step="symptom-check", last_done_on=date(2026, 3, 1), next_due_on=date(2026, 3, 1)),
        "after the last one done",
    ),
]


def why_not(protocol: Protocol, override: Override, course: Course = COURSE) -> str | None:
    return why_not_change(effective(protocol), override=override, course=course, today=TODAY)


@pytest.mark.parametrize("change", ALLOWED, ids=lambda change: type(change).__name__)
def test_what_may_be_changed(prostatectomy: Protocol, changed: Callable[[Change], Override], change: Change) -> None:
    assert why_not(prostatectomy, changed(change)) is None


@pytest.mark.parametrize(("change", "reason"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_may_not(
    prostatectomy: Protocol, changed: Callable[[Change], Override], change: Change, reason: str
) -> None:
    assert reason in (why_not(prostatectomy, changed(change)) or "allowed")


def test_a_change_says_why_who_and_until_when(prostatectomy: Protocol, changed: Callable[[Change], Override]) -> None:
    good = changed(ALLOWED[0])
    for words in ({"reason": " "}, {"author": ""}, {"review_on": TODAY}):
        assert why_not(prostatectomy, msgspec.structs.replace(good, **words)) is not None


def test_without_an_anchor_a_change_of_a_date_is_refused_in_words(
    prostatectomy: Protocol, changed: Callable[[Change], Override]
) -> None:
    course = msgspec.structs.replace(COURSE, anchors={}, done=())
    move = changed(Move(step="psa", number=2, due_on=date(2026, 8, 1)))
    assert why_not(prostatectomy, move, course) == "PSA blood test needs the date of surgery."


def test_added_numbers_go_up(prostatectomy: Protocol, changed: Callable[[Change], Override]) -> None:
    added = changed(Add(step="psa", number=1001, due_on=date(2026, 5, 1)))
    assert next_added_number(effective(prostatectomy).steps[0]) == 1001
    assert next_added_number(effective(prostatectomy, overrides=(added,)).steps[0]) == 1002
