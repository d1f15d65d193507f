"""A plan's dates as a small picture: a strip a step, marks by percent of its width, so that it fits any screen. Pure.

The picture repeats the list beside it and shows its rhythm; nothing can be learnt from it alone.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.plans.model import Standing
from rms.plans.schedule import PreviewLine

#: Marks keep away from both edges, so that none is cut in half.
_FIRST, _LAST = 2.0, 98.0
_MOST_YEARS = 6


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One date: where it stands from the left, in percent, and whether it is left out."""

    x: str
    left_out: bool


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """The first of January of a year; `label` is empty where years stand too close to be read."""

    x: str
    label: str


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its name, how many and when in words, its marks."""

    title: str
    words: str
    marks: tuple[Mark, ...]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The whole picture."""

    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]


def timeline(lines: Sequence[PreviewLine]) -> Timeline | None:
    """Draw the dates; None when there are none. Steps stand in the order of their first date."""
    if not lines:
        return None
    days = [line.occurrence.due_on for line in lines]
    first, last = min(days), max(days)
    steps: dict[str, list[PreviewLine]] = {}
    for line in lines:
        steps.setdefault(line.occurrence.step, []).append(line)
    return Timeline(
        strips=tuple(_strip(some, first=first, last=last) for some in steps.values()),
        ticks=_ticks(first=first, last=last),
    )


def _strip(lines: Sequence[PreviewLine], *, first: date, last: date) -> Strip:
    asked = [line for line in lines if line.today.standing is not Standing.SKIPPED]
    left_out = len(lines) - len(asked)
    count = f"{len(asked)} in all" + (f", {left_out} left out" if left_out else "")
    begins, ends = lines[0].occurrence.due_on, lines[-1].occurrence.due_on
    span = (
        f"{begins:%B %Y} to {ends:%B %Y}"
        if (begins.year, begins.month) != (ends.year, ends.month)
        else f"{begins:%B %Y}"
    )
    return Strip(
        title=lines[0].occurrence.title,
        words=f"{count}, {span}",
        marks=tuple(
            Mark(x=_place(line.occurrence.due_on, first=first, last=last),
                 left_out=line.today.standing is Standing.SKIPPED)
            for line in lines
        ),
    )  # fmt: skip


def _ticks(*, first: date, last: date) -> tuple[Tick, ...]:
    years = [year for year in range(first.year, last.year + 1) if first <= date(year, 1, 1) <= last]
    every = -(-len(years) // _MOST_YEARS) or 1
    return tuple(
        Tick(x=_place(date(year, 1, 1), first=first, last=last), label=str(year) if number % every == 0 else "")
        for number, year in enumerate(years)
    )


def _place(on: date, *, first: date, last: date) -> str:
    span = (last - first).days or 1
    return f"{_FIRST + (on - first).days / span * (_LAST - _FIRST):.2f}%"
