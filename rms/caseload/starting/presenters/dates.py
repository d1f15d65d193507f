"""The second page: dates, personal changes, the named nurse and how to reach the person."""

from collections.abc import Mapping
from datetime import date

import msgspec

from rms.alerts.model import Anchor
from rms.alerts.rules import limit_of
from rms.alerts.rules.sentences import amount
from rms.caseload.identity import IdentityBar
from rms.caseload.starting.forms.changes import filled_groups
from rms.caseload.starting.forms.dates import REGISTER
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import Choice as Chosen
from rms.caseload.starting.model import Draft
from rms.caseload.starting.offers import Offer
from rms.caseload.starting.presenters.words import (
    BY,
    Choice,
    ModeBox,
    change_words,
    mode_boxes,
    step_choices,
    way_words,
)
from rms.caseload.words import day
from rms.dates import add_months
from rms.errors import Refused
from rms.messages.model import Channel
from rms.plans.model import Course
from rms.plans.modes import suggest
from rms.plans.schedule import EffectiveStep, effective, occurrences
from rms.plans.schedule.words import ANCHOR_WORDS, months_later
from rms.plans.store import latest_birthday
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

REVIEW_AFTER_MONTHS = 12
_REVIEWED = ("limit", "skip", "move", "interval", "channel", "stop")


class AnchorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One date the plan counts from."""

    name: str
    source: str
    legend: str
    hint: str


class ChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change that was made, which can be ticked to be taken out."""

    code: str
    text: str
    reason: str
    taken_out: bool


class OneOf(msgspec.Struct, frozen=True, kw_only=True):
    """The dated instances of one step to choose from."""

    title: str
    choices: tuple[Choice, ...]


class DatesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/dates.html`. `opened` are the groups of changes that have something in them."""

    bar: IdentityBar
    here: str
    back: str
    revision: int
    protocol: str
    anchors: tuple[AnchorRow, ...]
    shared: tuple[str, ...]
    changes: tuple[ChangeRow, ...]
    limits: tuple[Choice, ...]
    ones: Mapping[str, tuple[OneOf, ...]]
    everything: tuple[Choice, ...]
    steps: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    nurses: tuple[Choice, ...]
    ways: tuple[Choice, ...]
    ways_hint: str
    modes: tuple[ModeBox, ...]
    opened: frozenset[str]
    typed: Submitted
    errors: FieldErrors


def present_dates(
    build: Building,
    *,
    draft: Draft,
    offer: Offer,
    typed: Submitted | None = None,
    errors: FieldErrors = NO_ERRORS,
) -> DatesPage:
    """The page as it stands: what was typed, else what was saved, else what the register and the person's file say."""
    sent = typed if typed is not None else _before(build, draft=draft, offer=offer)
    protocol = offer.protocol
    return DatesPage(
        bar=build.bar, here=f"/starting/{build.case.ref}/dates", back=f"/starting/{build.case.ref}",
        revision=build.revision, protocol=protocol.title,
        anchors=tuple(
            AnchorRow(name=f"on-{one}", source=f"source-{one}", legend=f"Date of {ANCHOR_WORDS[one]}",
                      hint=_from_register(offer.anchors.get(one)))
            for one in protocol.anchors
        ),
        shared=build.shared(draft, offer),
        changes=tuple(
            ChangeRow(code=str(number), text=change_words(one, protocol=protocol), taken_out=str(number) in sent.all("out"),
                      reason=f"{one.reason} (by {one.author}, looked at again on {day(one.review_on)})")
            for number, one in enumerate(draft.changes)
        ),
        limits=_limits(offer, typed=sent.one("limit-of")),
        ones={name: _ones(build, draft=draft, offer=offer, typed=sent.one(name))
              for name in ("skip-which", "move-which", "interval-from")},
        everything=step_choices(protocol, everything=True, typed=sent.one("channel-of")),
        steps=step_choices(protocol, everything=False, typed=sent.one("stop-of")),
        channels=tuple(
            Choice(code=one, text=BY[one].capitalize(), chosen=sent.one("channel-by") == one)
            for one in Channel
            if draft.choice is not Chosen.DIGITAL_DECLINED or one is Channel.LETTER
        ),
        nurses=tuple(
            Choice(code=str(one.id), text=one.name, chosen=sent.one("nurse") == str(one.id)) for one in build.nurses
        ),
        ways=tuple(
            Choice(code=way, text=way_words(way, build.contact(way)), chosen=sent.one("prefers") == way)
            for way in build.ways
        ),
        ways_hint=_ways_hint(build, draft=draft), modes=mode_boxes(sent.all("mode")),
        opened=frozenset(filled_groups(sent)), typed=sent, errors=errors,
    )  # fmt: skip


def _before(build: Building, *, draft: Draft, offer: Offer) -> Submitted:
    """What is filled in when the page is opened."""
    pairs: list[tuple[str, str]] = []
    for anchor in offer.protocol.anchors:
        given, known = draft.anchors.get(anchor), offer.anchors.get(anchor)
        on = given.on if given else known
        pairs += _date_pairs(f"on-{anchor}", on) if on else []
        pairs.append((f"source-{anchor}", given.source if given else REGISTER if known else ""))
    nurse_ids = [one.id for one in build.nurses]
    default = build.asks.staff_id if build.asks.staff_id in nurse_ids else None
    nurse = draft.nurse_staff_id or default
    pairs.append(("nurse", str(nurse) if nurse else ""))
    wish = draft.prefers or build.person.prefers
    pairs.append(("prefers", wish if wish in build.ways else build.ways[0]))
    pairs += [("mode", mode) for mode in draft.modes or suggest(offer.protocol)]
    pairs.append(("limit-of", next((one.code for one in _limits(offer, typed="")), "")))
    pairs.append(("channel-of", "everything"))
    review_on = add_months(build.today, REVIEW_AFTER_MONTHS)
    for group in _REVIEWED:
        pairs += _date_pairs(f"{group}-review", review_on)
    return Submitted(pairs=tuple(pairs))


def _date_pairs(name: str, on: date) -> list[tuple[str, str]]:
    return [(f"{name}-day", str(on.day)), (f"{name}-month", str(on.month)), (f"{name}-year", str(on.year))]


def _from_register(on: date | None) -> str:
    if on is None:
        return "The register does not say. Enter the date and where you have it from."
    return f"The register says {day(on)}"


def _limits(offer: Offer, *, typed: str) -> tuple[Choice, ...]:
    """The limits that may be another for one person, with what the protocol says."""
    found = []
    for rule in offer.protocol.rules:
        usual = limit_of(rule.when)
        if usual is not None:
            unit = getattr(rule.when, "unit", None)
            text = f"{rule.title} (usual limit: {amount(usual)}{f' {unit}' if unit else ''})"
            found.append(Choice(code=rule.key, text=text, chosen=rule.key == typed))
    return tuple(found)


def _ones(build: Building, *, draft: Draft, offer: Offer, typed: str) -> tuple[OneOf, ...]:
    """Every instance that is still to come, by its date where the date is known, else by its month."""
    known: Mapping[Anchor, date] = {anchor: one.on for anchor, one in draft.anchors.items()} or offer.anchors
    anchors: dict[str, date] = {str(anchor): on for anchor, on in known.items()}
    course = Course(anchors=anchors, started_on=build.today, born_on=latest_birthday(build.person.born_text))
    return tuple(
        OneOf(title=step.step.title, choices=tuple(_dated(step, course=course, typed=typed)))
        for step in effective(offer.protocol, overrides=draft.changes).steps
    )


def _dated(step: EffectiveStep, *, course: Course, typed: str) -> list[Choice]:
    try:
        texts = [(one.number, f"due {day(one.due_on)}") for one in occurrences(step, course=course)]
    except Refused:  # its date is not known yet
        anchor = ANCHOR_WORDS[step.step.schedule.anchor]
        texts = [
            (number, f"{months_later(months)} after {anchor}") for number, months in enumerate(step.months, start=1)
        ]
    return [
        Choice(code=code, text=f"{step.step.title}, number {number}: {text}", chosen=code == typed)
        for number, text in texts
        if (code := f"{step.step.key}:{number}")
    ]


def _ways_hint(build: Building, *, draft: Draft) -> str:
    if build.person.messages_stopped_at:
        return "They asked for no messages. Nothing is sent; telling them is your team’s task."
    if draft.choice is Chosen.DIGITAL_DECLINED:
        return "They want nothing digital, so texts and emails are not offered."
    missing = [name for way, name in (("sms", "mobile number"), ("email", "email"), ("letter", "address"))
               if build.contact(way) is None]  # fmt: skip
    return f"Not on record: {', '.join(missing)}." if missing else ""
