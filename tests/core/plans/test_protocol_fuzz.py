"""Every file of the library, damaged in every way: a protocol that can be laid out, or a refusal with file, key and reason."""

import json
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rms.plans.model import Course
from rms.plans.protocol import LIBRARY, Protocol, ProtocolRefused, decode
from rms.plans.schedule import effective, preview
from rms.plans.simulate import simulate

FILES = {path.name: path.read_bytes() for path in sorted(LIBRARY.rglob("*.json"))}
COURSE = Course(
    anchors=dict.fromkeys(("surgery", "end_of_treatment", "diagnosis", "pre_treatment_scan"), date(2024, 2, 29)),
    started_on=date(2024, 2, 29),
    born_on=date(1960, 2, 29),
)
NAMES = ("every_months", "from_month", "until_month", "months", "early_days", "late_days", "days", "value", "language",
         "version", "source", "anchor", "kind")  # fmt: skip
PIECES = (b'"', b"{", b"}", b",", b"1e999", b"-0", b"1e400000000", b"\\u")
files = st.sampled_from(sorted(FILES))
scalars = (
    st.none() | st.booleans() | st.integers(-3, 700) | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["", " ", "psa", "surgery", "RMS-DEFAULT", "ug/L", "2026-01-01", "\x00", "99" * 40])
)  # fmt: skip
odd = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=5), scalars, max_size=2)


def read_or_refused(raw: bytes, *, file: str) -> None:
    """No other exception may come out; what is read can be previewed and simulated."""
    refused: ProtocolRefused | None = None
    try:
        protocol = decode(raw, file=file)
    except ProtocolRefused as found:
        refused = found
    if refused is None:
        _can_be_laid_out(protocol)
        return
    assert refused.faults
    for fault in refused.faults:
        assert fault.file == file
        assert fault.reason.strip()
        assert fault.key or "JSON" in fault.reason or "Expected `object`" in fault.reason


def _can_be_laid_out(protocol: Protocol) -> None:
    shown = preview(protocol, course=COURSE, today=date(2025, 1, 1))
    assert [line.occurrence.due_on for line in shown.lines] == sorted(line.occurrence.due_on for line in shown.lines)
    happenings = simulate(effective(protocol), course=COURSE, until=date(2027, 1, 1))
    assert [one.on for one in happenings] == sorted(one.on for one in happenings)


@given(file=files, choose=st.data())
def test_a_value_changed_anywhere(file: str, choose: st.DataObject) -> None:
    tree = json.loads(FILES[file])
    for _ in range(choose.draw(st.integers(1, 3))):
        _change_one(tree, choose)
    read_or_refused(json.dumps(tree).encode(), file=file)


def _change_one(tree: Any, choose: st.DataObject) -> None:
    """Another value, a key or an item taken out, doubled, put elsewhere or under another name."""
    place = tree
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = choose.draw(st.sampled_from(keys))
        if not (isinstance(place[key], dict | list) and place[key]) or choose.draw(st.integers(0, 3)) == 0:
            break
        place = place[key]
    what = choose.draw(st.sampled_from(["change", "change", "take out", "double", "swap"]))
    if what == "change":
        place[key] = choose.draw(odd)
    elif what == "take out":
        del place[key]
    elif what == "double" and isinstance(place, list):
        place.append(place[key])
    elif what == "double":
        place[f"{key}-2"] = place[key]
    else:
        other = choose.draw(st.sampled_from(keys))
        place[key], place[other] = place[other], place[key]


@given(file=files, choose=st.data())
def test_bytes_lost_doubled_or_strange(file: str, choose: st.DataObject) -> None:
    raw = FILES[file]
    start = choose.draw(st.integers(0, len(raw)))
    end = choose.draw(st.integers(start, min(len(raw), start + 40)))
    put = choose.draw(st.binary(max_size=6) | st.sampled_from(PIECES))
    read_or_refused(raw[:start] + put + raw[end:], file=file)


@given(file=files, key=st.sampled_from(NAMES), value=odd)
def test_every_number_of_one_name_at_once(file: str, key: str, value: Any) -> None:
    tree = json.loads(FILES[file])
    _everywhere(tree, key, value)
    read_or_refused(json.dumps(tree).encode(), file=file)


def _everywhere(tree: Any, key: str, value: Any) -> None:
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        _everywhere(part, key, value)
    if isinstance(tree, dict) and key in tree:
        tree[key] = value
