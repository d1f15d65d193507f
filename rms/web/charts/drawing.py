"""The places of everything in a chart: marks, lines, words; `templates/components/charts.html` draws them as they stand."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from rms.web.charts.finding import finding_of
from rms.web.charts.labels import LINE, SIZE, Label, apart, lanes, shortened, spread, width_of
from rms.web.charts.model import SMALL, WIDE, Mark, Series, Size
from rms.web.charts.scale import Box, Scale, days_of, scale_of
from rms.web.charts.words import description_of, scale_note, title_of

_DASHES: Final = ("8 4", "2 4", "12 4 2 4", "4 2", "16 6", "6 3 2 3 2 3")
_MOST_LIMITS: Final = len(_DASHES)
_MOST_LANES: Final = 3
_BESIDE: Final = 4  # pixels between an event's line and its name
_MARGIN: Final = 7  # pixels around the marks: half of the largest one


class Shape(StrEnum):
    """What a mark looks like. Its form says what its colour says."""

    DOT = "dot"
    DIAMOND = "diamond"
    HOLLOW = "hollow"
    ARROW = "arrow"


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One mark: a dot; a diamond when it lies beyond a limit; hollow when it is only a bound; an arrow off the scale."""

    x: float
    y: float
    shape: Shape


class LimitLine(msgspec.Struct, frozen=True, kw_only=True):
    """A limit across the box, with the dash that tells it from the others."""

    x1: float
    x2: float
    y: float
    dash: str
    label: Label | None = None


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """An event from its words down through the box; no words where there is no room, the list below has them."""

    x: float
    top: float
    bottom: float
    label: Label | None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """All that is drawn. `finding` stands above it, `latest` is the label of the last mark, `note` about the scale."""

    key: str
    width: int
    height: int
    plot: Box
    line: str
    points: tuple[Point, ...]
    limits: tuple[LimitLine, ...]
    title: str
    description: str
    finding: str = ""
    note: str = ""
    unit: str = ""
    latest: Label | None = None
    leaders: tuple[tuple[float, float, float, float], ...] = ()
    events: tuple[EventLine, ...] = ()
    numbers: tuple[Label, ...] = ()
    days: tuple[Label, ...] = ()

    @property
    def labels(self) -> tuple[Label, ...]:
        """All words in the picture."""
        beside = [line.label for line in self.limits if line.label] + [self.latest] * (self.latest is not None)
        above = [event.label for event in self.events if event.label]
        return (*(one for one in beside if one), *above, *self.numbers, *self.days)


def small_chart(series: Series) -> Chart | None:
    """The picture for a line of a list: 120 × 32, the limit dashed, the last mark as a dot. None without a mark."""
    if not series.marks:
        return None
    plot = Box(left=0, top=0, right=SMALL.width, bottom=SMALL.height)
    scale = scale_of(msgspec.structs.replace(series, today=None, events=()), box=plot.inside(5))
    return Chart(
        key=series.key, width=SMALL.width, height=SMALL.height, plot=plot, line=_line(series, scale),
        points=_points(series, scale)[-1:],
        limits=tuple(LimitLine(x1=0, x2=SMALL.width, y=scale.y(limit.number), dash=dash)
                     for limit, dash in zip(series.limits, _DASHES, strict=False)),
        title=title_of(series), description=description_of(series, scale=scale),
    )  # fmt: skip


def full_chart(series: Series, *, size: Size = WIDE) -> Chart | None:
    """The picture for a page. It grows above `size.height` by a line for each row of event names. None without a mark."""
    if not series.marks:
        return None
    gutter = min(24 + max(map(width_of, _words_beside(series))), size.width * 0.55)
    left = 12 + max(width_of(f"{tick:f}") for tick in _numbers_shown(series))
    across = Box(left=left, top=0, right=size.width - gutter, bottom=size.height)
    names = _event_names(series, across, width=size.width)
    rows = lanes(names, most=_MOST_LANES)
    head = 6 + LINE * (1 + max((row for row in rows if row is not None), default=-1))
    plot = msgspec.structs.replace(across, top=head, bottom=head + size.height - LINE - 14)
    scale = scale_of(series, box=plot.inside(_MARGIN))
    points = _points(series, scale)
    limits, latest, leaders = _beside(series, scale, plot=plot, last=points[-1], room=gutter - 20)
    return Chart(
        key=series.key, width=size.width, height=int(plot.bottom + LINE + 6), plot=plot, unit=series.unit,
        line=_line(series, scale), points=points, limits=limits, latest=latest, leaders=leaders,
        events=tuple(_event(name, row, plot=plot) for name, row in zip(names, rows, strict=True)),
        numbers=tuple(Label(text=f"{tick:f}", x=plot.left - 6, y=round(scale.y(tick) + SIZE * 0.3, 1), anchor="end")
                      for tick in scale.ticks()),
        days=_days(scale, plot=plot, width=size.width),
        title=title_of(series), description=description_of(series, scale=scale), note=scale_note(series, scale=scale),
        finding=finding_of(series),
    )  # fmt: skip


def _numbers_shown(series: Series) -> tuple[object, ...]:
    return scale_of(series, box=Box(left=0, top=0, right=1, bottom=1)).ticks()


def _name_shortened(text: str, *, room: float) -> str:
    """The name is cut when there is no room, its number never: half a number would be another one."""
    name, _, number = text.rpartition(" ")
    return f"{shortened(name, room=room - width_of(f' {number}'))} {number}"


def _words_beside(series: Series) -> list[str]:
    return [*(limit.short for limit in series.limits[:_MOST_LIMITS]), f"last {series.in_order[-1].short}"]


def _line(series: Series, scale: Scale) -> str:
    return " ".join(f"{scale.x(mark.on)},{scale.y(mark.number)}" for mark in series.in_order)


def _points(series: Series, scale: Scale) -> tuple[Point, ...]:
    highest = min((limit.number for limit in series.limits), default=None)
    return tuple(
        Point(x=scale.x(mark.on), y=scale.y(mark.number), shape=_shape(mark, scale, is_beyond=(
            highest is not None and mark.number > highest)))
        for mark in series.in_order
    )  # fmt: skip


def _shape(mark: Mark, scale: Scale, *, is_beyond: bool) -> Shape:
    if scale.is_off(mark.number):
        return Shape.ARROW
    if not mark.is_plain:
        return Shape.HOLLOW
    return Shape.DIAMOND if is_beyond else Shape.DOT


def _beside(
    series: Series, scale: Scale, *, plot: Box, last: Point, room: float
) -> tuple[tuple[LimitLine, ...], Label, tuple[tuple[float, float, float, float], ...]]:
    """The limits and the last value with their words to the right, none over another, each led to what it names."""
    limits = series.limits[:_MOST_LIMITS]
    heights = [scale.y(limit.number) for limit in limits] + [last.y]
    places = spread(heights, low=plot.top + 8, high=plot.bottom - 8, gap=LINE)
    words = _words_beside(series)
    x = plot.right + 18
    labels = [Label(text=_name_shortened(text, room=room), x=x, y=round(y + SIZE * 0.3, 1))
              for text, y in zip(words, places, strict=True)]  # fmt: skip
    lines = tuple(
        LimitLine(x1=plot.left, x2=plot.right, y=y, dash=dash, label=label)
        for y, dash, label in zip(heights, _DASHES, labels[:-1], strict=False)
    )
    leaders = tuple((plot.right, y, x - 4, round(at, 1)) for y, at in zip(heights, places, strict=True))
    return lines, labels[-1], leaders


def _event_names(series: Series, across: Box, *, width: int) -> list[Label]:
    """The names of the events by day, each to the right of its line, where no earlier line can cross it."""
    scale = scale_of(series, box=across.inside(_MARGIN))
    xs = [(scale.x(event.on), event.name) for event in sorted(series.events, key=lambda one: one.on)]
    return [Label(text=shortened(name, room=width - x - _BESIDE), x=x + _BESIDE, y=0) for x, name in xs]


def _event(name: Label, row: int | None, *, plot: Box) -> EventLine:
    x = round(name.x - _BESIDE, 1)
    if row is None:
        return EventLine(x=x, top=plot.top, bottom=plot.bottom, label=None)
    label = msgspec.structs.replace(name, y=float(LINE * (row + 1) - 4))
    return EventLine(x=x, top=round(label.y - SIZE * 0.8, 1), bottom=plot.bottom, label=label)


def _days(scale: Scale, *, plot: Box, width: int) -> tuple[Label, ...]:
    wanted: Sequence[tuple[float, str]] = [
        (scale.x(on), text) for on, text in days_of(scale, most=max(2, int(plot.width / 70)))
    ]
    half = [width_of(text) / 2 for _, text in wanted]
    labels = [
        Label(text=text, x=round(min(max(x, h), width - h), 1), y=plot.bottom + LINE, anchor="middle")
        for (x, text), h in zip(wanted, half, strict=True)
    ]
    return apart(labels)
