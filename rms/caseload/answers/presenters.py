"""The questions on one page for staff, as strings: what is asked, what was said, and who wrote it down."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from rms.caseload.answers.forms import name_of
from rms.caseload.answers.store import Sheet
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.people.presenters.answers import answer_words
from rms.caseload.words import day
from rms.caseload.worklist.frame import Option
from rms.people.store import PersonOnFile
from rms.questionnaires.branching import asked
from rms.questionnaires.forms import NOTHING_TYPED, declined_name, options_of, typed_of
from rms.questionnaires.model import DECLINED_CODE, Item, ItemKind
from rms.questionnaires.scoring import Standing, red_flags
from rms.questionnaires.store.answers import KeptAnswer, plain
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

RATHER_NOT: Final = "Would rather not answer"


class QuestionField(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `widget` is choice, number, text or date; `decline` the name of the tick beside a box, or empty."""

    name: str
    number: str
    text: str
    hint: str
    widget: str
    unit: str
    options: tuple[Option, ...]
    decline: str
    declined: bool
    said: str
    typed: Submitted


class AnswersPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/answers.html`. `flags` are what somebody must look at; `closed` says why nothing is taken any more."""

    bar: IdentityBar
    title: str
    due: str
    here: str
    questions: tuple[QuestionField, ...]
    given: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    closed: str
    said: str
    errors: FieldErrors


def present_answers(
    person: PersonOnFile,
    sheet: Sheet,
    *,
    today: date,
    said: str = "",
    sent: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> AnswersPage:
    """The page; after a fault, what could not be kept stands in its box as it was typed."""
    one, answers = sheet.assignment, plain(sheet.kept)
    items = asked(one.definition, answers=answers)
    return AnswersPage(
        bar=identity_bar(person, today=today),
        title=one.title,
        due=f"Due {day(one.due_on)}",
        here=f"/questionnaires/{one.ref}",
        questions=tuple(_question(item, number=n, of=len(items), kept=sheet.kept.get(item.link_id), sent=sent, errors=errors)
                        for n, item in enumerate(items, 1)),
        given=tuple((item.text, answer_words(item, answers.get(item.link_id))) for item in items),
        flags=_flags(sheet),
        closed=_closed(person, sheet),
        said=said,
        errors=errors,
    )  # fmt: skip


def _question(
    item: Item, *, number: int, of: int, kept: KeptAnswer | None, sent: Submitted, errors: FieldErrors
) -> QuestionField:
    name = name_of(item)
    is_faulty = errors.of(name) is not None and any(one.startswith(name) for one, value in sent.pairs if value)
    typed = sent if is_faulty else typed_of(kept.answer if kept else None, name=name)
    is_choice = item.kind in (ItemKind.CHOICE, ItemKind.BOOLEAN)
    declined = bool(typed.one(declined_name(name))) or typed.one(name) == DECLINED_CODE
    return QuestionField(
        name=name, number=f"Question {number} of {of}", text=item.text, hint=item.help or "",
        widget="choice" if is_choice else str(item.kind), unit=item.unit or "",
        options=_options(item, chosen=DECLINED_CODE if declined else typed.one(name)) if is_choice else (),
        decline=declined_name(name) if item.may_decline and item.required and not is_choice else "", declined=declined,
        said=f"Written down by {_who(kept)}" if kept else "", typed=typed,
    )  # fmt: skip


def _who(kept: KeptAnswer) -> str:
    # A visit of the person's own has a name that says nothing to staff.
    return "the person" if kept.saved_by.startswith("the person, visit") else kept.saved_by


def _options(item: Item, *, chosen: str) -> tuple[Option, ...]:
    pairs: Iterable[tuple[str, str]] = options_of(item)
    if item.may_decline and item.required:
        pairs = (*pairs, (DECLINED_CODE, RATHER_NOT))
    return tuple(Option(code=code, text=text, chosen=code == chosen) for code, text in pairs)


def _flags(sheet: Sheet) -> tuple[str, ...]:
    found = red_flags(sheet.assignment.definition, answers=plain(sheet.kept), sent=False)
    return tuple(
        f"{one.because}{f' Say to the person: {one.advice}' if one.advice else ''}"
        for one in found if one.standing is Standing.FLAGGED
    )  # fmt: skip


def _closed(person: PersonOnFile, sheet: Sheet) -> str:
    if person.death_state is not None:
        return "This person has died, or may have died. Nothing is answered for them any more."
    if sheet.assignment.state == "submitted":
        return "The answers were sent. They wait for a review like any others."
    if not sheet.assignment.takes_answers:
        return "These questions are not asked any more."
    return ""
