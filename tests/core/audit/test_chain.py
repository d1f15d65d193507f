"""Every way to touch the audit shows, and an untouched one shows nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from rms.audit.chain import (
    START,
    Entry,
    Head,
    Reach,
    Seal,
    entries_digest,
    entry_bytes,
    make_seal,
    place,
    read_head,
    read_signing_key,
    write_head,
)
from rms.audit.verify import FaultKind, verify
from rms.errors import BadInput

KEY = read_signing_key("07" * 32)
OTHERS_KEY = read_signing_key("08" * 32)
KEYS = [KEY.public_key()]
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
replace = msgspec.structs.replace


def an_entry(number: int, **changes: Any) -> Entry:
    entry = Entry(
        id=number,
        incarnation=1,
        xid=100 + number,
        at=NOON + timedelta(seconds=number),
        civil_at=NOON,
        organisation_id=1,
        actor_kind="staff",
        actor_id=4,
        actor_name="A nurse",
        verb="looked",
        subject_kind="plan",
        subject_id=number,
        patient_id=9,
        reason=None,
        details="{}",
    )
    return replace(entry, **changes)


def reach(from_xid: int, to_xid: int, incarnation: int = 1) -> Reach:
    return Reach(incarnation=incarnation, from_xid=from_xid, to_xid=to_xid)


ENTRIES = [an_entry(number) for number in range(10)]  # transactions 100 to 109
REACHES = [reach(0, 103), reach(103, 105), reach(105, 105 + 2), reach(107, 109)]


def seal_all(entries: list[Entry], *, reaches: list[Reach] = REACHES, key: Ed25519PrivateKey = KEY) -> list[Seal]:
    seals: list[Seal] = []
    for each in reaches:
        batch = [entry for entry in entries if entry in each]
        previous = seals[-1] if seals else None
        seals.append(make_seal(batch, previous=previous, reach=each, sealed_at=NOON, key=key))
    return seals


SEALS = seal_all(ENTRIES)
HEADS = [seal.head for seal in SEALS]


def kinds(seals: list[Seal], entries: list[Entry], heads: list[Head]) -> set[tuple[FaultKind, int | None]]:
    found = verify(seals, sorted(entries, key=place), heads, keys=KEYS)
    assert all(fault.sentence[0].isupper() and fault.sentence.endswith(".") for fault in found)
    return {(fault.kind, fault.number) for fault in found}


def test_an_untouched_audit_has_no_fault() -> None:
    assert kinds(SEALS, ENTRIES, HEADS) == set()
    assert kinds([], [], []) == set()
    assert SEALS[0].previous_digest == START
    assert [seal.entry_count for seal in SEALS] == [3, 2, 2, 2]


def test_the_list_outside_may_lag_behind() -> None:
    assert kinds(SEALS, ENTRIES, HEADS[:-1]) == set()


CHANGES: dict[str, Any] = {
    "id": 77,
    "at": NOON,
    "civil_at": NOON + timedelta(microseconds=1),
    "organisation_id": 2,
    "actor_kind": "system",
    "actor_id": None,
    "actor_name": "Another nurse",
    "verb": "closed",
    "subject_kind": "alert",
    "subject_id": 0,
    "patient_id": 8,
    "reason": "",
    "details": '{"a":1}',
}


@pytest.mark.parametrize("field", CHANGES)
def test_an_edit_of_any_field_shows(field: str) -> None:
    edited = [replace(entry, **{field: CHANGES[field]}) if entry.id == 4 else entry for entry in ENTRIES]
    assert kinds(SEALS, edited, HEADS) == {(FaultKind.ENTRIES_CHANGED, 2)}


def test_every_field_but_the_place_is_tried() -> None:
    assert {*CHANGES, "incarnation", "xid"} == set(Entry.__struct_fields__)


def without(number: int) -> list[Entry]:
    return [entry for entry in ENTRIES if entry.id != number]


TAMPERING: dict[str, tuple[Callable[[], list[Entry]], set[tuple[FaultKind, int | None]]]] = {
    "deleted": (lambda: without(4), {(FaultKind.ENTRIES_MISSING, 2)}),
    "all deleted": (list, {(FaultKind.ENTRIES_MISSING, number) for number in (1, 2, 3, 4)}),
    "inserted": (lambda: [*ENTRIES, an_entry(50, xid=104)], {(FaultKind.ENTRIES_ADDED, 2)}),
    "replaced": (lambda: [*without(4), an_entry(50, xid=104)], {(FaultKind.ENTRIES_CHANGED, 2)}),
    "moved between seals": (
        lambda: [*without(4), an_entry(4, xid=105)],
        {(FaultKind.ENTRIES_MISSING, 2), (FaultKind.ENTRIES_ADDED, 3)},
    ),
    "changed about": (
        lambda: [*(entry for entry in ENTRIES if entry.id not in (3, 4)), an_entry(3, xid=104), an_entry(4, xid=103)],
        {(FaultKind.ENTRIES_CHANGED, 2)},
    ),
    "moved to another incarnation": (
        lambda: [*without(4), an_entry(4, incarnation=0)],
        {(FaultKind.ENTRIES_MISSING, 2), (FaultKind.ENTRY_UNSEALED, None)},
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_touched_entries_show(what: str) -> None:
    entries, expected = TAMPERING[what]
    assert kinds(SEALS, entries(), HEADS) == expected


def test_an_entry_younger_than_the_last_seal_is_no_fault() -> None:
    assert kinds(SEALS, [*ENTRIES, an_entry(60)], HEADS) == set()


def test_a_cut_tail_shows_by_the_list_outside() -> None:
    assert kinds(SEALS[:2], ENTRIES[:5], HEADS) == {(FaultKind.SEALS_CUT, 3), (FaultKind.SEALS_CUT, 4)}
    assert kinds([], [], HEADS) == {(FaultKind.SEALS_CUT, number) for number in (1, 2, 3, 4)}


def test_without_a_list_outside_a_cut_could_not_show_and_that_is_said() -> None:
    assert kinds(SEALS[:2], ENTRIES[:5], []) == {(FaultKind.HEADS_MISSING, None)}


def test_a_seal_removed_from_the_middle_shows() -> None:
    found = kinds([SEALS[0], *SEALS[2:]], ENTRIES, HEADS)
    assert (FaultKind.SEALS_BROKEN, 3) in found
    assert (FaultKind.SEALS_CUT, 2) in found
    assert (FaultKind.ENTRY_UNSEALED, None) in found


def test_seals_in_another_order_show() -> None:
    assert (FaultKind.SEALS_BROKEN, 3) in kinds([SEALS[0], SEALS[2], SEALS[1], SEALS[3]], ENTRIES, HEADS)


SEAL_EDITS = {
    "reach": reach(103, 106),
    "entry_count": 3,
    "previous_digest": bytes(32),
    "digest": bytes(32),
    "signature": bytes(64),
    "sealed_at": NOON + timedelta(seconds=1),
    "number": 7,
}


@pytest.mark.parametrize("field", SEAL_EDITS)
def test_an_edit_of_any_field_of_a_seal_shows(field: str) -> None:
    edited = [replace(seal, **{field: SEAL_EDITS[field]}) if seal.number == 2 else seal for seal in SEALS]  # type: ignore[arg-type]
    assert kinds(edited, ENTRIES, HEADS)


def test_a_chain_made_anew_with_a_stolen_key_shows_by_the_list_outside() -> None:
    anew = seal_all(without(4))
    assert kinds(anew, without(4), HEADS) == {(FaultKind.HEAD_DIFFERS, number) for number in (2, 3, 4)}


def test_one_seal_made_anew_with_a_stolen_key_does_not_fit_the_next() -> None:
    edited = [replace(entry, verb="closed") if entry.id == 0 else entry for entry in ENTRIES]
    swapped = [seal_all(edited, reaches=REACHES[:1])[0], *SEALS[1:]]
    assert kinds(swapped, edited, HEADS[-1:]) == {(FaultKind.SEALS_BROKEN, 2)}


def test_a_gap_between_seals_signed_by_a_stolen_key_shows() -> None:
    pretended = replace(SEALS[0], reach=reach(0, 105))
    after = make_seal(ENTRIES[5:7], previous=pretended, reach=reach(105, 107), sealed_at=NOON, key=KEY)
    found = kinds([SEALS[0], after], ENTRIES[:7], [after.head])
    assert found == {(FaultKind.SEALS_BROKEN, 2), (FaultKind.ENTRY_UNSEALED, None)}


def test_a_chain_made_anew_with_another_key_shows_by_itself() -> None:
    anew = seal_all(without(4), key=OTHERS_KEY)
    found = kinds(anew, without(4), [seal.head for seal in anew])
    assert {(FaultKind.SEAL_UNSIGNED, 1), (FaultKind.HEAD_UNSIGNED, 1)} <= found


def test_a_rewritten_list_outside_shows() -> None:
    rewritten = [replace(HEADS[-1], digest=HEADS[0].digest)]
    assert kinds(SEALS, ENTRIES, rewritten) == {(FaultKind.HEAD_UNSIGNED, 4)}
    renumbered = [replace(HEADS[0], number=4)]
    assert kinds(SEALS, ENTRIES, renumbered) == {(FaultKind.HEAD_DIFFERS, 4)}


def test_a_new_incarnation_goes_on_behind_the_old_one() -> None:
    reaches = [reach(0, 105), reach(105, 200), reach(50, 60, incarnation=2), reach(60, 70, incarnation=2)]
    entries = [*ENTRIES, an_entry(70, incarnation=2, xid=55), an_entry(71, incarnation=2, xid=65)]
    seals = seal_all(entries, reaches=reaches)
    heads = [seal.head for seal in seals]
    assert kinds(seals, entries, heads) == set()
    left_over = [*entries, an_entry(72, xid=300)]
    assert kinds(seals, left_over, heads) == {(FaultKind.ENTRY_UNSEALED, None)}


def test_both_keys_count_when_one_followed_the_other() -> None:
    first = make_seal(ENTRIES[:3], previous=None, reach=REACHES[0], sealed_at=NOON, key=OTHERS_KEY)
    second = make_seal(ENTRIES[3:5], previous=first, reach=REACHES[1], sealed_at=NOON, key=KEY)
    both = [OTHERS_KEY.public_key(), KEY.public_key()]
    assert verify([first, second], ENTRIES, [first.head, second.head], keys=both) == []


def test_a_seal_that_would_hide_a_gap_is_refused() -> None:
    attempts = [
        {"previous": SEALS[0], "reach": reach(104, 105)},
        {"previous": SEALS[1], "reach": reach(105, 105)},
        {"previous": SEALS[1], "reach": reach(200, 300, incarnation=0)},
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="A seal"):
            make_seal([], sealed_at=NOON, key=KEY, **attempt)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="its own reach"):
        make_seal(ENTRIES, previous=None, reach=REACHES[0], sealed_at=NOON, key=KEY)


def test_entries_out_of_order_or_given_twice_are_refused() -> None:
    for entries in (ENTRIES[::-1], [ENTRIES[0], ENTRIES[0]]):
        with pytest.raises(ValueError, match="in the order"):
            verify(SEALS, entries, HEADS, keys=KEYS)


def test_the_bytes_of_an_entry_are_these_for_ever() -> None:
    entry = an_entry(3, actor_name="Zoë", reason='a "word"')
    assert entry_bytes(entry) == (
        b'["rms audit entry 1",3,1,103,1803902403000000,1803902400000000,1,"staff",4,"Zo\\u00eb","looked",'
        b'"plan",3,9,"a \\"word\\"","{}"]'
    )
    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=1))))
    assert entry_bytes(elsewhere) == entry_bytes(entry)


@given(texts=st.lists(st.text(), min_size=2, max_size=2), other=st.text())
def test_text_cannot_move_from_one_field_to_the_next(texts: list[str], other: str) -> None:
    first = an_entry(1, verb=texts[0], subject_kind=texts[1])
    second = an_entry(1, verb=texts[0] + other, subject_kind=texts[1].removeprefix(other))
    assert (entry_bytes(first) == entry_bytes(second)) == (first == second)


@given(cut=st.integers(0, 10))
def test_a_digest_depends_on_every_entry_and_on_their_order(cut: int) -> None:
    assert (entries_digest(ENTRIES[:cut]) == entries_digest(ENTRIES)) == (cut == 10)
    assert entries_digest(ENTRIES[::-1]) != entries_digest(ENTRIES)


def test_a_head_is_one_line_that_can_be_read_back() -> None:
    line = write_head(HEADS[1])
    assert "\n" not in line
    assert read_head(f"{line}\n") == HEADS[1]
    for broken in ("", "2", line[:-1], f"x{line}", line + " more"):
        with pytest.raises(BadInput):
            read_head(broken)
