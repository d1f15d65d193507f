"""Dates of a plan with changes for one person, in mid-course, from the last done; what a sample belongs to; what is next."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from rms.alerts.model import Count
from rms.errors import Refused
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
from rms.plans.protocol.language import StepKind, Way
from rms.plans.protocol.said import months_said
from rms.plans.schedule import (
    EffectiveStep,
    calendar_of,
    current_and_next,
    effective,
    faults_in_course,
    occurrences,
    preview,
)

Made = Callable[[Change], Override]
SURGERY = date(2026, 3, 10)
COURSE = Course(anchors={"surgery": SURGERY}, started_on=SURGERY, born_on=date(1955, 6, 1))


def step_of(protocol: Protocol, key: str, *overrides: Override) -> EffectiveStep:
    step = effective(protocol, overrides=overrides).step(key)
    assert step is not None
    return step


def skippable(protocol: Protocol) -> Protocol:
    """The protocol with a PSA that may be left out."""
    steps = tuple(msgspec.structs.replace(step, must_not_skip=False) for step in protocol.steps)
    return msgspec.structs.replace(protocol, steps=steps)


def due(step: EffectiveStep, course: Course = COURSE, *, upto: date = date(2028, 4, 1)) -> list[str]:
    return [
        f"{o.number}:{o.due_on}" + (" skipped" if o.skipped_because else "")
        for o in occurrences(step, course=course, upto=upto)
    ]


AS_WRITTEN = ["1:2026-06-10", "2:2026-09-10", "3:2026-12-10", "4:2027-03-10", "5:2027-09-10", "6:2028-03-10"]


def test_as_written(prostatectomy: Protocol) -> None:
    assert due(step_of(prostatectomy, "psa")) == AS_WRITTEN


def test_a_skipped_one_stays_in_sight_with_the_reason(prostatectomy: Protocol, changed: Made) -> None:
    step = step_of(skippable(prostatectomy), "psa", changed(Skip(step="psa", number=2)))
    assert due(step) == [*AS_WRITTEN[:1], "2:2026-09-10 skipped", *AS_WRITTEN[2:]]
    skipped = occurrences(step, course=COURSE)[1]
    assert skipped.skipped_because == "Skipped by Nurse Ada Test: his own wish."
    assert calendar_of(skipped, step=step, today=SURGERY) == ()


def test_an_added_one_has_a_number_of_its_own(prostatectomy: Protocol, changed: Made) -> None:
    added = changed(Add(step="psa", number=1001, due_on=date(2026, 7, 20)))
    assert due(step_of(prostatectomy, "psa", added)) == [AS_WRITTEN[0], "1001:2026-07-20", *AS_WRITTEN[1:]]


def test_a_moved_one_moves_alone(prostatectomy: Protocol, changed: Made) -> None:
    step = step_of(prostatectomy, "psa", changed(Move(step="psa", number=2, due_on=date(2026, 10, 1))))
    assert due(step) == [AS_WRITTEN[0], "2:2026-10-01", *AS_WRITTEN[2:]]
    moved = occurrences(step, course=COURSE)[1]
    assert moved.reason == "Moved from 10 September 2026 by Nurse Ada Test: his own wish."
    assert (moved.earliest_on, moved.latest_on) == (date(2026, 9, 3), date(2026, 10, 29))


def test_another_interval_leaves_what_came_before(prostatectomy: Protocol, changed: Made) -> None:
    step = step_of(prostatectomy, "psa", changed(Interval(step="psa", from_number=3, every_months=4)))
    assert due(step, upto=date(2027, 6, 1)) == [*AS_WRITTEN[:2], "3:2027-01-10", "4:2027-05-10"]
    dated = occurrences(step, course=COURSE)
    assert dated[-1].due_on <= date(2036, 3, 10)
    assert "interval changed by Nurse Ada Test" in dated[2].reason
    assert "interval changed" not in dated[1].reason


def test_the_later_of_two_interval_changes_holds_from_its_number(prostatectomy: Protocol, changed: Made) -> None:
    first = changed(Interval(step="psa", from_number=2, every_months=1))
    second = changed(Interval(step="psa", from_number=4, every_months=6))
    step = step_of(prostatectomy, "psa", first, second)
    assert due(step, upto=date(2027, 3, 1)) == ["1:2026-06-10", "2:2026-07-10", "3:2026-08-10", "4:2027-02-10"]


def test_a_stop_ends_a_step_from_its_day(prostatectomy: Protocol, changed: Made) -> None:
    stop = changed(Stop(step="symptom-check", from_on=date(2027, 3, 10)))
    assert due(step_of(prostatectomy, "symptom-check", stop)) == ["1:2026-09-10"]


def test_window_limit_and_channel_are_the_person_s_own(prostatectomy: Protocol, changed: Made) -> None:
    plan = effective(
        prostatectomy,
        overrides=(
            changed(WindowChange(step="psa", early_days=7, late_days=14)),
            changed(LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit="ug/L")),
            changed(ChannelChange(step=None, channel=Channel.LETTER)),
            changed(ChannelChange(step="symptom-check", channel=Channel.EMAIL)),
        ),
    )
    psa, check = plan.steps
    assert (psa.early_days, psa.late_days, psa.channel, check.channel) == (7, 14, Channel.LETTER, Channel.EMAIL)
    assert plan.limits == {"psa-above-limit": Decimal("0.1")}
    assert plan.unplaced == ()


def test_a_change_that_points_at_nothing_is_not_lost(prostatectomy: Protocol, changed: Made) -> None:
    lost = (
        changed(Skip(step="cea", number=1)),
        changed(LimitChange(rule="cea-rise", value=Decimal(5), unit="ug/L")),
        changed(Interval(step="psa", from_number=99, every_months=3)),
    )
    plan = effective(prostatectomy, overrides=lost)
    assert [override for override, _ in plan.unplaced] == list(lost)
    assert len(faults_in_course(plan, course=COURSE, today=date(2026, 4, 1))) == 3


def test_the_same_changes_survive_storage(changed: Made) -> None:
    change = Move(step="psa", number=2, due_on=date(2026, 10, 1))
    assert msgspec.json.decode(msgspec.json.encode(changed(change).change), type=Change) == change


def test_what_closed_before_the_plan_began_here_is_not_asked_for(prostatectomy: Protocol) -> None:
    late_start = msgspec.structs.replace(COURSE, started_on=date(2027, 3, 20))
    assert due(step_of(prostatectomy, "psa"), late_start) == AS_WRITTEN[3:]
    last_day = msgspec.structs.replace(COURSE, started_on=date(2027, 4, 7))
    assert due(step_of(prostatectomy, "psa"), last_day) == AS_WRITTEN[3:]
    day_after = msgspec.structs.replace(COURSE, started_on=date(2027, 4, 8))
    assert due(step_of(prostatectomy, "psa"), day_after) == AS_WRITTEN[4:]


MID_COURSE = [
    (date(2027, 3, 1), None, AS_WRITTEN[4:]),
    (None, date(2027, 10, 4), ["5:2027-10-04", AS_WRITTEN[5]]),
    (date(2027, 3, 1), date(2027, 8, 2), ["5:2027-08-02", AS_WRITTEN[5]]),
    (date(2027, 2, 9), None, AS_WRITTEN[3:]),
    (date(2027, 2, 10), None, AS_WRITTEN[4:]),
]


@pytest.mark.parametrize(("last", "following", "expected"), MID_COURSE)
def test_mid_course(
    prostatectomy: Protocol, changed: Made, last: date | None, following: date | None, expected: list[str]
) -> None:
    entered = changed(MidCourse(step="psa", last_done_on=last, next_due_on=following))
    started = msgspec.structs.replace(COURSE, started_on=date(2027, 3, 20))
    assert due(step_of(prostatectomy, "psa", entered), started) == expected


@pytest.mark.parametrize("overdue", [date(2026, 12, 1), date(2027, 1, 15), date(2027, 3, 1), date(2027, 3, 19)])
def test_who_is_admitted_overdue_is_asked_for_at_once(prostatectomy: Protocol, changed: Made, overdue: date) -> None:
    """However long ago it should have been: the step waits for that date, and its last day counts from the beginning here."""
    began = date(2027, 3, 20)
    step = step_of(prostatectomy, "psa", changed(MidCourse(step="psa", next_due_on=overdue)))
    course = msgspec.structs.replace(COURSE, started_on=began)
    waits = current_and_next(step, course=course, today=began)
    assert waits.current is not None
    assert (waits.current.due_on, waits.current.latest_on) == (overdue, began + timedelta(days=step.late_days))
    assert waits.following is not None
    assert waits.following.due_on > overdue


def test_past_the_end_of_the_protocol_the_entered_date_still_holds(prostatectomy: Protocol, changed: Made) -> None:
    entered = changed(MidCourse(step="psa", last_done_on=date(2036, 3, 10), next_due_on=date(2037, 3, 10)))
    assert due(step_of(prostatectomy, "psa", entered), upto=date(2040, 1, 1)) == ["18:2037-03-10"]


def from_last_done(protocol: Protocol) -> EffectiveStep:
    step = step_of(protocol, "psa")
    schedule = msgspec.structs.replace(step.step.schedule, from_last_done=True)
    return msgspec.structs.replace(step, step=msgspec.structs.replace(step.step, schedule=schedule))


def test_from_the_last_done_each_gap_starts_anew(prostatectomy: Protocol) -> None:
    course = msgspec.structs.replace(COURSE, done=(Done(step="psa", number=2, done_on=date(2026, 9, 30)),))
    step = from_last_done(prostatectomy)
    assert due(step, course, upto=date(2027, 4, 1)) == ["1:2026-06-10", "2:2026-09-10", "3:2026-12-30", "4:2027-03-30"]
    assert occurrences(step, course=course)[2].reason == "3 months after the last one, done on 30 September 2026."
    assert due(step_of(prostatectomy, "psa"), course) == AS_WRITTEN


def test_an_anchor_that_is_not_known_is_named(prostatectomy: Protocol) -> None:
    course = msgspec.structs.replace(COURSE, anchors={})
    with pytest.raises(Refused, match="PSA blood test needs the date of surgery"):
        occurrences(step_of(prostatectomy, "psa"), course=course)
    shown = preview(prostatectomy, course=course, today=SURGERY)
    assert (shown.lines, shown.faults) == ((), ("The date of surgery is not known.",))


def test_dates_that_cannot_be_are_named(colorectal: Protocol) -> None:
    plan, today = effective(colorectal), date(2026, 4, 1)
    future = Course(anchors={"surgery": date(2026, 4, 2)}, started_on=today, born_on=date(1950, 1, 1))
    unborn = Course(anchors={"surgery": SURGERY}, started_on=today, born_on=date(2026, 3, 20))
    ageless = Course(anchors={"surgery": SURGERY}, started_on=today)
    assert "lies in the future" in faults_in_course(plan, course=future, today=today)[0]
    assert "before the person was born" in faults_in_course(plan, course=unborn, today=today)[0]
    assert faults_in_course(plan, course=ageless, today=today) == (
        "The date of birth is needed: a step of this protocol depends on age.",
    )


def test_a_preview_shows_every_date_with_why(prostatectomy: Protocol) -> None:
    shown = preview(prostatectomy, course=COURSE, today=date(2026, 6, 20), upto=date(2026, 9, 30))
    assert [
        (line.occurrence.step, line.occurrence.due_on.isoformat(), line.today.standing) for line in shown.lines
    ] == [
        ("psa", "2026-06-10", "late"),
        ("psa", "2026-09-10", "ahead"),
        ("symptom-check", "2026-09-10", "ahead"),
    ]
    assert shown.lines[0].occurrence.reason == "3 months after surgery on 10 March 2026."
    assert shown.endings[0] == "PSA blood test: the last one is due on 10 March 2036."
    assert shown.faults == ()


def test_the_current_and_the_next(prostatectomy: Protocol, changed: Made) -> None:
    step = step_of(skippable(prostatectomy), "psa", changed(Skip(step="psa", number=3)))

    def numbers(today: date, *done: int) -> tuple[int | None, int | None]:
        course = msgspec.structs.replace(COURSE, done=tuple(Done(step="psa", number=n, done_on=today) for n in done))
        found = current_and_next(step, course=course, today=today)
        return (found.current and found.current.number, found.following and found.following.number)

    assert numbers(SURGERY) == (1, 2)
    assert numbers(date(2026, 6, 5), 1) == (2, 4)
    assert numbers(date(2026, 7, 8)) == (1, 2)
    assert numbers(date(2026, 7, 9)) == (2, 4)
    assert numbers(date(2036, 2, 1)) == (17, None)
    assert numbers(date(2036, 4, 8)) == (None, None)


def _endless(protocol: Protocol, **step: object) -> Protocol:
    """The protocol without an end: month 3, then every 12 months for as long as the plan goes on."""
    phase = msgspec.structs.replace(
        protocol.steps[0].schedule.phases[-1], from_month=3, every_months=12, until_month=None
    )
    schedule = msgspec.structs.replace(protocol.steps[0].schedule, phases=(phase,))
    steps = (msgspec.structs.replace(protocol.steps[0], schedule=schedule, **step), *protocol.steps[1:])
    return msgspec.structs.replace(protocol, steps=steps, duration_months=None)


def test_what_has_no_end_goes_on_for_fifty_years_and_is_shown_for_ten(prostatectomy: Protocol) -> None:
    protocol = _endless(prostatectomy)
    every = occurrences(step_of(protocol, "psa"), course=COURSE)
    assert (every[0].due_on, every[1].due_on, every[-1].due_on) == (
        date(2026, 6, 10),
        date(2027, 6, 10),
        date(2075, 6, 10),
    )
    shown = preview(protocol, course=COURSE, today=SURGERY)
    assert max(line.occurrence.due_on for line in shown.lines if line.occurrence.step == "psa") == date(2035, 6, 10)
    assert "PSA blood test: it goes on without an end, for as long as the plan does." in shown.endings
    assert months_said(protocol.steps[0].schedule) == "3, then every 12 months without an end"
    until_age = msgspec.structs.replace(protocol.steps[0].schedule, stop_at_age=Count(value=75, source="RMS-DEFAULT"))
    stops = _endless(prostatectomy)
    stops = msgspec.structs.replace(stops, steps=(msgspec.structs.replace(stops.steps[0], schedule=until_age),))
    assert occurrences(step_of(stops, "psa"), course=COURSE)[-1].due_on == date(2029, 6, 10), "75 on 1 June 2030"


def test_the_ways_of_a_review_take_turns_and_one_that_was_added_has_none(
    prostatectomy: Protocol, changed: Made
) -> None:
    protocol = _endless(prostatectomy, kind=StepKind.REVIEW, title="Review", ways=(Way.CLINIC, Way.TELEPHONE))
    added = changed(Add(step="psa", number=1001, due_on=date(2026, 9, 1)))
    titles = [o.title for o in occurrences(step_of(protocol, "psa", added), course=COURSE, upto=date(2028, 7, 1))]
    assert titles == ["Review (in clinic)", "Review", "Review (by telephone)", "Review (in clinic)"]
