"""Bad input at the command line: one clear sentence on standard error, the documented exit code, nothing on standard output.

No traceback, and nothing of what was typed where it does not belong: it may be somebody's number.
"""

from pathlib import Path

import msgspec
import pytest

from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import a_peer
from tests.shell.cli.many import Asked, Ended, run_all

NO, USAGE, REFUSED, UNAVAILABLE = 1, 2, 3, 4
PROTOCOL = "prostate-after-prostatectomy"
FORM = "symptom-check-prostate"
NUMBER = str(a_person().nhs_number)
NOWHERE = "postgresql://rms@127.0.0.1:9/rms"
AWAY = {"DATABASE_URL": NOWHERE, "RMS_DATABASE_URL_WEB": NOWHERE, "RMS_DATABASE_URL_WORKER": NOWHERE,
        "RMS_DATABASE_URL_LISTENER": NOWHERE}  # fmt: skip
NIL = "00000000-0000-4000-8000-000000000000"
#: Files in the folder where the commands run: a folder, binary rubbish, nothing, other text, JSON deeper than any stack.
FILES = {"rubbish.bin": bytes(range(128, 256)) * 9 + b"\0\xff", "empty": b"", "utf16.csv": "a,b\n1,2\n".encode("utf-16"),
         "deep.json": b"[" * 100_000, "other.json": b'{"a": 1}', "open.csv": b'a,b\n"unclosed'}  # fmt: skip


class Case(msgspec.Struct, frozen=True):
    """What is typed, the code it ends with, a part of the sentence, and settings besides."""

    typed: str
    code: int
    said: str
    env: dict[str, str] = {}

    def words(self) -> list[str]:
        """As a shell would split it: `''` is an empty word."""
        return ["" if word == "''" else word for word in self.typed.split()]


WORDS = (
    Case("", USAGE, "Say which command"),
    Case("--json", USAGE, "no option --json"),
    Case("9990000018", USAGE, "There is no such command"),
    Case("organisation", USAGE, "VERB"),
    Case("organisation remove", USAGE, "it is one of add, list"),
    Case("organisation add", USAGE, "CODE, --name, --phone"),
    Case("organisation list more", USAGE, "a word too many"),
    Case("organisation list --nonsense=9990000018", USAGE, "no option --nonsense here"),
    Case("organisation list --jso", USAGE, "no option --jso here"),
    Case("organisation add RAB --name '' --phone 1", USAGE, "may not be empty"),
    Case("team list", USAGE, "--organisation"),
    Case("team add x --organisation RAA --name X --phone 1 --site knee", USAGE, "it is one of breast"),
    Case("user add nora --organisation RAA --role queen", USAGE, "it is one of nurse_specialist"),
    Case("migrate --mode test", USAGE, "it is one of live, demo"),
    Case("hl7 list --limit 0", USAGE, "a whole number from 1"),
    Case("hl7 list --limit -1", USAGE, "a whole number from 1"),
    Case("hl7 list --limit 99999999999999999999", USAGE, "a whole number from 1"),
    Case("hl7 list --limit ten", USAGE, "a whole number from 1"),
    Case("hl7 list --state lost", USAGE, "it is one of received"),
    Case("hl7 replay 1", USAGE, "named by its ref"),
    Case("hl7 send rubbish.bin --port 65536", USAGE, "from 1 to 65535"),
    Case("listen --port 0", USAGE, "from 1 to 65535"),
    Case("web --port 99999", USAGE, "from 1 to 65535"),
    Case("web --connections 0", USAGE, "from 1 to 1000"),
    Case("demo --port 0", USAGE, "from 1 to 65535"),
    Case("register serve --port x", USAGE, "from 1 to 65535"),
    Case("worker --tick nan", USAGE, "a number of seconds"),
    Case("worker --tick -1", USAGE, "a number of seconds"),
    Case("story --tick 0", USAGE, "a number of seconds"),
    Case("audit who-looked 9990000018 --organisation RAA --most 0", USAGE, "a whole number from 1"),
    Case("audit who-looked 9990000018 9990000026 --organisation RAA", USAGE, "a word too many"),
    Case("messages forecast --organisation RAA --days 367", USAGE, "from 1 to 366"),
    Case("messages explain Ashdown", USAGE, "its number or its reference"),
    Case("plan preview", USAGE, "Name one protocol"),
    Case(f"plan preview --protocol {PROTOCOL} --file other.json", USAGE, "Name one protocol"),
    Case(f"plan preview --protocol {PROTOCOL} --anchor surgery", USAGE, "write it as"),
    Case(
        f"plan preview --protocol {PROTOCOL} --anchor surgery=2026-01-05 --done psa:x=2026-04-05", USAGE, "write it as"
    ),
    Case("protocol diff a b c d", USAGE, "Name a key and two versions"),
    Case(f"protocol diff {PROTOCOL} 1 99999999999999", USAGE, "Name a key and two versions"),
    Case(f"questionnaire sign-off {FORM} --version 0 --note x --organisation RAA", USAGE, "a whole number from 1"),
    Case(f"protocol sign-off {PROTOCOL} --version 1 --note '' --organisation RAA", USAGE, "may not be empty"),
    Case("import register first.json --organisation RAA --dry-run --approve", USAGE, "A dry run writes nothing"),
    Case("import approve first --organisation RAA", USAGE, "by its reference"),
    Case("import hl7 one.hl7 --approve", USAGE, "--peer"),
    Case("import hl7 one.hl7 --approve --dry-run", USAGE, "give --dry-run or --approve"),
    Case("person show Ashdown --organisation RAA", USAGE, "by reference or NHS number"),
    Case("result kinetics", USAGE, "Give a file"),
    Case("result kinetics --nhs-number 123 --organisation RAA", USAGE, "10 digits"),
    Case("bench run nothing", USAGE, "it is one of sweep"),
)

UNREADABLE = (
    *(Case(f"{command} {name}", REFUSED, "") for command in ("hl7 parse", "import hl7") for name in ("none", "folder", "empty")),
    *(Case(f"{command} {name}", REFUSED, "")
      for command in ("plan preview --file", "protocol diff other.json", f"questionnaire score {FORM}",
                      "questionnaire check", "story --values", "result kinetics")
      for name in ("none", "folder", "empty", "rubbish.bin", "deep.json", "other.json")
      if (command, name) != ("result kinetics", "empty")),
    *(Case(f"import {kind} {name} --organisation RAA", REFUSED, "")
      for kind in ("register", "caseload")
      for name in ("none", "folder", "empty", "rubbish.bin", "utf16.csv", "open.csv", "deep.json", "other.json")),
    *(Case(f"import hl7 {name} {how}", REFUSED, "holds no HL7 v2 message")
      for name in ("rubbish.bin", "other.json", "open.csv", "utf16.csv", "deep.json") for how in ("--dry-run", "--approve --peer x")),
    *(Case(f"messages lint {name}", REFUSED, "") for name in ("none", "folder", "rubbish.bin")),
    *(Case(f"protocol validate {name}", REFUSED, "") for name in ("none", "folder")),
    *(Case(f"{command} --home other.json", REFUSED, "is not a directory") for command in ("story", "demo --once")),
    *(Case(f"{command} --home .", REFUSED, "would be thrown away") for command in ("story", "demo --once --fresh")),
    Case("bench load --people many", REFUSED, "no number of people"),
    Case(f"plan preview --protocol {PROTOCOL} --anchor surgery=2026-02-30", REFUSED, "not a date"),
    Case(f"plan preview --protocol {PROTOCOL} --anchor surgery=9999-12-01", REFUSED, "1900 to 2199"),
    Case(f"plan preview --protocol {PROTOCOL} --anchor surgery=2026-01-05 --change {{", REFUSED, "--change"),
    Case(f"plan simulate --protocol {PROTOCOL} --until 2026-01-01", REFUSED, "date of surgery"),
)  # fmt: skip

UNKNOWN = (
    *(Case(f"{command} --organisation {code}", REFUSED, "There is no organisation")
      for code in ("ZZZ", "''")
      for command in ("team list", "user list", "import list", "audit export", "protocol list", "messages forecast",
                      "import register other.json", "plan explain 1", f"person show {NUMBER}",
                      f"result kinetics --nhs-number {NUMBER}", f"audit who-looked {NUMBER}", "peer add Lab",
                      "user add nora --role auditor")),
    *(Case(f"{command} --organisation RAA --by nobody", REFUSED, "Nobody who works here")
      for command in ("import list", f"person show {NUMBER}", "import register other.json", "plan explain 1",
                      "person add --family A --born 1950-04-03 --diagnosis-site urology",
                      f"protocol sign-off {PROTOCOL} --version 1 --note x",
                      f"questionnaire sign-off {FORM} --version 1 --note x")),
    *(Case(f"{command} --organisation RAA", REFUSED, "There is no")
      for command in (f"person show {NIL}", "person show 9990000026", "audit who-looked 9990000026", f"plan explain {NIL}",
                      "plan explain 99999999999999999999", "user end nobody", "user set-up-again nobody",
                      f"import show {NIL}", f"import approve {NIL}", f"import discard {NIL}")),
    Case("user add nora --organisation RAA --role auditor --team none", REFUSED, "There is no team"),
    Case("result kinetics --nhs-number 9990000026 --organisation RAA", REFUSED, "Nobody at RAA"),
    Case(f"protocol show {NIL}", REFUSED, "There is no protocol"),
    Case(f"protocol diff {PROTOCOL} 1 77", REFUSED, "no version 77"),
    Case(f"questionnaire export {NIL}", REFUSED, "There is no questionnaire"),
    Case(f"questionnaire score {NIL} other.json", REFUSED, "There is no questionnaire"),
    Case(f"hl7 replay {NIL}", REFUSED, "nothing was changed"),
    Case(f"messages explain {NIL}", REFUSED, "There is no message"),
    Case("messages explain 999999999999999999", REFUSED, "There is no message"),
    *(Case(f"import hl7 one.hl7 {how} --peer Nobody", REFUSED, "There is no peer") for how in ("--approve", "--dry-run", "")),
    Case("peer add Lab --organisation RAA --address here", REFUSED, "no address and no network"),
    *(Case(f"{what} --name X --phone {phone}", REFUSED, "telephone number")
      for what in ("organisation add RXX", "team add knee --organisation RAA") for phone in ("1", "call-us", "+33123456789")),
    Case("organisation add r!a --name X --phone 1", REFUSED, "not an ODS code"),
    Case("organisation add RAA --name X --phone 1", REFUSED, "already"),
    Case("person add --family A --born 1950-99-01 --organisation RAA --diagnosis-site urology", REFUSED, "Date of birth"),
    Case("person add --family A --born 1950-01-01 --organisation RAA --diagnosis-site urology --treatment x=2026-01-01",
         REFUSED, "Treatment"),
    Case("migrate --mode live", REFUSED, "stays one"),
)  # fmt: skip

SYSTEMS = (
    *(Case(command, UNAVAILABLE, "cannot be reached", AWAY)
      for command in ("migrate", "organisation list", "team list --organisation RAA", "hl7 list", "sync status", "worker",
                      "web", "listen", "audit verify", f"person show {NUMBER} --organisation RAA",
                      "import list --organisation RAA")),
    Case("organisation list", UNAVAILABLE, "RMS_DATABASE_URL_WEB is not set", {"DATABASE_URL": NOWHERE}),
    Case("organisation list", UNAVAILABLE, "not a directory", {"RMS_HOME": "/dev/null"}),
    Case("migrate", UNAVAILABLE, "cannot be started", {"RMS_HOME": "/dev/null/rms"}),
    *(Case(command, UNAVAILABLE, "There is no database in", {"RMS_HOME": "new-home"})
      for command in ("organisation list", "team list --organisation RAA", "peer list", "hl7 list", "sync status", "audit verify",
                      "import list --organisation RAA", "import hl7 one.hl7 --dry-run --peer x")),
    Case("organisation list", UNAVAILABLE, "RMS_PG_BIN names /nowhere", {"RMS_PG_BIN": "/nowhere"}),
    Case("organisation list", REFUSED, "DATABASE_URL must be an address", {"DATABASE_URL": "mysql://x"}),
    Case("organisation list", REFUSED, "RMS_WEB_PORT must be a port", {"RMS_WEB_PORT": "http"}),
    Case("organisation list", REFUSED, "names a file that cannot be read", {"DATABASE_URL_FILE": "/nowhere"}),
    Case("organisation list", REFUSED, "RMS_WEB_PORT was probably meant", {"RMS_WEBPORT": "1"}),
    Case("organisation list", REFUSED, "RMS_NOTIFY_KEY is missing", {"RMS_NOTIFY_URL": "https://notify.example.org"}),
    Case("hl7 send one.hl7 --port 9", UNAVAILABLE, "Nobody answers"),
    Case("hl7 send one.hl7 --host nowhere.invalid", UNAVAILABLE, "Nobody answers"),
    Case("listen --host 192.0.2.1", UNAVAILABLE, "cannot listen"),
    Case("web --host 192.0.2.1", UNAVAILABLE, "cannot be used"),
)  # fmt: skip

CASES = (*WORDS, *UNREADABLE, *UNKNOWN, *SYSTEMS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "folder").mkdir()
    (folder / "one.hl7").write_bytes(b"MSH|^~\\&|LIMS|MLL|RMS|RAA|2026||ORU^R01|1|P|2.4\r")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
async def trust(world: World) -> Trust:
    """RAA, with one man on file."""
    trust = await a_trust(world)
    await on_file(world, trust)
    await a_peer(world, trust)
    return trust


async def test_every_bad_input_is_one_sentence_and_the_documented_code(
    world: World, trust: Trust, folder: Path
) -> None:
    before = await rows(world)
    env = {"RMS_HOME": str(world.server.home)}
    ended = run_all([Asked(words=case.words(), env=case.env) for case in CASES], folder=str(folder), env=env)
    faults = [f"{case.typed} {case.env or ''}: {fault}" for case, one in zip(CASES, ended, strict=True)
              if (fault := fault_of(case, one))]  # fmt: skip
    assert not faults, "\n".join(faults)
    assert await rows(world) == before


def fault_of(case: Case, one: Ended) -> str | None:
    """What is wrong with how a case ended, or None."""
    sentences = [line for line in one.said.splitlines() if not line.startswith("RMS listens for")]
    if (one.code, one.out) != (case.code, ""):
        return f"ended with {one.code}, answered {one.out[:60]!r}, said {one.said[:300]!r}"
    if not sentences or case.said not in one.said:
        return f"said {one.said[:300]!r}"
    if not all(line.endswith((".", "…")) for line in sentences if not line.startswith(("file:", "row "))):
        return f"is no sentence: {one.said[:300]!r}"
    leaked = [word for word in ("Traceback", "uncaught", '{"at"', NUMBER, "9990000018", "9990000026", "Ashdown")
              if word in one.said]  # fmt: skip
    return f"says {leaked}: {one.said[:200]!r}" if leaked else None


async def rows(world: World) -> list[tuple[object, ...]]:
    """How many rows there are of what a refused command could have written."""
    found = await world.as_owner(
        "select (select count(*) from patient), (select count(*) from staff), (select count(*) from team),"
        " (select count(*) from organisation), (select count(*) from peer), (select count(*) from import_batch),"
        " (select count(*) from inbox), (select count(*) from protocol_sign_off)"
    )
    return [tuple(row) for row in found]


async def test_a_fault_of_ours_is_said_with_the_number_of_its_log_line(world: World, folder: Path) -> None:
    """Take away a function that a command needs, as no release would: the words of PostgreSQL reach nobody."""
    await world.as_owner("alter table audit_seal rename column number to no_number")
    try:
        env = {"RMS_HOME": str(world.server.home)}
        [one] = run_all([Asked(words=["audit", "verify"])], folder=str(folder), env=env)
    finally:
        await world.as_owner("alter table audit_seal rename column no_number to number")
    assert (one.code, one.out) == (UNAVAILABLE, "")
    assert "Run `rms migrate`" in one.said
    assert "no_number" not in one.said


async def test_a_database_without_a_schema_or_without_rights_is_said(world: World, trust: Trust, folder: Path) -> None:
    await world.as_owner("create database rms_bare")
    bare = world.server.url("rms_web", "rms_bare")
    listener = world.url("rms_listener")
    try:
        no_schema, no_rights = run_all(
            [
                Asked(words=["organisation", "list"], env={"DATABASE_URL": bare, "RMS_DATABASE_URL_WEB": bare}),
                Asked(
                    words=["user", "list", "--organisation", trust.code],
                    env={"DATABASE_URL": world.url(), "RMS_DATABASE_URL_WEB": listener},
                ),
            ],
            folder=str(folder),
            env={"RMS_HOME": str(world.server.home)},
        )
    finally:
        await world.as_owner("drop database rms_bare with (force)")
    assert (no_schema.code, no_schema.out) == (UNAVAILABLE, "")
    assert "Run `rms migrate`" in no_schema.said
    assert (no_rights.code, no_rights.out) == (UNAVAILABLE, "")
    assert "`rms doctor` says which role" in no_rights.said
