"""What has not come back as strings: the list, the page on which a contact is noted, and the page that asks again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.late.forms import WORDS, ContactOutcome
from rms.caseload.late.store import Contact, LateLine, Step
from rms.caseload.people.presenters.contact import value_words
from rms.caseload.requests.store import BY
from rms.caseload.worklist.ages import counted, day_words, when
from rms.caseload.worklist.asked import Asked, query_of
from rms.caseload.worklist.feed import feed_words
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

PATH: Final = "/late"
KIND_CHOICES: Final[Mapping[str, str]] = {"test": "Tests", "questionnaire": "Questionnaires"}
NOTHING_TYPED: Final = Submitted(pairs=())
#: What was done after a contact was noted, said above the list.
SAID: Final[Mapping[ContactOutcome, str]] = {
    ContactOutcome.WILL_HAVE_IT: "Noted. If no result comes, the alert comes back to you.",
    ContactOutcome.CALL_AGAIN: "Noted. The alert comes back on that day.",
    ContactOutcome.HAD_ELSEWHERE: "Noted. The step stays open until the result is here: ask for it.",
    ContactOutcome.NO_ANSWER: "Noted. The alert stays with you.",
    ContactOutcome.WRONG_NUMBER: "Noted. The number is not used any more until somebody brings another.",
    ContactOutcome.DOES_NOT_WANT: "Noted. Your team has an alert to talk to this person; the plan goes on meanwhile.",
    ContactOutcome.MOVED: "Noted. Nothing is posted to the old address, and your team has an alert to find the new one.",
    ContactOutcome.DIED: "Noted. Messages have stopped, the plan is held, and your team has an alert to confirm it.",
    ContactOutcome.OTHER: "Noted.",
}
_ORDER: Final = "The longest late first."
_NUMBERS: Final = {ContactKind.MOBILE: "Mobile", ContactKind.PHONE: "Phone"}


class LateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line. `contact` leads to the page on which a contact is noted; None for those who may not."""

    contact: str | None
    person: PersonCell
    what: str
    due: str
    late: str
    team: str
    owner: OwnerCell
    last_contact: str
    last_contact_when: str
    arranged: str
    arrange: str | None
    fill_in: str | None
    next: str
    alert: str | None


class LatePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/late.html`."""

    list: ListFrame
    rows: tuple[LateRow, ...]
    said: str


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier contact."""

    when: str
    who: str
    what: str


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/contact.html` and, with what was chosen, `caseload/contact_again.html`.

    `why_not` says why nothing can be noted; then there is no form. `numbers` are what can be called.
    """

    bar: IdentityBar
    what: str
    due: str
    path: str
    list_href: str
    back: str
    numbers: tuple[Option, ...]
    outcomes: tuple[Option, ...]
    earlier: tuple[ContactLine, ...]
    may_stop_messages: bool
    why_not: str
    typed: Submitted
    errors: FieldErrors


def present_late(
    lines: Sequence[LateLine], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime, said: str = ""
) -> LatePage:
    """One page of the list."""
    return LatePage(
        list=list_frame(
            PATH, asked, around=around, kinds=KIND_CHOICES, all_kinds="Tests and questionnaires",
            thing="late item", me=asks.staff_id, kind_label="What", ways=WAYS,
            total=lines[0].total if lines else 0, on_page=len(lines), order=_ORDER,
            empty=("Nothing is late for your teams.", feed_words(around.feeds, now=now),
                   "A test or questionnaire appears here on the day after it was due."),
        ),
        rows=tuple(_row(one, asked=asked, asks=asks, now=now) for one in lines),
        said=said,
    )  # fmt: skip


def _row(one: LateLine, *, asked: Asked, asks: Asker, now: datetime) -> LateRow:
    today = london_date(now)
    back = query_of(asked)
    contacted_at = one.last_contact_at
    return LateRow(
        contact=f"/late/{one.ref}/contact{f'?{back}' if back else ''}" if asks.may(Permission.ALERT_OWN) else None,
        person=person_cell(one, today=today), what=one.what, due=day_in_words(one.due_on),
        late=f"{counted((today - one.due_on).days, 'day')} late", team=one.team,
        owner=owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.owner_away_until, covered_by=one.covered_by,
                         me=asks.staff_id),
        last_contact=one.last_contact or "None yet",
        last_contact_when=f"{one.last_contact_by}, {when(contacted_at, now=now)}" if contacted_at else "",
        arranged=_arranged(one),
        arrange=f"/tests/{one.ref}/arrange" if one.kind == "test" and asks.may(Permission.ALERT_OWN) else None,
        fill_in=f"/questionnaires/{one.asked_ref}" if one.asked_ref and asks.may(Permission.ANSWERS_ENTER) else None,
        next=next_words(one, today=today),
        alert=f"/alerts/{one.alert_ref}" if one.alert_ref else None,
    )  # fmt: skip


def _arranged(one: LateLine) -> str:
    if one.arranged is None:
        return "Nothing is arranged" if one.kind == "test" else ""
    by = f" by {BY[one.arranged_by]}" if one.arranged_by else ""
    if one.booked_for:
        return f"Booked for {day_in_words(one.booked_for)}{by}"
    return f"Booked, the day was not said,{by}" if one.arranged == "booked" else f"Requested{by}"


def next_words(one: LateLine, *, today: date) -> str:
    """What the system does next by itself."""
    if one.snoozed_until is not None:
        return f"The alert comes back {day_words(london_date(one.snoozed_until), today=today)}."
    if one.next_stage is None or one.next_on is None:
        return "Nothing: tell whoever looks after RMS."
    on = day_words(max(one.next_on, today), today=today)
    stage = one.next_stage.partition(":")[0]
    if stage in ("remind", "ask"):
        by_phone = one.no_messages or one.prefers == "phone"
        return (
            f"Asks your team to phone {on}: no message reaches this person." if by_phone else f"Sends a reminder {on}."
        )
    return {
        "chase": f"Raises an alert {on}.",
        "close-window": f"Its time is over {on}: raises an alert and goes on to the next one.",
        "review": f"Raises an alert {on}.",
        "look-again": f"Asks your team again {on}.",
    }.get(stage, f"Looks again {on}.")


def present_contact(
    person: PersonOnFile,
    *,
    step: Step,
    details: Sequence[ContactDetail],
    earlier: Sequence[Contact],
    back: str,
    asks: Asker,
    now: datetime,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> ContactPage:
    """The page on which a contact is noted."""
    today = london_date(now)
    late = (today - step.due_on).days
    return ContactPage(
        bar=identity_bar(person, today=today), what=step.title,
        due=f"Due {day_words(step.due_on, today=today)}" + (f" ({counted(late, 'day')} late)" if late > 0 else ""),
        path=f"/late/{step.ref}", list_href=f"{PATH}?{back}" if back else PATH, back=back,
        numbers=tuple(
            Option(code=str(one.id), text=f"{_NUMBERS[one.kind]}: {value_words(one.kind, one.value)}",
                   chosen=typed.one("number") == str(one.id))
            for one in details if one.kind in _NUMBERS
        ),
        outcomes=tuple(
            Option(code=outcome, text=words, chosen=typed.one("outcome") == outcome) for outcome, words in WORDS.items()
        ),
        earlier=tuple(ContactLine(when=when(one.at, now=now), who=one.by_name, what=one.detail) for one in earlier),
        may_stop_messages=asks.may(Permission.CONTACT_CHANGE) and person.messages_stopped_at is None,
        why_not=_why_not(person, step=step), typed=typed, errors=errors,
    )  # fmt: skip


def _why_not(person: PersonOnFile, *, step: Step) -> str:
    if person.death_state == "formal":
        return "This person has died. Do not call."
    if person.death_state is not None:
        return "This person may have died. Do not call: confirm it first, from the alert."
    if step.state != "open":
        return "This is settled: it came back, or it is no longer asked for."
    return ""
