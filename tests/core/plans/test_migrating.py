"""Moving a plan to another version of its protocol: each date, each change, and what a clinician answers for."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.plans.model import Add, Change, Course, Done, Interval, LimitChange, Move, Override, Skip, Stop, WindowChange
from rms.plans.protocol import Protocol, load_library
from rms.plans.protocol.language import Listed, Step, Window
from rms.plans.schedule import effective, occurrences
from rms.plans.schedule.migrating import Held, Migration, What, migrate
from rms.plans.schedule.migrating.matching import asked_by
from tests.core.plans.test_overrides_properties import changes

SURGERY = date(2026, 1, 31)
TODAY = date(2026, 12, 1)
COURSE = Course(
    anchors=dict.fromkeys(("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan"), SURGERY),
    started_on=SURGERY,
    born_on=date(1955, 2, 28),
)
PROTOCOLS = list(load_library().values())


def with_months(step: Step, *months: int) -> Step:
    """The same step, due in other months."""
    schedule = msgspec.structs.replace(step.schedule, phases=(), listed=Listed(months=months, source="X"))
    return msgspec.structs.replace(step, schedule=schedule)


def with_steps(protocol: Protocol, *steps: Step) -> Protocol:
    """The next version, with other steps."""
    return msgspec.structs.replace(protocol, version=protocol.version + 1, steps=steps)


def rows_at(protocol: Protocol, *, course: Course, today: date, overrides: tuple[Override, ...] = ()) -> list[Held]:
    """The rows of a plan whose tests were all done on their day until today; then one open row a step."""
    rows: list[Held] = []
    for step in effective(protocol, overrides=overrides).steps:
        opened = 0
        for one in occurrences(step, course=course, upto=today + timedelta(days=800)):
            done = one.due_on if one.due_on < today - timedelta(days=30) else None
            if one.skipped_because or (done is None and opened == 2):
                continue
            opened += done is None
            rows.append(
                Held(id=len(rows) + 1, step=one.step, number=one.number, asked=asked_by(step.step), title=one.title,
                     state="done" if done else "open", due_on=one.due_on, earliest_on=one.earliest_on,
                     latest_on=one.latest_on, done_on=done)
            )  # fmt: skip
    return rows


def done_of(rows: Sequence[Held]) -> tuple[Done, ...]:
    return tuple(Done(step=one.step, number=one.number, done_on=one.done_on) for one in rows if one.done_on)


def moved(
    old: Protocol, new: Protocol, *, overrides: tuple[Override, ...] = (), today: date = TODAY
) -> tuple[Migration, list[Held]]:
    rows = rows_at(old, course=COURSE, today=today, overrides=overrides)
    course = msgspec.structs.replace(COURSE, done=done_of(rows))
    return migrate(old, new, overrides=overrides, course=course, held=rows, today=today), rows


@pytest.fixture
def first(prostatectomy: Protocol) -> Protocol:
    """One blood test, in months 3, 6, 9, 12, 18 and 24."""
    step = msgspec.structs.replace(prostatectomy.steps[0], must_not_skip=False)
    return with_steps(prostatectomy, with_months(step, 3, 6, 9, 12, 18, 24))


def other(first: Protocol, *months: int, **different: object) -> Protocol:
    return with_steps(first, msgspec.structs.replace(with_months(first.steps[0], *months), **different))


def dates(migration: Migration, what: What) -> list[date | None]:
    return [line.after if what in (What.ADDED, What.PASSED) else line.before for line in migration.of(what)]


def test_a_new_date_is_added_and_a_dropped_one_is_removed_by_name(first: Protocol) -> None:
    found, _ = moved(first, other(first, 3, 6, 9, 12, 15, 24))
    assert dates(found, What.ADDED) == [date(2027, 4, 30)]
    assert dates(found, What.REMOVED) == [date(2027, 7, 31)]
    assert found.weaker == (f"{first.steps[0].title}: 1 date falls away.",)
    assert not found.of(What.MOVED)


def test_a_date_that_comes_later_is_moved_and_needs_a_tick_and_an_earlier_one_does_not(first: Protocol) -> None:
    wide = msgspec.structs.replace(first.steps[0], window=Window(early_days=40, late_days=40, source="X"))
    first = with_steps(first, wide)
    later, _ = moved(first, other(first, 3, 6, 9, 13, 18, 24))
    assert [(line.before, line.after) for line in later.of(What.MOVED)] == [(date(2027, 1, 31), date(2027, 2, 28))]
    assert later.weaker == (f"{first.steps[0].title}: 1 date comes later.",)
    sooner, _ = moved(first, other(first, 3, 6, 9, 11, 18, 24))
    assert len(sooner.of(What.MOVED)) == 1
    assert sooner.weaker == ()


def test_what_was_done_answers_the_date_in_whose_window_it_was_done(first: Protocol) -> None:
    found, rows = moved(first, other(first, 6, 12, 18, 24))
    numbers = {rows[row - 1].due_on: place for row, place in found.rows.items()}
    assert numbers[date(2026, 7, 31)] == (first.steps[0].key, 1)  # month 6 is the first now
    assert numbers[date(2026, 4, 30)][1] < 0  # month 3 has no date any more, and stays in the record
    assert "answered by what was done on 31 July 2026" in found.of(What.ANSWERED)[0].sentence
    assert len(found.of(What.KEPT)) == 2


def test_nothing_that_the_new_version_would_have_asked_for_before_today_is_dropped_in_silence(first: Protocol) -> None:
    scan = msgspec.structs.replace(
        with_months(first.steps[0], 5), key="bone-scan", analyte="ct-chest", title="Bone scan"
    )
    found, _ = moved(first, with_steps(first, first.steps[0], scan))
    assert dates(found, What.PASSED) == [date(2026, 6, 30)]
    assert "arrange one if it is needed" in found.weaker[0]


@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({"window": Window(early_days=28, late_days=60, source="X")}, "the window becomes wider"),
        ({"must_not_skip": False}, "it may be left out from now on"),
        ({"analyte": "cea"}, "asks for something else"),
    ],
)
def test_what_is_less_careful_about_a_step_needs_a_tick(
    first: Protocol, different: dict[str, object], words: str
) -> None:
    strict = with_steps(first, msgspec.structs.replace(first.steps[0], must_not_skip=True))
    found, _ = moved(strict, other(strict, 3, 6, 9, 12, 18, 24, **different))
    assert any(words in one for one in found.weaker)
    back, _ = moved(other(strict, 3, 6, 9, 12, 18, 24, **different), strict)
    if "analyte" not in different:
        assert back.weaker == ()


def test_a_looser_limit_a_rule_that_is_gone_and_one_that_is_less_urgent_need_a_tick(first: Protocol) -> None:
    rule = next(one for one in first.rules if hasattr(one.when, "limit"))
    figure = msgspec.structs.replace(rule.when.limit, value=rule.when.limit.value * 2)
    looser = msgspec.structs.replace(rule, when=msgspec.structs.replace(rule.when, limit=figure))
    calm = msgspec.structs.replace(rule, alert="fix_data")
    for changed, words in (
        (looser, "the limit becomes looser"),
        (calm, "less urgent"),
        (None, "nobody looks for this"),
    ):
        rules = tuple(changed if one is rule else one for one in first.rules)
        new = msgspec.structs.replace(first, version=9, rules=tuple(one for one in rules if one is not None))
        assert any(words in one for one in moved(first, new)[0].weaker)
        if changed is not None:
            assert not any(words in one for one in moved(new, first)[0].weaker)


def test_a_missing_date_stands_in_the_way(first: Protocol) -> None:
    step = first.steps[0]
    schedule = msgspec.structs.replace(step.schedule, anchor="diagnosis")
    new = msgspec.structs.replace(
        with_steps(first, msgspec.structs.replace(step, schedule=schedule)), anchors=("diagnosis",)
    )
    course = msgspec.structs.replace(COURSE, anchors={"surgery": SURGERY})
    found = migrate(first, new, overrides=(), course=course, held=[], today=TODAY)
    assert found.faults == ("The date of diagnosis is not known.",)


def test_every_change_is_kept_and_flagged_when_what_it_changed_is_another(
    first: Protocol, changed: Callable[[Change], Override]
) -> None:
    key = first.steps[0].key
    rule = next(one for one in first.rules if hasattr(one.when, "limit"))
    figure = msgspec.structs.replace(rule.when.limit, value=rule.when.limit.value / 2)
    stricter = msgspec.structs.replace(rule, when=msgspec.structs.replace(rule.when, limit=figure))
    new = msgspec.structs.replace(
        other(first, 6, 12, 19, 24, window=Window(early_days=35, late_days=35, source="X")),
        rules=tuple(stricter if one is rule else one for one in first.rules),
    )
    made = (
        changed(Skip(step=key, number=5)),  # month 18, which is month 19 now
        changed(Move(step=key, number=4, due_on=date(2027, 2, 3))),  # month 12, the second now
        changed(Skip(step=key, number=3)),  # month 9, which is gone
        changed(WindowChange(step=key, early_days=5, late_days=5)),
        changed(LimitChange(rule=rule.key, value=Decimal("0.4"), unit=rule.when.unit)),
        changed(Add(step=key, number=1001, due_on=date(2027, 3, 3))),
        changed(Stop(step="no-such-step", from_on=date(2027, 3, 3))),
    )
    found, _ = moved(first, new, overrides=made)
    assert [one.change.number for one in found.overrides if isinstance(one.change, Skip | Move)][:2] == [3, 2]
    assert len(found.overrides) == len(made)
    assert [(one.reason, one.author) for one in found.overrides] == [(one.reason, one.author) for one in made]
    flags = {type(one.override.change).__name__ + str(one.has_effect): one.sentence for one in found.flags}
    assert "due on 31 July 2027, which is due on 31 August 2027 now" in flags["SkipTrue"]
    assert "31 October 2026" in flags["SkipFalse"]
    assert "The one set for this person stays" in flags["WindowChangeTrue"]
    assert "0.4 set for this person stays" in flags["LimitChangeTrue"]
    assert not {"MoveTrue", "AddTrue", "StopFalse"} & flags.keys()  # the same day; not touched; idle before as well
    held = effective(new, overrides=found.overrides)
    assert {one.due_on for one in occurrences(held.steps[0], course=COURSE)} >= {date(2027, 2, 3), date(2027, 3, 3)}


def test_an_interval_goes_on_from_the_same_date(first: Protocol, changed: Callable[[Change], Override]) -> None:
    made = (changed(Interval(step=first.steps[0].key, from_number=4, every_months=2)),)
    found, _ = moved(first, other(first, 6, 12, 18, 24), overrides=made)
    assert isinstance(found.overrides[0].change, Interval)
    assert found.overrides[0].change.from_number == 2
    assert "every 2 months" in found.flags[0].sentence


@given(st.data(), st.sampled_from(PROTOCOLS), st.integers(0, 1500))
def test_moving_to_the_same_version_changes_nothing(data: st.DataObject, protocol: Protocol, after: int) -> None:
    made = tuple(
        Override(change=one, reason="why", author="Ada Test", made_on=SURGERY, review_on=date(2050, 1, 1))
        for one in data.draw(st.lists(changes(protocol), max_size=4))
    )
    found, _ = moved(protocol, protocol, overrides=made, today=SURGERY + timedelta(days=after))
    assert found.overrides == made
    assert not found.flags
    assert not found.weaker
    assert {line.what for line in found.lines} <= {What.ANSWERED}


@given(st.data(), st.sampled_from(PROTOCOLS), st.integers(0, 1500))
def test_nothing_done_is_lost_and_nothing_waited_for_vanishes_without_a_name(
    data: st.DataObject, protocol: Protocol, after: int
) -> None:
    today = SURGERY + timedelta(days=after)
    new = _another(data, protocol)
    found, rows = moved(protocol, new, today=today)
    assert set(found.rows) == {one.id for one in rows}
    assert len(set(found.rows.values())) == len(rows)  # no two rows are the same one
    said = {(line.step, line.before) for line in found.lines if line.what in (What.REMOVED, What.MOVED)}
    becomes = done_of([msgspec.structs.replace(one, step=found.rows[one.id][0], number=found.rows[one.id][1])
                       for one in rows if one.id])  # fmt: skip
    course = msgspec.structs.replace(COURSE, done=becomes)
    assert len(becomes) == len(done_of(rows))
    later = {
        (step.step.key, one.due_on)
        for step in effective(new, overrides=found.overrides).steps
        for one in occurrences(step, course=course)
    }
    for one in rows:
        if one.state == "open":
            assert (one.step, one.due_on) in later or (one.step, one.due_on) in said
    removed = [line for line in found.lines if line.what is What.REMOVED]
    assert not removed or found.weaker


@given(st.data(), st.sampled_from(PROTOCOLS), st.integers(0, 1500))
def test_there_and_back_again_gives_the_first_dates(data: st.DataObject, protocol: Protocol, after: int) -> None:
    today = SURGERY + timedelta(days=after)
    new = _another(data, protocol)
    there, rows = moved(protocol, new, today=today)
    carried = [
        msgspec.structs.replace(one, step=there.rows[one.id][0], number=there.rows[one.id][1])
        for one in rows
        if one.id and one.state == "done"
    ]
    course = msgspec.structs.replace(COURSE, done=done_of(carried))
    back = migrate(new, protocol, overrides=there.overrides, course=course, held=carried, today=today)
    first = {(one.step, one.number, one.done_on) for one in rows if one.state == "done"}
    again = {(*back.rows[one.id], one.done_on) for one in carried if one.id}
    assert again == first


def _another(data: st.DataObject, protocol: Protocol) -> Protocol:
    """A version in which steps are gone, come in other months, or have other windows."""
    steps = []
    for step in protocol.steps:
        match data.draw(st.sampled_from(("same", "gone", "months", "window"))):
            case "same":
                steps.append(step)
            case "months":
                months = data.draw(st.lists(st.integers(0, 60), min_size=1, max_size=12, unique=True))
                steps.append(with_months(step, *sorted(months)))
            case "window":
                days = data.draw(st.integers(0, 60))
                steps.append(msgspec.structs.replace(step, window=Window(early_days=days, late_days=days, source="X")))
            case _:
                pass
    return with_steps(protocol, *(steps or protocol.steps[:1]))
