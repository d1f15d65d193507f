"""Every command that reads, with `--json`: one object on standard output and nothing else, ISO dates, snake_case keys."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import anyio.to_thread
import msgspec

from rms.cli.main import NOUNS, commands_of
from rms.messages.catalogue import TEMPLATES
from rms.rehearsal.people import people
from rms.rehearsal.register_files import bundle
from rms.sync.jobs import file_inbox
from rms.sync.listener import listening
from tests.asked import FORM, PROTOCOL, asked
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import NAME, a_peer, arrive, oru
from tests.shell.cli.many import Asked, Ended, run_all
from tests.shell.cli.reference import sections

#: Formats of others, and a protocol as its file has it, whose sources have names: keys are as their makers wrote them.
AS_WRITTEN = {"questionnaire export", "protocol schema", "protocol show"}
#: What is answered with no here: a trust without a sign-off, one reading that is no series, one answer that is no score.
NO = {"doctor", "result kinetics", "questionnaire score"}
#: A measurement, whose answer is its own matter.
EITHER = {"bench run"}
#: These only end like a time: an address, and what a person must look at.
NO_TIME = {"set_up_at", "to_look_at"}
KEY = re.compile(r"[a-z][a-z0-9_]*")
PETER, PAUL = a_person(), a_person(2)


def reading_commands() -> set[str]:
    return {one.words for module in set(NOUNS.values()) for one in commands_of(module) if one.reads}


async def prepared(world: World, folder: Path, *, port: int = 2575) -> dict[str, list[str]]:
    """A man in follow-up, a message for him, a question in the inbox, two staged imports; the words of every command."""
    trust = await a_trust(world)
    man = await asked(world, trust, person=PETER)
    [message] = await world.as_owner("select id, current_date as today from message order by id limit 1")
    await a_peer(world, trust)
    [waiting] = await arrive(world, oru(PETER, facility="OTHER"))
    await file_inbox(world.worker)
    [inbox] = await world.as_owner("select ref::text from inbox where id = $1", waiting)
    (folder / "one.hl7").write_bytes(oru(PETER))
    (folder / "answers.json").write_text('{"wellbeing": "well"}')
    (folder / "series.csv").write_text("2026-01-01,0.2\n")
    await on_file(world, trust, PAUL)
    (folder / "caseload.csv").write_text(
        "NHS number,Last name,Date of birth,Protocol,Anchor,Anchor date,Step,Next due,Named nurse\n"
        f"{PAUL.nhs_number},Ashdown,1950-04-03,{PROTOCOL},surgery,2026-01-31,psa,2027-01-31,nora.{trust.organisation_id}\n"
    )
    for name, seed in (("first.json", 1), ("second.json", 2)):
        (folder / name).write_bytes(msgspec.json.encode(bundle(people(2, seed=seed, today=message["today"]))))
    staging = [Asked(words=["import", "register", name, "--organisation", trust.code, "--json"])
               for name in ("first.json", "second.json")]  # fmt: skip
    staged = [json.loads(one.out)["ref"] for one in run_on(world, folder, staging)]
    return words_of(trust, plan_id=man.plan_id, message_id=message["id"], inbox_ref=inbox["ref"], staged=staged,
                    port=port)  # fmt: skip


def run_on(world: World, folder: Path, commands: list[Asked]) -> list[Ended]:
    """Run commands on the embedded server of the tests, found by its home."""
    return run_all(commands, folder=str(folder), env={"RMS_HOME": str(world.server.home)})


def words_of(
    trust: Trust, *, plan_id: int, message_id: int, inbox_ref: str, staged: list[str], port: int
) -> dict[str, list[str]]:
    """How each command is called, in the order in which they are run."""
    of, lead = ["--organisation", trust.code], ["--by", f"lena.{trust.organisation_id}"]
    surgery = ["--protocol", PROTOCOL, "--anchor", "surgery=2026-01-31"]
    number = str(PETER.nhs_number)
    return {
        "migrate": [],
        "organisation add": ["RBB", "--name", "South Hospital", "--phone", "01632 960100"],
        "organisation list": [],
        "team add": ["breast", *of, "--name", "Breast team", "--phone", "01632 960101", "--site", "breast"],
        "team list": of,
        "user add": ["anna.admin", *of, "--first-administrator"],
        "user list": of,
        "user set-up-again": ["anna.admin", *of],
        "user end": ["anna.admin", *of],
        "peer add": ["Second laboratory", *of, "--facility", "TWO", "--address", "192.0.2.7"],
        "peer list": [],
        "peer map": ["Second laboratory", "PSA1", "--means", "psa"],
        "protocol list": of,
        "protocol show": [PROTOCOL],
        "protocol validate": [],
        "protocol diff": [PROTOCOL, "1", "1"],
        "protocol schema": [],
        "protocol sign-off": ["prostate-after-radiotherapy", "--version", "1", *of, *lead, "--note", "Agreed.",
                              "--demonstration"],
        "plan preview": [*surgery, "--until", "2027-01-31"],
        "plan simulate": [*surgery, "--today", "2026-02-15", "--scenario", "all-on-time", "--until", "2026-06-30"],
        "plan explain": [str(plan_id), *of],
        "person add": ["--family", "Ashdown", "--given", "Paul", "--born", "1951-04-03", *of, "--diagnosis-site", "urology",
                       "--treatment", "surgery=2026-01-31"],
        "person show": [number, *of],
        "import register": ["first.json", *of, "--dry-run"],
        "import caseload": ["caseload.csv", *of, "--dry-run"],
        "import list": of,
        "import show": [staged[0], *of],
        "import approve": [staged[0], *of, *lead],
        "import discard": [staged[1], *of],
        "import hl7": ["one.hl7", "--approve", "--peer", NAME],
        "hl7 parse": ["one.hl7"],
        "hl7 send": ["one.hl7", "--port", str(port)],
        "hl7 list": [],
        "hl7 replay": [inbox_ref],
        "result kinetics": ["series.csv"],
        "questionnaire check": [str(files("rms.questionnaires") / "instruments" / f"{FORM}.json")],
        "questionnaire score": [FORM, "answers.json"],
        "questionnaire export": [FORM],
        "questionnaire sign-off": [FORM, "--version", "1", *of, *lead, "--note", "Read.", "--demonstration"],
        "messages lint": [str(TEMPLATES)],
        "messages forecast": of,
        "messages explain": [str(message_id)],
        "downtime make": ["list.pdf", "--team", "urology", *of],
        "downtime list": ["--team", "urology", *of],
        "audit verify": [],
        "audit who-looked": [number, *of],
        "audit export": of,
        "sync status": [],
        "bench list": [],
        "doctor": [],
        "bench load": ["--people", "20"],
        "bench run": ["sweep", "--repeats", "1"],
    }  # fmt: skip


def keys_and_values(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of an object at every depth, with its value."""
    if isinstance(value, dict):
        for key, inside in value.items():
            yield key, inside
            yield from keys_and_values(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from keys_and_values(inside)


def is_iso(key: str, value: Any) -> bool:
    """A day where the key ends in `on`, an instant with its zone where it ends in `at`."""
    last = key.rpartition("_")[2]
    # What a laboratory said about a time is an object, whose own keys are looked at too.
    if value is None or isinstance(value, dict) or key in NO_TIME or last not in ("on", "at"):
        return True
    try:
        return value == date.fromisoformat(value).isoformat() if last == "on" else has_zone(value)
    except (TypeError, ValueError):
        return False


def has_zone(instant: str) -> bool:
    return datetime.fromisoformat(instant).tzinfo is not None


async def test_every_command_that_reads_answers_with_one_object(world: World, tmp_path: Path) -> None:
    async with listening(world.listener, host="127.0.0.1", port=0) as where:
        words = await prepared(world, tmp_path, port=where.port)
        assert set(words) == reading_commands()
        commands = [Asked(words=[*name.split(), *more, "--json"]) for name, more in words.items()]
        ended = await anyio.to_thread.run_sync(run_on, world, tmp_path, commands)
    page = sections()
    faults = [f"{name}: {fault}" for name, one in zip(words, ended, strict=True)
              for fault in faults_of(name, one, documented=page[name].keys)]  # fmt: skip
    assert not faults, "\n".join(faults)


def faults_of(name: str, one: Ended, *, documented: frozenset[str] | None) -> Iterator[str]:
    """What is wrong with an answer: its code, its keys beside the page's, keys and dates at any depth."""
    if one.code not in ({0, 1} if name in EITHER else {int(name in NO)}):
        yield f"ended with {one.code} and said {one.said}"
        return
    told = json.loads(one.out)  # one value: anything before or after it would be refused
    if not isinstance(told, dict):
        yield "answered with something that is no object"
    elif documented and set(told) != documented:
        yield f"the page and the answer differ in {sorted(set(told) ^ documented)}"
    if name not in AS_WRITTEN:
        pairs = list(keys_and_values(told))
        yield from (f"{key} is not snake_case" for key, _ in pairs if not KEY.fullmatch(key))
        yield from (f"{key} is {value}, not as ISO has it" for key, value in pairs if not is_iso(key, value))


async def test_logs_and_progress_stay_out_of_the_answer(world: World, tmp_path: Path) -> None:
    words = await prepared(world, tmp_path)
    [filed] = run_on(world, tmp_path, [Asked(words=["import", "hl7", *words["import hl7"], "--json"])])
    assert "message_parsed" in filed.said
    assert json.loads(filed.out)["states"] == {"filed": 1}
