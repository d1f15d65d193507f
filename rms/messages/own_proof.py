"""Proof-reading an organisation's own wording, and writing it out for people whose names are hard on a text. Pure.

The same checks stand before a draft is saved, before it is approved and in `rms messages lint`. Who stands in the text is
real (the organisation's own name, each team's telephone and hours), so that what is counted is what will be paid for.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import msgspec

from rms.errors import BadInput, Refused
from rms.messages.catalogue import Template
from rms.messages.compose import Facts, compose, fill, link_to
from rms.messages.gsm import Length, measure, outside_gsm
from rms.messages.letter_words import letter_findings
from rms.messages.lint import subject_findings, text_findings
from rms.messages.model import Channel, Finding, TestWord
from rms.messages.places import Words, own_template, place_findings, without_places
from rms.people.store import OrganisationOnFile, TeamOnFile

LONGEST: Final = 3_000
"""Characters of an email; a text has two parts, which is far less. Our default."""

#: What somebody may be called. None fits into every text, and none may stop one.
NAMES: Final[Sequence[tuple[str, str]]] = (
    ("An example person", "Margaret"),
    ("A name of 80 letters", ("Maximiliana" * 8)[:80]),
    ("A name in Arabic", "\u0641\u0627\u0637\u0645\u0629 \u0627\u0644\u0632\u0647\u0631\u0627\u0621"),
    ("A name with an apostrophe", "D'Arcy-O'Neill"),
    ("A name written like a web page", "<b>Ann</b> & Sons"),
)
_DUE: Final = date(2026, 9, 30)
"""September has the longest name of a month, and two figures stand before it."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Whose name and telephone stand in a text: one for each team. `portal_url` is as long as the real one, being it."""

    organisation_name: str
    team_name: str
    phone: str
    phone_hours: str | None
    portal_url: str
    letterhead: tuple[str, ...] = ()


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A text as one person would get it. `length` is None for an email; `faults` say why it would not leave."""

    who: str
    test: TestWord
    subject: str | None
    text: str
    length: Length | None
    strange: str
    says_the_name: bool
    faults: tuple[str, ...]


def own_findings(words: Words, *, standard: Template, senders: Sequence[Sender]) -> tuple[Finding, ...]:
    """Every fault of a wording, each once; nothing when it may go to people."""
    if standard.channel is Channel.LETTER:
        return letter_findings(words.body, standard=standard)
    found = list(place_findings(words, standard=standard))
    if len(words.body) > LONGEST:
        found.append(Finding(code="too_long", sentence=f"It is longer than {LONGEST} characters."))
    # What was typed is looked at by itself, so that a wrong place hides no other fault; and a team's name, which may be
    # part of the organisation's own, only there.
    typed, teams = without_places(words.body), [one.team_name for one in senders]
    wrong = [one for one in text_findings(typed, channel=Channel.EMAIL, clinic_names=teams) if one.code != "unfilled"]
    found += wrong
    if any(finding.code in ("unknown_place", "stray") for finding in found):
        return tuple(found)
    template = own_template(words, standard=standard, version=0)
    for sender in senders:
        for test in TestWord:
            found += _written_out(template, sender, test)
    return tuple({finding.sentence: finding for finding in found}.values())


def senders_of(organisation: OrganisationOnFile, teams: Sequence[TeamOnFile], *, portal_url: str) -> tuple[Sender, ...]:
    """One for each team, the one that needs the most room first; the organisation itself while it has no team."""
    given = [(one.name, one.phone, one.phone_hours, one.letterhead) for one in teams]
    given = given or [("", organisation.phone, None, None)]
    found = [
        Sender(
            organisation_name=organisation.name,
            team_name=name,
            phone=phone,
            phone_hours=hours,
            portal_url=portal_url,
            letterhead=tuple((head or organisation.address or organisation.name).splitlines()),
        )
        for name, phone, hours, head in given
    ]
    return tuple(sorted(found, key=lambda one: -len(one.phone + (one.phone_hours or ""))))


def samples(template: Template, *, sender: Sender) -> tuple[Sample, ...]:
    """The text for each name and each kind of test; one kind when the text does not say which."""
    tests = tuple(TestWord)[:2] if "test" in template.body or "booking" in template.body else (TestWord.BLOOD_TEST,)
    return tuple(_sample(template, sender, who, name, test) for who, name in NAMES for test in tests)


def _sample(template: Template, sender: Sender, who: str, name: str, test: TestWord) -> Sample:
    facts, ours = _facts(sender, test=test, name=name), (sender.portal_url,)
    faults: tuple[str, ...] = ()
    subject = None
    try:
        rendered = compose(template, facts, our_links=ours)
        text, subject = rendered.text, rendered.subject
    except Refused as refused:
        text, faults = fill(template, facts), (str(refused).removeprefix(f"{template.key}: "),)
    except BadInput as fault:
        text, faults = "", (str(fault),)
    is_text = template.subject is None
    return Sample(
        who=who, test=test, subject=subject, text=text, length=measure(text) if is_text else None,
        strange=outside_gsm(text) if is_text else "", says_the_name=" ".join(name.split()) in text, faults=faults,
    )  # fmt: skip


def _written_out(template: Template, sender: Sender, test: TestWord) -> Iterator[Finding]:
    facts, ours = _facts(sender, test=test, name=None), (sender.portal_url,)
    # A team without hours sends the standard text; that is said beside the place and is no fault of the words.
    facts = msgspec.structs.replace(facts, phone_hours=facts.phone_hours or "Monday to Friday, 9am to 5pm")
    text = fill(template, facts)
    yield from text_findings(text, channel=template.channel, our_links=ours)
    if template.subject is not None:
        subject = fill(msgspec.structs.replace(template, body=template.subject), facts)
        yield from subject_findings(subject)


def _facts(sender: Sender, *, test: TestWord, name: str | None) -> Facts:
    return Facts(
        organisation_name=sender.organisation_name, phone=sender.phone, phone_hours=sender.phone_hours, first_name=name,
        test=test, due_on=_DUE, link=link_to(sender.portal_url, locator="x" * 22), code="482913",
    )  # fmt: skip
