"""The questionnaires this system brings along, read from `instruments/` and checked strictly.

A definition with any fault is not loaded at all, and the error lists every fault at once. Whether a trust has signed a
questionnaire off is not known here: that is a row in the database, and without it nothing is sent.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise

import msgspec

from rms.errors import BadInput, NotFound
from rms.questionnaires.answers import points_range
from rms.questionnaires.model import (
    DECLINED_CODE,
    Comparison,
    Condition,
    Definition,
    Item,
    ItemKind,
    RedFlag,
    Score,
    Urgency,
)

_SCORABLE = (ItemKind.CHOICE, ItemKind.NUMBER, ItemKind.BOOLEAN)


@cache
def all_definitions() -> tuple[Definition, ...]:
    """Read every instrument file, by key. Raises BadInput with the file's name and all its faults."""
    folder = files("rms.questionnaires") / "instruments"
    found = sorted((path for path in folder.iterdir() if path.name.endswith(".json")), key=lambda path: path.name)
    return tuple(decode(path.read_bytes(), name=path.name) for path in found)


def definition_of(key: str) -> Definition:
    """Give the definition with this key. Raises NotFound."""
    for definition in all_definitions():
        if definition.key == key:
            return definition
    raise NotFound(f"There is no questionnaire called “{key}”.")


def decode(raw: bytes, *, name: str) -> Definition:
    """Read one definition. Raises BadInput, naming `name`, for wrong JSON, unknown keys and every fault found."""
    try:
        definition = msgspec.json.decode(raw, type=Definition, strict=True)
    except msgspec.DecodeError as error:
        raise BadInput(f"{name}: {error}.") from error
    found = faults(definition)
    if found:
        raise BadInput(f"{name}: " + " ".join(found))
    return definition


def faults(definition: Definition) -> tuple[str, ...]:
    """Say in sentences everything that is wrong with a definition; empty when it can be used."""
    return tuple(_all_faults(definition))


def _all_faults(definition: Definition) -> Iterator[str]:
    if not definition.items:
        yield "It has no items."
    yield from _doubled("Item", [item.link_id for item in definition.items])
    yield from _doubled("Score", [score.key for score in definition.scores])
    earlier: dict[str, Item] = {}
    for item in definition.items:
        yield from _item_faults(item)
        for condition in item.enable_when.conditions if item.enable_when else ():
            yield from _condition_faults(condition, item=item, earlier=earlier)
        earlier[item.link_id] = item
    for score in definition.scores:
        yield from _score_faults(score, items=earlier)


def _doubled(what: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what} “{name}” appears twice."


def _item_faults(item: Item) -> Iterator[str]:
    here = f"Item “{item.link_id}”"
    if not item.text.strip() or not item.short.strip():
        yield f"{here} has no words."
    if (item.kind is ItemKind.CHOICE) != (len(item.options) >= 2):
        yield f"{here}: a choice needs two options or more, and nothing else may have any."
    yield from _doubled(f"{here}: option", [option.code for option in item.options])
    if any(option.code == DECLINED_CODE for option in item.options):
        yield f"{here}: the option code “{DECLINED_CODE}” means something else."
    if not item.required and item.kind is not ItemKind.TEXT:
        yield f"{here}: only a text may be left empty; for the others there is “I would rather not answer”."
    if item.enable_when is not None and not item.enable_when.conditions:
        yield f"{here}: “enable_when” has no condition."
    if item.lowest is not None and item.highest is not None and item.lowest > item.highest:
        yield f"{here}: the lowest number is above the highest."
    for flag in item.red_flags:
        yield from _flag_faults(flag, item=item)


def _flag_faults(flag: RedFlag, *, item: Item) -> Iterator[str]:
    here = f"Item “{item.link_id}”"
    if item.kind is ItemKind.CHOICE:
        known = {option.code for option in item.options}
    else:
        known = {"yes", "no"} if item.kind is ItemKind.BOOLEAN else set()
    for code in flag.answers:
        if code not in known:
            yield f"{here}: red flag on “{code}”, which is not an answer."
    if not flag.answers or not flag.reason.strip():
        yield f"{here}: a red flag needs answers and a reason."
    if flag.kind is Urgency.ACT_TODAY and not flag.advice:
        yield f"{here}: an “act today” red flag must say what the person should do."


def _condition_faults(condition: Condition, *, item: Item, earlier: dict[str, Item]) -> Iterator[str]:
    here = f"Item “{item.link_id}”"
    on = earlier.get(condition.item)
    if on is None:
        yield f"{here} depends on “{condition.item}”, which is not an earlier item."
        return
    if (condition.comparison is Comparison.ANSWERED) != (condition.value is None):
        yield f"{here}: “answered” takes no value, the others need one."
    elif condition.value is not None and not _can_compare(condition, on=on):
        yield f"{here}: {condition.value!r} is not something “{on.link_id}” can be compared with."


def _can_compare(condition: Condition, *, on: Item) -> bool:
    value, greater = condition.value, condition.comparison is Comparison.GREATER
    if on.kind is ItemKind.BOOLEAN:
        return isinstance(value, bool) and not greater
    if on.kind is ItemKind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if on.kind is ItemKind.CHOICE:
        ranked = not greater or all(option.ordinal is not None for option in on.options)
        return ranked and value in {option.code for option in on.options}
    return isinstance(value, str) and (on.kind is ItemKind.DATE or not greater)


def _score_faults(score: Score, *, items: dict[str, Item]) -> Iterator[str]:
    here = f"Score “{score.key}”"
    if not score.items or not 0 <= score.at_most_missing < len(score.items):
        yield f"{here}: it needs items, and fewer may be missing than it has."
    yield from _doubled(f"{here}: item", list(score.items))
    for link_id in score.items:
        item = items.get(link_id)
        if item is None or item.kind not in _SCORABLE:
            yield f"{here}: “{link_id}” is not an item with points."
        elif any(option.ordinal is None for option in item.options):
            yield f"{here}: an option of “{link_id}” has no points."
        elif score.at_most_missing and not _has_range(item):
            yield f"{here}: “{link_id}” has no lowest and highest points, so a gap in it cannot be filled."
    for band in score.bands:
        if band.lowest > band.highest:
            yield f"{here}: band “{band.key}” ends before it starts."
    for lower, upper in pairwise(score.bands):
        if upper.lowest <= lower.highest:
            yield f"{here}: bands “{lower.key}” and “{upper.key}” overlap or are out of order."


def _has_range(item: Item) -> bool:
    if item.kind is ItemKind.NUMBER and (item.lowest is None or item.highest is None):
        return False
    lowest, highest = points_range(item)
    return lowest < highest
