"""A register's people come in: staged first, applied once, all or nothing, and a second time without a trace."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

import asyncpg
import msgspec
import pytest

from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.db.connection import GuardedConnection
from rms.errors import BadInput, Conflict, DatabaseAway, NotFound
from rms.people.model import Death, Diagnosis, PersonName, RegisterPerson, TumourSite
from rms.people.moves import put_case
from rms.people.store import records_of
from rms.rehearsal.people import people, story_people
from rms.rehearsal.register_files import bundle, csv_file
from rms.sync.imports import actions, moves
from rms.sync.imports.model import Action, Batch, BatchState, ImportKind
from tests.cast import Trust, a_trust, on_file
from tests.database import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")
TODAY = date(2026, 3, 1)
MAN, DESMOND, *_ = story_people(today=TODAY)


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


def bundle_of(path: Path, *records: RegisterPerson) -> Path:
    path.write_bytes(msgspec.json.encode(bundle(records)))
    return path


async def look(world: World, trust: Trust, path: Path) -> Batch:
    incoming = await actions.read_path(world.web, organisation_id=trust.organisation_id, path=path,
                                       kind=ImportKind.REGISTER)  # fmt: skip
    return await actions.look_at(world.web, organisation_id=trust.organisation_id, incoming=incoming, by=OPERATOR)


async def stage(world: World, trust: Trust, path: Path) -> Batch:
    incoming = await actions.read_path(world.web, organisation_id=trust.organisation_id, path=path,
                                       kind=ImportKind.REGISTER)  # fmt: skip
    return await actions.stage(world.web, organisation_id=trust.organisation_id, incoming=incoming, by=OPERATOR)


async def approve(world: World, trust: Trust, batch: Batch) -> Batch:
    assert batch.ref is not None
    return await actions.approve(world.web, organisation_id=trust.organisation_id, ref=batch.ref, by=trust.lead)


async def brought_in(world: World, trust: Trust, path: Path) -> Batch:
    return await approve(world, trust, await stage(world, trust, path))


def counted(batch: Batch) -> Mapping[str, int]:
    return {str(action): number for action, number in batch.counts.items() if number}


async def everything(world: World) -> Mapping[str, int]:
    tables = await world.as_owner(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        " and not relispartition order by 1"
    )
    return {t[0]: (await world.as_owner(f'select count(*) from "{t[0]}"'))[0][0] for t in tables}


PEOPLE = "select family_name, nhs_number, death_state from patient where organisation_id = $1 order by id"


async def test_a_dry_run_writes_nothing_at_all(world: World, trust: Trust, tmp_path: Path) -> None:
    await on_file(world, trust)
    before = await everything(world)
    batch = await look(world, trust, bundle_of(tmp_path / "b.json", *story_people(today=TODAY)))
    assert (batch.state, batch.ref, counted(batch)) == (BatchState.DRY_RUN, None, {"add": 4})
    assert batch.read.add_up
    assert await everything(world) == before


async def test_without_approval_a_batch_is_kept_and_nothing_else(world: World, trust: Trust, tmp_path: Path) -> None:
    before = await everything(world)
    batch = await stage(world, trust, bundle_of(tmp_path / "b.json", *story_people(today=TODAY)))
    after = await everything(world)
    assert {name for name in after if after[name] != before[name]} == {"import_batch", "import_row", "audit_entry"}
    assert batch.state is BatchState.STAGED


@pytest.mark.parametrize("suffix", ["json", "csv"])
async def test_everybody_comes_in_whole_and_a_second_time_nothing_changes(
    world: World, trust: Trust, tmp_path: Path, suffix: str
) -> None:
    told = list(people(40, seed=5, today=TODAY))
    path = tmp_path / f"register.{suffix}"
    path.write_bytes(msgspec.json.encode(bundle(told)) if suffix == "json" else csv_file(told))
    first = await brought_in(world, trust, path)
    assert (counted(first), first.state, first.settled_by) == ({"add": 40}, BatchState.APPROVED, "Lena Lead")
    before = await everything(world)
    second = await brought_in(world, trust, path)
    assert counted(second) == {"same": 40}
    assert second.changes_nothing
    after = await everything(world)
    assert {name for name in after if after[name] != before[name]} == {"import_batch", "import_row", "audit_entry"}
    assert first.sha256 == second.sha256
    if suffix == "json":
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            found = await records_of(tx, organisation_id=trust.organisation_id, people=told)
        assert [one.record for one in found] == [msgspec.structs.replace(record, flags=()) for record in told]


async def test_the_csv_and_the_bundle_of_one_register_are_one_set_of_people(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    told = list(people(10, seed=9, today=TODAY))
    await brought_in(world, trust, bundle_of(tmp_path / "b.json", *told))
    (tmp_path / "r.csv").write_bytes(csv_file(told))
    again = await look(world, trust, tmp_path / "r.csv")
    assert again.counts[Action.ADD] == again.counts[Action.ASK] == 0


async def test_changes_are_told_field_by_field_and_made(world: World, trust: Trust, tmp_path: Path) -> None:
    await brought_in(world, trust, bundle_of(tmp_path / "1.json", MAN))
    married = msgspec.structs.replace(
        MAN, person=msgspec.structs.replace(MAN.person, name=PersonName(family="Hartley-Moss", given=("Raymond",)))
    )
    batch = await brought_in(world, trust, bundle_of(tmp_path / "2.json", married))
    assert counted(batch) == {"change": 1}
    (change,) = batch.rows[0].changes
    assert (change.field, change.new) == ("name", "family Hartley-Moss, given Raymond")
    assert [row["family_name"] for row in await world.as_owner(PEOPLE, trust.organisation_id)] == ["Hartley-Moss"]
    seen = await world.as_owner("select name_key from patient")
    assert seen[0]["name_key"] == "hartley moss raymond"


async def test_what_staff_entered_is_kept_against_an_older_register(world: World, trust: Trust, tmp_path: Path) -> None:
    await brought_in(world, trust, bundle_of(tmp_path / "1.json", MAN))
    await world.as_owner(
        "update contact_point set value = '+447700900555', source = 'staff', as_of = null where kind = 'mobile'"
    )
    batch = await brought_in(world, trust, bundle_of(tmp_path / "2.json", MAN))
    assert counted(batch) == {"same": 1}
    assert "staff gave here is kept" in batch.rows[0].reasons[0]
    held = await world.as_owner("select value from contact_point where kind = 'mobile' and valid_until is null")
    assert [row["value"] for row in held] == ["+447700900555"]


async def test_what_staff_entered_long_ago_gives_way_to_a_newer_register(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    await brought_in(world, trust, bundle_of(tmp_path / "1.json", MAN))
    await world.as_owner(
        "update contact_point set value = '+447700900555', source = 'staff', as_of = null, valid_from = '2020-01-01'"
        " where kind = 'mobile'"
    )
    batch = await brought_in(world, trust, bundle_of(tmp_path / "2.json", MAN))
    assert [change.field for row in batch.rows for change in row.changes] == ["mobile"]
    held = await world.as_owner("select value, source from contact_point where kind = 'mobile' and valid_until is null")
    assert [tuple(row) for row in held] == [(MAN.person.contacts[0].value, "register")]


async def test_the_dead_are_recorded_dead_and_alive_again_only_by_word(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    died = Death(died_on=PartialDate(year=2026, month=2), formal=True, source="register")
    dead = msgspec.structs.replace(MAN, death=died)
    await brought_in(world, trust, bundle_of(tmp_path / "1.json", dead))
    facts = "select state, died_on, reversed_at is null as stands from death"
    assert [tuple(row) for row in await world.as_owner(facts)] == [("formal", "2026-02", True)]
    assert counted(await look(world, trust, bundle_of(tmp_path / "2.json", MAN))) == {"same": 1}
    alive = bundle_of(tmp_path / "3.json", msgspec.structs.replace(MAN, said_alive=True))
    assert counted(await brought_in(world, trust, alive)) == {"change": 1}
    assert (await world.as_owner(PEOPLE, trust.organisation_id))[0]["death_state"] is None
    assert not (await world.as_owner(facts))[0]["stands"]


async def test_doubtful_people_are_left_alone_and_a_team_is_asked(world: World, trust: Trust, tmp_path: Path) -> None:
    await brought_in(world, trust, bundle_of(tmp_path / "1.json", MAN))
    somebody = msgspec.structs.replace(
        MAN, person=msgspec.structs.replace(MAN.person, name=PersonName(family="Fogg", given=("Phileas",)))
    )
    batch = await brought_in(world, trust, bundle_of(tmp_path / "2.json", somebody, DESMOND))
    assert counted(batch) == {"add": 1, "ask": 1}
    names = [row["family_name"] for row in await world.as_owner(PEOPLE, trust.organisation_id)]
    assert names == ["Hartley", "O’Dowd"]
    (alert,) = await world.as_owner("select kind, state, team_id, subject_kind, subject_id, sentence from alert")
    assert tuple(alert)[:5] == ("fix_data", "open", trust.team_id, "import", batch.id)
    assert "1 to decide about" in alert["sentence"]
    (asked,) = [row for row in batch.rows if row.action is Action.ASK]
    assert asked.person is not None
    assert "no part in common" in asked.reasons[0]


async def test_faults_are_named_by_row_and_column_and_hold_back_nobody_else(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "NHS number,Last name,Date of birth\n5555555555,Same,1950-01-01\n9990000018,Good,1950-01-01\n,Ref,1950-01-01\n"
        "9990000019,Digit,1950-01-01\n"
    )
    batch = await brought_in(world, trust, path)
    assert counted(batch) == {"add": 1, "fault": 3}
    assert (batch.read.read, batch.read.used, batch.read.held_back) == (4, 1, 3)
    faults = {fault.place: fault.sentence for row in batch.rows for fault in row.faults}
    assert faults["row 2, column NHS number"] == "An NHS number is never the same digit ten times."
    assert set(faults) == {f"row {n}, column NHS number" for n in (2, 4, 5)}
    assert [row["family_name"] for row in await world.as_owner(PEOPLE, trust.organisation_id)] == ["Good"]


async def test_somebody_without_an_nhs_number_is_admitted_flagged_and_known_again(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    (tmp_path / "r.csv").write_text("NHS number,Hospital number,Last name,Date of birth\n,H77,Nemo,1950-02\n")
    await brought_in(world, trust, tmp_path / "r.csv")
    rows = await world.as_owner("select flags, born_on, born_text from patient")
    assert [tuple(row) for row in rows] == [(["no_nhs_number", "partial_birth_date"], None, "1950-02")]
    assert counted(await look(world, trust, tmp_path / "r.csv")) == {"same": 1}
    (tmp_path / "2.csv").write_text(
        "NHS number,Hospital number,Last name,Date of birth\n9990000018,H77,Nemo,1950-02-03\n"
    )
    assert counted(await brought_in(world, trust, tmp_path / "2.csv")) == {"change": 1}
    rows = await world.as_owner("select flags, nhs_number from patient")
    assert [tuple(row) for row in rows] == [([], "9990000018")]


async def test_a_cancer_entered_by_hand_becomes_the_registers(world: World, trust: Trust, tmp_path: Path) -> None:
    patient_id = await on_file(world, trust, MAN.person)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        by_hand = Diagnosis(ref="caseload:prostate", site=TumourSite.UROLOGY)
        case_id = await put_case(tx, organisation_id=trust.organisation_id, patient_id=patient_id, diagnosis=by_hand,
                                 source="caseload", by=trust.nurse)  # fmt: skip
    path = bundle_of(tmp_path / "b.json", MAN)
    await brought_in(world, trust, path)
    cases = await world.as_owner("select id, source, source_ref, icd10 from register_case")
    assert [tuple(row) for row in cases] == [(case_id, "register", MAN.diagnoses[0].ref, "C61")]
    assert (await world.as_owner("select case_id from treatment"))[0]["case_id"] == case_id
    assert counted(await look(world, trust, path)) == {"same": 1}


async def test_another_organisation_neither_sees_nor_loses_anything(world: World, trust: Trust, tmp_path: Path) -> None:
    other = await a_trust(world, code="RBB", name="South Hospital")
    path = bundle_of(tmp_path / "b.json", MAN)
    await brought_in(world, other, path)
    staged = await stage(world, trust, path)
    assert counted(staged) == {"add": 1}
    assert staged.ref is not None
    for door in (actions.approve, actions.discard, actions.show):
        with pytest.raises(NotFound):
            await door(world.web, organisation_id=other.organisation_id, ref=staged.ref, by=OPERATOR)
    theirs = await world.as_owner("select * from patient where organisation_id = $1", other.organisation_id)
    await approve(world, trust, staged)
    assert await world.as_owner("select * from patient where organisation_id = $1", other.organisation_id) == theirs
    assert len(await world.as_owner(PEOPLE, trust.organisation_id)) == 1


async def test_a_batch_is_settled_once(world: World, trust: Trust, tmp_path: Path) -> None:
    batch = await stage(world, trust, bundle_of(tmp_path / "b.json", MAN))
    assert batch.ref is not None
    assert [b["ref"] for b in await actions.waiting(world.web, organisation_id=trust.organisation_id)] == [batch.ref]
    await actions.discard(world.web, organisation_id=trust.organisation_id, ref=batch.ref, by=OPERATOR)
    with pytest.raises(Conflict, match="discarded by operator already"):
        await approve(world, trust, batch)
    assert await world.as_owner(PEOPLE, trust.organisation_id) == []


async def test_what_was_decided_on_other_facts_is_not_applied(world: World, trust: Trust, tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.json", MAN, DESMOND)
    first, second = await stage(world, trust, path), await stage(world, trust, path)
    await approve(world, trust, first)
    with pytest.raises(Conflict, match="For 2 people something else holds"):
        await approve(world, trust, second)
    assert len(await world.as_owner(PEOPLE, trust.organisation_id)) == 2


async def test_two_approvals_at_once_apply_it_once(world: World, trust: Trust, tmp_path: Path) -> None:
    batch = await stage(world, trust, bundle_of(tmp_path / "b.json", *people(300, seed=1, today=TODAY)))
    done = await asyncio.gather(*(approve(world, trust, batch) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Batch", "Conflict", "Conflict"]
    assert len(await world.as_owner(PEOPLE, trust.organisation_id)) == 300


async def test_an_import_that_is_killed_in_the_middle_applies_nothing_and_can_be_approved_again(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    batch = await stage(world, trust, bundle_of(tmp_path / "b.json", *people(50, seed=2, today=TODAY)))
    in_the_way = await asyncpg.connect(world.url())
    await in_the_way.execute("begin; lock table treatment in access exclusive mode")
    approving = asyncio.create_task(approve(world, trust, batch))
    while not await world.as_owner("select pid from pg_locks where not granted and relation = 'treatment'::regclass"):
        await asyncio.sleep(0.01)
    await world.as_owner(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rms_web' and wait_event_type = 'Lock'"
    )
    await in_the_way.close()
    with pytest.raises(DatabaseAway):
        await approving
    assert await world.as_owner(PEOPLE, trust.organisation_id) == []
    assert [row["state"] for row in await world.as_owner("select state from import_batch")] == ["staged"]
    assert counted(await approve(world, trust, batch)) == {"add": 50}


async def test_a_folder_is_read_whole_and_faults_name_the_file(world: World, trust: Trust, tmp_path: Path) -> None:
    bundle_of(tmp_path / "a.json", MAN)
    (tmp_path / "b.csv").write_bytes(csv_file([DESMOND]))
    (tmp_path / "c.json").write_text("{")
    (tmp_path / "notes.txt").write_text("x")
    batch = await brought_in(world, trust, tmp_path)
    assert counted(batch) == {"add": 2, "fault": 2}
    assert [row.place for row in batch.rows if row.action is Action.FAULT] == ["c.json: $", "notes.txt: file"]


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("r.csv", b"", "is empty"),
        ("r.csv", b"NHS number,Last name,Date of birth\n", "nobody"),
        ("r.csv", b"Name,Age\nx,1\n", "no column of this name"),
        ("r.csv", b"PK\x03\x04rubbish", "not CSV"),
        ("r.csv", b"\xff\xfe\x00", "Unicode text"),
        ("b.json", b"[1,2]", "cannot be read as FHIR"),
        ("b.json", b'{"resourceType":"Patient","type":"x"}', "Only bundles"),
        ("b.json", b'{"resourceType":"Bundle","type":"collection","entry":[]}', "nobody"),
        ("b.json.gz", b"\x1f\x8brubbish", "cannot be unpacked"),
        ("r.xlsx", b"PK", ".csv, .json or .json.gz"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words(
    world: World, trust: Trust, tmp_path: Path, name: str, raw: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(BadInput, match=words):
        await stage(world, trust, tmp_path / name)
    assert await world.as_owner("select id from import_batch") == []


async def test_a_file_that_is_not_there_or_too_large_is_refused_unread(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="No such file"):
        await stage(world, trust, tmp_path / "gone.csv")
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(BadInput, match="larger than 256 MB"):
        await stage(world, trust, tmp_path / "huge.csv")


async def test_a_text_that_no_database_holds_is_refused_and_treatments_must_end_after_they_began(
    world: World, trust: Trust, tmp_path: Path
) -> None:
    path = bundle_of(tmp_path / "nul.json", MAN)
    path.write_bytes(path.read_bytes().replace(b"Hartley", b"Hart\\u0000ley"))
    with pytest.raises(BadInput, match="NUL"):
        await stage(world, trust, path)
    (treatment,) = MAN.treatments
    backwards = msgspec.structs.replace(treatment, ended_on=PartialDate.of(date(2001, 1, 1)))
    wrong = bundle_of(tmp_path / "b.json", msgspec.structs.replace(MAN, treatments=(backwards,)), DESMOND)
    assert counted(await brought_in(world, trust, wrong)) == {"add": 1, "fault": 1}


@pytest.mark.test_data
@pytest.mark.parametrize("folder", ["synthea-prostate", "synthea-colon"])
async def test_other_peoples_bundles_come_in_with_nobody_lost(
    world: World, trust: Trust, test_data: Path, folder: str
) -> None:
    path = test_data / "fhir-examples" / folder
    files = len(list(path.iterdir()))
    before = await everything(world)
    dry = await look(world, trust, path)
    assert await everything(world) == before
    assert dry.read.add_up
    assert (counted(dry), dry.read.held_back) == ({"add": files}, 0)
    batch = await brought_in(world, trust, path)
    assert [row.decided for row in batch.rows if row.patient_id is None] == []
    rows = await world.as_owner("select nhs_number, flags, death_state, died_on from patient")
    assert len(rows) == files
    assert all(row["nhs_number"] is None and "no_nhs_number" in row["flags"] for row in rows)
    told = [row.person.death for row in batch.rows if row.person]
    assert sum(row["death_state"] is not None for row in rows) == sum(death is not None for death in told) > files // 2
    cancers = sum(len(row.person.diagnoses) for row in batch.rows if row.person)
    assert len(await world.as_owner("select id from register_case")) == cancers > 0
    assert counted(await look(world, trust, path)) == {"same": files}


class Counted:
    """A connection that counts what is asked of it."""

    def __init__(self, inner: GuardedConnection) -> None:
        self._inner = inner
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(self._inner, name)


async def test_thousands_need_no_more_questions_than_a_few(world: World, trust: Trust, tmp_path: Path) -> None:
    """Statements, not seconds: a busy machine is not a fault of the code. One at a time it would be 20 for each person."""
    asked = []
    for count, seed in ((10, 1), (2_000, 2)):
        batch = await stage(world, trust, bundle_of(tmp_path / f"{seed}.json", *_numbered(count, seed=seed)))
        assert batch.ref is not None
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            counting = Counted(tx.connection)
            tx.connection = cast(GuardedConnection, counting)
            await moves.approve_batch(
                tx, organisation_id=trust.organisation_id, ref=batch.ref, by=trust.lead, now=tx.now
            )
        asked.append(counting.asked)
    assert asked[1] < 3 * asked[0] < 150


def _numbered(count: int, *, seed: int) -> list[RegisterPerson]:
    """People of one seed, with keys that no other seed has."""
    return [
        msgspec.structs.replace(
            record, ref=f"{record.ref}-{seed}",
            person=msgspec.structs.replace(record.person, hospital_numbers=()),
        )
        for record in people(count, seed=seed, today=TODAY)
    ]  # fmt: skip
