"""A chart in words: the title that says what it shows, the description behind it, and one mark as a table says it."""

from datetime import date
from typing import Final

from rms.web.charts.model import Mark, Series
from rms.web.charts.scale import Scale

_BEFORE: Final = {"": "", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least "}


def value_words(mark: Mark) -> str:
    """`less than 0.01`; a comparator we do not know stays as it was sent."""
    return f"{_BEFORE.get(mark.comparator, f'{mark.comparator} ')}{mark.number:f}"


def row_words(mark: Mark, *, unit: str) -> str:
    """The same with its unit, as the table beside the chart says it: `less than 0.01 ug/L`."""
    return f"{value_words(mark)} {unit}".strip()


def title_of(series: Series) -> str:
    """`PSA over 8 tests, last 0.06, highest 0.11, limit 0.2`."""
    marks = series.in_order
    if not marks:
        return f"{series.name}: no tests yet"
    highest = max(marks, key=lambda mark: (mark.number, mark.is_plain))
    how_many = "1 test" if len(marks) == 1 else f"{len(marks)} tests"
    parts = [f"{series.name} over {how_many}", f"last {value_words(marks[-1])}", f"highest {value_words(highest)}"]
    return ", ".join([*parts, *(limit.short for limit in series.limits)])


def description_of(series: Series, *, scale: Scale) -> str:
    """The unit, the days, what is drawn how; everything the picture says besides its title."""
    marks = series.in_order
    days = f"From {_day(marks[0].on)} to {_day(marks[-1].on)}" if len(marks) > 1 else f"On {_day(marks[0].on)}"
    said = [f"{days}. Scale from {scale.low:f} to {scale.high:f} {series.unit}.".replace(" .", ".")]
    if any(not mark.is_plain for mark in marks):
        said.append("Hollow marks: the laboratory gave only a bound.")
    said += [f"{event.name} on {_day(event.on)}." for event in series.events]
    return " ".join(said)


def scale_note(series: Series, *, scale: Scale) -> str:
    """What a reader must know about the scale; empty when it is the usual one."""
    said = []
    if scale.raised:
        said.append(f"The scale is higher than usual: it goes up to {scale.high:f} {series.unit}.")
    if any(scale.is_off(mark.number) for mark in series.marks):
        said.append("Arrows at the edge stand for values off the scale; the table has their numbers.")
    return " ".join(said)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
