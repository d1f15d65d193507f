"""The hazard log is whole, its scores add up, and every test that a control names exists."""

import ast
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SAFETY = CHECKOUT / "safety"
FILES = sorted((SAFETY / "hazards").glob("*.toml"))
SCALES = tomllib.loads((SAFETY / "scales.toml").read_text(encoding="utf-8"))
FIRST = 24  # the hazards that RMS started with; none of them may go missing
WORST_BORNE = 3

TEXTS = {"id", "title", "description", "effect", "harm", "justification", "status", "owner"}
KEYS = TEXTS | {"type", "initial", "residual", "causes", "controls"}
PROOF = {"design": ("tests", "planned"), "deployment": ("owner",), "training": ("owner",)}

Hazard = dict[str, Any]


def read(path: Path) -> Hazard:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def shape_faults(hazard: Hazard) -> list[str]:
    """Say what is wrong with the shape of a hazard; an empty list when it is whole."""
    if set(hazard) != KEYS:
        return [f"keys missing or unknown: {sorted(set(hazard) ^ KEYS)}"]
    found = [f"{key} is empty" for key in sorted(TEXTS) if not (isinstance(hazard[key], str) and hazard[key].strip())]
    found += [] if hazard["type"] else ["type is empty"]
    found += [] if hazard["status"] in ("open", "transferred", "closed") else ["status is unknown"]
    found += [fault for name in ("initial", "residual") for fault in score_faults(name, hazard[name])]
    found += numbering_faults("C", hazard["causes"]) + numbering_faults("K", hazard["controls"])
    found += [fault for control in hazard["controls"] for fault in control_faults(control)]
    covered = {cause for control in hazard["controls"] for cause in control.get("causes", ())}
    known = {cause["id"] for cause in hazard["causes"]}
    return found + [f"{cause} has no control or no cause" for cause in sorted(covered ^ known)]


def score_faults(name: str, score: dict[str, Any]) -> list[str]:
    if set(score) != {"severity", "likelihood", "risk", "standing"}:
        return [f"{name} has not its four keys"]
    if score["severity"] not in SCALES["severity"] or score["likelihood"] not in SCALES["risk"]:
        return [f"{name} is not on the scales"]
    risk = SCALES["risk"][score["likelihood"]][SCALES["severity"].index(score["severity"])]
    found = [] if score["risk"] == risk else [f"{name} risk should be {risk}"]
    found += [] if score["standing"] in ("proposed", "final") else [f"{name} standing is unknown"]
    return found + ([f"{name} risk is too high to release"] if name == "residual" and risk > WORST_BORNE else [])


def numbering_faults(letter: str, parts: list[dict[str, Any]]) -> list[str]:
    numbered = [part.get("id") for part in parts] == [f"{letter}{number}" for number in range(1, len(parts) + 1)]
    found = [] if parts and numbered else [f"{letter} are missing or not numbered from 1"]
    return found + [f"{part.get('id')} has no text" for part in parts if not part.get("text")]


def control_faults(control: dict[str, Any]) -> list[str]:
    proofs = PROOF.get(control.get("kind", ""), ())
    given = [name for name in ("tests", "planned", "owner") if control.get(name)]
    if len(given) != 1 or given[0] not in proofs:
        return [f"{control.get('id')} needs exactly one of {' or '.join(proofs) or 'a known kind'}"]
    extra = set(control) - {"id", "causes", "kind", "text", *given}
    return [f"{control['id']} has unknown keys {sorted(extra)}"] if extra else []


def missing_tests(names: Iterable[str]) -> list[str]:
    """Give those of the named tests (path::name) that do not exist."""
    return [name for name in names if name.partition("::")[2] not in names_in(name.partition("::")[0])]


@cache
def names_in(path: str) -> frozenset[str]:
    file = CHECKOUT / path
    if not (path.startswith("tests/") and file.is_file()):
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds) and node.name.startswith("test_"))


def test_no_hazard_is_missing() -> None:
    numbers = [path.stem for path in FILES]
    assert numbers == [f"H-{number:03}" for number in range(1, len(numbers) + 1)]
    assert len(numbers) >= FIRST
    assert all(read(path)["id"] == path.stem for path in FILES)
    assert len({read(path)["title"] for path in FILES}) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hazard_is_whole(path: Path) -> None:
    assert shape_faults(read(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_test_that_a_control_names_exists(path: Path) -> None:
    named = [name for control in read(path)["controls"] for name in control.get("tests", ())]
    assert missing_tests(named) == []


def test_only_a_clinician_makes_a_score_final() -> None:
    """A final score comes with the page that the clinical safety officer signed."""
    scores = [(path.stem, read(path)[name]["standing"]) for path in FILES for name in ("initial", "residual")]
    assert {stem for stem, standing in scores if standing == "final"} <= set(signed())


def signed() -> list[str]:
    page = SAFETY / "signed.md"
    return re.findall(r"^\| (H-\d{3}) \|", page.read_text(encoding="utf-8"), re.MULTILINE) if page.is_file() else []


WHOLE: Hazard = {
    **dict.fromkeys(TEXTS, "words"),
    "status": "open",
    "type": ["outage"],
    "initial": {"severity": "major", "likelihood": "low", "risk": 3, "standing": "proposed"},
    "residual": {"severity": "major", "likelihood": "very_low", "risk": 2, "standing": "proposed"},
    "causes": [{"id": "C1", "text": "a cause"}],
    "controls": [{"id": "K1", "causes": ["C1"], "kind": "design", "text": "a control", "planned": "an area"}],
}
CONTROL = WHOLE["controls"][0]
BROKEN: dict[str, Hazard] = {
    "a key too few": {key: value for key, value in WHOLE.items() if key != "harm"},
    "a key too many": WHOLE | {"colour": "red"},
    "an empty text": WHOLE | {"title": " "},
    "an unknown status": WHOLE | {"status": "done"},
    "no control at all": WHOLE | {"controls": []},
    "a control without proof": WHOLE | {"controls": [{k: v for k, v in CONTROL.items() if k != "planned"}]},
    "a control with two proofs": WHOLE | {"controls": [CONTROL | {"tests": ["tests/test_safety.py::x"]}]},
    "a control that names nobody": WHOLE | {"controls": [CONTROL | {"kind": "deployment"}]},
    "a control against nothing": WHOLE | {"controls": [CONTROL | {"causes": ["C1", "C2"]}]},
    "a cause without a control": WHOLE | {"causes": [*WHOLE["causes"], {"id": "C2", "text": "another"}]},
    "causes out of order": WHOLE | {"causes": [{"id": "C2", "text": "a cause"}]},
    "a risk that does not add up": WHOLE | {"initial": WHOLE["initial"] | {"risk": 1}},
    "a word that is not on the scales": WHOLE | {"initial": WHOLE["initial"] | {"likelihood": "sometimes"}},
    "an unknown standing": WHOLE | {"initial": WHOLE["initial"] | {"standing": "agreed"}},
    "a residual risk nobody may bear": WHOLE
    | {"residual": {"severity": "major", "likelihood": "high", "risk": 4, "standing": "proposed"}},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_hazard_that_is_not_whole_is_found(what: str) -> None:
    assert shape_faults(WHOLE) == []
    assert shape_faults(BROKEN[what])


def test_a_test_that_does_not_exist_is_found() -> None:
    here = "tests/test_safety.py::test_a_test_that_does_not_exist_is_found"
    wrong = [
        f"{here}_x",
        "tests/absent.py::test_x",
        "rms/clock.py::real_now",
        "tests/test_safety.py::read",
        "tests/core",
    ]
    assert missing_tests([here, *wrong]) == wrong


INVARIANTS = (CHECKOUT / "docs" / "invariants.md").read_text(encoding="utf-8")


def test_every_invariant_has_its_row() -> None:
    assert re.findall(r"^\| (I-\d+) [●○] \|", INVARIANTS, re.MULTILINE) == [f"I-{number}" for number in range(1, 25)]


def test_every_test_that_an_invariant_names_exists() -> None:
    """A row without a test says in its last column that nothing is shown."""
    assert missing_tests(re.findall(r"`(tests/[^`]+::[^`]+)`", INVARIANTS)) == []
    bare = [row for row in INVARIANTS.splitlines() if row.startswith("| I-") and "::" not in row]
    assert all("| all of it: " in row for row in bare)
