"""Proof-reading a wording before anybody may use it: read as a file, then written out for made-up people. Pure."""

from collections.abc import Iterator
from datetime import date

import msgspec

from rms.errors import BadInput, Refused
from rms.messages.catalogue import Template, read
from rms.messages.compose import Facts, compose, link_to
from rms.messages.letter_words import letter_findings
from rms.messages.model import Channel, Finding, Purpose, TestWord

_PORTAL = "https://followup.example.org"
#: Long on purpose: a text that has room for these has room for yours.
_FACTS = Facts(
    organisation_name="Anytown and District University Hospitals NHS", phone="01632 960001",
    phone_hours="Monday to Friday, 9am to 5pm", first_name="Margaret", due_on=date(2026, 9, 22),
    link=link_to(_PORTAL, locator="a" * 22), code="482913",
)  # fmt: skip


def proof_read(source: str, *, name: str) -> tuple[Finding, ...]:
    """Every fault of one wording file, each once; nothing when it may be used. `name` is its file name."""
    try:
        template = read(source, name=name)
    except BadInput as fault:
        return (Finding(code="unreadable", sentence=str(fault)),)
    if template.channel is Channel.LETTER:
        return letter_findings(template.body, standard=template)
    return tuple(dict.fromkeys(finding for test in TestWord for finding in _written_out(template, test)))


def _written_out(template: Template, test: TestWord) -> Iterator[Finding]:
    facts = msgspec.structs.replace(_FACTS, test=test)
    for person in (facts, msgspec.structs.replace(facts, first_name=None)):
        try:
            text = compose(template, person, our_links=(_PORTAL,)).text
        except (BadInput, Refused) as fault:
            yield Finding(code="cannot_be_sent", sentence=str(fault))
            continue
        if facts.organisation_name not in text:
            yield Finding(code="no_sender", sentence=f"{template.key}: It does not name the organisation.")
        # Staff know their own number.
        if template.purpose is not Purpose.STAFF_ALERT and facts.phone not in text:
            yield Finding(code="no_phone", sentence=f"{template.key}: It gives no telephone number.")
