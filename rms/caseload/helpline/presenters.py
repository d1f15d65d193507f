"""The helpline as strings: the list, the page on which a call is written down, one call with what happened after it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

import msgspec

from rms.alerts.model import AlertKind
from rms.caseload.helpline.model import CALLERS, HAPPENED, OUTCOMES, REASONS, Caller, Happened, Outcome, Reason
from rms.caseload.helpline.store import OPEN, SETTLED, Contact, ContactLine, StepTaken
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.words import KINDS, in_words
from rms.caseload.worklist.ages import sentence, target, when
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.frame import ListFrame, Option, list_frame
from rms.caseload.worklist.people import OwnerCell, PersonCell, owner_cell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.caseload.worklist.ways import WAYS
from rms.clock import london_date
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.model import ContactKind
from rms.people.permissions import Permission
from rms.people.store import Contact as ContactDetail
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

C = TypeVar("C", bound=str)
PATH: Final = "/helpline"
NOTHING_TYPED: Final = Submitted(pairs=())
KIND_CHOICES: Final[Mapping[str, str]] = {
    OPEN: "Open calls", SETTLED: "Settled calls", **{str(one): words for one, words in REASONS.items()},
}  # fmt: skip
_SOON: Final = {"today": "Today", "days": "Within 3 working days"}
_ORDER: Final = "Open calls first, the one that must be looked at next on top; then the settled ones, the latest first."


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    href: str
    person: PersonCell
    taken: str
    reason: str
    details: str
    advice: str
    outcome: str
    next: str
    owner: OwnerCell | None
    team: str


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/helpline/list.html`."""

    list: ListFrame
    rows: tuple[CallRow, ...]


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/helpline/call.html`: a call is written down."""

    bar: IdentityBar
    here: str
    back: str
    numbers: tuple[str, ...]
    callers: tuple[Option, ...]
    reasons: tuple[Option, ...]
    outcomes: tuple[Option, ...]
    soon: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    when: str
    who: str
    what: str


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/helpline/contact.html`. `steps_open`: what may be written down next; empty when it is settled."""

    bar: IdentityBar
    title: str
    facts: tuple[tuple[str, str], ...]
    alert: str | None
    history: tuple[StepLine, ...]
    here: str
    happened: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors


class OnPersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """One call on the page of its person."""

    href: str
    text: str
    state: str


def present_list(
    lines: Sequence[ContactLine], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime
) -> ListPage:
    """One page of the list."""
    return ListPage(
        list=list_frame(
            PATH, asked, around=around, kinds=KIND_CHOICES, all_kinds="All calls", thing="call", kind_label="Which",
            me=asks.staff_id, ways=WAYS, total=lines[0].total if lines else 0, on_page=len(lines), order=_ORDER,
            empty=("Nobody has called your teams yet.", "To write down a call, search for the person first: “People”."),
        ),
        rows=tuple(_row(one, asks=asks, now=now) for one in lines),
    )  # fmt: skip


def _row(one: ContactLine, *, asks: Asker, now: datetime) -> CallRow:
    owner = owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.owner_away_until, covered_by=one.covered_by,
                       me=asks.staff_id)  # fmt: skip
    return CallRow(
        href=f"{PATH}/{one.ref}", person=person_cell(one, today=london_date(now)),
        taken=f"{sentence(when(one.taken_at, now=now))}, {one.taken_by}", reason=_reason(one),
        details=one.details, advice=one.advice or "None noted", outcome=OUTCOMES[Outcome(one.outcome)],
        next=_next(one, now=now), owner=owner if one.is_open else None, team=one.team,
    )  # fmt: skip


def _reason(one: Contact) -> str:
    who = "" if one.caller == Caller.PERSON else f" ({one.caller_name}, {CALLERS[Caller(one.caller)].lower()})"
    return f"{REASONS[Reason(one.reason)]}{who}"


def _next(one: Contact, *, now: datetime) -> str:
    """What waits, and until when; or how it ended."""
    if one.is_open and one.respond_by is not None:
        if one.snoozed_until is not None:
            return f"Comes back {when(one.snoozed_until, now=now)}"
        kind = KINDS[AlertKind(one.alert_kind)] if one.alert_kind else ""
        return f"{kind}: {target(one.respond_by, now=now)}"
    if one.ended_with is None:
        return "Settled on the telephone"
    note = f": {one.outcome_note}" if one.outcome_note else ""
    return f"Settled, {in_words(one.ended_with).lower()}{note}"


def present_call(
    them: PersonOnFile,
    *,
    details: Sequence[ContactDetail],
    today: date,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> CallPage:
    """The page on which a call is written down."""
    phones = {ContactKind.MOBILE: "Mobile", ContactKind.PHONE: "Phone"}
    return CallPage(
        bar=identity_bar(them, today=today), here=f"/people/{them.ref}/helpline", back=f"/people/{them.ref}",
        numbers=tuple(f"{phones[one.kind]}: {one.value}" for one in details if one.kind in phones),
        callers=_options(CALLERS, typed, "caller"), reasons=_options(REASONS, typed, "reason"),
        outcomes=_options(OUTCOMES, typed, "outcome"), soon=_options(_SOON, typed, "soon"), typed=typed, errors=errors,
    )  # fmt: skip


def present_contact(
    one: Contact,
    *,
    them: PersonOnFile,
    steps: Sequence[StepTaken],
    asks: Asker,
    now: datetime,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> ContactPage:
    """One call. Only what the one who asks may do is offered."""
    owner = "You" if one.owner_id == asks.staff_id else one.owner or "The whole team"
    facts = [
        ("Called", f"{sentence(when(one.taken_at, now=now))}; taken by {one.taken_by}"),
        ("Who called", CALLERS[Caller(one.caller)] + (f": {one.caller_name}" if one.caller_name else "")),
        ("What they said", one.details),
        ("What was advised", one.advice or "None noted"),
        ("What came of the call", OUTCOMES[Outcome(one.outcome)]),
        ("Now", _next(one, now=now)),
        *([("Who has it", owner)] if one.is_open else []),
    ]
    return ContactPage(
        bar=identity_bar(them, today=london_date(now)), title=REASONS[Reason(one.reason)], facts=tuple(facts),
        alert=f"/alerts/{one.alert_ref}" if one.alert_ref else None, here=f"{PATH}/{one.ref}/step",
        history=tuple(_step(step, now=now) for step in steps),
        happened=_options(_offered(asks), typed, "what") if one.is_open and asks.may(Permission.ALERT_OWN) else (),
        typed=typed, errors=errors,
    )  # fmt: skip


def _offered(asks: Asker) -> Mapping[Happened, str]:
    if asks.may(Permission.ALERT_CLOSE):
        return HAPPENED
    return {what: HAPPENED[what] for what in (Happened.NOTE, Happened.CALL_BACK)}


def _step(step: StepTaken, *, now: datetime) -> StepLine:
    on = f", {day_in_words(step.on_date)}" if step.on_date else ""
    detail = f": {step.detail}" if step.detail else ""
    return StepLine(when=sentence(when(step.at, now=now)), who=step.by_name,
                    what=f"{HAPPENED[Happened(step.what)]}{on}{detail}")  # fmt: skip


def present_on_person_page(contacts: Sequence[Contact], *, now: datetime) -> tuple[OnPersonPage, ...]:
    """The calls of one person for their own page, the latest first."""
    return tuple(
        OnPersonPage(
            href=f"{PATH}/{one.ref}", text=f"{sentence(when(one.taken_at, now=now))}: {_reason(one)}. “{one.details}”",
            state=f"{OUTCOMES[Outcome(one.outcome)]}. {_next(one, now=now)}.",
        )
        for one in contacts
    )  # fmt: skip


def _options(words: Mapping[C, str], typed: Submitted, name: str) -> tuple[Option, ...]:
    return tuple(Option(code=str(code), text=text, chosen=typed.one(name) == code) for code, text in words.items())
