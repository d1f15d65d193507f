"""An organisation's own wording: plain words with places in double braces, from a closed list. Pure.

What a colleague typed is never run as a template: a place is replaced by its value and all else stays as it stands. Which
places there are, and which may not be missing, follows from the standard wording for the same purpose and channel.
"""

import re
from collections.abc import Mapping
from typing import Final

import jinja2.meta
import msgspec

from rms.errors import BadInput
from rms.messages.catalogue import Template, environment
from rms.messages.letter_words import blocks_of, body_of, places_in
from rms.messages.model import Channel, Finding, Purpose

OWN: Final = "own"
"""Ends the key that is stored with a message which went out in an organisation's own words."""

_PLACE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STRAY: Final = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\(\(|\)\)")
_BY_TEST: Final = re.compile(r"\{% if test == 'blood test' %\}.*?\{% endif %\}", re.DOTALL)
_OPTIONAL: Final = frozenset({"phone_hours"})
_WHEN: Final = frozenset({"due_on", "due_month"})
#: What a word processor puts in and no text message needs; GOV.UK Notify changes them in the same way.
_PLAINER: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...",
     "\u00a0": " ", "\u200b": "", "\t": " "}
)  # fmt: skip
#: Each place, as the one who writes reads it.
MEANINGS: Final[Mapping[str, str]] = {
    "organisation_name": "the name of your organisation",
    "phone": "the telephone number of the team",
    "phone_hours": "the hours of the team's telephone. A team without hours sends the standard words instead",
    "opening": "the first name and a comma, at the very beginning. Left out when the name does not fit",
    "greeting": "Dear and the first name, or Hello",
    "test": "blood test, scan or hospital test",
    "booking": "how the test is booked: with the GP surgery (blood test), or by an appointment that you send",
    "due_on": "the day it is due, such as 22 September",
    "due_month": "the month it is due, such as September",
    "link": "the person's own link to their pages",
    "code": "the six figures",
    "signed_by": "the name of the team",
    "plan_name": "the name of the plan",
    "test_name": "the test, such as PSA blood test",
    "taken_on": "the day the sample was taken",
    "the_test": "test, with the day it was taken where that is known",
}


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed: an email has a subject, a text has none."""

    subject: str | None
    body: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place that may stand in a wording. `needed`: it may not be missing."""

    name: str
    meaning: str
    needed: bool


def plainer(words: Words, *, channel: Channel) -> Words:
    """The same words without typographer's quotes and dashes, which would make a text dearer or stop it."""
    if channel is not Channel.SMS:
        return words
    return Words(subject=None, body=words.body.translate(_PLAINER))


def places_for(standard: Template) -> tuple[Place, ...]:
    """The closed list for one purpose and channel, what is needed first."""
    if standard.channel is Channel.LETTER:
        needed, known = places_in(standard)
        return tuple(Place(name=name, meaning=MEANINGS[name], needed=name in needed) for name in known)
    used = _names_in(standard)
    allowed = used | {"organisation_name"}
    if standard.purpose is not Purpose.STAFF_ALERT:
        allowed |= {"phone", "phone_hours"}
    if used & _WHEN:
        allowed |= _WHEN
        if "test" in used:
            allowed.add("booking")
    must = _needed(standard, used)
    made = (Place(name=name, meaning=MEANINGS[name], needed=name in must) for name in MEANINGS if name in allowed)
    return tuple(sorted(made, key=lambda place: not place.needed))


def place_findings(words: Words, *, standard: Template) -> tuple[Finding, ...]:
    """Every place that does not exist, and every one that is missing, by its name."""
    places = places_for(standard)
    known = {place.name for place in places}
    sources = [words.body, words.subject or ""]
    named = [name.strip() for source in sources for name in _PLACE.findall(source)]
    found = [
        Finding(code="unknown_place", sentence=f"There is no place called {name!r} in this message.")
        for name in dict.fromkeys(named)
        if name not in known
    ]
    found += [
        Finding(code="stray", sentence=f"{mark!r} stands alone. A place is written like {{{{ phone }}}}.")
        for mark in dict.fromkeys(_STRAY.findall(" ".join(map(without_places, sources))))
    ]
    in_body = {name.strip() for name in _PLACE.findall(words.body)}
    missing = [place.name for place in places if place.needed and place.name not in in_body]
    found += [
        Finding(code="missing_place", sentence=f"{{{{ {name} }}}} is missing: {MEANINGS[name]}.") for name in missing
    ]
    if _names_in(standard) & _WHEN and not in_body & _WHEN:
        found.append(
            Finding(code="missing_place", sentence="It does not say when: {{ due_on }} or {{ due_month }} is missing.")
        )
    return tuple(found)


def start_from(standard: Template) -> Words:
    """The standard wording without its conditions, for somebody to change; empty where that would not be fit to send."""
    if standard.channel is Channel.LETTER:
        return Words(subject=None, body=body_of({one.name: one.text for one in blocks_of(standard.body)}))
    known = {name: f"{{{{ {name} }}}}" for name in _names_in(standard)}
    body = _BY_TEST.sub("{{ '{{ booking }}' }}", standard.body)
    try:
        made = environment().from_string(body).render(**{n: v for n, v in known.items() if n not in _OPTIONAL}).strip()
    except jinja2.UndefinedError:
        made = ""
    subject = None if standard.subject is None else standard.subject
    words = Words(subject=subject, body=made)
    return words if not place_findings(words, standard=standard) else Words(subject=subject, body="")


def as_read(standard: Template) -> str:
    """The standard wording for somebody to read: places instead of values, no conditions."""
    words = start_from(standard)
    if words.body:
        return words.body
    known = {name: f"{{{{ {name} }}}}" for name in _names_in(standard) - _OPTIONAL}
    template = environment().from_string(standard.body)
    return "\n\n".join(
        f"For a {test}:\n{template.render(**known | {'test': test}).strip()}" for test in ("blood test", "scan")
    )


def own_template(words: Words, *, standard: Template, version: int) -> Template:
    """An organisation's words in the place of the standard ones."""
    return Template(key=f"{standard.key}.{OWN}", version=version, channel=standard.channel, purpose=standard.purpose,
                    subject=words.subject, body=words.body, own=True)  # fmt: skip


def fill_places(source: str, known: Mapping[str, object]) -> str:
    """Replace each place by its value. Raises BadInput for one that is not known."""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in known:
            raise BadInput(f"The wording needs something that is not known: {name!r}.")
        return str(known[name])

    return _PLACE.sub(value, source)


def without_places(source: str) -> str:
    """Only what was typed by hand."""
    return _PLACE.sub(" ", source)


def _names_in(standard: Template) -> set[str]:
    tree = environment().parse(f"{standard.subject or ''}\n{standard.body}")
    return jinja2.meta.find_undeclared_variables(tree)


def _needed(standard: Template, used: set[str]) -> set[str]:
    """What the standard wording cannot do without: who sends it, whom to call, and what the purpose is about."""
    needed = {"organisation_name"} | (used & {"code", "test"})
    if standard.purpose is not Purpose.STAFF_ALERT:
        needed.add("phone")
    if "link" in used and "link is defined" not in standard.body:
        needed.add("link")
    return needed
