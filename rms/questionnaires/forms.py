"""What was typed becomes an answer or a sentence about what is missing, on a person's pages and on those of staff. Pure."""

from collections.abc import Callable
from typing import Final

import msgspec

from rms.questionnaires.answers import misfit
from rms.questionnaires.model import DECLINED_CODE, Answer, Chose, Day, Declined, Item, ItemKind, Number, Words, YesNo
from rms.web.fields import a_choice, a_date, a_decimal, a_text
from rms.web.forms import Fault, FieldError, FieldErrors
from rms.web.submitted import Submitted, submitted

ANSWER: Final = "answer"
NOTHING_TYPED: Final = Submitted(pairs=())


class ReadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Either an answer, or the faults to show."""

    answer: Answer | None
    errors: FieldErrors


def read_answer(item: Item, *, sent: Submitted, name: str = ANSWER) -> ReadAnswer:
    """Read the answer to one question; `name` is its field, which has others beside it where a page asks several.

    An empty text that may stay empty is saved as an empty text, so that the question counts as seen.
    """
    if item.may_decline and _was_declined(item, sent=sent, name=name):
        return ReadAnswer(answer=Declined(), errors=FieldErrors())
    try:
        answer = _READERS[item.kind](item, sent, name)
    except Fault as fault:
        return _faulty(fault.message, name=name, parts=fault.parts)
    wrong = misfit(item, answer=answer)
    return _faulty(wrong, name=name) if wrong is not None else ReadAnswer(answer=answer, errors=FieldErrors())


def declined_name(name: str) -> str:
    """The tick beside a box, which says that somebody would rather not answer."""
    return DECLINED_CODE if name == ANSWER else f"{name}-{DECLINED_CODE}"


def _was_declined(item: Item, *, sent: Submitted, name: str) -> bool:
    # In a list of answers it is one more row; beside a box it is a tick of its own.
    if item.kind in (ItemKind.CHOICE, ItemKind.BOOLEAN):
        return sent.one(name) == DECLINED_CODE
    return bool(sent.one(declined_name(name)))


def _faulty(message: str, *, name: str, parts: tuple[str, ...] = ()) -> ReadAnswer:
    return ReadAnswer(answer=None, errors=FieldErrors(all=(FieldError(field=name, message=message, parts=parts),)))


def _or_decline(sentence: str, *, item: Item) -> str:
    return f"{sentence}, or choose “I would rather not answer”" if item.may_decline else sentence


def _choice(item: Item, sent: Submitted, name: str) -> Answer:
    codes = [option.code for option in item.options]
    return Chose(code=str(a_choice(codes, missing=_or_decline("Select an answer", item=item)).read(sent, name)))


def _yes_or_no(item: Item, sent: Submitted, name: str) -> Answer:
    missing = _or_decline("Select yes or no", item=item)
    return YesNo(value=a_choice(("yes", "no"), missing=missing).read(sent, name) == "yes")


def _number(item: Item, sent: Submitted, name: str) -> Answer:
    missing = _or_decline("Enter a number", item=item)
    field = a_decimal(missing=missing, wrong="Enter a number, like 12 or 12.5")
    return msgspec.convert({"value": field.read(sent, name)}, Number)


def _text(item: Item, sent: Submitted, name: str) -> Answer:
    missing = _or_decline("Enter an answer", item=item) if item.required else None
    value = a_text(missing=missing, label="Your answer", longest=item.longest).read(sent, name)
    return Words(value=str(value or ""))


def _day(item: Item, sent: Submitted, name: str) -> Answer:
    field = a_date(label="The date", missing=_or_decline("Enter a date", item=item))
    return msgspec.convert({"value": field.read(sent, name)}, Day)


_READERS: Final[dict[ItemKind, Callable[[Item, Submitted, str], Answer]]] = {
    ItemKind.CHOICE: _choice,
    ItemKind.BOOLEAN: _yes_or_no,
    ItemKind.NUMBER: _number,
    ItemKind.TEXT: _text,
    ItemKind.DATE: _day,
}


def options_of(item: Item) -> tuple[tuple[str, str], ...]:
    """The rows to choose from, code and words; a yes-or-no is a choice of two."""
    if item.kind is ItemKind.BOOLEAN:
        return (("yes", "Yes"), ("no", "No"))
    return tuple((option.code, option.text) for option in item.options)


def typed_of(answer: Answer | None, *, name: str = ANSWER) -> Submitted:
    """Bring a saved answer back into the boxes."""
    match answer:
        case Chose(code=code):
            return submitted([(name, code)])
        case YesNo(value=value):
            return submitted([(name, "yes" if value else "no")])
        case Number(value=number):
            return submitted([(name, str(number))])
        case Words(value=text):
            return submitted([(name, text)])
        case Day(value=day):
            parts = (("day", day.day), ("month", day.month), ("year", day.year))
            return submitted([(f"{name}-{part}", str(value)) for part, value in parts])
        case Declined():
            return submitted([(declined_name(name), "yes")])
        case None:
            return NOTHING_TYPED
