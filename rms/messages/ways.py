"""Which channel reaches somebody: one rule for what is queued and for what a page says beforehand. Pure."""

from collections.abc import Collection, Mapping

from rms.messages.model import Channel
from rms.people.model import ContactKind

#: Which contact detail a channel needs.
NEEDS: Mapping[Channel, ContactKind] = {
    Channel.SMS: ContactKind.MOBILE,
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.LETTER: ContactKind.POST,
}


def way_of(prefers: str, *, known: Collection[ContactKind]) -> Channel | None:
    """The channel a person prefers when they have a detail for it, else the first they have one for; None: by telephone."""
    if prefers == "phone":
        return None
    order = sorted(Channel, key=lambda channel: channel != prefers)
    return next((channel for channel in order if NEEDS[channel] in known), None)


def letter_beside(way: Channel | None, *, known: Collection[ContactKind]) -> bool:
    """Whether a welcome letter goes beside what they are told first: to everybody with an address who gets no letter yet."""
    return way is not Channel.LETTER and ContactKind.POST in known
