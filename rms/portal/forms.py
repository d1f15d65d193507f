"""What a person typed becomes an answer or a sentence about what is missing. Must not query or decide what follows."""

from collections.abc import Callable
from datetime import date
from typing import Final

import msgspec

from rms.questionnaires.answers import misfit
from rms.questionnaires.model import DECLINED_CODE, Answer, Chose, Day, Declined, Item, ItemKind, Number, Words, YesNo
from rms.web.fields import a_choice, a_date, a_decimal, a_text
from rms.web.forms import Fault, Field, FieldError, FieldErrors, Form
from rms.web.submitted import Submitted

ANSWER: Final = "answer"
_OLDEST: Final = 120


class BirthDate(msgspec.Struct, frozen=True, kw_only=True):
    """What the first form asks for."""

    born_on: date


class WhoseLink(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the link reached the right person: `mine` or `not_mine`."""

    whose: str


NOT_ME: Final = Form(WhoseLink, whose=a_choice(("mine", "not_mine"), missing="Choose one of the two answers"))


class ReadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Either an answer, or the faults to show."""

    answer: Answer | None
    errors: FieldErrors


def birth_date_form(*, today: date) -> Form[BirthDate]:
    """Make the form that asks for the date of birth."""
    field = a_date(
        label="Date of birth",
        missing="Enter your date of birth",
        not_before=date(today.year - _OLDEST, 1, 1),
        not_after=today,
        too_late="Date of birth must be in the past",
    )
    return Form(BirthDate, born_on=field)


def read_answer(item: Item, *, sent: Submitted) -> ReadAnswer:
    """Read the one answer of a question page.

    An empty text that may stay empty is saved as an empty text, so that the question counts as seen.
    """
    if item.may_decline and _was_declined(item, sent=sent):
        return ReadAnswer(answer=Declined(), errors=FieldErrors())
    try:
        answer = _READERS[item.kind](item, sent)
    except Fault as fault:
        return _faulty(fault.message, parts=fault.parts)
    wrong = misfit(item, answer=answer)
    return _faulty(wrong) if wrong is not None else ReadAnswer(answer=answer, errors=FieldErrors())


def _was_declined(item: Item, *, sent: Submitted) -> bool:
    # In a list of answers it is one more row; beside a box it is a tick of its own.
    if item.kind in (ItemKind.CHOICE, ItemKind.BOOLEAN):
        return sent.one(ANSWER) == DECLINED_CODE
    return bool(sent.one(DECLINED_CODE))


def _faulty(message: str, *, parts: tuple[str, ...] = ()) -> ReadAnswer:
    return ReadAnswer(answer=None, errors=FieldErrors(all=(FieldError(field=ANSWER, message=message, parts=parts),)))


def _or_decline(sentence: str, *, item: Item) -> str:
    return f"{sentence}, or choose “I would rather not answer”" if item.may_decline else sentence


def _value(field: Field, *, sent: Submitted) -> object:
    return field.read(sent, ANSWER)


def _choice(item: Item, sent: Submitted) -> Answer:
    codes = [option.code for option in item.options]
    return Chose(code=str(_value(a_choice(codes, missing=_or_decline("Select an answer", item=item)), sent=sent)))


def _yes_or_no(item: Item, sent: Submitted) -> Answer:
    missing = _or_decline("Select yes or no", item=item)
    return YesNo(value=_value(a_choice(("yes", "no"), missing=missing), sent=sent) == "yes")


def _number(item: Item, sent: Submitted) -> Answer:
    missing = _or_decline("Enter a number", item=item)
    field = a_decimal(missing=missing, wrong="Enter a number, like 12 or 12.5")
    return msgspec.convert({"value": _value(field, sent=sent)}, Number)


def _text(item: Item, sent: Submitted) -> Answer:
    missing = _or_decline("Enter an answer", item=item) if item.required else None
    value = _value(a_text(missing=missing, label="Your answer", longest=item.longest), sent=sent)
    return Words(value=str(value or ""))


def _day(item: Item, sent: Submitted) -> Answer:
    field = a_date(label="The date", missing=_or_decline("Enter a date", item=item))
    return msgspec.convert({"value": _value(field, sent=sent)}, Day)


_READERS: Final[dict[ItemKind, Callable[[Item, Submitted], Answer]]] = {
    ItemKind.CHOICE: _choice,
    ItemKind.BOOLEAN: _yes_or_no,
    ItemKind.NUMBER: _number,
    ItemKind.TEXT: _text,
    ItemKind.DATE: _day,
}
