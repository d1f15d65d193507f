"""`rms messages lint | forecast | explain`, as an operator types them."""

import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from rms.messages.model import Channel, Purpose
from rms.messages.proof import proof_read
from tests.database import World
from tests.shell.messages.post_office import MORNING, PostOffice
from tests.shell.messages.test_wording import BODY, approve, draft

RMS = [sys.executable, "-c", "from rms.cli import main; raise SystemExit(main())"]
HEAD = "---\nkey: helpline.sms\nversion: 1\nchannel: sms\npurpose: helpline\n---\n"


async def rms(world: World | None, *words: str) -> tuple[int, str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RMS_")}
    if world is not None:
        environ["DATABASE_URL"] = world.url()
        for role in ("web", "worker", "listener"):
            environ[f"RMS_DATABASE_URL_{role.upper()}"] = world.url(f"rms_{role}")
    done = await anyio.run_process([*RMS, *words], env=environ, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def answer(world: World | None, *words: str) -> dict[str, Any]:
    code, out, _ = await rms(world, *words, "--json")
    assert code == 0
    return json.loads(out)


async def test_our_own_wording_has_no_fault() -> None:
    code, out, _ = await rms(None, "messages", "lint")
    assert (code, "0 with faults" in out) == (0, True)


async def test_faulty_wording_is_named_and_answers_no(tmp_path: Path) -> None:
    (tmp_path / "helpline.sms.txt").write_text(HEAD + "Your PSA is 4.2. {{ organisation_name }}")
    (tmp_path / "please_call.sms.txt").write_text("Call us")
    code, out, _ = await rms(None, "messages", "lint", str(tmp_path), "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["files"]) == (1, False, 2)
    assert {finding["file"] for finding in found["findings"]} == {"helpline.sms.txt", "please_call.sms.txt"}


async def test_what_a_trust_wrote_itself_is_read_too(office: PostOffice) -> None:
    """The words were fit when they were approved; then a team got a name that stands in them."""
    version = await draft(office.world, office.trust, f"{BODY} Your Care Desk")
    await approve(office.world, office.trust, version)
    found = await answer(office.world, "messages", "lint", "--organisation", "RAA")
    assert (found["ok"], found["own"]) == (True, 1)
    await office.world.as_owner("update team set name = 'Care Desk'")
    code, out, _ = await rms(office.world, "messages", "lint", "--organisation", "RAA", "--json")
    [fault] = json.loads(out)["findings"]
    assert (code, fault["file"], fault["code"]) == (1, "test_reminder_1.sms version 1 of RAA", "clinic_name")


async def test_a_place_without_wording_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        code, _, said = await rms(None, "messages", "lint", str(place))
        assert (code, said.count("\n")) == (3, 1)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{ organisation_name }} {{ phone }} {{ clinic }}", "cannot_be_sent"),
        ("{{ organisation_name }} {{ phone }} your cancer", "cannot_be_sent"),
        ("{{ organisation_name }} {{ phone }} https://elsewhere.example.com/x", "cannot_be_sent"),
        ("{{ organisation_name }}", "no_phone"),
        ("{{ phone }}", "no_sender"),
        ("{{ phone ", "unreadable"),
    ],
)
def test_each_fault_of_a_wording_is_found(body: str, code: str) -> None:
    assert code in {finding.code for finding in proof_read(HEAD + body, name="helpline.sms.txt")}


async def test_a_forecast_counts_by_day_and_way(office: PostOffice) -> None:
    await office.queue(1, not_before=MORNING - timedelta(days=3))
    await office.queue(2, not_before=MORNING + timedelta(days=2))
    await office.queue(3, not_before=MORNING + timedelta(days=2), channel=Channel.LETTER)
    await office.queue(4, not_before=MORNING + timedelta(days=60))
    for act_on, stage in ((0, "remind:1"), (-5, "remind:2"), (2, "chase"), (90, "remind:1")):
        await office.world.as_owner(
            "insert into calendar (act_on, organisation_id, occurrence_id, stage) values ($1, $2, 1, $3)",
            MORNING.date() + timedelta(days=act_on), office.trust.organisation_id, stage,
        )  # fmt: skip
    found = await answer(office.world, "messages", "forecast", "--organisation", "raa", "--days", "5")
    assert (found["organisation"], found["from_on"], found["until_on"]) == ("RAA", "2026-03-02", "2026-03-06")
    assert found["total"] == {"messages": 3, "reminders": 2}
    days = {date.fromisoformat(day["on"]): day for day in found["days"]}
    assert days[date(2026, 3, 2)] == {"on": "2026-03-02", "messages": {"sms": 1}, "stages": {"remind": 2}}
    assert days[date(2026, 3, 4)]["messages"] == {"sms": 1, "letter": 1}
    assert days[date(2026, 3, 4)]["stages"] == {"chase": 1}


async def test_a_message_is_explained_by_number_and_reference_without_the_person(office: PostOffice) -> None:
    message_id = await office.queue(purpose=Purpose.HELPLINE)
    await office.send()
    row = await office.message(message_id)
    for key in (str(message_id), str(row["ref"])):
        found = await answer(office.world, "messages", "explain", key)
        assert (found["id"], found["state"], found["provider"]) == (message_id, "accepted", "govuk-notify")
        assert [line["kind"] for line in found["history"]] == ["claimed", "answered"]
        assert not any(word in json.dumps(found) for word in ("+447700900001", "Ashdown", "Peter"))
    (looks,) = await office.world.as_owner("select count(*) from audit_entry where verb = 'message.look'")
    assert looks["count"] == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", "12345"), 3),
        (("explain", "00000000-0000-4000-8000-000000000000"), 3),
        (("explain", "x"), 2),
        (("explain",), 2),
        (("forecast",), 2),
        (("forecast", "--organisation", "ZZZ"), 3),
        (("forecast", "--organisation", "RAA", "--days", "0"), 2),
        (("forecast", "--organisation", "RAA", "--days", "many"), 2),
    ],
)
async def test_wrong_words_get_one_sentence(office: PostOffice, words: tuple[str, ...], code: int) -> None:
    answered, out, said = await rms(office.world, "messages", *words)
    assert (answered, out) == (code, "")
    assert "Traceback" not in said


async def test_a_database_that_is_away_is_said() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RMS_")}
    environ |= dict.fromkeys(("DATABASE_URL", "RMS_DATABASE_URL_WORKER"), "postgresql://x@127.0.0.1:9/x")
    done = await anyio.run_process([*RMS, "messages", "explain", "1"], env=environ, check=False)
    assert done.returncode == 4
    assert b"cannot be reached" in done.stderr
