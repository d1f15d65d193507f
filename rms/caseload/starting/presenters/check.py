"""The third page: the whole plan before it starts, every date with why, and who is told."""

from collections.abc import Iterator, Mapping

import msgspec

from rms.alerts.rules import limit_of
from rms.alerts.rules.sentences import amount
from rms.caseload.identity import IdentityBar
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import WORDS, Draft
from rms.caseload.starting.offers import Offer
from rms.caseload.starting.presenters.words import change_words, contact_words, diagnosis_words
from rms.caseload.starting.timeline import Timeline, timeline
from rms.caseload.words import day
from rms.messages.model import Channel
from rms.messages.ways import letter_beside, way_of
from rms.people.model import ContactKind
from rms.plans.model import Course, LimitChange, Standing
from rms.plans.modes import in_words
from rms.plans.moves.starting import why_not_start
from rms.plans.schedule import PreviewLine, preview
from rms.plans.schedule.words import ANCHOR_WORDS
from rms.plans.store import latest_birthday
from rms.web.forms import FieldError, FieldErrors

_HOW: Mapping[Channel, str] = {Channel.SMS: "a text message", Channel.EMAIL: "an email", Channel.LETTER: "a letter"}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the summary; `change` is the page where it was typed."""

    name: str
    lines: tuple[str, ...]
    change: str


class DateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date of the plan. `mark` is a word for what must be seen: late already, left out."""

    due: str
    what: str
    why: str
    mark: str


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/check.html`. `start` is None when it may not start, or not by the one who asks."""

    bar: IdentityBar
    here: str
    back: str
    revision: int
    facts: tuple[Fact, ...]
    told: tuple[str, ...]
    shared: tuple[str, ...]
    dates: tuple[DateLine, ...]
    count: str
    endings: tuple[str, ...]
    picture: Timeline | None
    errors: FieldErrors
    may_start: bool
    waits_for: str
    print_dates: str | None


def present_check(build: Building, *, draft: Draft, offer: Offer, may_start: bool, refused: str = "") -> CheckPage:
    """The plan as it would start today, and every sentence that stands in the way."""
    course = Course(anchors={anchor: one.on for anchor, one in draft.anchors.items()}, started_on=build.today,
                    born_on=latest_birthday(build.person.born_text))  # fmt: skip
    whole = preview(offer.protocol, course=course, today=build.today, overrides=draft.changes)
    faults = why_not_start(offer.protocol, course=course, overrides=draft.changes, today=build.today)
    if build.has_died:
        faults.append("This person is recorded as having died.")
    said = [*([refused] if refused else []), *faults]
    asked = sum(line.today.standing is not Standing.SKIPPED for line in whole.lines)
    return CheckPage(
        bar=build.bar, here=f"/starting/{build.case.ref}/check", back=f"/starting/{build.case.ref}/dates",
        revision=build.revision, facts=tuple(_facts(build, draft=draft, offer=offer)),
        told=tuple(_told(build, draft=draft)), shared=build.shared(draft, offer),
        dates=tuple(map(_line, whole.lines)),
        count=f"{asked} dates, the earliest first", endings=whole.endings, picture=timeline(whole.lines),
        errors=FieldErrors(all=tuple(FieldError(field="facts", message=one) for one in said)),
        may_start=may_start and not faults,
        print_dates=None if faults else f"/starting/{build.case.ref}/check/pdf",
        waits_for="" if may_start else "A nurse, a doctor or a team lead starts this plan. It is saved here for them.",
    )  # fmt: skip


def _facts(build: Building, *, draft: Draft, offer: Offer) -> Iterator[Fact]:
    first, second = f"/starting/{build.case.ref}", f"/starting/{build.case.ref}/dates"
    yield Fact(name="Protocol", lines=(f"{offer.protocol.title}, version {offer.protocol.version}",), change=first)
    yield Fact(name="Cancer", lines=(diagnosis_words(build.case.diagnosis),), change=first)
    workshop = ("Attended a workshop",) if draft.workshop_attended else ()
    yield Fact(name="Talked about it", lines=(_said(draft), *workshop, *filter(None, [draft.note])), change=first)
    for anchor, given in draft.anchors.items():
        if anchor in offer.protocol.anchors:
            line = f"{day(given.on)} (from: {given.source})"
            yield Fact(name=f"Date of {ANCHOR_WORDS[anchor]}", lines=(line,), change=second)
    yield Fact(
        name="Different for this person",
        lines=tuple(
            f"{change_words(one, protocol=offer.protocol)}. {one.reason} (by {one.author}, looked at again on"
            f" {day(one.review_on)})"
            for one in draft.changes
        )
        or ("Nothing: the protocol as it stands",),
        change=second,
    )
    yield Fact(name="Limits", lines=tuple(_limits(draft, offer=offer)), change=second)
    if draft.modes:
        yield Fact(name="How they are followed up", lines=(in_words(draft.modes),), change=second)
    nurse = next((one.name for one in build.nurses if one.id == draft.nurse_staff_id), "Not among the team any more")
    yield Fact(name="Named nurse", lines=(f"{nurse}, {build.case.team}",), change=second)


def _said(draft: Draft) -> str:
    return f"{WORDS[draft.choice]}, on {day(draft.talked_on)}" if draft.talked_on else WORDS[draft.choice]


def _limits(draft: Draft, *, offer: Offer) -> Iterator[str]:
    limits = [one.change for one in draft.changes if isinstance(one.change, LimitChange)]
    own = {one.rule: one.value for one in limits}
    for rule in offer.protocol.rules:
        usual = limit_of(rule.when)
        if usual is not None:
            unit = getattr(rule.when, "unit", None)
            whose = " (this person’s own)" if rule.key in own else ""
            yield f"{rule.title}: {amount(own.get(rule.key, usual))}{f' {unit}' if unit else ''}{whose}"


def _told(build: Building, *, draft: Draft) -> Iterator[str]:
    if build.person.messages_stopped_at:
        yield "The person asked for no messages, so nothing is sent to them. Telling them is your team’s task."
    else:
        yield from _person_told(build, prefers=draft.prefers or "letter")
    if build.person.gp_name or build.person.gp_code:
        practice = build.person.gp_name or build.person.gp_code
        yield f"The GP practice ({practice}) gets a letter: the plan, what we expect, the limit, and who acts."
    else:
        yield "No GP practice is on record, so no practice is told."
    yield "The cancer register is told that follow-up has started."


def _person_told(build: Building, *, prefers: str) -> Iterator[str]:
    """How the person learns of it, by the rule that queues it; what cannot reach them, and what to do then."""
    known = {one.kind for one in build.contacts}
    way = way_of(prefers, known=known)
    if way is not None:
        contact = build.contact(way)
        where = f" to {contact_words(contact)}" if contact else ""
        yield f"The person gets {_HOW[way]}{where}: follow-up has started, what comes next, and whom to call."
    elif known & {ContactKind.PHONE, ContactKind.MOBILE}:
        yield "The person is phoned: your team gets a task to call them and tell them that follow-up has started."
    elif known:
        yield "No telephone number is on record, so nobody can call them. Ask for one before you start."
    else:
        yield (
            "Nothing on record can reach this person: no number, no email and no postal address. Nobody can tell them that"
            " follow-up has started, or remind them of a test. Find a number or address and add it before you start; if you"
            " start now, your team gets a task to find one."
        )
    if letter_beside(way, known=known):
        yield "The person gets a welcome letter as well: their named nurse, symptoms to tell us about, who does what."
    elif ContactKind.POST not in known:
        yield (
            "No postal address is on record, so no welcome letter goes out. Tell the person yourself who their named nurse is,"
            " which symptoms to tell us about and who does what, or add an address before you start."
        )


def _line(line: PreviewLine) -> DateLine:
    one, today = line.occurrence, line.today
    mark = {Standing.LATE: "Late already", Standing.SKIPPED: "Left out"}.get(today.standing, "")
    return DateLine(due=day(one.due_on), what=one.title, why=one.skipped_because or one.reason, mark=mark)
