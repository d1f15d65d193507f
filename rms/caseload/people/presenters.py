"""People as strings: the list of a search, and one person's page under an identity bar."""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.caseload.people.store import FiledResult, FoundPerson, SentMessage, born
from rms.caseload.today.presenters import person_in_line
from rms.caseload.words import day, in_words, moment, number
from rms.clock import london_date
from rms.people.names import full_name
from rms.people.store import Contact, PersonOnFile
from rms.plans.store import OccurrenceOnFile, PlanOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class FoundLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person found."""

    href: str
    name: str
    born: str
    nhs_number: str
    note: str


class SearchPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people.html`. `said` is empty before the first search."""

    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS
    people: tuple[FoundLine, ...] = ()
    said: str = ""


class IdentityBar(msgspec.Struct, frozen=True, kw_only=True):
    """Who this is, on top of every page about them. `warnings` are what must not be overlooked."""

    name: str
    born: str
    nhs_number: str
    sex: str
    warnings: tuple[str, ...]


class DateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One dated step of a plan."""

    title: str
    due: str
    window: str
    state: str


class PlanBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One plan with its dates, the next first."""

    title: str
    state: str
    dates: tuple[DateLine, ...]


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """One result."""

    what: str
    taken: str
    value: str
    review: str


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message."""

    what: str
    to: str
    how: str
    queued: str
    state: str


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/person.html`."""

    bar: IdentityBar
    contacts: tuple[str, ...]
    gp: str
    plans: tuple[PlanBlock, ...]
    results: tuple[ResultLine, ...]
    messages: tuple[MessageLine, ...]


def present_found(people: Sequence[FoundPerson], *, typed: Submitted) -> SearchPage:
    """The people found, or the sentence that nobody was."""
    said = "Nobody of your teams was found." if not people else f"{len(people)} found"
    return SearchPage(typed=typed, people=tuple(map(_found_line, people)), said=said)


def present_person(
    person: PersonOnFile,
    *,
    contacts: Sequence[Contact],
    plans: Sequence[tuple[PlanOnFile, Sequence[OccurrenceOnFile]]],
    results: Sequence[FiledResult],
    messages: Sequence[SentMessage],
    today: date,
) -> PersonPage:
    """Everything about one person. `today` decides what is late."""
    return PersonPage(
        bar=_bar(person),
        contacts=tuple(f"{in_words(one.kind)}: {', '.join(one.value.splitlines())}" for one in contacts),
        gp=person.gp_name or person.gp_code or "Not known",
        plans=tuple(_plan(plan, dates, today=today) for plan, dates in plans),
        results=tuple(map(_result, results)),
        messages=tuple(map(_message, messages)),
    )


def _found_line(found: FoundPerson) -> FoundLine:
    return FoundLine(
        href=f"/people/{found.ref}",
        name=person_in_line(found.family_name, given_names=found.given_names),
        born=_born(found.born_text),
        nhs_number=number(found.nhs_number),
        note=_death(found.death_state),
    )


def _bar(person: PersonOnFile) -> IdentityBar:
    warnings = (
        _death(person.death_state),
        f"No messages: {person.messages_stopped_why}" if person.messages_stopped_at else "",
        "Restricted record: address and telephone are withheld on purpose" if person.restricted else "",
        "No NHS number yet: compare name and date of birth with care" if person.nhs_number is None else "",
    )
    return IdentityBar(
        name=full_name(person.name), born=_born(person.born_text), nhs_number=number(person.nhs_number),
        sex=in_words(person.sex), warnings=tuple(filter(None, warnings)),
    )  # fmt: skip


def _death(state: str | None) -> str:
    return {None: "", "formal": "Has died", "informal": "May have died: not confirmed yet"}[state]


def _born(text: str) -> str:
    whole = born(text)
    return day(whole) if whole is not None else f"{text} (the day is not known)"


def _plan(plan: PlanOnFile, dates: Sequence[OccurrenceOnFile], *, today: date) -> PlanBlock:
    reason = f": {plan.state_reason}" if plan.state_reason else ""
    return PlanBlock(
        title=plan.protocol.title,
        state=f"{in_words(plan.state)}{reason}",
        dates=tuple(_date(one, today=today) for one in dates),
    )


def _date(one: OccurrenceOnFile, *, today: date) -> DateLine:
    state = f"Done {day(one.done_on)}" if one.done_on else in_words(one.state)
    late = one.state == "open" and one.due_on < today
    return DateLine(title=one.title, due=day(one.due_on), window=f"{day(one.earliest_on)} to {day(one.latest_on)}",
                    state="Late" if late else state)  # fmt: skip


def _result(one: FiledResult) -> ResultLine:
    stored = f"{one.comparator}{one.number} {one.unit}" if one.number is not None else one.value_text
    return ResultLine(
        what=in_words(one.analyte or one.code_text or "result"),
        taken=day(london_date(one.sample_at)),
        value=stored if one.status == "final" else f"{stored} ({in_words(one.status).lower()})",
        review="History" if one.is_history else in_words(one.review_state),
    )


def _message(one: SentMessage) -> MessageLine:
    reason = f": {one.state_reason}" if one.state_reason else ""
    return MessageLine(what=in_words(one.purpose), to=in_words(one.recipient), how=in_words(one.channel),
                       queued=moment(one.queued_at), state=f"{in_words(one.state)}{reason}")  # fmt: skip
