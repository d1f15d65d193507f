"""What a chart shows, in a sentence above it: on which side of each limit the values lie. Counts, and judges nothing."""

from collections.abc import Sequence
from datetime import date

from rms.web.charts.model import Limit, Mark, Series
from rms.web.charts.words import value_words


def finding_of(series: Series) -> str:
    """`PSA: all 8 values are below the limit of 0.2 ug/L.` What lies before `scale_from` (the operation) is not counted."""
    marks = [mark for mark in series.in_order if series.scale_from is None or mark.on >= series.scale_from]
    if not marks:
        return f"{series.name}: no value to compare yet."
    if not series.limits:
        return f"{series.name}: the last value is {value_words(marks[-1])} {series.unit}".strip() + "."
    since = "" if len(marks) == len(series.marks) or series.scale_from is None else f" since {_day(series.scale_from)}"
    return " ".join(
        f"{series.name}{since}: {_against(marks, limit, unit=series.unit)}." if number == 0
        else f"{_first_up(_against(marks, limit, unit=series.unit))}."
        for number, limit in enumerate(series.limits)
    )  # fmt: skip


def _against(marks: Sequence[Mark], limit: Limit, *, unit: str) -> str:
    sides = [_is_under(mark, limit) for mark in marks]
    level = f"the {limit.name} of {limit.number:f} {unit}".strip()
    below, above, open_ = (sides.count(side) for side in (True, False, None))
    if len(marks) in (below, above):
        where = limit.under if below else limit.over
        many = "both" if len(marks) == 2 else f"all {len(marks)}"
        return f"the only value is {where} {level}" if len(marks) == 1 else f"{many} values are {where} {level}"
    last = {
        True: f"is {limit.under} {level}",
        False: f"is {limit.over} {level}",
        None: f"cannot be compared with {level}",
    }[sides[-1]]
    said = [f"the last value, {value_words(marks[-1])}, {last}"]
    if above:
        said.append(f"{above} of {len(marks)} {'is' if above == 1 else 'are'} {limit.over} it")
    if open_ > (sides[-1] is None):
        said.append(f"{open_} of {len(marks)} cannot be compared")
    return "; ".join(said)


def _is_under(mark: Mark, limit: Limit) -> bool | None:
    """Under or over, or None where only a bound is known that lies on the wrong side: `<0.5` says nothing about 0.2."""
    at, number = limit.number, mark.number
    match mark.comparator:
        case "":
            return number < at if limit.includes else number <= at
        case "<":
            return True if number <= at else None
        case "<=":
            return True if (number < at if limit.includes else number <= at) else None
        case ">":
            return False if number >= at else None
        case ">=":
            return False if (number >= at if limit.includes else number > at) else None
        case _:
            return None


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
