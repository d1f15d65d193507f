"""`rms questionnaire`: its words, its JSON and its exit codes, run as a command."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from tests.asked import FORM, load
from tests.cast import a_trust

pytestmark = pytest.mark.anyio

GOOD = {
    "wellbeing": "well", "bone-pain": "no", "leg-weakness": "no", "cannot-pee": False, "blood-in-pee": "once",
    "weight-loss": None, "worry": "not", "wants-call": False,
}  # fmt: skip


def rms(*words: str, world=None, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_"))}
    if world is not None:
        surroundings |= {
            "DATABASE_URL": world.url(),
            "RMS_DATABASE_URL_WEB": world.url("rms_web"),
            "RMS_HOME": str(home),
        }
    return subprocess.run(
        [sys.executable, "-m", "rms.cli", *words],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def written(folder: Path, value: object) -> str:
    path = folder / "file.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return str(path)


def definition() -> dict:
    return json.loads((files("rms.questionnaires") / "instruments" / f"{FORM}.json").read_text())


def test_check_takes_our_own_file_and_lists_every_fault_of_another(tmp_path):
    good = rms("questionnaire", "check", written(tmp_path, definition()), "--json")
    assert good.returncode == 0
    assert json.loads(good.stdout)["items"] == 10
    broken = definition()
    broken["items"][0]["options"][1]["code"] = "very-well"
    broken["scores"][0]["items"].append("no-such")
    bad = rms("questionnaire", "check", written(tmp_path, broken))
    assert bad.returncode == 3
    assert "appears twice" in bad.stderr
    assert "no-such" in bad.stderr


@pytest.mark.parametrize("text", ["", "[1]", "{", "\x00\xff", '{"key": 1}'])
def test_what_is_no_questionnaire_is_one_sentence(tmp_path, text):
    found = rms("questionnaire", "check", written(tmp_path, text))
    assert found.returncode == 3
    assert len(found.stderr.strip().splitlines()) == 1
    assert "Traceback" not in found.stderr
    assert rms("questionnaire", "check", str(tmp_path / "none.json")).returncode == 3


def test_score_says_the_score_and_what_a_person_must_look_at(tmp_path):
    found = rms("questionnaire", "score", FORM, written(tmp_path, GOOD), "--json")
    told = json.loads(found.stdout)
    assert found.returncode == 0
    assert told["scores"][0]["key"] == "burden"
    assert told["scores"][0]["missing"] == ["weight-loss"]
    assert {one["item"]: one["standing"] for one in told["to_look_at"]} == {
        "blood-in-pee": "flagged", "weight-loss": "cannot_tell",
    }  # fmt: skip
    assert told["unanswered"] == ["anything-else"]


def test_a_score_that_cannot_be_told_is_a_no(tmp_path):
    assert rms("questionnaire", "score", FORM, written(tmp_path, {"worry": "not"})).returncode == 1


@pytest.mark.parametrize("answers", [{"worry": "nonsense"}, {"no-such": 1}, {"cannot-pee": "yes"}, {"worry": 7}, [1]])
def test_answers_that_do_not_fit_are_refused(tmp_path, answers):
    assert rms("questionnaire", "score", FORM, written(tmp_path, answers)).returncode == 3
    assert rms("questionnaire", "score", "no-such", written(tmp_path, GOOD)).returncode == 3


def test_export_is_a_fhir_resource():
    told = json.loads(rms("questionnaire", "export", FORM).stdout)
    assert (told["resourceType"], told["version"]) == ("Questionnaire", "1")


def test_wrong_words_are_wrong_usage():
    for words in (("questionnaire",), ("questionnaire", "check"), ("questionnaire", "sign-off", FORM)):
        assert rms(*words).returncode == 2


async def test_sign_off_is_by_a_named_clinician_with_the_right(world, tmp_path):
    trust = await a_trust(world)
    await load(world)

    def sign(by: str, *, version: str = "1", code: str = trust.code):
        return rms("questionnaire", "sign-off", FORM, "--version", version, "--organisation", code, "--by", by,
                   "--note", "Read with the team.", "--demonstration", world=world, home=tmp_path)  # fmt: skip

    assert sign(f"nora.{trust.organisation_id}").returncode == 3
    assert sign("nobody").returncode == 3
    assert sign(f"lena.{trust.organisation_id}", version="9").returncode == 3
    assert sign(f"lena.{trust.organisation_id}", code="ZZZ").returncode == 3
    assert await world.as_owner("select id from questionnaire_sign_off") == []
    done = sign(f"lena.{trust.organisation_id}")
    assert done.returncode == 0, done.stderr
    [row] = await world.as_owner("select signed_by_staff_id, for_demonstration_only, note from questionnaire_sign_off")
    assert (row["signed_by_staff_id"], row["for_demonstration_only"]) == (trust.lead.id, True)
    assert sign(f"lena.{trust.organisation_id}").returncode == 0
    assert len(await world.as_owner("select id from questionnaire_sign_off")) == 1
