"""One case as strings: why it is here, the result against the plan, what else one must know, the buttons."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from rms.alerts.analytes import name_of
from rms.alerts.model import FindingOutcome
from rms.alerts.moves import DecisionKind
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.message_words import purpose_words
from rms.caseload.people.presenters.answers import AskedBlock, present_asked
from rms.caseload.people.presenters.results import Context, TestBlock, present_tests
from rms.caseload.people.store import AskedOf, FiledResult
from rms.caseload.review.case_store import AlsoWaits, LastContact
from rms.caseload.review.store import SittingRow
from rms.caseload.review.words import BUTTONS, Done, done_words
from rms.caseload.words import day
from rms.caseload.worklist.ages import sentence, when
from rms.clock import london_date
from rms.followup.review.cases import CHOICES, Case
from rms.followup.review.model import EntryFacts
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a summary list."""

    key: str
    value: str


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """One of the buttons, in their fixed order."""

    code: str
    text: str
    primary: bool


class OtherCase(msgspec.Struct, frozen=True, kw_only=True):
    """Another thing of the same person that waits."""

    href: str
    text: str


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/review/case.html`. `token` is empty when the one who looks cannot decide; `closed` says why.

    `flagged` are the answers that need a person, which come before everything else.
    `first_button` keeps its place in the row also when `not_offered` says why nobody may press it.
    """

    bar: IdentityBar
    title: str
    flagged: tuple[str, ...]
    reason: str
    also: tuple[str, ...]
    facts: tuple[Fact, ...]
    tests: tuple[TestBlock, ...]
    asked: tuple[AskedBlock, ...]
    contacts: tuple[str, ...]
    others: tuple[OtherCase, ...]
    closed: str
    token: str
    decide: str
    set_aside: str
    buttons: tuple[Button, ...]
    first_button: str
    not_offered: str
    done: Done | None
    summary: str | None
    typed: Submitted
    errors: FieldErrors


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read around a case."""

    person: PersonOnFile
    results: tuple[FiledResult, ...]
    context: Context
    questionnaires: tuple[AskedOf, ...]
    contacts: tuple[LastContact, ...]
    others: tuple[AlsoWaits, ...]
    before: tuple[SittingRow, ...]
    sitting: str | None
    decided: str


def present_case(
    case: Case,
    *,
    known: Known,
    decides: bool,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
    today: date,
    now: datetime,
) -> CasePage:
    """One case. Only its own test is charted; the person's page has the others."""
    shown, facts = case.candidate.shown, case.candidate.facts
    this = facts.result if isinstance(facts, EntryFacts) else None
    same_test = {one.test for one in known.results if one.id == this}
    results = [one for one in known.results if one.test in same_test]
    form = _form(shown.subject_ref, known)
    return CasePage(
        bar=identity_bar(known.person, today=today), title=_title(case, form),
        flagged=form.flagged if form else (),
        reason=case.reason, also=tuple(one for one in case.also if case.reason not in one), facts=_facts(case),
        tests=present_tests(results, context=known.context, this=this) if results else (),
        asked=present_asked(known.questionnaires)[:2],
        contacts=tuple(_contact(one, now=now) for one in known.contacts),
        others=tuple(_other(one) for one in known.others), closed=_closed(case, known=known, decides=decides),
        token=case.token, decide=f"/review/cases/{shown.subject_ref}/decide",
        set_aside=f"/review/cases/{shown.subject_ref}/set-aside", buttons=_buttons(case),
        first_button=BUTTONS[CHOICES[case.candidate.subject.kind][0]], not_offered=_not_offered(case),
        done=_done(known, now=now),
        summary=known.sitting, typed=typed, errors=errors,
    )  # fmt: skip


def _form(ref: UUID, known: Known) -> AskedBlock | None:
    """The form that is looked at; None for a result."""
    this = [one for one in known.questionnaires if one.ref == ref]
    return present_asked(this)[0] if this else None


def _title(case: Case, form: AskedBlock | None) -> str:
    """What it is; of answers those that need a person are named first, and a score only when none does."""
    shown = case.candidate.shown
    if form is None or not form.names:
        return f"{shown.test}: {shown.value}"
    return f"{shown.test}: needs a person: {', '.join(form.names)}"


def _done(known: Known, *, now: datetime) -> Done | None:
    """What was done just before, while it can be undone; what lies longer back is no news here."""
    done = done_words(known.before, undo=known.sitting or "", now=now, of=known.person.ref)
    return done if done is not None and done.until else None


def _facts(case: Case) -> tuple[Fact, ...]:
    shown, facts = case.candidate.shown, case.candidate.facts
    if not isinstance(facts, EntryFacts):
        lines = [("Answered", day(shown.sampled_on)), ("Scores", sentence(shown.value))]
    else:
        limits = [f"{one.words}{' (set for this person)' if one.personal else ''}" for one in shown.limits]
        says = [one.sentence for one in facts.rules if one.sentence and one.outcome is not FindingOutcome.CLEAR]
        lines = [
            ("Result", f"{shown.test} {shown.value}, sample of {day(shown.sampled_on)}"),
            ("Looked at when", "; ".join(limits) or "No rule of the plan has a limit for this test"),
            ("The rules say", " ".join(says) or "Nothing: every rule is clear"),
            ("Questionnaires", shown.questionnaires or "None asked"),
            ("How they would be told", shown.told or "Not known"),
        ]
    following = f"{shown.next_test}, due {day(shown.next_due_on)}" if shown.next_due_on else "No test is planned"
    return tuple(Fact(key=key, value=value) for key, value in [*lines, ("Next test", following)])


def _not_offered(case: Case) -> str:
    """Why the first button is missing; a rule's sentence stands at the top already."""
    why = case.first_choice_refused
    if not why:
        return ""
    first = BUTTONS[CHOICES[case.candidate.subject.kind][0]]
    because = "a rule objects" if why.startswith("A rule objects") else f"{why[0].lower()}{why[1:]}".rstrip(".")
    return f"“{first}” is not offered: {because}."


def _contact(one: LastContact, *, now: datetime) -> str:
    if one.sort == "called":
        said = f": {one.what}" if one.what else ""
        return f"{sentence(when(one.at, now=now))}: {one.how} called{said}"
    return f"{sentence(when(one.at, now=now))}: {purpose_words(one.what)}, by {'text' if one.how == 'sms' else one.how}"


def _other(one: AlsoWaits) -> OtherCase:
    what = name_of(one.name) if one.kind == "result" else f"Answers to {one.name}"
    return OtherCase(href=f"/review/cases/{one.ref}", text=f"{what} of {day(london_date(one.at))}")


def _closed(case: Case, *, known: Known, decides: bool) -> str:
    if case.token:
        return ""
    if not case.candidate.waits:
        return known.decided or "Nobody has to look at this."
    if case.held_by is not None:
        return f"{case.held_by} is looking at this now. You can read it, or open another."
    return "" if decides else "A nurse or a doctor of your team decides about this."


def _buttons(case: Case) -> tuple[Button, ...]:
    """The same order every time, so that a hand finds them; the first is left out when a rule objects."""
    first = CHOICES[case.candidate.subject.kind][0]
    return tuple(
        Button(code=kind.value, text=BUTTONS[kind], primary=kind is first)
        for kind in CHOICES[case.candidate.subject.kind]
        if kind is not DecisionKind.SET_ASIDE and not (kind is first and case.first_choice_refused)
    )
