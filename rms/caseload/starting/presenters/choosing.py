"""The first page: what the register knows, which protocol, its questions, and what came of the conversation."""

from datetime import date

import msgspec

from rms.caseload.identity import IdentityBar
from rms.caseload.starting.forms.choosing import HERE, NO, YES
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import BEGINS, WORDS
from rms.caseload.starting.offers import Block, NotYet, blocks_of
from rms.caseload.starting.presenters.words import Choice, diagnosis_words, treatment_words
from rms.caseload.words import day, moment
from rms.clock import london_date
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted


class ProtocolChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One protocol to choose, with why and with what a person must settle."""

    code: str
    title: str
    reason: str
    doubts: tuple[str, ...]
    chosen: bool


class QuestionBox(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a protocol."""

    name: str
    question: str
    why: str
    choices: tuple[Choice, ...]


class QuestionBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Questions under one heading."""

    heading: str
    questions: tuple[QuestionBox, ...]


class ChoosingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/choosing.html`."""

    bar: IdentityBar
    here: str
    reason: str
    revision: int
    diagnosis: str
    treatments: tuple[str, ...]
    noted: str
    begun: str
    protocols: tuple[ProtocolChoice, ...]
    not_yet: tuple[NotYet, ...]
    blocks: tuple[QuestionBlock, ...]
    choices: tuple[Choice, ...]
    may_leave_out: bool
    typed: Submitted
    errors: FieldErrors


def present_choosing(
    build: Building, *, may_leave_out: bool, typed: Submitted | None = None, errors: FieldErrors = NO_ERRORS
) -> ChoosingPage:
    """The page as it stands: what was typed, else what was saved, else what the register suggests."""
    sent = typed if typed is not None else _before(build)
    case = build.case
    return ChoosingPage(
        bar=build.bar, here=f"/starting/{case.ref}", reason=f"/starting/{case.ref}/reason", revision=build.revision,
        diagnosis=diagnosis_words(case.diagnosis),
        treatments=tuple(treatment_words(one) for one in case.treatments if one.diagnosis_ref in (case.diagnosis.ref, None)),
        noted=noted_words(build), begun=_begun(build),
        protocols=tuple(
            ProtocolChoice(code=str(one.version_id), title=one.protocol.title, reason=one.reason, doubts=one.doubts,
                           chosen=sent.one("protocol") == str(one.version_id))
            for one in build.offers.offers
        ),
        not_yet=build.offers.not_yet,
        blocks=tuple(_block(one, sent=sent) for one in blocks_of(build.offers.offers)),
        choices=tuple(
            Choice(code=one, text=WORDS[one], chosen=sent.one("choice") == one)
            for one in HERE
            if may_leave_out or one in BEGINS
        ),
        may_leave_out=may_leave_out, typed=sent, errors=errors,
    )  # fmt: skip


def _before(build: Building) -> Submitted:
    """What is filled in when the page is opened."""
    draft = build.draft
    if draft is None:
        best = build.offers.best
        suggested = (("protocol", str(best.version_id)),) if best else ()
        return Submitted(pairs=(*suggested, *_day_typed(build.today)))
    answers = tuple((f"q-{key}", YES if said else NO) for key, said in draft.answers.items())
    return Submitted(
        pairs=(("protocol", str(draft.protocol_version_id)), ("choice", draft.choice), ("note", draft.note or ""),
               ("workshop", YES if draft.workshop_attended else ""), *answers, *_day_typed(draft.talked_on or build.today))
    )  # fmt: skip


def _day_typed(on: date) -> tuple[tuple[str, str], ...]:
    return (("talked-day", str(on.day)), ("talked-month", str(on.month)), ("talked-year", str(on.year)))


def _block(block: Block, *, sent: Submitted) -> QuestionBlock:
    return QuestionBlock(
        heading=f"Only for {' and '.join(block.only_for)}" if block.only_for else "Does it fit this person?",
        questions=tuple(
            QuestionBox(
                name=f"q-{one.key}", question=one.question, why=one.why,
                choices=tuple(
                    Choice(code=code, text=code.capitalize(), chosen=sent.one(f"q-{one.key}") == code)
                    for code in (YES, NO)
                ),
            )
            for one in block.questions
        ),
    )  # fmt: skip


def noted_words(build: Building) -> str:
    """The reason that is in force, who recorded it and when; empty when none is."""
    choice = build.case.choice
    if choice is None:
        return ""
    until = f" until {day(choice.until_on)}" if choice.until_on else ""
    note = f" Note: {choice.note}" if choice.note else ""
    made_on = london_date(choice.made_at)
    talked = f", talked about on {day(choice.talked_on)}" if choice.talked_on not in (None, made_on) else ""
    return f"{WORDS[choice.what]}{until}{talked}: recorded by {choice.made_by} on {day(made_on)}.{note}"


def _begun(build: Building) -> str:
    draft = build.case.draft
    if draft is None:
        return ""
    who = "You" if draft.saved_by_id == build.asks.staff_id else draft.saved_by
    return f"{who} began this plan; it was saved on {moment(draft.saved_at)}."
