"""Who sent this? Decided from the address of the connection and the sender's names in the header, and from nothing else."""

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

import msgspec


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """One system that may send to us, for the people of some organisations.

    `application` and `facility` are what it calls itself in MSH-3 and MSH-4; `addresses` are the addresses or networks it
    sends from. What is not filled in is not asked: a peer known by nothing is whoever nobody else is.
    """

    id: int
    name: str
    application: str | None = None
    facility: str | None = None
    addresses: tuple[str, ...] = ()
    organisations: tuple[int, ...] = ()

    @property
    def asked(self) -> int:
        """How much this peer is known by."""
        return bool(self.addresses) + (self.application is not None) + (self.facility is not None)

    def fits(self, *, address: str, application: str, facility: str) -> bool:
        """Whether everything that this peer is known by agrees."""
        return (
            self.application in (None, application)
            and self.facility in (None, facility)
            and (not self.addresses or any(is_within(address, network) for network in self.addresses))
        )


def sender_of(peers: Iterable[Peer], *, address: str, application: str, facility: str) -> Peer | None:
    """The peer that sent a message: the one known by most; None when nobody fits, or several fit equally well."""
    best = best_of(peers, address=address, application=application, facility=facility)
    return best[0] if len(best) == 1 else None


def best_of(peers: Iterable[Peer], *, address: str, application: str, facility: str) -> tuple[Peer, ...]:
    """Whoever fits and is known by most: nobody, the sender, or several who fit equally well."""
    fitting = [one for one in peers if one.fits(address=address, application=application, facility=facility)]
    most = max((one.asked for one in fitting), default=0)
    return tuple(one for one in fitting if one.asked == most)


def equally_well(rivals: Sequence[Peer]) -> str:
    """Which systems a message fits equally well, and which setting would tell them apart, for a person."""
    names = " and ".join(f"“{one.name}”" for one in rivals)
    open_settings = [words for words, is_filled in _SETTINGS if not all(is_filled(one) for one in rivals)]
    mend = (
        f"fill in one more thing for the right one under Set up, Connections ({', or '.join(open_settings)})"
        if open_settings
        else "they are known by the same names and by addresses that overlap: under Set up, Connections, take the address"
        " from the one that is wrong"
    )
    return (
        f"It fits {names} equally well, so nobody can tell which of them sent it, and nothing of it is filed. To tell them"
        f" apart, {mend}. One that also sends for other trusts is changed by whoever runs the server."
    )


_SETTINGS: Final[tuple[tuple[str, Callable[[Peer], bool]], ...]] = (
    ("what it calls itself (MSH-3)", lambda one: one.application is not None),
    ("where it says it is (MSH-4)", lambda one: one.facility is not None),
    ("where it connects from", lambda one: bool(one.addresses)),
)


def neighbour_of(peers: Iterable[Peer], *, address: str) -> Peer | None:
    """The one peer that sends from this address, whatever it calls itself; None without one, or with several."""
    there = [one for one in peers if any(is_within(address, network) for network in one.addresses)]
    return there[0] if len(there) == 1 else None


@lru_cache(maxsize=1024)
def is_within(address: str, network: str) -> bool:
    """Whether an address is this one, or lies in this network; what is no address lies nowhere."""
    try:
        of = ipaddress.ip_address(address)
        mapped = of.ipv4_mapped if isinstance(of, ipaddress.IPv6Address) else None
        return (mapped or of) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
