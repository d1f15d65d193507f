"""One message as strings: what became of it, word for word what it says, and the ways it can be sent again."""

from datetime import date
from typing import Final

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.messages.doors import STOPPED
from rms.caseload.messages.one_store import OneMessage
from rms.caseload.people.presenters.acting import Choice
from rms.caseload.people.presenters.contact import value_words
from rms.caseload.people.presenters.messages import MessageLine, present_messages
from rms.caseload.worklist.ages import counted
from rms.errors import BadInput, Refused, RmsError
from rms.messages.catalogue import Catalogue
from rms.messages.compose import link_to
from rms.messages.model import Channel, MessageState, Recipient
from rms.messages.store import MessageOnFile
from rms.messages.ways import NEEDS
from rms.messages.wording import letter_of, text_of
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors

_BY: Final = {Channel.SMS: "Text message to", Channel.EMAIL: "Email to", Channel.LETTER: "Letter to"}
#: As long as a real one, so that the length is right; shown as words.
_LOCATOR: Final = "x" * 22


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """Word for word what is sent; `length` is empty but for a text, `why_not` is set when it cannot be written."""

    how: str
    subject: str
    text: str
    length: str
    whose: str
    why_not: str


class OneMessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/message.html`. `preview` leads to a letter that is not made yet,
    `ways` is empty when it cannot be sent again; `warning` says what to think of first."""

    bar: IdentityBar
    here: str
    line: MessageLine
    wordings: tuple[Wording, ...]
    letter: str | None
    preview: str | None
    letter_in: str
    ways: tuple[Choice, ...]
    warning: str
    again: str | None
    alert: str | None
    errors: FieldErrors


def present_message(
    one: OneMessage, *, asks: Asker, catalogue: Catalogue, portal_url: str, today: date, chosen: str = "",
    errors: FieldErrors = NO_ERRORS,
) -> OneMessagePage:  # fmt: skip
    """The page of one message."""
    message = one.message
    ways = _ways(one, chosen=chosen) if asks.may(Permission.MESSAGE_SEND) else ()
    shown = dict.fromkeys([message.channel, *(Channel(way.code) for way in ways)])
    return OneMessagePage(
        bar=identity_bar(one.about.person, today=today), here=f"/messages/{message.ref}",
        line=present_messages([one.sent])[0],
        wordings=tuple(_wording(one, channel=way, catalogue=catalogue, portal_url=portal_url)
                       for way in shown if way is not Channel.LETTER),
        letter=f"/letters/{message.ref}/pdf" if message.channel is Channel.LETTER and one.sent.accepted_at else None,
        preview=f"/messages/{message.ref}/letter" if not_left(message) else None,
        letter_in=_whose(one, Channel.LETTER) if message.channel is Channel.LETTER else "", ways=ways,
        warning="It is not known whether the first one arrived: the person may get it twice."
        if message.state is MessageState.HELD and message.called_at else "",
        again=f"/messages/{one.again}" if one.again else None, alert=f"/alerts/{one.alert}" if one.alert else None,
        errors=errors,
    )  # fmt: skip


def not_left(message: MessageOnFile) -> bool:
    """Whether it is a letter that is not made yet: it waits for its quarter of an hour, or is held."""
    return message.channel is Channel.LETTER and message.state in (MessageState.QUEUED, MessageState.HELD)


def preview_of(one: OneMessage, *, portal_url: str, today: date) -> bytes:
    """The letter as it would be written now, marked so that nobody posts it. Refused when it cannot be written."""
    about = msgspec.structs.replace(one.about, link=link_to(portal_url, locator=_LOCATOR))
    faults = []
    # As when it leaves: in their own words, and in the standard ones when those cannot be filled.
    for own in dict.fromkeys((one.own.get(Channel.LETTER), None)):
        try:
            return letter_of(one.message, about, written_on=today, preview=True, own=own).pdf
        except BadInput as fault:
            faults.append(fault)
    raise Refused(f"This letter cannot be written: {faults[-1]}") from faults[-1]


def _ways(one: OneMessage, *, chosen: str) -> tuple[Choice, ...]:
    """The ways that work for this person, when it did not arrive and was not sent again."""
    message = one.message
    may_go = message.state in STOPPED or one.never_told
    if not may_go or message.recipient is not Recipient.PERSON or one.again is not None:
        return ()
    reached = {contact.kind: contact for contact in one.contacts}
    return tuple(
        Choice(code=way, text=f"{_BY[way]} {value_words(NEEDS[way], reached[NEEDS[way]].value)}", chosen=way == chosen)
        for way in Channel
        if NEEDS[way] in reached
    )


def _whose(one: OneMessage, channel: Channel) -> str:
    own = one.own.get(channel)
    return "The standard wording." if own is None else f"Your own wording, version {own.version}."


def _wording(one: OneMessage, *, channel: Channel, catalogue: Catalogue, portal_url: str) -> Wording:
    how = {Channel.SMS: "As a text message", Channel.EMAIL: "As an email"}[channel]
    link, own, whose = link_to(portal_url, locator=_LOCATOR), one.own.get(channel), _whose(one, channel)
    try:
        message = msgspec.structs.replace(one.message, channel=channel)
        text = text_of(
            message, msgspec.structs.replace(one.about, link=link), catalogue=catalogue, portal_url=portal_url,
            own=own,
        )  # fmt: skip
    except RmsError as fault:
        return Wording(how=how, subject="", text="", length="", whose=whose, why_not=str(fault))
    length = f"{counted(text.places, 'place')}, {counted(text.parts, 'text')}" if channel is Channel.SMS else ""
    return Wording(how=how, subject=text.subject or "", text=text.text.replace(link, "[their own link]"), length=length,
                   whose=whose, why_not="")  # fmt: skip
