"""The questionnaires of a person as strings: answers in words, scores with their change since the last, what needs a look."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from rms.caseload.people.store import AskedOf
from rms.caseload.people.words import ASKED_STATES, MODES
from rms.caseload.words import day, in_words
from rms.clock import london_date
from rms.questionnaires.answers import option_text
from rms.questionnaires.branching import asked
from rms.questionnaires.model import Answer, Chose, Day, Declined, Item, Number, Words, YesNo
from rms.questionnaires.scoring import Standing, red_flags

_REVIEW = {"none": "", "to_review": "waits for review", "set_aside": "set aside", "reviewed": "reviewed"}


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its answer; `needs_look` says why somebody must look, empty when nobody must."""

    name: str
    question: str
    answer: str
    needs_look: str


class AskedBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire. `flagged` are the answers that need a look, which are among `answers` too; `names` are theirs.

    `fill_in` leads to the questions on one page, to ask them by telephone; None when they are not taken any more.
    """

    title: str
    state: str
    scores: tuple[str, ...]
    flagged: tuple[str, ...]
    names: tuple[str, ...]
    answers: tuple[AnswerLine, ...]
    fill_in: str | None = None


def present_asked(questionnaires: Sequence[AskedOf], *, may_fill_in: bool = False) -> tuple[AskedBlock, ...]:
    """The newest first."""
    return tuple(
        _block(one, before=questionnaires[n + 1 :], may_fill_in=may_fill_in) for n, one in enumerate(questionnaires)
    )


def _block(one: AskedOf, *, before: Sequence[AskedOf], may_fill_in: bool) -> AskedBlock:
    answers = _answers(one)
    earlier = next((was for was in before if was.submitted_at and was.definition.key == one.definition.key), None)
    return AskedBlock(
        title=f"{one.title}, due {day(one.due_on)}",
        state=_state(one, earlier),
        scores=_scores(one, earlier),
        flagged=tuple(line.needs_look for line in answers if line.needs_look),
        names=tuple(line.name for line in answers if line.needs_look),
        answers=answers,
        fill_in=f"/questionnaires/{one.ref}" if may_fill_in and one.state in ("asked", "opened") else None,
    )


def _state(one: AskedOf, earlier: AskedOf | None) -> str:
    if one.submitted_at is None:
        reason = f": {one.state_reason}" if one.state_reason else ""
        open_until = f". It can be answered until {day(one.closes_on)}." if one.state in ("asked", "opened") else ""
        return f"{ASKED_STATES.get(one.state, in_words(one.state))}{reason}{open_until}"
    how = MODES.get(one.mode or "", "")
    said = f"Answered {how} on {day(london_date(one.submitted_at))}".replace("  ", " ")
    review = _REVIEW.get(one.review_state, "")
    other = earlier is not None and earlier.mode != one.mode
    note = " Answered in another way than last time: scores may differ for that alone." if other else ""
    return f"{said}{', ' if review else ''}{review}.{note}"


def _scores(one: AskedOf, earlier: AskedOf | None) -> tuple[str, ...]:
    last = {score.key: score.value for score in earlier.scores} if earlier else {}
    found = []
    for score in one.scores:
        if score.value is None:
            found.append(score.because)
            continue
        found.append(f"{score.because}{_change(score.value, last.get(score.key))}")
    return tuple(found)


def _change(value: Decimal, before: Decimal | None) -> str:
    if before is None:
        return ""
    if value == before:
        return " The same as last time."
    return f" It was {before} last time: {'up' if value > before else 'down'} by {abs(value - before)}."


def _answers(one: AskedOf) -> tuple[AnswerLine, ...]:
    sent = one.submitted_at is not None
    looks = {found.link_id: found.because for found in red_flags(one.definition, answers=one.answers, sent=sent)
             if found.standing is not Standing.CLEAR}  # fmt: skip
    return tuple(
        AnswerLine(name=item.short, question=item.text, answer=answer_words(item, one.answers.get(item.link_id)),
                   needs_look=looks.get(item.link_id, ""))
        for item in asked(one.definition, answers=one.answers)
        if sent or item.link_id in one.answers
    )  # fmt: skip


def answer_words(item: Item, answer: Answer | None) -> str:
    """An answer as a person would read it out."""
    match answer:
        case None:
            return "Not answered"
        case Declined():
            return "Would rather not answer"
        case Chose(code=code):
            return option_text(item, code=code) or code
        case Number(value=value):
            return f"{value} {item.unit or ''}".strip()
        case YesNo(value=yes):
            return "Yes" if yes else "No"
        case Day(value=on):
            return day(on)
        case Words(value=text):
            return text or "Nothing written"
