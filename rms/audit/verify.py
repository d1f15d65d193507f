"""Finding out whether the audit was touched: every fault as a sentence that says where and how.

Pure; the other half of `chain.py`. It goes through the entries once and in order, so that it can read many millions.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from rms.audit.chain import START, Entry, Head, Seal, framed, place, seal_digest


class FaultKind(StrEnum):
    """What shows that the audit is not as it was sealed."""

    ENTRIES_CHANGED = "entries_changed"
    ENTRIES_MISSING = "entries_missing"
    ENTRIES_ADDED = "entries_added"
    ENTRY_UNSEALED = "entry_unsealed"
    SEAL_UNSIGNED = "seal_unsigned"
    SEALS_BROKEN = "seals_broken"
    SEALS_CUT = "seals_cut"
    HEAD_UNSIGNED = "head_unsigned"
    HEAD_DIFFERS = "head_differs"
    HEADS_MISSING = "heads_missing"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it was sealed. `number` is the seal it belongs to, None when it belongs to none."""

    kind: FaultKind
    number: int | None
    sentence: str


def verify(
    seals: Sequence[Seal], entries: Iterable[Entry], heads: Sequence[Head], *, keys: Sequence[Ed25519PublicKey]
) -> list[Fault]:
    """List everything that shows tampering; an empty list means that nothing does.

    `seals` come in the order of their numbers, `entries` in the order of `chain.place` (ValueError otherwise), `heads`
    from the list outside the database, which may lag behind. `keys` are all public keys that were ever in use.
    Entries behind the last seal are too young to be sealed and are no fault.
    """
    return [*_seal_faults(seals, keys), *_entry_faults(seals, entries), *_head_faults(seals, heads, keys)]


def is_signed(digest: bytes, *, signature: bytes, keys: Sequence[Ed25519PublicKey]) -> bool:
    """Say whether one of the keys signed a digest."""
    for key in keys:
        try:
            key.verify(signature, digest)
        except InvalidSignature:
            continue
        return True
    return False


def _fault(kind: FaultKind, number: int | None, sentence: str) -> Fault:
    return Fault(kind=kind, number=number, sentence=sentence)


def _seal_faults(seals: Sequence[Seal], keys: Sequence[Ed25519PublicKey]) -> Iterator[Fault]:
    before: Seal | None = None
    for seal in seals:
        if not is_signed(seal.digest, signature=seal.signature, keys=keys):
            sentence = f"Seal {seal.number} is not signed by a key of ours."
            yield _fault(FaultKind.SEAL_UNSIGNED, seal.number, sentence)
        if sentence := _break_between(before, seal):
            yield _fault(FaultKind.SEALS_BROKEN, seal.number, sentence)
        before = seal


def _break_between(before: Seal | None, seal: Seal) -> str:
    """Say how a seal does not go on from the one before it; an empty text when it does."""
    expected = before.number + 1 if before else 1
    if seal.number != expected:
        return f"Seal {expected} should come next, but seal {seal.number} does: one was removed, added or moved."
    if seal.previous_digest != (before.digest if before else START):
        return f"Seal {seal.number} was made behind another seal than the one that stands before it now."
    if before and not seal.reach.follows(before.reach):
        return f"Seal {seal.number} does not go on where seal {before.number} ended."
    return ""


def _entry_faults(seals: Sequence[Seal], entries: Iterable[Entry]) -> Iterator[Fault]:
    waiting = iter(sorted(seals, key=lambda seal: (seal.reach.incarnation, seal.reach.from_xid, seal.reach.to_xid)))
    seal = next(waiting, None)
    digest, count = hashlib.sha256(), 0
    for entry in _in_order(entries):
        while seal is not None and (seal.reach.incarnation, seal.reach.to_xid) <= (entry.incarnation, entry.xid):
            yield from _batch_faults(seal, digest=digest.digest(), count=count)
            seal, digest, count = next(waiting, None), hashlib.sha256(), 0
        if seal is None:
            continue  # younger than the last seal
        if entry not in seal.reach:
            sentence = f"Entry {entry.id} lies before seal {seal.number} and under no other."
            yield _fault(FaultKind.ENTRY_UNSEALED, None, sentence)
            continue
        digest.update(framed(entry))
        count += 1
    while seal is not None:
        yield from _batch_faults(seal, digest=digest.digest(), count=count)
        seal, digest, count = next(waiting, None), hashlib.sha256(), 0


def _in_order(entries: Iterable[Entry]) -> Iterator[Entry]:
    last: tuple[int, int, int] | None = None
    for entry in entries:
        if last is not None and place(entry) <= last:
            raise ValueError("Entries are verified once each, in the order of incarnation, transaction and id.")
        last = place(entry)
        yield entry


def _batch_faults(seal: Seal, *, digest: bytes, count: int) -> Iterator[Fault]:
    number, sealed = seal.number, seal.entry_count
    if count < sealed:
        sentence = f"Under seal {number} there are {count} entries where {sealed} were sealed: some were deleted."
        yield _fault(FaultKind.ENTRIES_MISSING, number, sentence)
    elif count > sealed:
        sentence = f"Under seal {number} there are {count} entries where {sealed} were sealed: some were added."
        yield _fault(FaultKind.ENTRIES_ADDED, number, sentence)
    elif seal_digest(seal, over=digest) != seal.digest:
        sentence = f"Seal {number} does not fit its {count} entries: one of them or the seal was edited or moved."
        yield _fault(FaultKind.ENTRIES_CHANGED, number, sentence)


def _head_faults(seals: Sequence[Seal], heads: Sequence[Head], keys: Sequence[Ed25519PublicKey]) -> Iterator[Fault]:
    by_number = {seal.number: seal for seal in seals}
    if seals and not heads:
        sentence = "No head is noted outside, so nobody can see whether the end was cut off."
        yield _fault(FaultKind.HEADS_MISSING, None, sentence)
    for head in heads:
        number = head.number
        if not is_signed(head.digest, signature=head.signature, keys=keys):
            sentence = f"The head noted outside for seal {number} is not signed by a key of ours."
            yield _fault(FaultKind.HEAD_UNSIGNED, number, sentence)
        elif number not in by_number:
            sentence = f"Seal {number} was noted outside but is gone from the database."
            yield _fault(FaultKind.SEALS_CUT, number, sentence)
        elif by_number[number].digest != head.digest:
            sentence = f"Seal {number} is not the one that was noted outside: the chain was made anew from there."
            yield _fault(FaultKind.HEAD_DIFFERS, number, sentence)
