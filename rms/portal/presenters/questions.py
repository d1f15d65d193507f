"""What the pages of a questionnaire show, as strings. Must not query, decide or read the time."""

from collections.abc import Collection
from datetime import date
from typing import Final

import msgspec

from rms.clock import london_date
from rms.dates import add_working_days
from rms.dates.spoken import clock_words
from rms.portal.presenters.words import HelpLine, answer_by_said, in_words, weekday, whom_to_call
from rms.portal.sheet import Sheet
from rms.questionnaires.answers import Answers, option_text
from rms.questionnaires.branching import asked, counted, item_before, next_item, progress
from rms.questionnaires.forms import ANSWER, NOTHING_TYPED, options_of, typed_of
from rms.questionnaires.model import (
    DECLINED_CODE,
    Answer,
    Chose,
    Day,
    Declined,
    Definition,
    Item,
    ItemKind,
    Number,
    Words,
    YesNo,
)
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

READ_WITHIN_WORKING_DAYS: Final = 3
RATHER_NOT: Final = "I would rather not answer"
NOTHING_TO_ADD: Final = "Nothing to add"
ANSWERED_BEFORE: Final = "Answered on an earlier visit"


class StartPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/start.html`: before the first question. `on` leads to it, or to where the person left off (`where`)."""

    team: str
    minutes: str
    on: str
    where: str
    until: str
    help: HelpLine


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One row to tap."""

    code: str
    text: str
    chosen: bool


class QuestionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/question.html`. `widget` is choice, number, text or date; a yes-or-no item is a choice of two.

    `stop` (a form of its own) and `talk` are the ways out: come back later, and somebody to talk to. `kept`: there is an
    answer from an earlier visit, which is not shown and stands unless another one is given.
    """

    action: str
    back: str | None
    stop: str
    talk: str
    where: str
    widget: str
    text: str
    hint: str
    choices: tuple[Choice, ...]
    decline: Choice | None
    unit: str
    typed: Submitted
    errors: FieldErrors
    kept: bool = False


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to look over. `answered` is False for a question left open, which must be answered before sending."""

    question: str
    answer: str
    change: str
    answered: bool


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/check.html`. `note` lists what was skipped, once; `may_send` is False while an answer is missing."""

    action: str
    back: str | None
    rows: tuple[CheckRow, ...]
    note: str
    may_send: bool
    help: HelpLine


class SentPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/sent.html`, also for whoever opens the link again. `came` says when, `read_by` who reads them and by when."""

    came: str
    read_by: str
    next_steps: tuple[str, ...]
    call_today: tuple[str, ...]
    help: HelpLine


class CallTodayPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/call_today.html`: after an answer that cannot wait; the questions go on below it."""

    advice: tuple[str, ...]
    now: str
    on: str
    help: HelpLine


class PausedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/paused.html`: "Stop and come back later"."""

    until: str
    help: HelpLine


class PhonePage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/phone_us.html`: somebody to phone, from any page. `ask` asks the team to phone; `asked`: it was told."""

    help: HelpLine
    back: str | None = None
    ask: str | None = None
    asked: bool = False


class StoppedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/link_stopped.html`: the questions are not asked any more."""

    help: HelpLine


_CAME: Final = {
    "telephone": "You gave us your answers on the phone on",
    "paper": "We got your answers on paper on",
}


def present_sent(sheet: Sheet, *, advice: tuple[str, ...]) -> SentPage:
    """Say that the answers came, when and by which way, who has read them or will, and what to do when something changed."""
    at = sheet.assignment.submitted_at
    assert at is not None
    came = _CAME.get(sheet.assignment.mode or "", "You sent us your answers on")
    return SentPage(
        came=f"{came} {weekday(london_date(at))} at {clock_words(at)}.", read_by=_read_by(sheet, came_on=london_date(at)),
        next_steps=(
            "You do not need to do anything else.",
            "If you want to change an answer, call us.",
            "If something has changed since, or worries you, tell us. Do not wait for our next questions.",
        ),
        call_today=advice,
        help=whom_to_call(sheet.team.name, number=sheet.team.phone, hours=sheet.team.hours),
    )  # fmt: skip


def _read_by(sheet: Sheet, *, came_on: date) -> str:
    if sheet.assignment.review_state == "reviewed":
        return "Your team has read your answers."
    by = add_working_days(came_on, READ_WITHIN_WORKING_DAYS)
    if by < sheet.today:
        return (
            "Your team should have read your answers by now. If you have not heard from us and want to, please call us."
        )
    return f"Your team reads your answers by {weekday(by)}."


def present_start(sheet: Sheet, *, on: str) -> StartPage:
    """Say what comes, and from which question it goes on."""
    begun = bool(sheet.answers)
    following = next_item(sheet.definition, answers=sheet.answers)
    where = "Check your answers" if following is None else ""
    if following is not None and begun:
        where = (
            f"Go on with question {progress(sheet.definition, link_id=following.link_id, answers=sheet.answers).number}"
        )
    return StartPage(
        team=sheet.team.name, minutes=f"about {sheet.definition.about_minutes} minutes", on=on, where=where or "Start",
        until=answer_by_said(sheet.answer_by, today=sheet.today),
        help=whom_to_call(sheet.team.name, number=sheet.team.phone, hours=sheet.team.hours),
    )  # fmt: skip


def present_question(
    definition: Definition,
    *,
    item: Item,
    answers: Answers,
    base: str,
    earlier: Collection[str] = (),
    sent: Submitted | None = None,
    errors: FieldErrors = NO_ERRORS,
) -> QuestionPage:
    """Fill a question page; after an error, `sent` keeps what was typed.

    `earlier` are items answered on an earlier visit: a date of birth and a link never show what was said before.

    `base` is the questionnaire's address; below it are `/q/LINK_ID`, `/later`, `/phone`, `/send`.
    """
    here = progress(definition, link_id=item.link_id, answers=answers)
    before = item_before(definition, link_id=item.link_id, answers=answers)
    hidden = item.link_id in earlier
    typed = sent if sent is not None else (NOTHING_TYPED if hidden else typed_of(answers.get(item.link_id)))
    given = typed.one(ANSWER)
    offered = item.may_decline and item.required
    declined = given == DECLINED_CODE or bool(typed.one(DECLINED_CODE))
    return QuestionPage(
        action=question_address(base, link_id=item.link_id),
        back=question_address(base, link_id=before.link_id) if before else None,
        stop=f"{base}/later",
        talk=f"{base}/phone",
        where=f"Question {here.number} of {here.of}",
        widget="choice" if item.kind is ItemKind.BOOLEAN else str(item.kind),
        text=item.text,
        hint=item.help or "",
        choices=tuple(Choice(code=code, text=text, chosen=code == given) for code, text in options_of(item)),
        decline=Choice(code=DECLINED_CODE, text=RATHER_NOT, chosen=declined) if offered else None,
        unit=item.unit or "",
        typed=typed,
        errors=errors,
        kept=hidden,
    )


def present_check(
    definition: Definition, *, answers: Answers, base: str, help_line: HelpLine, earlier: Collection[str] = ()
) -> CheckPage:
    """List every asked question with its answer; those of an earlier visit without. What is not asked is not shown."""
    items = asked(definition, answers=answers)
    given = counted(definition, answers=answers)
    skipped = [i.short for i in items if i.link_id not in earlier and isinstance(given.get(i.link_id), Declined)]
    note = f"You chose not to answer: {', '.join(skipped)}. That is all right." if skipped else ""
    last = question_address(base, link_id=items[-1].link_id) if items else None
    return CheckPage(
        action=f"{base}/send",
        back=last,
        rows=tuple(
            _row(item, answer=given.get(item.link_id), base=base, hidden=item.link_id in earlier) for item in items
        ),
        note=note,
        may_send=not any(item.required and item.link_id not in given for item in items),
        help=help_line,
    )


def question_address(base: str, *, link_id: str) -> str:
    """Give the address of one question."""
    return f"{base}/q/{link_id}"


def spoken(item: Item, *, answer: Answer | None) -> str:
    """Say an answer as the person would."""
    match answer:
        case Chose(code=code):
            return option_text(item, code=code) or code
        case YesNo(value=value):
            return "Yes" if value else "No"
        case Number(value=number):
            return f"{number} {item.unit or ''}".strip()
        case Day(value=day):
            return in_words(day)
        case Words(value=text):
            return text or NOTHING_TO_ADD
        case Declined():
            return RATHER_NOT
        case None:
            return "Not answered yet"


def _row(item: Item, *, answer: Answer | None, base: str, hidden: bool) -> CheckRow:
    words = spoken(item, answer=answer) if answer is not None or item.required else NOTHING_TO_ADD
    return CheckRow(
        question=item.text,
        answer=ANSWERED_BEFORE if hidden and answer is not None else words,
        change=question_address(base, link_id=item.link_id),
        answered=answer is not None or not item.required,
    )
