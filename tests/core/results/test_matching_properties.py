"""Which occurrence a sample closes, for any protocol, any day and any order of samples: the nearest, once, or none with why."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rms.plans.model import FIRST_ADDED, Course, Done, Occurrence, Override, WindowChange
from rms.plans.protocol import Protocol, load_library
from rms.plans.protocol.language import StepKind
from rms.plans.rows import rows_wanted
from rms.plans.schedule import EffectiveStep, effective, occurrences
from rms.results.matching import Closes, OpenOccurrence, Unexpected, match_step

TESTED = [
    (protocol, step.key)
    for protocol in load_library().values()
    for step in protocol.steps
    if step.kind is StepKind.TEST
]
ANCHORED = date(2026, 1, 31)
COURSE = Course(
    anchors=dict.fromkeys(("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan"), ANCHORED),
    started_on=ANCHORED,
    born_on=date(1970, 6, 1),
)
#: A person's own window may be so wide that the windows of two occurrences meet.
windows = (
    st.none()
    | st.tuples(st.integers(0, 60), st.integers(1, 60))
    | st.tuples(st.integers(60, 180), st.integers(200, 366))
)
sample_days = st.integers(0, 1500).map(lambda n: ANCHORED + timedelta(days=n))


def step_of(protocol: Protocol, key: str, window: tuple[int, int] | None) -> EffectiveStep:
    changes = () if window is None else (
        Override(change=WindowChange(step=key, early_days=window[0], late_days=window[1]), reason="r", author="A",
                 made_on=ANCHORED, review_on=date(2027, 1, 1)),
    )  # fmt: skip
    step = effective(protocol, overrides=changes).step(key)
    assert step is not None
    return step


def as_open(dated: tuple[Occurrence, ...]) -> list[OpenOccurrence]:
    return [
        OpenOccurrence(occurrence=one.number, step=one.step, number=one.number, earliest=one.earliest_on, due=one.due_on,
                       latest=one.latest_on, is_repeat=one.number >= FIRST_ADDED)
        for one in dated
    ]  # fmt: skip


@given(which=st.sampled_from(TESTED), window=windows, taken=sample_days, shuffled=st.randoms())
def test_a_sample_in_a_window_closes_the_nearest_whoever_sent_it(
    which: tuple[Protocol, str], window: tuple[int, int] | None, taken: date, shuffled: Random
) -> None:
    """In nobody's window the last whose window had closed; before every window none. The order of the rows is no matter."""
    waiting = as_open(occurrences(step_of(*which, window), course=COURSE, upto=ANCHORED + timedelta(days=2200)))
    shuffled.shuffle(waiting)
    found = match_step(taken, waiting)
    inside = [one for one in waiting if one.earliest <= taken <= one.latest]
    closed = [one for one in waiting if one.latest < taken]
    if not inside and not closed:
        assert isinstance(found, Unexpected)
        assert "opens on" in found.because
        return
    assert isinstance(found, Closes)
    chosen = next(one for one in waiting if one.occurrence == found.occurrence)
    if inside:
        assert chosen in inside
        assert abs(chosen.due - taken) == min(abs(one.due - taken) for one in inside)
        edges = (chosen.earliest, chosen.latest)
    else:
        assert chosen.due == max(one.due for one in closed)
        edges = (chosen.latest,)
    assert all(f"{edge.day} {edge:%B %Y}" in found.because for edge in (*edges, chosen.due) if edge != chosen.due)
    assert f"due {chosen.due.day} {chosen.due:%B %Y}" in found.because


@given(which=st.sampled_from(TESTED), window=windows, taken=st.lists(sample_days, min_size=1, max_size=8))
def test_of_many_samples_each_closes_one_at_most_and_none_is_closed_twice(
    which: tuple[Protocol, str], window: tuple[int, int] | None, taken: list[date]
) -> None:
    """The rows follow each result as they do in a plan, and the step goes on to the next that can still be done."""
    step = step_of(*which, window)
    course, opened = COURSE, set[int]()
    for on in sorted(taken):
        wanted = rows_wanted(step, course=course, open_numbers=opened, known_numbers=opened, today=on)
        opened |= {one.number for one in wanted}
        found = match_step(on, as_open(wanted))
        if isinstance(found, Unexpected):
            assert all(on < one.earliest_on for one in wanted)
            continue
        one = next(one for one in wanted if one.number == found.occurrence)
        assert one.number not in {done.number for done in course.done}
        assert on >= one.earliest_on
        course = Course(
            anchors=course.anchors, started_on=course.started_on, born_on=course.born_on,
            done=(*course.done, Done(step=step.step.key, number=one.number, done_on=on)),
        )  # fmt: skip
        after = rows_wanted(step, course=course, open_numbers=opened, known_numbers=opened, today=on)
        assert one.number not in {one.number for one in after}
    assert len({done.number for done in course.done}) == len(course.done)


@given(first=st.sampled_from(TESTED), taken=sample_days, later=st.integers(-90, 90))
def test_two_plans_that_share_a_test_are_each_satisfied_once_by_one_sample(
    first: tuple[Protocol, str], taken: date, later: int
) -> None:
    """Each plan is asked for itself: what the sample closes in one says nothing about the other."""
    step = step_of(*first, None)
    other = Course(
        anchors={name: on + timedelta(days=later) for name, on in COURSE.anchors.items()}, started_on=ANCHORED,
        born_on=COURSE.born_on,
    )  # fmt: skip
    for course in (COURSE, other):
        waiting = as_open(occurrences(step, course=course, upto=ANCHORED + timedelta(days=2200)))
        found = match_step(taken, waiting)
        inside = [one.occurrence for one in waiting if one.earliest <= taken <= one.latest]
        assert len(inside) <= 1, "the windows of one step never meet"
        if inside:
            assert isinstance(found, Closes)
            assert found.occurrence == inside[0]
