"""Changes of every kind mixed at random over any protocol: nothing lost, nothing doubled, nothing without effect in silence."""

from collections.abc import Set
from datetime import date, timedelta
from typing import assert_never

from hypothesis import given
from hypothesis import strategies as st

from rms.messages.model import Channel
from rms.plans.model import (
    FIRST_ADDED,
    Add,
    Change,
    ChannelChange,
    Course,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Occurrence,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.protocol import Protocol, load_library
from rms.plans.protocol.checks import has_end
from rms.plans.schedule import EffectivePlan, effective, occurrences, why_not_change

PROTOCOLS = list(load_library().values())
ANCHORED = date(2026, 8, 31)
TODAY = date(2026, 9, 10)
COURSE = Course(
    anchors=dict.fromkeys(("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan"), ANCHORED),
    started_on=ANCHORED,
    born_on=date(1955, 2, 28),
)
days = st.integers(-200, 2600).map(lambda n: ANCHORED + timedelta(days=n))


@st.composite
def changes(draw: st.DrawFn, protocol: Protocol) -> Change:
    """Any change of the protocol, most of them near to something that is there, some that point at nothing."""
    step = draw(st.sampled_from([step.key for step in protocol.steps] * 8 + ["no-such-step"]))
    number = draw(st.integers(1, 9) | st.integers(FIRST_ADDED, FIRST_ADDED + 2) | st.integers(10, 130))
    rule = draw(st.sampled_from([*protocol.rules, None]))
    unit = draw(st.sampled_from([getattr(rule.when, "unit", None) if rule else None] * 3 + ["ug/L", None]))
    kinds: list[st.SearchStrategy[Change]] = [
        st.just(Skip(step=step, number=number)),
        st.builds(Add, step=st.just(step), number=st.integers(FIRST_ADDED, FIRST_ADDED + 2), due_on=days),
        st.builds(Move, step=st.just(step), number=st.just(number), due_on=days),
        st.builds(Interval, step=st.just(step), from_number=st.integers(1, 12), every_months=st.integers(1, 60)),
        st.builds(WindowChange, step=st.just(step), early_days=st.integers(0, 90), late_days=st.integers(0, 90)),
        st.builds(LimitChange, rule=st.just(rule.key if rule else "no-such-rule"), unit=st.just(unit),
                  value=st.decimals(-1, 50, places=2)),
        st.builds(ChannelChange, step=st.sampled_from([step, None]), channel=st.sampled_from([*Channel])),
        st.builds(Stop, step=st.just(step), from_on=days),
        st.builds(MidCourse, step=st.just(step), last_done_on=st.none() | days, next_due_on=st.none() | days),
    ]  # fmt: skip
    return draw(st.one_of(kinds))


@st.composite
def changed_plans(draw: st.DrawFn) -> tuple[Protocol, tuple[Override, ...]]:
    protocol = draw(st.sampled_from(PROTOCOLS))
    wanted = draw(st.lists(changes(protocol), max_size=7))
    return protocol, tuple(
        Override(change=change, reason=f"reason {n}", author="Nurse Ada Test", made_on=TODAY, review_on=date(2027, 1, 1))
        for n, change in enumerate(wanted)
    )  # fmt: skip


def dated_of(plan: EffectivePlan) -> dict[str, dict[int, Occurrence]]:
    found = {}
    for step in plan.steps:
        listed = occurrences(step, course=COURSE)
        assert listed == occurrences(step, course=COURSE)
        assert len({one.number for one in listed}) == len(listed)
        assert [one.due_on for one in listed] == sorted(one.due_on for one in listed)
        assert all(one.earliest_on <= one.due_on <= one.latest_on for one in listed)
        found[step.step.key] = {one.number: one for one in listed}
    return found


def same_thing(later: Change, earlier: Change) -> bool:
    """Whether a later change speaks about what an earlier one spoke about, so that the later holds."""
    match earlier, later:
        case LimitChange(), LimitChange():
            return earlier.rule == later.rule
        case ChannelChange(), ChannelChange():
            return later.step in (earlier.step, None)
        case (Skip() | Move(), Skip() | Move()):
            return earlier.step == later.step and earlier.number == later.number
        case Interval(), Interval():
            return earlier.step == later.step and later.from_number <= earlier.from_number
        case (WindowChange(), WindowChange()) | (Stop(), Stop()) | (MidCourse(), MidCourse()):
            return earlier.step == later.step
        case _:
            return False


def left_out(plan: EffectivePlan, key: str, on: date | None) -> bool:
    """Whether a stop, or where the person stood when the plan began, explains that a number is not there."""
    step = plan.step(key)
    assert step is not None
    stop = step.stopped.change if step.stopped else None
    if isinstance(stop, Stop) and (on is None or on >= stop.from_on):
        return True
    return on is None and (step.mid_course is not None or step.step.schedule.stop_at_age is not None)


def takes_effect(
    plan: EffectivePlan,
    override: Override,
    dated: dict[str, dict[int, Occurrence]],
    *,
    own: Set[str | None] = frozenset(),
) -> bool:
    """`own`: the steps that were given a channel of their own later."""
    match override.change:
        case Skip(step=key, number=number):
            one = dated[key].get(number)
            return override.because in (one.skipped_because or "") if one else left_out(plan, key, None)
        case Move(step=key, number=number, due_on=due_on):
            one = dated[key].get(number)
            if one is None:
                return due_on < COURSE.started_on or left_out(plan, key, due_on) or left_out(plan, key, None)
            return one.due_on == due_on and override.because in one.reason and one.skipped_because is None
        case Add(step=key, number=number, due_on=due_on):
            one = dated[key].get(number)
            if one is None:
                return due_on < COURSE.started_on or left_out(plan, key, due_on) or number in _moved(plan, key)
            return override.because in one.reason or number in _moved(plan, key)
        case Interval(step=key, from_number=first):
            return getattr(plan.step(key), "changed_from", {}).get(first) is override
        case WindowChange(step=key, early_days=early, late_days=late):
            return all((o.due_on - o.earliest_on).days == early and (o.latest_on - o.due_on).days >= late
                       for o in dated[key].values())  # fmt: skip
        case LimitChange(rule=rule, value=value):
            return plan.limits[rule] == value
        case ChannelChange(step=key, channel=channel):
            return all(step.channel is channel for step in plan.steps
                       if key in (None, step.step.key) and (key is not None or step.step.key not in own))  # fmt: skip
        case Stop(step=key, from_on=from_on):
            return all(one.due_on < from_on for one in dated[key].values())
        case MidCourse(step=key, next_due_on=following):
            moved = bool(_moved(plan, key))
            return following is None or moved or left_out(plan, key, following) or any(
                one.due_on == following for one in dated[key].values()
            )  # fmt: skip
        case change:
            assert_never(change)


def _moved(plan: EffectivePlan, key: str) -> set[int]:
    step = plan.step(key)
    return set(step.moved) if step else set()


@given(changed_plans())
def test_a_change_takes_effect_or_comes_back_with_a_sentence(made: tuple[Protocol, tuple[Override, ...]]) -> None:
    protocol, overrides = made
    plan = effective(protocol, overrides=overrides)
    dated = dated_of(plan)
    assert plan == effective(protocol, overrides=overrides)
    assert all(why for _, why in plan.unplaced)
    back = {id(override) for override, _ in plan.unplaced}
    # Of two about a number that is not there the later speaks for both.
    reached = {id(one) for one in overrides} - {
        id(one) for one, why in plan.unplaced if "there is no number" not in why
    }
    for index, override in enumerate(overrides):
        later = [one.change for one in overrides[index + 1 :] if id(one) in reached]
        if id(override) in back or any(same_thing(change, override.change) for change in later):
            continue
        own = {change.step for change in later if isinstance(change, ChannelChange)}
        assert takes_effect(plan, override, dated, own=own), override


@given(changed_plans())
def test_no_occurrence_is_lost_and_none_comes_from_nowhere(made: tuple[Protocol, tuple[Override, ...]]) -> None:
    """Every number that the plan counts is there, unless a stop, an age or the day the plan began leaves it out."""
    protocol, overrides = made
    plan = effective(protocol, overrides=overrides)
    dated = dated_of(plan)
    for step in plan.steps:
        found = dated[step.step.key]
        added = {one.change.number for one in step.added if isinstance(one.change, Add)}
        schedule = step.step.schedule
        counted = set(range(1, len(step.months) + 1))
        entered = {len(step.months) + 1} if step.mid_course else set()
        if schedule.continue_until_age is None:
            assert set(found) <= counted | added | entered
        if step.mid_course or step.stopped or schedule.stop_at_age:
            continue
        for number in counted | added:
            moved = step.moved.get(number)
            gone_on = moved.change.due_on if moved and isinstance(moved.change, Move) else None
            gone_on = gone_on or next(
                (a.change.due_on for a in step.added if isinstance(a.change, Add) and a.change.number == number), None
            )
            early = gone_on is not None and gone_on + timedelta(days=step.late_days) < COURSE.started_on
            assert early == (number not in found)


@given(changed_plans())
def test_changes_that_are_let_through_take_effect_and_never_leave_out_what_must_not_be(
    made: tuple[Protocol, tuple[Override, ...]],
) -> None:
    protocol, wanted = made
    kept: tuple[Override, ...] = ()
    for override in wanted:
        before = effective(protocol, overrides=kept)
        if why_not_change(before, override=override, course=COURSE, today=TODAY) is not None:
            continue
        after = effective(protocol, overrides=(*kept, override))
        assert not any(one is override for one, _ in after.unplaced)
        dated = dated_of(after)
        assert takes_effect(after, override, dated), override
        was = dated_of(before)
        for step in after.steps:
            key = step.step.key
            if not step.step.must_not_skip:
                continue
            assert step.stopped is None
            assert not any(one.skipped_because for one in dated[key].values())
            _nothing_given_up(override.change, key=key, was=set(was[key]), now=set(dated[key]))
        kept = (*kept, override)


def _nothing_given_up(change: Change, *, key: str, was: set[int], now: set[int]) -> None:
    """Another interval may ask for fewer, but for some; where a person stood before the plan is what a nurse entered."""
    if isinstance(change, MidCourse):
        return
    if isinstance(change, Interval) and change.step == key:
        assert {n for n in was if n < change.from_number} <= now
        assert any(change.from_number <= n < FIRST_ADDED for n in now)
    else:
        assert was <= now


def test_the_library_has_steps_of_each_sort_that_the_properties_speak_of() -> None:
    steps = [step for protocol in PROTOCOLS for step in protocol.steps]
    assert any(step.must_not_skip for step in steps)
    assert any(step.schedule.stop_at_age for step in steps)
    assert any(step.schedule.continue_until_age for step in steps)
    assert any(not has_end(step.schedule) for step in steps)
