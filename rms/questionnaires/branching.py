"""Which questions are asked, which comes next, and how far along somebody is. Must not know scores or pages.

A condition looks at earlier items only (`library.py` refuses others), so one pass in order settles everything: an item
that is not asked has no answer, and what depends on it is not asked either. Answers that were given before an earlier
one changed are kept by the store and ignored here; changing back brings them up again.
"""

from datetime import date
from decimal import Decimal

import msgspec

from rms.questionnaires.answers import Answers, misfit, says_nothing
from rms.questionnaires.model import (
    Answer,
    Chose,
    Comparison,
    Condition,
    Day,
    Definition,
    EnableWhen,
    Item,
    Match,
    Number,
    Words,
    YesNo,
)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody stands: `number` of this question and `of` how many, as far as the answers so far tell."""

    number: int
    of: int
    answered: int


def asked(definition: Definition, *, answers: Answers) -> tuple[Item, ...]:
    """Give the items that are asked with these answers, in order."""
    return tuple(item for item, _ in _walk(definition, answers=answers))


def counted(definition: Definition, *, answers: Answers) -> dict[str, Answer]:
    """Keep only the answers that count: the item is asked and the answer fits it."""
    return {item.link_id: answer for item, answer in _walk(definition, answers=answers) if answer is not None}


def unanswered(definition: Definition, *, answers: Answers) -> tuple[Item, ...]:
    """Give the asked items without any answer yet; declining is an answer."""
    return tuple(item for item, answer in _walk(definition, answers=answers) if answer is None)


def next_item(definition: Definition, *, answers: Answers) -> Item | None:
    """Give the first asked item without an answer, which is where to carry on; None when it is time to check."""
    return next(iter(unanswered(definition, answers=answers)), None)


def item_after(definition: Definition, *, link_id: str, answers: Answers) -> Item | None:
    """Give the asked item that follows this one, for Continue; None after the last."""
    return _neighbour(definition, link_id=link_id, answers=answers, step=1)


def item_before(definition: Definition, *, link_id: str, answers: Answers) -> Item | None:
    """Give the asked item in front of this one, for Back; None at the first."""
    return _neighbour(definition, link_id=link_id, answers=answers, step=-1)


def may_be_sent(definition: Definition, *, answers: Answers) -> bool:
    """Tell whether every asked item that must be answered has an answer."""
    return not any(item.required for item in unanswered(definition, answers=answers))


def progress(definition: Definition, *, link_id: str, answers: Answers) -> Progress:
    """Say which question of how many this is. Raises ValueError when the item is not asked."""
    ids = [item.link_id for item in asked(definition, answers=answers)]
    open_items = len(unanswered(definition, answers=answers))
    return Progress(number=ids.index(link_id) + 1, of=len(ids), answered=len(ids) - open_items)


def _walk(definition: Definition, *, answers: Answers) -> tuple[tuple[Item, Answer | None], ...]:
    seen: dict[str, tuple[Item, Answer]] = {}
    steps: list[tuple[Item, Answer | None]] = []
    for item in definition.items:
        if item.enable_when is not None and not _holds(item.enable_when, seen=seen):
            continue
        answer = answers.get(item.link_id)
        if answer is not None and misfit(item, answer=answer) is not None:
            answer = None
        if answer is not None:
            seen[item.link_id] = (item, answer)
        steps.append((item, answer))
    return tuple(steps)


def _holds(rule: EnableWhen, *, seen: dict[str, tuple[Item, Answer]]) -> bool:
    verdicts = [_met(condition, seen=seen) for condition in rule.conditions]
    return all(verdicts) if rule.match is Match.ALL else any(verdicts)


def _met(condition: Condition, *, seen: dict[str, tuple[Item, Answer]]) -> bool:
    if condition.item not in seen:
        return False
    item, answer = seen[condition.item]
    if says_nothing(answer):
        return False
    if condition.comparison is Comparison.ANSWERED:
        return True
    given, wanted = _plain(answer), condition.value
    if condition.comparison is Comparison.EQUALS:
        return _same(given, wanted=wanted)
    return _greater(item, given=given, wanted=wanted)


def _plain(answer: Answer) -> str | bool | Decimal | date | None:
    if isinstance(answer, Chose):
        return answer.code
    if isinstance(answer, Number | Words | YesNo | Day):
        return answer.value
    return None


def _same(given: str | bool | Decimal | date | None, *, wanted: str | int | float | bool | None) -> bool:
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    if isinstance(given, Decimal):
        return isinstance(wanted, int | float) and given == Decimal(str(wanted))
    if isinstance(given, date):
        return given.isoformat() == wanted
    return given is not None and given == wanted


def _greater(item: Item, *, given: str | bool | Decimal | date | None, wanted: str | int | float | bool | None) -> bool:
    if isinstance(given, Decimal):
        return isinstance(wanted, int | float) and given > Decimal(str(wanted))
    if isinstance(given, date):
        return isinstance(wanted, str) and given.isoformat() > wanted
    ranks = {option.code: option.ordinal for option in item.options}
    ours = ranks.get(given) if isinstance(given, str) else None
    theirs = ranks.get(wanted) if isinstance(wanted, str) else wanted
    return ours is not None and isinstance(theirs, int | float) and ours > theirs


def _neighbour(definition: Definition, *, link_id: str, answers: Answers, step: int) -> Item | None:
    items = asked(definition, answers=answers)
    places = [place for place, item in enumerate(items) if item.link_id == link_id]
    if not places or not 0 <= places[0] + step < len(items):
        return None
    return items[places[0] + step]
