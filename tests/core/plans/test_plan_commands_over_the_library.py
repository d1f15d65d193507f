"""`rms plan preview` and `rms plan simulate` over every protocol: an object each, its dates in order, the same twice."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from rms.cli.main import main
from rms.plans.protocol import LIBRARY, decode
from tests.logs import put_back

FILES = sorted(LIBRARY.rglob("*.json"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
UNTIL = "2036-12-31"


def described(path: Path, anchored_on: str) -> list[str]:
    protocol = decode(path.read_bytes(), file=path.name)
    anchors = [word for anchor in protocol.anchors for word in ("--anchor", f"{anchor}={anchored_on}")]
    return ["--file", str(path), *anchors, "--born", "1956-02-29", "--today", "2025-06-01", "--until", UNTIL, "--json"]


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    with put_back():
        assert main(words) == 0
    said = capsys.readouterr()
    assert said.err == ""
    value: dict[str, Any] = json.loads(said.out)
    return value


@each_file
def test_a_preview_and_a_simulation_of_every_protocol(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for anchored_on in ("2024-02-29", "2025-05-31"):
        words = described(path, anchored_on)
        shown = answer(capsys, "plan", "preview", *words)
        assert shown["faults"] == []
        assert shown["protocol"] == path.stem
        assert shown["lines"]
        for line in shown["lines"]:
            earliest, due, latest = (date.fromisoformat(line[name]) for name in ("earliest_on", "due_on", "latest_on"))
            assert earliest <= due <= latest
            assert line["reason"]
        assert all(a["due_on"] <= b["due_on"] <= UNTIL for a, b in pairwise(shown["lines"]))
        named = [(line["step"], line["number"]) for line in shown["lines"]]
        assert len(set(named)) == len(named)

        forecast = answer(capsys, "plan", "simulate", *words)
        assert all(a["on"] <= b["on"] <= UNTIL for a, b in pairwise(forecast["days"]))
        stages = [(one["step"], one["number"], one["stage"]) for one in forecast["days"]]
        assert len(set(stages)) == len(stages)
        assert {(step, number) for step, number, _ in stages} >= {
            (line["step"], line["number"]) for line in shown["lines"] if line["latest_on"] < UNTIL
        }
        assert forecast == answer(capsys, "plan", "simulate", *words)


def test_the_protocol_is_named_by_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--anchor", "surgery=2026-08-31", "--today", "2026-09-01")
    by_key = answer(capsys, "plan", "preview", "prostate-after-prostatectomy", *words, "--json")
    assert by_key == answer(capsys, "plan", "preview", "--protocol", "prostate-after-prostatectomy", *words, "--json")
    with put_back():
        assert main(["plan", "preview", "prostate-after-prostatectomy", "--protocol", "cll-stage-a"]) == 2
