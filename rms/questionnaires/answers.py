"""Does an answer fit its question, and how does it read? Must not know what follows from it."""

from collections.abc import Mapping
from decimal import Decimal

from rms.questionnaires.model import Answer, Chose, Day, Declined, Definition, Item, ItemKind, Number, Words, YesNo

Answers = Mapping[str, Answer]
"""Answers by `link_id`. The order in which they were given means nothing."""

_SHAPE: dict[ItemKind, type[Answer]] = {
    ItemKind.CHOICE: Chose,
    ItemKind.NUMBER: Number,
    ItemKind.TEXT: Words,
    ItemKind.BOOLEAN: YesNo,
    ItemKind.DATE: Day,
}


def item_of(definition: Definition, *, link_id: str) -> Item | None:
    """Find the item with this id; None when the definition has none."""
    return next((item for item in definition.items if item.link_id == link_id), None)


def misfit(item: Item, *, answer: Answer) -> str | None:
    """Say in a sentence why this answer does not fit the item; None when it does."""
    if isinstance(answer, Declined):
        return None if item.may_decline else "This question needs an answer"
    if not isinstance(answer, _SHAPE[item.kind]):
        return f"This answer is not a {item.kind}"
    if isinstance(answer, Chose):
        return None if option_text(item, code=answer.code) is not None else "This is not one of the answers"
    if isinstance(answer, Number):
        return _number_misfit(item, answer=answer)
    if isinstance(answer, Words) and len(answer.value) > item.longest:
        return f"Your answer must be {item.longest} characters or fewer"
    return None


def option_text(item: Item, *, code: str) -> str | None:
    """Give the words of an option; None when the item has no such option."""
    return next((option.text for option in item.options if option.code == code), None)


def points_range(item: Item) -> tuple[Decimal, Decimal]:
    """Give the lowest and the highest points of a scored item. Raises ValueError for a number without limits."""
    if item.kind is ItemKind.BOOLEAN:
        return Decimal(0), Decimal(1)
    if item.kind is ItemKind.NUMBER and item.lowest is not None and item.highest is not None:
        return item.lowest, item.highest
    ordinals = [option.ordinal for option in item.options if option.ordinal is not None]
    if not ordinals:
        raise ValueError(f"{item.link_id} has no range of points.")
    return Decimal(min(ordinals)), Decimal(max(ordinals))


def says_nothing(answer: Answer | None) -> bool:
    """Tell whether there is nothing here to judge: no answer, one that was declined, or an empty text."""
    return answer is None or isinstance(answer, Declined) or (isinstance(answer, Words) and not answer.value.strip())


def _number_misfit(item: Item, *, answer: Number) -> str | None:
    if not answer.value.is_finite():
        return "Enter a number"
    too_low = item.lowest is not None and answer.value < item.lowest
    too_high = item.highest is not None and answer.value > item.highest
    if not (too_low or too_high):
        return None
    if item.lowest is not None and item.highest is not None:
        return f"Enter a number from {item.lowest} to {item.highest}"
    return f"Enter a number of {item.lowest} or more" if too_low else f"Enter a number of {item.highest} or less"
