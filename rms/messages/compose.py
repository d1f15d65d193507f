"""A wording and the facts of one person to the text that leaves, checked. Pure.

The first name at most, the organisation's name and its telephone number. A first name that would cost a part more,
that a text cannot carry (Zoë), that does not read as a name or that is a clinical word (Cea) is left out: the reminder
matters more than the greeting. Facts are values only: nothing in them is ever read as a template.
"""

import re
from datetime import date
from urllib.parse import urlsplit

import jinja2
import msgspec

from rms.errors import BadInput, Refused
from rms.messages.catalogue import Template, environment
from rms.messages.gsm import measure
from rms.messages.lint import MAX_NAME, name_findings, reads_as_a_name, subject_findings, text_findings
from rms.messages.model import Channel, Finding, TestWord
from rms.messages.places import fill_places

# Ours, because the machine's locale must not change a text.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BOOKING = {TestWord.BLOOD_TEST: "Please book it with your GP surgery."}
_LOCATOR = re.compile(r"[A-Za-z0-9_-]{13,64}")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a text may say. `None` is "not known": a wording that needs it is then refused, never filled with a guess.

    `organisation_name` is the name the trust chose for texts; `phone_hours` reads like "Monday to Friday, 9am to 5pm".
    """

    organisation_name: str
    phone: str
    phone_hours: str | None = None
    first_name: str | None = None
    test: TestWord | None = None
    due_on: date | None = None
    link: str | None = None
    code: str | None = None


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves. `parts` and `places` count a text message as the provider charges for it; 0 for an email."""

    template_key: str
    template_version: int
    channel: Channel
    subject: str | None
    text: str
    places: int
    parts: int


def link_to(portal_url: str, *, locator: str) -> str:
    """The address a person taps: configuration and the random locator, nothing else (no request header, no name).

    Raises BadInput for a locator that is not ours, or a portal address that is not https (http only on this machine).
    """
    parts = urlsplit(portal_url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1"))
    if not secure or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadInput("The portal's address must be https://, with no query and no sign-in name.")
    if not _LOCATOR.fullmatch(locator):
        raise BadInput("A link's locator is 13 to 64 letters, digits, hyphens or underscores.")
    return f"{portal_url.rstrip('/')}/r/{locator}"


def day_in_words(day: date, *, year: bool = True) -> str:
    """2026-12-02 as 2 December 2026, or without the year where the day is near."""
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def compose(
    template: Template, facts: Facts, *, our_links: tuple[str, ...] = (), clinic_names: tuple[str, ...] = ()
) -> Rendered:
    """The text for one person. Raises BadInput for a fact that cannot go into a text, Refused for a faulty text.

    `our_links`: the configured addresses (portal, staff pages) a link in the text may begin with.
    """
    _check_facts(facts)

    def faults(text: str) -> tuple[Finding, ...]:
        return text_findings(text, channel=template.channel, our_links=our_links, clinic_names=clinic_names)

    text = fill(template, facts)
    findings = faults(text)
    greeted = _greeted(template, facts)
    if greeted is not None and len(faults(greeted)) <= len(findings) and not _dearer(greeted, text, template.channel):
        text = greeted
    subject = None if template.subject is None else _fill(template, template.subject, facts, first_name=None)
    if subject is not None:
        findings += subject_findings(subject, clinic_names=clinic_names)
    if findings:
        raise Refused(f"{template.key}: " + " ".join(finding.sentence for finding in findings))
    length = measure(text)
    sms = template.channel is Channel.SMS
    return Rendered(
        template_key=template.key,
        template_version=template.version,
        channel=template.channel,
        subject=subject,
        text=text,
        places=length.places if sms else 0,
        parts=length.parts if sms else 0,
    )


def fill(template: Template, facts: Facts, *, first_name: str | None = None) -> str:
    """The text with its places filled, unchecked: for a preview that must show what is wrong. Raises BadInput."""
    return _fill(template, template.body, facts, first_name=first_name)


def _check_facts(facts: Facts) -> None:
    named = (
        ("The first name", facts.first_name),
        ("The organisation's name", facts.organisation_name),
        ("The telephone number", facts.phone),
        ("The hours of the telephone", facts.phone_hours),
        ("The link", facts.link),
    )
    for what, value in named:
        if value is None:
            continue
        # A link is longer than any name; only its characters matter here. A first name that is too long is left out.
        short = what in ("The link", "The first name")
        for finding in name_findings(value, what=what):
            if finding.code != "too_long" or not short:
                raise BadInput(finding.sentence)


def _greeted(template: Template, facts: Facts) -> str | None:
    """The text with the first name in it, if there is one that reads as a name."""
    name = " ".join((facts.first_name or "").split())
    fits = len(name) <= MAX_NAME and reads_as_a_name(name)
    return fill(template, facts, first_name=name) if fits else None


def _dearer(text: str, than: str, channel: Channel) -> bool:
    return channel is Channel.SMS and measure(text).parts > measure(than).parts


def _fill(template: Template, source: str, facts: Facts, *, first_name: str | None) -> str:
    known = {name: value for name, value in msgspec.structs.asdict(facts).items() if value is not None}
    known.pop("first_name", None)
    if facts.due_on is not None:
        known["due_on"] = day_in_words(facts.due_on, year=False)
        known["due_month"] = _MONTHS[facts.due_on.month - 1]
    known["opening"] = f"{first_name}, " if first_name else ""
    known["greeting"] = f"Dear {first_name}" if first_name else "Hello"
    try:
        text = _own_words(source, known) if template.own else environment().from_string(source).render(**known)
    except jinja2.UndefinedError as error:
        raise BadInput(f"The wording needs something that is not known: {error.message}.") from error
    text = text.strip()
    return text[:1].upper() + text[1:]


def _own_words(source: str, known: dict[str, object]) -> str:
    """Own wording has no conditions; how a test is booked is the one choice it needs, and we make it."""
    test = known.get("test")
    if test is not None:
        known["booking"] = _BOOKING.get(TestWord(str(test)), "We will send you the appointment.")
    return fill_places(source, known)
