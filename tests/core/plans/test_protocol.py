"""Reading protocol files: everything wrong is named at once, with file, key and reason; the library holds together."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.alerts.model import WEAK
from rms.errors import BadInput
from rms.people.model import TumourSite
from rms.plans.protocol import LIBRARY, Protocol, ProtocolRefused, decode, json_schema, load_library
from rms.plans.protocol.checks import sources_named

FILE = LIBRARY / "urology" / "prostate-after-prostatectomy.json"
RAW = FILE.read_bytes()


def faults_after(change: Callable[[Any], object]) -> dict[str, str]:
    """What is said about the prostatectomy protocol after something in it was changed."""
    tree = json.loads(RAW)
    change(tree)
    with pytest.raises(ProtocolRefused) as caught:
        decode(json.dumps(tree).encode(), file="changed.json")
    assert {fault.file for fault in caught.value.faults} == {"changed.json"}
    return {fault.key: fault.reason for fault in caught.value.faults}


def test_the_library_reads_and_covers_what_it_should() -> None:
    library = load_library()
    assert {one.tumour_site for one in library.values()} == set(TumourSite)
    assert len(library) >= 40


@pytest.mark.parametrize("protocol", load_library().values(), ids=lambda protocol: protocol.key)
def test_every_test_and_questionnaire_has_a_rule_for_silence(protocol: Protocol) -> None:
    watched = {getattr(rule.when, "step", None) for rule in protocol.rules}
    assert {step.key for step in protocol.steps if step.analyte or step.questionnaire} <= watched


@pytest.mark.parametrize("protocol", load_library().values(), ids=lambda protocol: protocol.key)
def test_what_is_weak_can_be_told(protocol: Protocol) -> None:
    named = {tag for _, tag in sources_named(protocol)}
    assert any(tag == "RMS-DEFAULT" or protocol.sources[tag].quality in WEAK for tag in named)


def test_everything_wrong_is_said_at_once() -> None:
    def change(tree: Any) -> None:
        tree["steps"][0]["schedule"]["phases"][1]["every_months"] = "6"
        tree["rules"][0]["when"]["limit"] = {"value": 0.2}
        tree["rules"][1]["when"]["kind"] = "guess"
        tree["colour"] = "red"
        del tree["title"]

    assert faults_after(change) == {
        "steps[0].schedule.phases[1].every_months": "Expected `int`, got `str`.",
        "rules[0].when.limit.source": "This key is missing.",
        "rules[1].when": "Invalid value 'guess'.",
        "colour": "There is no such key here.",
        "title": "This key is missing.",
    }


def test_contradictions_are_said_at_once() -> None:
    def change(tree: Any) -> None:
        tree["steps"][0]["schedule"]["phases"][1]["from_month"] = 12
        tree["steps"][1]["questionnaire"] = "another-one"
        tree["rules"][0]["when"]["unit"] = "nmol/L"
        tree["rules"][1]["when"]["step"] = "nothing"
        tree["sources"].pop("BCR-S")

    found = faults_after(change)
    assert found["steps[0].schedule.phases[1]"] == "This phase overlaps the one before it. (psa)"
    assert found["rules[0].when.unit"] == "PSA is stored in ug/L, not 'nmol/L'. (psa-above-limit)"
    assert found["rules[1].when.step"] == "There is no step 'nothing'. (psa-missing)"
    assert found["rules[0].when.limit.source"] == "The source 'BCR-S' is not in the list of sources."
    assert found["rules[2].when.questionnaire"] == "No step asks 'symptom-check-prostate'. (symptom-red-flag)"


CHANGES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "phase that ends off its steps": (
        "steps[0].schedule.phases[0]",
        lambda t: t["steps"][0]["schedule"]["phases"][0].update(until_month=13),
    ),
    "phase that ends before it begins": (
        "steps[0].schedule.phases[0]",
        lambda t: t["steps"][0]["schedule"]["phases"][0].update(until_month=2),
    ),
    "both phases and a list": (
        "steps[0].schedule",
        lambda t: t["steps"][0]["schedule"].update(listed={"months": [3], "source": "GSTT-PROST"}),
    ),
    "a step that is never due": ("steps[0].schedule", lambda t: t["steps"][0]["schedule"].update(phases=[])),
    "a step after the end": ("steps[0].schedule", lambda t: t["duration_months"].update(value=119)),
    "windows that overlap": (
        "steps[0].window",
        lambda t: t["steps"][0].update(window={"early_days": 42, "late_days": 42, "source": "RMS-DEFAULT"}),
    ),
    "a reminder after the window": (
        "steps[0].reminders.days",
        lambda t: t["steps"][0].update(reminders={"days": [-14, 29], "source": "RMS-DEFAULT"}),
    ),
    "a chase after the window": (
        "steps[0].chase_after_days",
        lambda t: t["steps"][0].update(chase_after_days={"value": 40, "source": "RMS-DEFAULT"}),
    ),
    "an unknown analyte": ("steps[0].analyte", lambda t: t["steps"][0].update(analyte="psb")),
    "a test that measures nothing": ("steps[0].analyte", lambda t: t["steps"][0].pop("analyte")),
    "a limit without unit": ("rules[0].when.unit", lambda t: t["rules"][0]["when"].pop("unit")),
    "a negative limit": ("rules[0].when.limit", lambda t: t["rules"][0]["when"]["limit"].update(value=-1)),
    "a repeat after its end": (
        "rules[0].when.repeat_from_days",
        lambda t: t["rules"][0]["when"]["repeat_from_days"].update(value=42),
    ),
    "a confirmed breach no louder than the first": (
        "rules[0].when.first_alert",
        lambda t: t["rules"][0].update(alert="look_soon"),
    ),
    "an anchor that is not listed": (
        "anchors",
        lambda t: t["steps"][0]["schedule"].update(anchor="diagnosis"),
    ),
    "a source nobody names": (
        "sources.SPARE",
        lambda t: t["sources"].update(SPARE={"text": "Spare", "quality": "paper"}),
    ),
    "a key used twice": ("steps", lambda t: t["steps"].append(t["steps"][0])),
    "another language": ("language", lambda t: t.update(language=2)),
    "no steps": ("steps", lambda t: t.update(steps=[])),
    "a phase without an end that is not the last": (
        "steps[0].schedule.phases[0]",
        lambda t: t["steps"][0]["schedule"]["phases"][0].update(until_month=None),
    ),
    "a step without an end in a protocol that has one": (
        "steps[0].schedule",
        lambda t: t["steps"][0]["schedule"]["phases"][-1].update(until_month=None),
    ),
    "a test that is held by telephone": ("steps[0].ways", lambda t: t["steps"][0].update(ways=["telephone"])),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_protocol_that_contradicts_itself_is_refused(name: str) -> None:
    key, change = CHANGES[name]
    assert key in faults_after(change)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"[1, 2]", "Expected `object`"),
        (b'{"key": 1, "key": 2}', "the key 'key' is given twice"),
        (b'{"key": NaN}', "NaN is not a number"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_not_a_protocol_is_refused_in_a_sentence(raw: bytes, reason: str) -> None:
    with pytest.raises(ProtocolRefused, match=reason):
        decode(raw, file="odd.json")


@given(st.data())
def test_no_change_of_a_file_escapes_as_another_error(choose: st.DataObject) -> None:
    """Cut, double or change any value: it is either a protocol or refused with reasons."""
    tree = json.loads(RAW)
    place: Any = tree
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = choose.draw(st.sampled_from(list(keys)))
        if not (isinstance(place[key], dict | list) and place[key]) or choose.draw(st.booleans()):
            break
        place = place[key]
    odd = st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.booleans()
    place[key] = choose.draw(odd | st.lists(odd, max_size=3) | st.dictionaries(st.text(max_size=5), odd, max_size=2))
    assert _reasons(json.dumps(tree).encode()) or decode(json.dumps(tree).encode(), file="odd.json")


def _reasons(raw: bytes) -> list[str]:
    try:
        decode(raw, file="odd.json")
    except ProtocolRefused as refused:
        return [fault.reason for fault in refused.faults]
    return []


def test_a_protocol_survives_being_written_and_read() -> None:
    protocol = decode(RAW, file=FILE.name)
    assert msgspec.json.decode(msgspec.json.encode(protocol), type=Protocol) == protocol


def test_the_schema_names_every_kind_of_rule() -> None:
    schema = json.dumps(json_schema())
    assert all(kind in schema for kind in ("threshold", "delta_from_nadir", "missing", "doubling_time"))


def test_a_folder_of_protocols_names_every_fault_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "urology").mkdir()
    (tmp_path / "breast").mkdir()
    (tmp_path / "urology" / "other-name.json").write_bytes(RAW)
    (tmp_path / "breast" / "prostate-after-prostatectomy.json").write_bytes(RAW)
    (tmp_path / "urology" / "broken.json").write_bytes(b"{")
    with pytest.raises(ProtocolRefused) as caught:
        load_library(tmp_path)
    assert sorted((fault.file, fault.key) for fault in caught.value.faults) == [
        ("breast/prostate-after-prostatectomy.json", "tumour_site"),
        ("urology/broken.json", ""),
        ("urology/other-name.json", "key"),
        ("urology/other-name.json", "key"),
    ]


def test_two_questions_never_share_a_key_and_one_may(tmp_path: Path) -> None:
    """On the page that offers both protocols they would share one answer."""
    other = json.loads(RAW)
    other["key"] = "prostate-after-something-else"
    folder = tmp_path / "urology"
    folder.mkdir()
    (folder / FILE.name).write_bytes(RAW)
    written = folder / "prostate-after-something-else.json"
    written.write_text(json.dumps(other))
    assert len(load_library(tmp_path)) == 2
    other["eligibility"]["questions"][0]["question"] = "Is this another question?"
    written.write_text(json.dumps(other))
    with pytest.raises(ProtocolRefused, match="prostate-after-prostatectomy asks another question under the key"):
        load_library(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no protocol file"):
        load_library(tmp_path)
