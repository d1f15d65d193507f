"""Words in a chart: how much room they take, and how to keep them off each other.

The room is an estimate from above (no browser is asked): letters of the page's font are narrower than this.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from rms.web.charts.scale import Box

SIZE: Final = 14  # pixels, of the letters
LINE: Final = 18  # pixels from one line of words to the next
_GAP: Final = 6
_WIDE_LETTERS: Final = frozenset("mwMW%@—…")


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """Words at a place: `x` is where they start, end or have their middle; `y` is the line they stand on."""

    text: str
    x: float
    y: float
    anchor: str = "start"

    @property
    def box(self) -> Box:
        """The room they take."""
        width = width_of(self.text)
        left = self.x - {"start": 0.0, "middle": width / 2, "end": width}[self.anchor]
        return Box(left=left, top=self.y - SIZE * 0.8, right=left + width, bottom=self.y + SIZE * 0.25)


def width_of(text: str) -> float:
    """Pixels that words take at most."""
    return sum(_letter(one) for one in text) * SIZE


def _letter(one: str) -> float:
    if one in _WIDE_LETTERS or not one.isascii():
        return 1.0
    return 0.75 if one.isupper() else 0.6


def shortened(text: str, *, room: float) -> str:
    """The words, cut with an ellipsis when they need more room than there is."""
    if width_of(text) <= room:
        return text
    while text and width_of(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share any place."""
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def apart(labels: Iterable[Label]) -> tuple[Label, ...]:
    """The labels of one line from left to right, without those that would touch the one before."""
    kept: list[Label] = []
    for label in labels:
        if not kept or label.box.left >= kept[-1].box.right + _GAP:
            kept.append(label)
    return tuple(kept)


def spread(wanted: Sequence[float], *, low: float, high: float, gap: float) -> list[float]:
    """Places as near as can be to those wanted, in their order, each `gap` from the next, between low and high.

    The caller asks for no more than fit.
    """
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    placed = [0.0] * len(wanted)
    at = low - gap
    for n in order:
        at = placed[n] = max(wanted[n], at + gap)
    at = high + gap
    for n in reversed(order):
        at = placed[n] = min(placed[n], at - gap)
    return placed


def lanes(labels: Sequence[Label], *, most: int) -> list[int | None]:
    """For each label the first line above the box in which it touches no other; None when there is none left."""
    ends: list[float] = []
    found: list[int | None] = []
    for label in labels:
        lane = next((n for n, end in enumerate(ends) if label.box.left >= end + _GAP), None)
        if lane is None and len(ends) < most:
            lane = len(ends)
            ends.append(0)
        if lane is not None:
            ends[lane] = label.box.right
        found.append(lane)
    return found
