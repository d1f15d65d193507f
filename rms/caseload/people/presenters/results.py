"""The results of a person as strings: a chart and a table a test, with the unit every time and who looked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from rms.alerts.analytes import name_of
from rms.alerts.model import Comparison
from rms.alerts.rules import Rule, conditions_in
from rms.alerts.rules.kinds import ConfirmedThreshold, Threshold
from rms.alerts.rules.report_codes import report_words
from rms.caseload.people.store import FiledResult
from rms.caseload.people.words import DECISIONS, RESULT_STATUSES
from rms.caseload.words import day, in_words
from rms.clock import london_date
from rms.plans.store import PlanOnFile
from rms.results.model import ObservationStatus
from rms.web.charts import Chart, Event, Limit, Mark, Series, full_chart, row_words

FIRST_ROWS: Final = 8
_BEFORE_THE_FIRST: Final = timedelta(days=400)
_START_OF_WATCHING: Final = ("surgery", "end_of_treatment")
_UPPER: Final = (Comparison.ABOVE, Comparison.AT_LEAST)


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """One result. `note` says what is unlike an ordinary one: preliminary, changed by the laboratory, from before."""

    href: str
    taken: str
    value: str
    note: str
    review: str
    is_this: bool = False


class TestBlock(msgspec.Struct, frozen=True, kw_only=True):
    """All results of one test: `latest` large, `before` beside it, the chart, the first rows and those behind them."""

    __test__ = False  # pytest would otherwise take the name for a test class

    key: str
    name: str
    latest: str
    latest_on: str
    before: str
    chart: Chart | None
    caption: str
    events: tuple[str, ...]
    rows: tuple[ResultLine, ...]
    older: tuple[ResultLine, ...]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What explains a person's numbers: their plans, the latest last, and the treatments the register knows."""

    plans: tuple[PlanOnFile, ...]
    treatments: tuple[Mapping[str, Any], ...]
    today: date


def present_tests(
    results: Sequence[FiledResult], *, context: Context, this: int | None = None
) -> tuple[TestBlock, ...]:
    """A block for each test, the one with the newest sample first. `this` is the id of the result a page is about."""
    tests: dict[str, list[FiledResult]] = {}
    for one in results:
        tests.setdefault(one.test, []).append(one)
    return tuple(_block(number, some, context=context, this=this) for number, some in enumerate(tests.values()))


def _block(number: int, results: Sequence[FiledResult], *, context: Context, this: int | None) -> TestBlock:
    """`results` are the newest first."""
    key = f"test-{number + 1}"
    counting = [one for one in results if counts(one)]
    series = series_of(key, counting, context=context) if counting else None
    lines = tuple(_line(one, this=this) for one in results)
    shown = max(FIRST_ROWS, 1 + next((n for n, one in enumerate(results) if one.id == this), 0))
    newest = counting or list(results)
    return TestBlock(
        key=key, name=name_of_test(results[0]), latest=value_of(newest[0]), latest_on=day(london_date(newest[0].sample_at)),
        before=f"{value_of(newest[1])} on {day(london_date(newest[1].sample_at))}" if len(newest) > 1 else "",
        chart=full_chart(series) if series else None,
        caption=f"{name_of_test(results[0])}: {len(results)} {'result' if len(results) == 1 else 'results'}, newest first",
        events=tuple(f"{event.name}: {day(event.on)}" for event in series.events) if series else (),
        rows=lines[:shown], older=lines[shown:],
    )  # fmt: skip


def series_of(key: str, results: Sequence[FiledResult], *, context: Context) -> Series:
    """The numbers of one test that count, as a chart is asked for them; one unit, which is the stored one."""
    marks = tuple(
        Mark(on=london_date(one.sample_at), number=one.number, comparator=one.comparator)
        for one in reversed(results)
        if one.number is not None
    )
    first = min(mark.on for mark in marks)
    return Series(
        key=key, name=name_of_test(results[0]), unit=results[0].unit or "", marks=marks, today=context.today,
        limits=limits_of(context.plans, analyte=results[0].analyte),
        events=tuple(event for event in _events(context) if first - _BEFORE_THE_FIRST <= event.on <= context.today),
        scale_from=_watched_from(context.plans),
    )  # fmt: skip


def counts(one: FiledResult) -> bool:
    """Whether a result is a number that stands: final, and not taken back."""
    return one.number is not None and ObservationStatus(one.status).is_final


def limits_of(plans: Sequence[PlanOnFile], *, analyte: str | None) -> tuple[Limit, ...]:
    """The levels above which the rules of the plans speak; the limit set for this person where one was. Lowest first."""
    watching = [plan for plan in plans if plan.state != "ended"] or list(plans[-1:])
    found: dict[Decimal, Limit] = {}
    for plan in watching:
        personal = plan.effective.limits
        for rule, level, includes in _levels(plan.protocol.rules, analyte=analyte):
            number = personal.get(rule.key, level)
            name = "own limit" if rule.key in personal else "limit"
            had = found.get(number, Limit(number=number, name=name))
            found[number] = Limit(number=number, name=had.name, includes=had.includes or includes)
    return tuple(found[number] for number in sorted(found))


def _levels(rules: Iterable[Rule], *, analyte: str | None) -> Iterable[tuple[Rule, Decimal, bool]]:
    for rule in rules:
        for condition in conditions_in(rule.when):
            if not isinstance(condition, Threshold | ConfirmedThreshold) or condition.analyte != analyte:
                continue
            if condition.comparison in _UPPER:
                yield rule, condition.limit.value, condition.comparison is Comparison.AT_LEAST


def _events(context: Context) -> Iterable[Event]:
    for one in context.treatments:
        name = in_words(one["kind"])
        started, ended = one["started_on"], one["ended_on"]
        if started is not None:
            yield Event(on=started, name=name if ended in (None, started) else f"{name} began")
        if ended is not None and ended != started:
            yield Event(on=ended, name=f"{name} ended")
    for plan in context.plans:
        yield Event(on=plan.course.started_on, name="Follow-up began")


def _watched_from(plans: Sequence[PlanOnFile]) -> date | None:
    """The day from which a low value is the usual one: after the latest treatment that a plan counts from."""
    days = [on for plan in plans for anchor, on in plan.course.anchors.items() if anchor in _START_OF_WATCHING]
    return max(days, default=None)


def name_of_test(one: FiledResult) -> str:
    """What is measured, as a nurse calls it; the laboratory's own words for what is not on our list."""
    return name_of(one.analyte) if one.analyte else one.code_text or "A test without a name"


def value_of(one: FiledResult) -> str:
    """The value as it was reported with its unit; behind it what was sent, where we keep another unit."""
    if one.number is None:
        return f"{report_words(one.value_text)} {one.unit_sent}".strip()
    stored = row_words(Mark(on=date.min, number=one.number, comparator=one.comparator), unit=one.unit or "")
    if not one.unit_sent or one.unit_sent == one.unit:
        return stored
    return f"{stored} (sent as {one.value_text} {one.unit_sent})"


def review_of(one: FiledResult) -> str:
    """Who looked, when and what they decided; or that somebody still must."""
    if one.decided is not None and one.decided_by is not None and one.decided_at is not None:
        until = f" until {day(one.until_on)}" if one.until_on else ""
        note = f": {one.note}" if one.note else ""
        on = day(london_date(one.decided_at))
        return f"{DECISIONS.get(one.decided, in_words(one.decided))}{until}, {one.decided_by}, {on}{note}"
    waiting = {"to_review": "Waits for review", "set_aside": "Set aside", "reviewed": "Reviewed"}
    return "From before this system" if one.is_history else waiting.get(one.review_state, "No review needed")


def _line(one: FiledResult, *, this: int | None) -> ResultLine:
    status = RESULT_STATUSES.get(one.status, one.status)
    notes = ["" if status == "final" else status.capitalize(), "Changed by the laboratory" if one.versions > 1 else ""]
    return ResultLine(
        href=f"/results/{one.ref}", taken=day(london_date(one.sample_at)), value=value_of(one),
        note=". ".join(filter(None, notes)), review=review_of(one), is_this=one.id == this,
    )  # fmt: skip


def waiting_result(results: Sequence[FiledResult]) -> str | None:
    """The address of the oldest result that still waits for a review."""
    waiting = [one for one in results if one.review_state == "to_review" and not one.is_history]
    return f"/results/{waiting[-1].ref}" if waiting else None
