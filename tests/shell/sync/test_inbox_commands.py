"""`rms listen`, `rms hl7 …`, `rms import hl7` and `rms result kinetics`, as an operator types them."""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest

from rms.sync.jobs import file_inbox
from tests.cast import a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import Switchboard, a_peer, obx, oru

RMS = [sys.executable, "-c", "from rms.cli import main; raise SystemExit(main())"]
PETER = a_person()


def environment(world: World | None) -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RMS_")}
    if world is not None:
        environ["DATABASE_URL"] = world.url()
        for role in ("web", "worker", "listener"):
            environ[f"RMS_DATABASE_URL_{role.upper()}"] = world.url(f"rms_{role}")
    return environ


async def rms(world: World | None, *words: str) -> tuple[int, str, str]:
    done = await anyio.run_process([*RMS, *words], env=environment(world), check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def answer(world: World | None, *words: str) -> Any:
    code, out, said = await rms(world, *words, "--json")
    assert code == 0, said
    return json.loads(out)


async def test_parse_shows_what_a_message_says_and_where_it_is_odd(tmp_path: Path) -> None:
    path = tmp_path / "one.hl7"
    path.write_bytes(oru(PETER, obx("<0.1")))
    [message] = (await answer(None, "hl7", "parse", str(path)))["messages"]
    assert message["kind"] == "result"
    assert message["orders"][0]["observations"][0]["comparator"] == "<"
    path.write_bytes(oru(None))
    code, out, _ = await rms(None, "hl7", "parse", str(path))
    assert (code, "FAULT PID: The message names no person." in out) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["hl7", "parse", "nowhere.hl7"], 3, "cannot be read"),
        (["hl7", "send", __file__, "--host", "127.0.0.1", "--port", "9"], 4, "Nobody answers at 127.0.0.1:9"),
        (["hl7", "replay", "x"], 2, "named by its ref"),
        (["hl7"], 2, "VERB"),
        (["result", "kinetics"], 2, "Give a file"),
        (["result", "kinetics", "nowhere.csv"], 3, "cannot be read"),
    ],
)
async def test_what_is_wrong_is_one_sentence_and_a_code(words: list[str], code: int, said: str) -> None:
    ended, out, err = await rms(None, *words)
    assert (ended, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


async def test_listen_takes_what_send_sends_and_ends_when_asked(world: World, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    path = tmp_path / "two.hl7"
    path.write_bytes(oru(PETER, control="A") + oru(PETER, control="B"))
    listen = [*RMS, "listen", "--port", str(port)]
    async with await anyio.open_process(listen, env=environment(world), stderr=None, stdout=None) as listener:
        line = Switchboard()
        await line.connect(port)
        await line.close()
        answers = (await answer(world, "hl7", "send", str(path), "--port", str(port)))["answers"]
        assert [(one["control_id"], one["answer"]) for one in answers] == [("A", "AA"), ("B", "AA")]
        code, _, said = await rms(world, "listen", "--port", str(port))
        assert (code, "RMS cannot listen on" in said) == (4, True)
        listener.send_signal(signal.SIGTERM)
        assert await listener.wait() == 0
    assert len(await world.as_owner("select from inbox where state = 'received'")) == 2


async def test_what_was_set_aside_is_listed_and_read_again(world: World, tmp_path: Path) -> None:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust, facility="OLD")
    path = tmp_path / "one.hl7"
    path.write_bytes(oru(PETER))
    code, _, said = await rms(world, "import", "hl7", str(path), "--approve", "--peer", "Nobody")
    assert (code, "There is no peer named Nobody" in said) == (3, True)
    assert (await answer(world, "import", "hl7", str(path)))["approved"] is False
    assert await world.as_owner("select from inbox") == []
    raw = oru(PETER, filler="F9")
    await world.as_owner("insert into inbox (peer_address, raw, sha256, answered, received_civil_at)"
                         " values ('192.0.2.1', $1, sha256($1), 'AA', now())", raw)  # fmt: skip
    await file_inbox(world.worker)
    [listed] = (await answer(world, "hl7", "list"))["messages"]
    assert listed["state"] == "set_aside"
    await a_peer(world, trust, name="New laboratory")
    assert (await answer(world, "hl7", "replay", listed["ref"]))["read_again"] == [listed["ref"]]
    code, _, said = await rms(world, "hl7", "replay", listed["ref"])
    assert (code, "nothing was changed" in said) == (3, True)
    await file_inbox(world.worker)
    assert [row["state"] for row in await world.as_owner("select state from inbox")] == ["filed"]


async def test_a_file_is_taken_in_as_from_a_peer_and_its_copy_is_a_duplicate(world: World, tmp_path: Path) -> None:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    path = tmp_path / "two.hl7"
    path.write_bytes(
        oru(PETER, obx("0.1"), filler="1", sampled="20260101") + oru(PETER, obx("0.2"), filler="2", sampled="20260201")
    )
    words = ("import", "hl7", str(path), "--approve", "--peer", "Mill Lane Laboratory")
    assert (await answer(world, *words))["states"] == {"filed": 2}
    assert (await answer(world, *words))["states"] == {"duplicate": 2}
    found = await answer(world, "result", "kinetics", "--organisation", "RAA", "--nhs-number", str(PETER.nhs_number))
    assert found["readings"] == 2
    assert found["doubling_months"] == 1.02
    looked = await world.as_owner("select from audit_entry where verb = 'person.look'")
    assert len(looked) == 1


async def test_kinetics_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("date,psa\n2026-01-01,0.2\n2026-07-02,0.4\n")
    found = await answer(None, "result", "kinetics", str(path))
    assert (found["doubling_months"], found["velocity_per_year"]) == (5.98, 0.401)
    path.write_text("2026-01-01,0.2\n")
    code, out, _ = await rms(None, "result", "kinetics", str(path))
    assert (code, "two on different days" in out) == (1, True)
    path.write_text("2026-01-01,0.2\n2026-02-01,high\n")
    code, _, said = await rms(None, "result", "kinetics", str(path))
    assert (code, "Line 2" in said) == (3, True)
