"""Cancers, treatments, ways of reaching somebody and changes, in words."""

from collections.abc import Collection, Mapping

import msgspec

from rms.alerts.rules import limit_of
from rms.alerts.rules.sentences import amount
from rms.caseload.starting.forms.changes import EVERYTHING
from rms.caseload.words import day, in_words, site_words
from rms.dates import PartialDate
from rms.messages.model import Channel
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.store import Contact
from rms.plans.model import (
    Add,
    Change,
    ChannelChange,
    Interval,
    LimitChange,
    MidCourse,
    Move,
    Override,
    Skip,
    Stop,
    WindowChange,
)
from rms.plans.modes import MEANS, NAMES, FollowUpMode
from rms.plans.protocol import Protocol

WAYS: Mapping[str, str] = {
    "sms": "Text message",
    "email": "Email",
    "letter": "Letter",
    "phone": "Telephone: a nurse calls. No texts and no emails; letters still go to a known address",
}
BY: Mapping[Channel, str] = {Channel.SMS: "by text message", Channel.EMAIL: "by email", Channel.LETTER: "by letter"}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to choose; `hint` may be empty."""

    code: str
    text: str
    chosen: bool = False
    hint: str = ""


def partial(on: PartialDate | None) -> str:
    """A date of the register as far as it is known."""
    if on is None:
        return "Not known"
    return day(on.exact) if on.exact else f"{on} (the day is not known)"


def site_cancer(site: str) -> str:
    """A cancer of which only the site is known."""
    if site in (TumourSite.OTHER, TumourSite.CTYA):
        return f"Cancer ({site_words(site).lower()})"
    return f"{site_words(site)} cancer"


def cancer(*, site: str | None, icd10: str | None, text: str | None) -> str:
    """A cancer in a line: what the register calls it, its site, its code."""
    named = text or (site_cancer(site) if site else "Cancer, site not known")
    return f"{named} ({icd10})" if icd10 else named


def diagnosis_words(one: Diagnosis) -> str:
    """A diagnosis with its day."""
    on = f", diagnosed {partial(one.diagnosed_on)}" if one.diagnosed_on else ", day of diagnosis not known"
    return f"{cancer(site=one.site, icd10=one.icd10, text=one.text)}{on}"


def treatment_words(one: Treatment) -> str:
    """A treatment with its days and what it was for."""
    days = partial(one.started_on)
    if one.ended_on is not None and one.ended_on != one.started_on:
        days = f"{days} to {partial(one.ended_on)}"
    elif one.ended_on is None and one.started_on is not None and one.kind is not TreatmentKind.SURGERY:
        days = f"from {days}, end not known"
    meant = {
        TreatmentIntent.CURATIVE: "to cure",
        TreatmentIntent.PALLIATIVE: "to relieve, not to cure",
        TreatmentIntent.UNKNOWN: "purpose not known",
    }[one.intent]
    named = f": {one.text}" if one.text else ""
    return f"{in_words(one.kind)}{named}, {days}, {meant}"


def way_words(way: str, contact: Contact | None) -> str:
    """A way of reaching somebody with the number or address it would use."""
    return WAYS[way] if contact is None else f"{WAYS[way]} to {contact_words(contact)}"


def contact_words(contact: Contact) -> str:
    """A detail as one reads it out: UK numbers with their zero, an address on one line."""
    if contact.value.startswith("+44"):
        national = f"0{contact.value[3:]}"
        return f"{national[:5]} {national[5:]}"
    return ", ".join(contact.value.splitlines())


def change_words(override: Override, *, protocol: Protocol) -> str:
    """What is different for this person, in a sentence without its reason."""
    return _change(override.change, protocol)


def _change(change: Change, protocol: Protocol) -> str:
    match change:
        case LimitChange(rule=key, value=value, unit=unit):
            rule = protocol.rule(key)
            usual = limit_of(rule.when) if rule else None
            instead = f" instead of {amount(usual)}" if usual is not None else ""
            return f"{rule.title if rule else key}: {amount(value)}{f' {unit}' if unit else ''}{instead}"
        case ChannelChange(step=step, channel=channel):
            return f"{'Everything' if step is None else _step(step, protocol)}: {BY[channel]}"
        case Skip(step=step, number=number):
            return f"{_step(step, protocol)}, number {number}: left out"
        case Move(step=step, number=number, due_on=due_on):
            return f"{_step(step, protocol)}, number {number}: due {day(due_on)}"
        case Add(step=step, due_on=due_on):
            return f"{_step(step, protocol)}: one more, due {day(due_on)}"
        case Interval(step=step, from_number=number, every_months=months):
            return f"{_step(step, protocol)}: every {months} months from number {number} on"
        case WindowChange(step=step, early_days=early, late_days=late):
            return f"{_step(step, protocol)}: from {early} days before to {late} days after it is due"
        case Stop(step=step, from_on=from_on):
            return f"{_step(step, protocol)}: none from {day(from_on)} on"
        case MidCourse(step=step):
            return f"{_step(step, protocol)}: goes on from where it stood"


def _step(key: str, protocol: Protocol) -> str:
    step = protocol.step(key)
    return step.title if step else key


def step_choices(protocol: Protocol, *, everything: bool, typed: str) -> tuple[Choice, ...]:
    """The steps of a protocol to choose from."""
    first = ((EVERYTHING, "Everything"),) if everything else ()
    pairs = (*first, *((step.key, step.title) for step in protocol.steps))
    return tuple(Choice(code=code, text=text, chosen=code == typed) for code, text in pairs)


class ModeBox(msgspec.Struct, frozen=True, kw_only=True):
    """One way of follow-up that may be ticked."""

    code: str
    text: str
    hint: str
    ticked: bool


def mode_boxes(ticked: Collection[str]) -> tuple[ModeBox, ...]:
    """Every way of follow-up."""
    return tuple(ModeBox(code=mode, text=NAMES[mode], hint=MEANS[mode], ticked=mode in ticked) for mode in FollowUpMode)
