"""`rms protocol ...` and `rms plan ...`, as an operator types them: one object with --json, and the documented codes."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from rms.plans.model import Skip
from rms.plans.protocol import LIBRARY
from tests.database import World
from tests.shell.plans.following import PROSTATECTOMY, Followed, today_of
from tests.shell.plans.test_changes import change

RMS = [sys.executable, "-c", "from rms.cli import main; raise SystemExit(main())"]
FILE = LIBRARY / "urology" / f"{PROSTATECTOMY}.json"
SURGERY = ("--protocol", PROSTATECTOMY, "--anchor", "surgery=2026-01-31", "--today", "2026-02-15")


async def rms(world: World | None, *words: str) -> tuple[int, str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RMS_")}
    if world is not None:
        environ["DATABASE_URL"] = world.url()
        for role in ("web", "worker", "listener"):
            environ[f"RMS_DATABASE_URL_{role.upper()}"] = world.url(f"rms_{role}")
    found = await anyio.run_process([*RMS, *words], env=environ, check=False)
    return found.returncode, found.stdout.decode(), found.stderr.decode()


async def answer(world: World | None, *words: str, code: int = 0) -> dict[str, Any]:
    found, out, told = await rms(world, *words, "--json")
    assert found == code, told
    value: dict[str, Any] = json.loads(out)
    return value


def version_two(tmp_path: Path, **changed: object) -> str:
    content = json.loads(FILE.read_text()) | {"version": 2} | changed
    content["steps"][0]["title"] = "PSA test"
    path = tmp_path / FILE.name
    path.write_text(json.dumps(content))
    return str(path)


async def test_a_preview_has_every_date_at_month_ends_with_why() -> None:
    shown = await answer(None, "plan", "preview", *SURGERY, "--change",
                         '{"kind":"skip","step":"symptom-check","number":1}')  # fmt: skip
    dates = [line["due_on"] for line in shown["lines"] if line["step"] == "psa"]
    assert dates[:5] == ["2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31", "2027-07-31"]
    assert len(dates) == 17
    assert (shown["faults"], shown["protocol"], shown["version"]) == ([], PROSTATECTOMY, 1)
    left_out = [line for line in shown["lines"] if line["standing"] == "skipped"]
    assert [line["number"] for line in left_out] == [1]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--protocol", "nothing"), 3, "There is no protocol nothing."),
        (("--anchor", "surgery=2026-01-05"), 2, "Name one protocol"),
        ((*SURGERY, "--anchor", "surgery"), 2, "write it as surgery=2026-01-05"),
        ((*SURGERY, "--anchor", "surgery=2026-02-30"), 3, "is not a date"),
        ((*SURGERY, "--change", '{"kind":"erase"}'), 3, "--change"),
        ((*SURGERY, "--done", "psa=2026-04-05"), 2, "write it as psa:1=2026-04-05"),
        (("--protocol", PROSTATECTOMY), 1, ""),
        (("--protocol", PROSTATECTOMY, "--anchor", "birthday=2026-01-05"), 1, ""),
        (("--file", "/no/such/file"), 3, "cannot be read"),
    ],
)
async def test_a_preview_that_cannot_be_says_so(words: tuple[str, ...], code: int, sentence: str) -> None:
    found, _, told = await rms(None, "plan", "preview", *words)
    assert found == code
    assert sentence in told
    assert "Traceback" not in told


async def test_a_simulation_tells_each_day_and_stops_reminding_when_it_is_done() -> None:
    lived = await answer(None, "plan", "simulate", *SURGERY, "--until", "2026-08-25", "--done", "psa:1=2026-04-20")
    assert [(day["on"], day["stage"]) for day in lived["days"] if day["step"] == "psa"] == [
        ("2026-03-19", "remind:1"), ("2026-04-16", "remind:2"), ("2026-04-20", "done"),
        ("2026-06-19", "remind:1"), ("2026-07-17", "remind:2"), ("2026-08-07", "remind:3"), ("2026-08-21", "chase"),
    ]  # fmt: skip
    code, _, told = await rms(None, "plan", "simulate", "--protocol", PROSTATECTOMY, "--until", "2026-08-25")
    assert (code, told.strip()) == (3, "The date of surgery is not known.")


async def test_a_scenario_is_told_for_ten_years_with_the_alert_that_a_rise_raises() -> None:
    told = await answer(None, "plan", "simulate", *SURGERY, "--scenario", "rise-at-month-30")
    assert (told["until"], told["scenario"], told["days"]) == ("2036-02-15", "rise-at-month-30", [])
    assert told["assumes"]
    events = told["events"]
    assert [one["on"] for one in events] == sorted(one["on"] for one in events)
    assert [(one["on"], one["purpose"]) for one in events if one["number"] == 1 and one["step"] == "psa"][:3] == [
        ("2026-03-19", "test_reminder_1"), ("2026-03-19", "test_request"), ("2026-04-16", "test_reminder_2"),
    ]  # fmt: skip
    raised = [one for one in events if one["what"] == "raised"]
    assert [(one["on"], one["rule"], one["alert"]) for one in raised[:2]] == [
        ("2028-07-31", "psa-above-limit", "look_soon"), ("2028-09-11", "psa-above-limit", "act_today"),
    ]  # fmt: skip
    assert "above the limit of 0.2 ug/L. A repeat is needed" in raised[0]["sentence"]
    own = await answer(None, "plan", "simulate", *SURGERY, "--scenario", "rise-at-month-30", "--change",
                       '{"kind":"limit","rule":"psa-above-limit","value":"0.05","unit":"ug/L"}')  # fmt: skip
    sentences = [one["sentence"] for one in own["events"] if one["what"] == "raised"]
    assert "0.05 ug/L" in sentences[0]
    assert "this person" in sentences[0]


async def test_a_scenario_that_cannot_be_is_refused_and_what_is_missed_is_chased_once() -> None:
    told = await answer(None, "plan", "simulate", *SURGERY, "--scenario", "one-missed", "--until", "2027-03-01")
    assert [(one["on"], one["number"]) for one in told["events"] if one["what"] == "raised"] == [
        ("2026-08-21", 2), ("2026-08-29", 2),
    ]  # fmt: skip
    on_time = await answer(None, "plan", "simulate", *SURGERY, "--scenario", "all-on-time")
    assert [one for one in on_time["events"] if one["what"] == "raised"] == []
    for words, sentence in (
        (("--protocol", "melanoma-stage-1a", "--scenario", "one-missed"), "nothing can be missed"),
        (("--protocol", "bladder-low-risk", "--scenario", "rise-at-month-30"), "No rule of this plan minds"),
        (("--protocol", PROSTATECTOMY, "--scenario", "all-on-time", "--until", "2150-01-01"), "thirty years"),
    ):
        anchors = [word for name in ("surgery", "diagnosis") for word in ("--anchor", f"{name}=2026-01-31")]
        code, _, why = await rms(None, "plan", "simulate", *words, *anchors, "--today", "2026-02-15")
        assert (code, sentence in why) == (3, True), why
    assert (await rms(None, "plan", "simulate", *SURGERY, "--scenario", "nothing"))[0] == 2


async def test_protocols_are_listed_shown_checked_and_compared(tmp_path: Path) -> None:
    listed = await answer(None, "protocol", "list")
    assert PROSTATECTOMY in [one["key"] for one in listed["protocols"]]
    shown = await answer(None, "protocol", "show", PROSTATECTOMY)
    assert shown["protocol"]["rules"][0]["when"]["limit"] == {"value": "0.2", "source": "BCR-S"}
    assert "$defs" in await answer(None, "protocol", "schema")
    path = version_two(tmp_path)
    compared = await answer(None, "protocol", "diff", path)
    assert compared["changes"] == [
        {"key": "version", "from": 1, "to": 2},
        {"key": "steps.psa.title", "from": "PSA blood test", "to": "PSA test"},
    ]
    assert (await answer(None, "protocol", "diff", path, path))["changes"] == []
    assert (await answer(None, "protocol", "validate", path))["ok"]
    broken = await answer(None, "protocol", "validate", version_two(tmp_path, anchors=["surgery", "diagnosis"]), code=1)
    assert [fault["key"] for fault in broken["faults"]] == ["anchors"]
    assert (await rms(None, "protocol", "validate", str(tmp_path / "none")))[0] == 3
    assert (await rms(None, "protocol", "diff", "a", "b", "c"))[0] == 2


async def test_a_version_is_signed_off_by_a_clinician_only(man: Followed) -> None:
    world, words = man.world, ("protocol", "sign-off", "prostate-after-radiotherapy", "--version", "1",
                               "--organisation", man.trust.code, "--note", "Agreed.")  # fmt: skip
    assert (await rms(world, *words))[0] == 2
    assert (await rms(world, *words, "--by", "nobody"))[0] == 3
    code, _, told = await rms(world, *words, "--by", f"max.{man.trust.organisation_id}")
    assert (code, "may not do this" in told) == (3, True)
    lead = f"lena.{man.trust.organisation_id}"
    assert (await answer(world, *words, "--by", lead, "--demonstration"))["signed_off_by"] == "Lena Lead"
    assert not (await answer(world, *words, "--by", lead))["for_demonstration_only"]
    listed = await answer(world, "protocol", "list", "--organisation", man.trust.code)
    signed = {one["key"]: one["for_demonstration_only"] for one in listed["protocols"] if one["signed_off_by"]}
    assert signed == {PROSTATECTOMY: True, "prostate-after-radiotherapy": False}
    assert (await answer(world, "protocol", "diff", PROSTATECTOMY, "1", "1"))["changes"] == []
    assert (await rms(world, "protocol", "diff", PROSTATECTOMY, "1", "9"))[0] == 3


async def test_a_plan_is_explained_to_its_own_trust_and_the_look_is_kept(man: Followed) -> None:
    await change(man, Skip(step="symptom-check", number=1))
    words = ("plan", "explain", str(man.plan_id), "--organisation", man.trust.code)
    told = await answer(man.world, *words)
    assert told["plan"]["anchors"] == {"surgery": str(await today_of(man.world) - timedelta(days=30))}
    psa, check = told["steps"]
    assert psa["occurrences"][0]["stage"] == "remind:1"
    assert check["occurrences"][0]["state_reason"] == "Skipped by Nora Nurse: his own wish."
    assert told["overrides"][0]["change"] == {"kind": "skip", "step": "symptom-check", "number": 1}
    by_ref = await answer(man.world, "plan", "explain", told["plan"]["ref"], "--organisation", man.trust.code)
    assert by_ref == told
    looks = await man.rows("select from audit_entry where verb = 'plan.look' and subject_id = $1")
    assert len(looks) == 2
    assert (await rms(man.world, "plan", "explain", "99999", "--organisation", man.trust.code))[0] == 3
