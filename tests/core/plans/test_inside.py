"""What fell into a standstill: every date is named, none may be left out that must not, and the rule only fills in."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rms.plans.model import Course, Done, Override, Skip
from rms.plans.protocol import Protocol, load_library
from rms.plans.schedule import Inside, PauseRule, effective, fell_inside, filled_in, occurrences, why_not_change

PROTOCOLS = list(load_library().values())
PROSTATE = load_library()["prostate-after-prostatectomy"]
START = date(2026, 3, 10)


def course_of(anchored_on: date, *done: Done) -> Course:
    names = ("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan")
    return Course(
        anchors=dict.fromkeys(names, anchored_on), started_on=anchored_on, born_on=date(1970, 1, 1), done=done
    )


def test_nine_months_away() -> None:
    course = course_of(START, Done(step="psa", number=1, done_on=date(2026, 6, 8)))
    found = fell_inside(effective(PROSTATE), course=course, from_on=date(2026, 5, 1), today=date(2027, 2, 1))
    assert [(one.step, one.due_on, one.must_not_skip, one.move_to, one.why_not) for one in found] == [
        ("psa", date(2026, 9, 10), True, None, "a later one was due on 10 December 2026"),
        ("symptom-check", date(2026, 9, 10), False, date(2027, 2, 15), ""),
        ("psa", date(2026, 12, 10), True, date(2027, 2, 15), ""),
    ]
    assert [filled_in(one, rule=PauseRule.ASK) for one in found] == [None, None, None]
    assert [filled_in(one, rule=PauseRule.SKIP) for one in found] == [None, Inside.SKIP, None]
    assert [filled_in(one, rule=PauseRule.SHIFT) for one in found] == [None, Inside.MOVE, Inside.MOVE]


def test_what_is_asked_for_soon_anyway_is_not_moved() -> None:
    found = fell_inside(effective(PROSTATE), course=course_of(START), from_on=START, today=date(2026, 8, 20))
    assert [(one.step, one.move_to, one.why_not) for one in found] == [
        ("psa", None, "the next one is due on 10 September 2026")
    ]


@given(
    protocol=st.sampled_from(PROTOCOLS),
    began=st.integers(0, 3000),
    lasted=st.integers(0, 900),
    anchored_on=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_every_date_of_a_standstill_is_named_once_and_each_choice_may_be_made(
    protocol: Protocol, began: int, lasted: int, anchored_on: date
) -> None:
    plan, course = effective(protocol), course_of(anchored_on)
    from_on = anchored_on + timedelta(days=began)
    today = from_on + timedelta(days=lasted)
    found = fell_inside(plan, course=course, from_on=from_on, today=today)
    wanted = {
        (one.step, one.number)
        for step in plan.steps
        for one in occurrences(step, course=course)
        if from_on <= one.due_on < today
    }
    assert {(one.step, one.number) for one in found} == wanted
    assert len(found) == len(wanted)
    assert all(a.due_on <= b.due_on for a, b in pairwise(found))
    for one in found:
        assert (Inside.SKIP in one.choices) is not one.must_not_skip
        if Inside.SKIP in one.choices:
            skip = Override(change=Skip(step=one.step, number=one.number), reason="r", author="a", made_on=today,
                            review_on=today + timedelta(days=1))  # fmt: skip
            assert why_not_change(plan, override=skip, course=course, today=today) is None
        for rule in PauseRule:
            assert filled_in(one, rule=rule) in (None, *one.choices)
