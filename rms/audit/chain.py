"""Sealing the audit: what the bytes of an entry are, and how a batch of entries is chained and signed.

Pure. A sealer passes it entries as the database gives them and stores what comes back. It must not know where entries,
seals, heads or keys are kept; `verify.py` is the other half and finds what does not fit.

Entries are plain rows. Each minute the transactions that have ended since the last seal are taken as one batch: the
entries of one incarnation of the database (a restore starts a new one) whose transaction id lies in [from_xid, to_xid).
The seal's digest covers the batch and the digest of the seal before it, and is signed. Before a new incarnation is
sealed, what is left of the old one must be. A list of heads kept outside the database shows when the end was cut off.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rms.clock import require_aware
from rms.errors import BadInput

START = bytes(32)  # stands where the first seal names the one before it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did or looked at. `details` is JSON text, exactly as the database gives it."""

    id: int
    incarnation: int
    xid: int
    at: datetime
    civil_at: datetime
    organisation_id: int | None
    actor_kind: str
    actor_id: int | None
    actor_name: str
    verb: str
    subject_kind: str
    subject_id: int | None
    patient_id: int | None
    reason: str | None
    details: str


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a seal covers: the transactions of one incarnation from `from_xid` up to but not with `to_xid`."""

    incarnation: int
    from_xid: int
    to_xid: int

    def __contains__(self, entry: Entry) -> bool:
        return entry.incarnation == self.incarnation and self.from_xid <= entry.xid < self.to_xid

    def follows(self, before: "Reach") -> bool:
        """Say whether it goes on where the reach before it ended, or anywhere in a later incarnation."""
        if self.incarnation != before.incarnation:
            return self.incarnation > before.incarnation
        return self.from_xid == before.to_xid


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list kept outside: the signed digest that the chain had when it was `number` seals long."""

    number: int
    digest: bytes
    signature: bytes


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """The closed and signed end of the chain at one moment. Numbers count from 1 without a gap."""

    number: int
    reach: Reach
    entry_count: int
    previous_digest: bytes
    digest: bytes
    signature: bytes
    sealed_at: datetime

    @property
    def head(self) -> Head:
        """What is noted of this seal outside the database."""
        return Head(number=self.number, digest=self.digest, signature=self.signature)


def make_seal(
    entries: Iterable[Entry], *, previous: Seal | None, reach: Reach, sealed_at: datetime, key: Ed25519PrivateKey
) -> Seal:
    """Seal a batch of entries, in any order, behind the seal before it (None: the first of all).

    ValueError when an entry lies outside the reach or the reach does not go on where the seal before ended: sealing
    would hide a gap.
    """
    batch = sorted(entries, key=place)
    if reach.to_xid <= reach.from_xid or any(entry not in reach for entry in batch):
        raise ValueError("A seal covers entries of its own reach only.")
    if previous is not None and not reach.follows(previous.reach):
        raise ValueError("A seal goes on where the seal before it ended.")
    unsigned = Seal(
        number=previous.number + 1 if previous else 1,
        reach=reach,
        entry_count=len(batch),
        previous_digest=previous.digest if previous else START,
        digest=b"",
        signature=b"",
        sealed_at=sealed_at,
    )
    digest = seal_digest(unsigned, over=entries_digest(batch))
    return msgspec.structs.replace(unsigned, digest=digest, signature=key.sign(digest))


def place(entry: Entry) -> tuple[int, int, int]:
    """Give the place of an entry in the chain; entries are digested and verified in this order."""
    return entry.incarnation, entry.xid, entry.id


def entry_bytes(entry: Entry) -> bytes:
    """Write an entry as bytes that are the same on every machine and in every year: its fields as a JSON list in ASCII.

    Instants are whole microseconds since 1970, so that neither a zone nor a way of writing them counts.
    """
    fields = (_microseconds(part) if isinstance(part, datetime) else part for part in msgspec.structs.astuple(entry))
    return _written("rms audit entry 1", *fields)


def entries_digest(entries: Iterable[Entry]) -> bytes:
    """Give the SHA-256 of entries in the order given."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(framed(entry))
    return digest.digest()


def framed(entry: Entry) -> bytes:
    """Give an entry's bytes behind their length, so that in a digest no entry lends bytes to its neighbour."""
    written = entry_bytes(entry)
    return len(written).to_bytes(8, "big") + written


def seal_digest(seal: Seal, *, over: bytes) -> bytes:
    """Give the SHA-256 of all that a seal says and of the digest of its entries, but not of what it is signed with."""
    reach = seal.reach
    written = _written(
        *("rms audit seal 1", seal.number, reach.incarnation, reach.from_xid, reach.to_xid),
        *(_microseconds(seal.sealed_at), seal.entry_count, over.hex(), seal.previous_digest.hex()),
    )
    return hashlib.sha256(written).digest()


def read_signing_key(text: str) -> Ed25519PrivateKey:
    """Read a private key from 32 bytes in hexadecimal, the form of the setting RMS_AUDIT_KEY. ValueError otherwise."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def write_head(head: Head) -> str:
    """Write a head as one line for the list outside: number, digest and signature, the two in hexadecimal."""
    return f"{head.number} {head.digest.hex()} {head.signature.hex()}"


def read_head(line: str) -> Head:
    """Read what `write_head` wrote. BadInput when the line is something else, which is itself a sign of tampering."""
    try:
        number, digest, signature = line.split()
        return Head(number=int(number), digest=bytes.fromhex(digest), signature=bytes.fromhex(signature))
    except ValueError:
        raise BadInput("A line of the list of audit heads cannot be read.") from None


def _written(*parts: object) -> bytes:
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _microseconds(instant: datetime) -> int:
    return (require_aware(instant) - EPOCH) // timedelta(microseconds=1)
