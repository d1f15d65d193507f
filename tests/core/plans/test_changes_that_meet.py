"""Two changes of one step meet, or a change meets an age stop or a new version: what then holds, each worked by hand."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from rms.plans.model import Add, Change, Course, Interval, LimitChange, MidCourse, Move, Override, Skip, Stop
from rms.plans.protocol import Protocol, load_library
from rms.plans.schedule import effective, occurrences, why_not_change

Made = Callable[[Change], Override]
SURGERY, TODAY = date(2026, 3, 10), date(2026, 4, 1)
COURSE = Course(anchors={"surgery": SURGERY}, started_on=SURGERY, born_on=date(1955, 6, 1))


def dates(protocol: Protocol, key: str, *overrides: Override, course: Course = COURSE) -> dict[int, date]:
    step = effective(protocol, overrides=overrides).step(key)
    assert step is not None
    return {one.number: one.due_on for one in occurrences(step, course=course) if one.skipped_because is None}


def refusal(protocol: Protocol, *overrides: Override, course: Course = COURSE) -> str | None:
    plan = effective(protocol, overrides=overrides[:-1])
    return why_not_change(plan, override=overrides[-1], course=course, today=TODAY)


def test_one_that_was_added_can_be_moved(prostatectomy: Protocol, changed: Made) -> None:
    added = changed(Add(step="psa", number=1001, due_on=date(2026, 7, 20)))
    moved = changed(Move(step="psa", number=1001, due_on=date(2026, 7, 27)))
    assert refusal(prostatectomy, added, moved) is None
    assert dates(prostatectomy, "psa", added, moved)[1001] == date(2026, 7, 27)


def test_a_date_for_one_that_was_left_out_asks_for_it_again(prostatectomy: Protocol, changed: Made) -> None:
    skipped = changed(Skip(step="symptom-check", number=2))
    moved = changed(Move(step="symptom-check", number=2, due_on=date(2027, 4, 1)))
    assert refusal(prostatectomy, skipped, moved) is None
    assert 2 not in dates(prostatectomy, "symptom-check", skipped)
    assert dates(prostatectomy, "symptom-check", skipped, moved)[2] == date(2027, 4, 1)


def test_a_number_is_added_once(prostatectomy: Protocol, changed: Made) -> None:
    first = changed(Add(step="psa", number=1001, due_on=date(2026, 7, 20)))
    second = changed(Add(step="psa", number=1001, due_on=date(2026, 8, 20)))
    plan = effective(prostatectomy, overrides=(first, second))
    assert [one for one, _ in plan.unplaced] == [second]
    assert dates(prostatectomy, "psa", first, second)[1001] == date(2026, 7, 20)


def test_another_interval_gives_back_the_skips_and_moves_of_what_it_counts_anew(
    prostatectomy: Protocol, changed: Made
) -> None:
    """Left out in March 2027; with an interval of nine months number 2 is another day, and is asked for."""
    skipped = changed(Skip(step="symptom-check", number=2))
    interval = changed(Interval(step="symptom-check", from_number=2, every_months=9))
    plan = effective(prostatectomy, overrides=(skipped, interval))
    assert [(one, why) for one, why in plan.unplaced] == [
        (skipped, "The interval of Symptom check was changed since, so number 2 is another date now.")
    ]
    assert dates(prostatectomy, "symptom-check", skipped, interval)[2] == date(2027, 6, 10)


def test_an_interval_beyond_the_end_is_refused_and_never_silently_ends_a_step(
    prostatectomy: Protocol, changed: Made
) -> None:
    """Number 17, in month 120, is the last PSA. From 16, in month 108, sixty months on lie beyond the end."""
    beyond = changed(Interval(step="psa", from_number=17, every_months=60))
    assert refusal(prostatectomy, beyond) == ("60 months on, PSA blood test has ended: number 17 would never fall due.")
    assert [one for one, _ in effective(prostatectomy, overrides=(beyond,)).unplaced] == [beyond]
    assert dates(prostatectomy, "psa", beyond)[17] == date(2036, 3, 10)


def test_nothing_is_put_behind_a_stop(prostatectomy: Protocol, changed: Made) -> None:
    stop = changed(Stop(step="symptom-check", from_on=date(2027, 1, 1)))
    add = changed(Add(step="symptom-check", number=1001, due_on=date(2027, 2, 1)))
    move = changed(Move(step="symptom-check", number=1, due_on=date(2027, 2, 1)))
    expected = "Symptom check was stopped from 1 January 2027, so nothing would fall due on 1 February 2027."
    assert refusal(prostatectomy, stop, add) == refusal(prostatectomy, stop, move) == expected


def test_an_age_stop_never_swallows_what_a_person_asked_for(colorectal: Protocol, changed: Made) -> None:
    """76 on 1 June 2029: the colonoscopy of March 2029 moved behind the birthday stays, so does one that was added."""
    course = Course(anchors={"surgery": date(2026, 3, 10)}, started_on=SURGERY, born_on=date(1953, 6, 1))
    first = min(dates(colorectal, "colonoscopy", course=course).values())
    assert first < date(2029, 6, 1)
    moved = changed(Move(step="colonoscopy", number=1, due_on=date(2029, 7, 2)))
    added = changed(Add(step="colonoscopy", number=1001, due_on=date(2030, 7, 2)))
    entered = changed(MidCourse(step="colonoscopy", next_due_on=date(2030, 1, 15)))
    assert dates(colorectal, "colonoscopy", moved, added, course=course) == {
        1: date(2029, 7, 2),
        1001: date(2030, 7, 2),
    }
    assert list(dates(colorectal, "colonoscopy", entered, course=course).values()) == [date(2030, 1, 15)]


def test_an_interval_of_what_goes_on_until_an_age_goes_on_at_that_interval(changed: Made) -> None:
    """Born in March 1983, so 50 in March 2033; every 18 months from the fifth mammogram, 48 months after diagnosis."""
    breast = load_library()["breast-after-primary-treatment"]
    step = breast.step("mammogram")
    assert step is not None
    course = Course(
        anchors=dict.fromkeys(breast.anchors, date(2026, 3, 10)), started_on=SURGERY, born_on=date(1983, 3, 1)
    )
    interval = changed(Interval(step="mammogram", from_number=5, every_months=18))
    found = dates(breast, "mammogram", interval, course=course)
    assert list(found.values()) == [date(2027, 3, 10), date(2028, 3, 10), date(2029, 3, 10), date(2030, 3, 10),
                                    date(2031, 9, 10)]  # fmt: skip
    assert refusal(breast, interval, course=course) is None
    older = Course(anchors=course.anchors, started_on=SURGERY, born_on=date(1950, 3, 1))
    assert refusal(breast, interval, course=older) is not None


def test_a_limit_in_another_unit_is_another_number(prostatectomy: Protocol, changed: Made) -> None:
    limit = changed(LimitChange(rule="psa-above-limit", value=Decimal("0.1"), unit="nmol/L"))
    plan = effective(prostatectomy, overrides=(limit,))
    assert plan.limits == {}
    assert [one for one, _ in plan.unplaced] == [limit]


def test_a_skip_does_not_outlive_a_version_that_says_it_must_not_be_left_out(
    prostatectomy: Protocol, changed: Made
) -> None:
    skip, stop = changed(Skip(step="psa", number=1)), changed(Stop(step="psa", from_on=date(2027, 1, 1)))
    assert len(effective(prostatectomy, overrides=(skip, stop)).unplaced) == 2
    assert dates(prostatectomy, "psa", skip, stop) == dates(prostatectomy, "psa")


def test_on_one_day_with_another_it_may_leave_that_day(prostatectomy: Protocol, changed: Made) -> None:
    added = changed(Add(step="psa", number=1001, due_on=date(2026, 6, 10)))
    away = changed(Move(step="psa", number=1001, due_on=date(2026, 7, 1)))
    onto = changed(Move(step="psa", number=1, due_on=date(2026, 9, 10)))
    assert refusal(prostatectomy, added, away) is None
    assert refusal(prostatectomy, added, onto) == "It would pass the one due on 10 September 2026."
