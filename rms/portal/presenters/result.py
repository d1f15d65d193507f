"""One released result as strings and places: the number against the person's own limit, the chart, the same as a table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from rms.alerts.analytes import ANALYTES, name_of
from rms.clock import london_date
from rms.followup.review.limits import line_of
from rms.portal.own import Own, OwnResult
from rms.portal.presenters.looking import NOTHING_TO_DO, looking, name_in_words
from rms.portal.presenters.own import present_follow_up
from rms.portal.presenters.words import HelpLine, in_words, whom_to_call
from rms.web.charts import Chart, Limit, Mark, Series, Size, full_chart

PHONE: Final = Size(width=288, height=220)
_LINE: Final = 272  # pixels of the number line
_EDGE: Final = 8
_UNITS: Final = {"ug/L": "micrograms in a litre of blood"}
_WORDS: Final = {"": "", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}


class NumberLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line from nothing up, with the limit and the person's own number on it; places are pixels from the left."""

    title: str
    width: int
    start: int
    end: int
    limit_x: float
    value_x: float
    limit: str
    value: str


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/result.html`. `line` and `chart` only where there are numbers and a limit; `looking` where it is not released."""

    test: str
    on: str
    sentence: str
    value: str
    looking: str
    shown_when: str
    limit: str
    unit: str
    line: NumberLine | None
    chart: Chart | None
    rows: tuple[tuple[str, str], ...]
    next: str
    help: HelpLine


def present_result(own: Own, one: OwnResult) -> ResultPage:
    """Fill the page of one result; of one that is not released nothing but that somebody is looking."""
    of = own.whose
    test, on = name_in_words(one.analyte), in_words(london_date(one.sample_at))
    help_line = whom_to_call(of.team.name, number=of.team.phone, hours=of.team.hours)
    if not one.released:
        shown_when = "" if one.decided else "We show a result here when a nurse has looked at it."
        return ResultPage(test=test, on=on, sentence="", value="", looking=looking(one, today=of.today),
                          shown_when=shown_when, limit="", unit="", line=None, chart=None, rows=(), next="",
                          help=help_line)  # fmt: skip
    # Of those that may be shown only, so that a chart never tells what a page may not.
    some = [other for other in own.results if other.analyte == one.analyte and other.released]
    limit = _limit(own, one)
    unit = ANALYTES[one.analyte].unit if one.analyte in ANALYTES else None
    return ResultPage(
        test=test, on=on, sentence=f"The result is what we expect for you. {NOTHING_TO_DO}",
        value=said(one), looking="", shown_when="", line=_number_line(one, limit=limit), chart=_chart(some, limit=limit),
        limit=f"We look again more closely if it goes above {limit:f}." if limit is not None and one.number is not None else "",
        unit=f"The number is {_UNITS.get(unit or '', unit or '')}." if one.number is not None and unit else "",
        rows=tuple((in_words(london_date(other.sample_at)), said(other)) for other in some),
        next=_next(own), help=help_line,
    )  # fmt: skip


def said(one: OwnResult) -> str:
    """The number as it is read aloud: 0.06, or less than 0.02. A report without a number has none."""
    if one.number is None:
        return "As we expect"
    return f"{_WORDS[one.comparator or '']}{one.number:f}"


def _next(own: Own) -> str:
    tests = [one for one in present_follow_up(own).nexts if one.where]
    return f"Your next test: {tests[0].what}. {tests[0].when}" if tests else ""


def _limit(own: Own, one: OwnResult) -> Decimal | None:
    plans = [plan for plan in own.whose.plans if plan.id == one.plan_id] or [
        plan for plan in own.whose.plans if plan.state != "ended"
    ]
    limits = [line_of(plan.protocol.rules, analyte=one.analyte, personal=plan.effective.limits) for plan in plans]
    return min((limit for limit in limits if limit is not None), default=None)


def _number_line(one: OwnResult, *, limit: Decimal | None) -> NumberLine | None:
    if one.number is None or limit is None or limit <= 0:
        return None
    most = max(limit * 2, one.number * Decimal("1.25"))
    room = _LINE - 2 * _EDGE

    def place(number: Decimal) -> float:
        return round(_EDGE + float(number / most) * room, 1)

    value = said(one)
    return NumberLine(
        title=f"Your number is {value}. It is below {limit:f}, the number from which we look more closely.",
        width=_LINE, start=_EDGE, end=_LINE - _EDGE, limit_x=place(limit), value_x=place(one.number),
        limit=f"{limit:f}", value=value,
    )  # fmt: skip


def _chart(some: Sequence[OwnResult], *, limit: Decimal | None) -> Chart | None:
    marks = tuple(
        Mark(on=london_date(one.sample_at), number=one.number, comparator=one.comparator or "")
        for one in reversed(some)
        if one.number is not None
    )
    if len(marks) < 2:
        return None
    return full_chart(
        Series(key="own", name=name_of(some[0].analyte), unit=some[0].unit or "", marks=marks,
               limits=() if limit is None else (Limit(number=limit, name="limit"),)),
        size=PHONE,
    )  # fmt: skip
