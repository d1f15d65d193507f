"""What the answers add up to, and which of them somebody must look at. Must not know alerts, plans or the time.

Nothing here guesses. An item with a rule that was declined, or left open when the form was sent, is *cannot tell*; a
score with too many gaps, or more gaps than answers, is no score. Each finding carries the sentence that staff read.
"""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

import msgspec

from rms.questionnaires.answers import Answers, option_text, points_range, says_nothing
from rms.questionnaires.branching import asked, counted
from rms.questionnaires.model import (
    Answer,
    Band,
    Chose,
    Definition,
    Item,
    Method,
    Number,
    RedFlag,
    Score,
    Urgency,
    YesNo,
)

_TENTH = Decimal("0.1")


class Standing(StrEnum):
    """What a red-flag rule says about an answer."""

    FLAGGED = "flagged"
    CLEAR = "clear"
    CANNOT_TELL = "cannot_tell"


class FlagFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What one item's red flags say.

    `urgency` is set unless the standing is clear. For cannot tell it is the highest urgency the item could have had.
    `because` is for staff; `advice` is for the person, and only an answer that was flagged has it.
    """

    link_id: str
    standing: Standing
    because: str
    urgency: Urgency | None = None
    advice: str | None = None


class ScoreFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One score. `value` is None when it cannot be told; then `missing` names the items without points."""

    key: str
    title: str
    value: Decimal | None
    because: str
    band: Band | None = None
    missing: tuple[str, ...] = ()


def red_flags(definition: Definition, *, answers: Answers, sent: bool) -> tuple[FlagFinding, ...]:
    """Judge every asked item that carries red flags, in the order of the form.

    `sent` is False while the person is still answering: then an item without an answer gives no finding yet.
    """
    given = counted(definition, answers=answers)
    watched = [item for item in asked(definition, answers=answers) if item.red_flags]
    return tuple(_judged(item, answer=given.get(item.link_id)) for item in watched if sent or item.link_id in given)


def scores(definition: Definition, *, answers: Answers) -> tuple[ScoreFinding, ...]:
    """Work out every score of the form from the answers that count."""
    given = counted(definition, answers=answers)
    items = {item.link_id: item for item in asked(definition, answers=answers)}
    return tuple(_scored(score, items=items, given=given) for score in definition.scores)


def _judged(item: Item, *, answer: Answer | None) -> FlagFinding:
    if says_nothing(answer):
        what = "was not answered" if answer is None else "was declined"
        return FlagFinding(
            link_id=item.link_id,
            standing=Standing.CANNOT_TELL,
            because=f"Cannot tell: “{item.short}” {what}.",
            urgency=_highest(item.red_flags),
        )
    hit = [flag for flag in item.red_flags if _code(answer) in flag.answers]
    if not hit:
        return FlagFinding(link_id=item.link_id, standing=Standing.CLEAR, because=f"“{item.short}”: no concern.")
    worst = min(hit, key=lambda flag: flag.kind is not Urgency.ACT_TODAY)
    return FlagFinding(
        link_id=item.link_id,
        standing=Standing.FLAGGED,
        because=f"{worst.reason} Answer to “{item.short}”: {_words(item, answer=answer)}.",
        urgency=worst.kind,
        advice=worst.advice,
    )


def _highest(flags: tuple[RedFlag, ...]) -> Urgency:
    return Urgency.ACT_TODAY if any(flag.kind is Urgency.ACT_TODAY for flag in flags) else Urgency.LOOK_SOON


def _code(answer: Answer | None) -> str | None:
    if isinstance(answer, Chose):
        return answer.code
    if isinstance(answer, YesNo):
        return "yes" if answer.value else "no"
    return None


def _words(item: Item, *, answer: Answer | None) -> str:
    code = _code(answer) or ""
    return option_text(item, code=code) or code


def _scored(score: Score, *, items: dict[str, Item], given: dict[str, Answer]) -> ScoreFinding:
    in_play = [items[link_id] for link_id in score.items if link_id in items]
    points = {item.link_id: _points(item, answer=given.get(item.link_id)) for item in in_play}
    missing = tuple(link_id for link_id, value in points.items() if value is None)
    answered = [(item, value) for item in in_play if (value := points[item.link_id]) is not None]
    if len(answered) < len(missing) or not answered or len(missing) > score.at_most_missing:
        why = f"Cannot tell “{score.title}”: {len(missing)} of {len(in_play)} answers are missing."
        return ScoreFinding(key=score.key, title=score.title, value=None, because=why, missing=missing)
    value = _total(answered, in_play=in_play, method=score.method)
    band = _band(score, value=value)
    why = f"{score.title} is {value}, from {len(answered)} of {len(in_play)} answers."
    if band is not None:
        why = f"{why} {band.text}"
    return ScoreFinding(key=score.key, title=score.title, value=value, because=why, band=band, missing=missing)


def _total(answered: list[tuple[Item, Decimal]], *, in_play: list[Item], method: Method) -> Decimal:
    """Add up; a complete sum stays exact, a filled-up one and a mean are rounded to a tenth."""
    total = sum((value for _, value in answered), Decimal(0))
    if method is Method.MEAN:
        return _rounded(total / len(answered))
    seen = {item.link_id for item, _ in answered}
    gaps = [points_range(item) for item in in_play if item.link_id not in seen]
    if not gaps:
        return total
    # A gap stands as high in its own range as the answers stand in theirs; a plain mean could pass the range.
    ranges = [points_range(item) for item, _ in answered]
    width = sum((highest - lowest for lowest, highest in ranges), Decimal(0))
    above = total - sum((lowest for lowest, _ in ranges), Decimal(0))
    filled = sum((lowest + above * (highest - lowest) / width for lowest, highest in gaps), Decimal(0))
    return _rounded(total + filled)


def _rounded(value: Decimal) -> Decimal:
    rounded = value.quantize(_TENTH, rounding=ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _band(score: Score, *, value: Decimal) -> Band | None:
    """Find the band; a value between two bands belongs to the higher one, because burden must not look smaller."""
    if not score.bands or value < score.bands[0].lowest:
        return None
    return next((band for band in score.bands if value <= band.highest), None)


def _points(item: Item, *, answer: Answer | None) -> Decimal | None:
    if isinstance(answer, Chose):
        ordinal = next((option.ordinal for option in item.options if option.code == answer.code), None)
        return None if ordinal is None else Decimal(ordinal)
    if isinstance(answer, Number):
        return answer.value
    if isinstance(answer, YesNo):
        return Decimal(int(answer.value))
    return None
