"""The commands about people as they are typed: words in, one object or plain words out, and an honest exit code."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rms.rehearsal.people import people
from rms.rehearsal.register_files import bundle
from tests.cast import Trust, a_trust, nhs_number
from tests.database import World

DONE, USAGE, REFUSED, UNAVAILABLE = 0, 2, 3, 4


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def rms(world: World, *words: str, **env: str) -> tuple[int, str, str]:
    """Run a command in a process of its own; gives exit code, answer and complaint."""
    given = {"DATABASE_URL": world.url(), "RMS_DATABASE_URL_WEB": world.url("rms_web"), **env}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rms.cli", *words, env={**os.environ, **given}, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def told(world: World, *words: str) -> dict[str, Any]:
    code, out, err = await rms(world, *words, "--json")
    assert code == DONE, err
    answer: dict[str, Any] = msgspec.json.decode(out)
    return answer


async def test_a_register_is_staged_shown_and_approved_by_reference(world: World, trust: Trust, tmp_path: Path) -> None:
    path = tmp_path / "register.json"
    path.write_bytes(msgspec.json.encode(bundle(people(3, seed=1, today=await _today(world)))))
    of = ("--organisation", trust.code)
    dry = await told(world, "import", "register", str(path), *of, "--dry-run")
    assert (dry["state"], dry["ref"], dry["counts"]["add"]) == ("dry_run", None, 3)
    staged = await told(world, "import", "register", str(path), *of)
    assert (staged["state"], staged["read"]["read"], len(staged["rows"])) == ("staged", 9, 3)
    waiting = await told(world, "import", "list", *of)
    assert [one["ref"] for one in waiting["batches"]] == [staged["ref"]]
    by = ("--by", f"lena.{trust.organisation_id}")
    assert (await told(world, "import", "approve", staged["ref"], *of, *by))["settled_by"] == "Lena Lead"
    code, out, _ = await rms(world, "import", "register", str(path), *of, "--approve")
    assert code == DONE
    assert "0 new, 0 changed, 3 as on file" in out
    assert "It changes nothing" in out
    assert (await told(world, "import", "show", staged["ref"], *of))["state"] == "approved"
    assert (await rms(world, "import", "discard", staged["ref"], *of))[0] == REFUSED


async def _today(world: World) -> Any:
    async with world.worker.transaction() as tx:
        return tx.today


async def test_wrong_words_wrong_files_and_wrong_people_are_told_in_a_sentence(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    good, faulty = tmp_path / "r.csv", tmp_path / "f.csv"
    good.write_text(f"NHS number,Last name,Date of birth\n{nhs_number(1)},Ashdown,1950-04-03\n")
    faulty.write_text("NHS number,Last name,Date of birth\n5555555555,Ashdown,1950-04-03\n")
    of = ("--organisation", trust.code)
    for words, code, sentence in (
        (("import", "register", str(good), "--organisation", "ZZZ"), REFUSED, "no organisation with the code"),
        (("import", "register", str(good)), USAGE, "--organisation"),
        (("import", "register", str(good), *of, "--dry-run", "--approve"), USAGE, "dry run writes nothing"),
        (("import", "register", str(tmp_path / "gone.csv"), *of), REFUSED, "No such file"),
        (("import", "caseload", str(good), *of), REFUSED, "This column is missing"),
        (("import", "register", str(good), *of, "--by", f"nora.{trust.organisation_id}"), REFUSED, "may not do this"),
        (("import", "approve", "x", *of), USAGE, "by its reference"),
        (("import", "register", str(faulty), *of, "--dry-run"), REFUSED, ""),
    ):
        answered, out, err = await rms(world, *words)
        assert answered == code, (words, answered, out, err)
        assert sentence in err
        assert "Traceback" not in err
    assert await world.as_owner("select id from patient") == []
    away = "postgresql://rms_web:x@127.0.0.1:1/rms"
    answered, _, err = await rms(world, "import", "register", str(good), *of, RMS_DATABASE_URL_WEB=away)
    assert (answered, "Traceback" in err) == (UNAVAILABLE, False)


async def test_one_person_is_added_by_hand_and_looked_at(world: World, trust: Trust) -> None:
    of = ("--organisation", trust.code)
    who = ("--family", "Ashdown", "--given", "Peter John", "--born", "1950-04-03", "--sex", "male")
    cancer = ("--diagnosis-site", "urology", "--icd10", "C61", "--diagnosed-on", "2026-01-05")
    added = await told(
        world, "person", "add", *of, *who, *cancer, "--nhs-number", nhs_number(1).shown, "--hospital-number", "RAA=H7",
        "--mobile", "07700 900123", "--post", "1 Mill Lane, Townham, TO1 1AA", "--gp-code", "A81001", "--treatment",
        "surgery=2026-02-01", "--treatment", "radiotherapy=2026-03-01..2026-03-20", "--intent", "curative", "--by",
        f"nora.{trust.organisation_id}",
    )  # fmt: skip
    shown = await told(world, "person", "show", str(nhs_number(1)), *of)
    assert (shown["ref"], shown["name"]) == (added["ref"], "ASHDOWN, Peter John")
    assert [(c["kind"], c["value"], c["source"]) for c in shown["contacts"]][-1] == ("mobile", "+447700900123", "staff")
    assert [(t["kind"], t["started_on"], t["ended_on"]) for t in shown["treatments"]] == [
        ("surgery", "2026-02-01", "2026-02-01"), ("radiotherapy", "2026-03-01", "2026-03-20"),
    ]  # fmt: skip
    assert {t["case_id"] for t in shown["treatments"]} == {d["id"] for d in shown["diagnoses"]}
    assert (await told(world, "person", "show", added["ref"], *of))["nhs_number"] == str(nhs_number(1))
    looks = await world.as_owner("select actor_name from audit_entry where verb = 'person.look'")
    assert len(looks) == 2


async def test_who_is_added_by_hand_is_not_on_file_already(world: World, trust: Trust) -> None:
    other = await a_trust(world, code="RBB", name="South Hospital")
    base = ("person", "add", "--family", "Ashdown", "--born", "1950-04-03", "--diagnosis-site", "urology")
    of = ("--organisation", trust.code)
    number = ("--nhs-number", str(nhs_number(1)))
    flagged = await told(world, *base, *of)
    assert flagged["flags"] == ["The register gives no NHS number for this person."]
    for words, sentence in (
        ((*of,), "this name and date of birth"),
        ((*of, "--nhs-number", "5555555555"), "never the same digit"),
        ((*of, "--nhs-number", "9990000019"), "NHS number: "),
        ((*of, "--mobile", "12"), "Mobile: "),
        ((*of, "--treatment", "magic=2026-01-01"), "Treatment: Write one of"),
    ):
        code, _, err = await rms(world, *base, *words)
        assert (code, sentence in err) == (REFUSED, True), err
    assert (await rms(world, *base, *of, "--treatment", "surgery"))[0] == USAGE
    await told(world, *base, *of, *number, "--even-if-alike")
    code, _, err = await rms(world, *base, *of, *number)
    assert (code, "on file here already" in err) == (REFUSED, True)
    await told(world, *base, "--organisation", other.code, *number)
    assert (await rms(world, "person", "show", flagged["ref"], "--organisation", other.code))[0] == REFUSED
    assert len(await world.as_owner("select id from patient")) == 3


async def test_the_same_faulty_file_twice_is_asked_about_once_and_the_answer_says_what_is_true(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    path, of = tmp_path / "caseload.csv", ("--organisation", trust.code)
    head = (
        "NHS number,Last name,First names,Date of birth,Protocol,Anchor,Anchor date,Named nurse,Step,Last done,Next due"
    )
    path.write_text(
        f"{head}\n5555555555,Ashdown,Peter,1950-04-03,none,surgery,2026-01-05,nora,psa,2026-01-05,2026-04-05\n"
    )
    code, out, _ = await rms(world, "import", "caseload", str(path), *of, "--dry-run")
    assert code == REFUSED
    assert "It changes nothing: 2 need a person, and nothing of it is on file already." in out
    code, out, _ = await rms(world, "import", "caseload", str(path), *of, "--dry-run", "--json")
    (fault, *_) = msgspec.json.decode(out)["rows"][0]["faults"]
    assert set(fault) == {"place", "row_number", "column", "sentence"}
    assert fault["row_number"] == 2
    for _ in range(2):
        await rms(world, "import", "caseload", str(path), *of, "--approve")
    assert len(await world.as_owner("select from alert where subject_kind = 'import'")) == 1
    assert len(await world.as_owner("select from alert_cause")) == 1
    path.write_text(
        path.read_text() + "5555555555,Ashdown,Peter,1950-04-03,none,surgery,2026-01-05,nora,x,2026-01-05,2026-04-05\n"
    )
    await rms(world, "import", "caseload", str(path), *of, "--approve")
    assert len(await world.as_owner("select from alert where subject_kind = 'import'")) == 2
