"""All questions on one page become answers; each by the same reader as the person's own page, with the same branching."""

import msgspec

from rms.questionnaires.answers import Answers
from rms.questionnaires.branching import asked, unanswered
from rms.questionnaires.forms import declined_name, read_answer
from rms.questionnaires.model import Answer, Definition, Item
from rms.web.forms import FieldError, FieldErrors
from rms.web.submitted import Submitted


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What is new on the page, in the order of the questions; what cannot be read stands in `errors`."""

    new: tuple[tuple[str, Answer], ...]
    errors: FieldErrors


def name_of(item: Item) -> str:
    """The field of one question."""
    return f"q-{item.link_id}"


def read_given(definition: Definition, *, kept: Answers, sent: Submitted) -> Given:
    """Read every question that is asked once the answers before it count; one left empty changes nothing."""
    answers = dict(kept)
    new: list[tuple[str, Answer]] = []
    errors: list[FieldError] = []
    for item in definition.items:
        if not _was_sent(item, sent=sent) or item not in asked(definition, answers=answers):
            continue
        read = read_answer(item, sent=sent, name=name_of(item))
        errors += read.errors.all
        if read.answer is not None and answers.get(item.link_id) != read.answer:
            new.append((item.link_id, read.answer))
            answers[item.link_id] = read.answer
    return Given(new=tuple(new), errors=FieldErrors(all=tuple(errors)))


def missing_of(definition: Definition, *, answers: Answers) -> FieldErrors:
    """What must be asked before the answers can be sent."""
    return FieldErrors(all=tuple(
        FieldError(field=name_of(item), message=f"Not answered yet: {item.short}", parts=("day",))
        for item in unanswered(definition, answers=answers) if item.required
    ))  # fmt: skip


def _was_sent(item: Item, *, sent: Submitted) -> bool:
    name = name_of(item)
    names = (name, declined_name(name), *(f"{name}-{part}" for part in ("day", "month", "year")))
    return any(sent.one(one) for one in names)
