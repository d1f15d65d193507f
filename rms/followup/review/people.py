"""How a person would be told, and what makes it doubtful that they are the one. Pure; a row of `statements.FACTS` in."""

from collections.abc import Mapping
from typing import Any, Final

from rms.followup.review.model import Told
from rms.messages.model import Channel
from rms.people.model import ContactKind, FlagKind

_NEEDS: Final = {
    Channel.SMS: ContactKind.MOBILE,
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.LETTER: ContactKind.POST,
}
_WORDS: Final = {Channel.SMS: "text, and a letter", Channel.EMAIL: "email", Channel.LETTER: "letter"}

#: What the register said about a person that a result must not pass by.
_DOUBTS: Final = {
    FlagKind.NO_NHS_NUMBER: "The person has no NHS number yet.",
    FlagKind.NHS_NUMBER_NOT_VERIFIED: "The NHS number of this person is not verified.",
    FlagKind.PARTIAL_BIRTH_DATE: "The birth date of this person is not known to the day.",
    FlagKind.SECONDARY_RECORDED: "The register has recorded a secondary cancer of this person.",
}


def how_told(row: Mapping[str, Any]) -> Told:
    """The way in which `messages` would reach the person, or why it would not."""
    if row["death_state"] is not None:
        return Told(why_not="The person has died, or may have.")
    if row["messages_stopped_at"] is not None:
        return Told(why_not="Messages to this person are stopped.")
    if row["prefers"] == "phone":
        return Told(why_not="The person is told by telephone only.")
    kinds = set(row["contact_kinds"] or ())
    order = sorted(Channel, key=lambda channel: channel != row["prefers"])
    way = next((channel for channel in order if _NEEDS[channel] in kinds), None)
    if way is None:
        return Told(why_not="No mobile number, email or postal address is known that works.")
    if way is Channel.SMS and ContactKind.POST not in kinds:
        return Told(why_not="The text says that a letter follows, and no postal address is known that works.")
    return Told(how=_WORDS[way])


def doubts_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences about what makes the match, or the person's state, doubtful."""
    flags = {*row["flags"], *(() if row["nhs_number"] else (FlagKind.NO_NHS_NUMBER,))}
    return tuple(words for flag, words in _DOUBTS.items() if flag in flags)
