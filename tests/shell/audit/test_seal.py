"""The audit is sealed whole, exactly once, and every way of touching it afterwards shows (invariant I-9)."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rms.audit.jobs import seal, verify
from rms.audit.model import WORKER
from rms.audit.moves import record
from rms.audit.verify import Fault, FaultKind
from rms.db.database import Database
from rms.db.engine import Tx
from tests.database import World

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = [KEY.public_key()]


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads"


async def _write(tx: Tx, *, verb: str = "person.look", times: int = 1) -> None:
    for number in range(times):
        await record(
            tx, by=WORKER, verb=verb, subject_kind="person", subject_id=number, details={"n": number, "é": "ü"}
        )


async def _entries(world: World, *, transactions: int, each: int = 1) -> None:
    for _ in range(transactions):
        async with world.worker.transaction() as tx:
            await _write(tx, times=each)


async def _seal(world: World, heads: Path, *, at_most: int = 20_000) -> int:
    return await seal(world.worker, key=KEY, heads_file=heads, at_most=at_most)


async def _verify(world: World, heads: Path, *, role: str = "rms_owner") -> list[Fault]:
    async with Database(world.url(role), name="verify", size=1) as database:
        return await verify(database, keys=KEYS, heads_file=heads)


async def _kinds(world: World, heads: Path) -> set[FaultKind]:
    return {fault.kind for fault in await _verify(world, heads)}


async def _tamper(world: World, *statements: str) -> None:
    """What somebody with the owner's password can do: triggers off, then anything."""
    connection = await asyncpg.connect(world.url())
    try:
        await connection.execute("set session_replication_role = replica;" + ";".join(statements))
    finally:
        await connection.close()


async def test_entries_are_sealed_once_and_verify(world: World, heads: Path) -> None:
    await _entries(world, transactions=3, each=2)
    assert await _seal(world, heads) == 6
    assert await _seal(world, heads) == 0
    await _entries(world, transactions=1)
    assert await _seal(world, heads) == 1
    assert await _verify(world, heads) == []
    assert await _verify(world, heads, role="rms_backup") == []
    seals = await world.as_owner("select number, entry_count from audit_seal order by number")
    assert [tuple(row) for row in seals] == [(1, 6), (2, 1)]
    assert len(heads.read_text().splitlines()) == 2


async def test_transactions_that_end_out_of_order_are_each_covered_once(world: World, heads: Path) -> None:
    """A transaction that began early and commits late must not fall between two seals."""
    slow_has_written, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with world.worker.transaction() as tx:
            await _write(tx, verb="slow.begin")
            slow_has_written.set()
            await may_end.wait()
            await _write(tx, verb="slow.end")

    await _entries(world, transactions=2)
    task = asyncio.create_task(slow())
    await slow_has_written.wait()
    await _entries(world, transactions=3)
    assert await _seal(world, heads) == 2  # what is younger than the slow one waits for it
    may_end.set()
    await task
    assert await _seal(world, heads) == 5
    assert await _verify(world, heads) == []


async def test_writers_and_two_sealers_at_once_cover_everything_once(world: World, heads: Path) -> None:
    done = asyncio.Event()

    async def write(number: int) -> None:
        for _ in range(15):
            async with world.worker.transaction() as tx:
                await _write(tx, times=1 + number % 3)
                await asyncio.sleep(0.002 * (number % 4))
                await _write(tx)

    async def keep_sealing() -> int:
        sealed = 0
        while not done.is_set():
            sealed += await _seal(world, heads, at_most=10)
            await asyncio.sleep(0.005)
        return sealed

    sealers = [asyncio.create_task(keep_sealing()) for _ in range(2)]
    await asyncio.gather(*(write(number) for number in range(5)))
    done.set()
    sealed = sum(await asyncio.gather(*sealers)) + await _seal(world, heads)
    [row] = await world.as_owner("select count(*) as n from audit_entry")
    assert sealed == row["n"]
    assert await _verify(world, heads) == []


async def test_a_large_batch_is_cut_between_transactions_only(world: World, heads: Path) -> None:
    await _entries(world, transactions=4, each=5)
    assert await _seal(world, heads, at_most=7) == 20
    seals = await world.as_owner("select entry_count from audit_seal order by number")
    assert [row["entry_count"] for row in seals] == [10, 10]
    assert await _verify(world, heads) == []


async def test_after_a_restore_the_rest_of_the_old_incarnation_is_sealed_first(world: World, heads: Path) -> None:
    await _entries(world, transactions=2)
    await _seal(world, heads)
    await _entries(world, transactions=1)
    await world.as_owner("update database_state set incarnation = 2")
    await _entries(world, transactions=2)
    assert await _seal(world, heads) == 3
    seals = await world.as_owner("select incarnation, entry_count from audit_seal order by number")
    assert [tuple(row) for row in seals] == [(1, 2), (1, 1), (2, 2)]
    assert await _verify(world, heads) == []


async def test_a_head_that_a_kill_left_out_is_noted_by_the_next_run(world: World, heads: Path) -> None:
    await _entries(world, transactions=1)
    await _seal(world, heads)
    before = heads.read_bytes()
    await _entries(world, transactions=1)
    await _seal(world, heads)
    heads.write_bytes(before + b"2 00ab")  # killed in the middle of the line
    assert await _seal(world, heads) == 0
    assert len(heads.read_bytes().splitlines()) == 2
    assert await _verify(world, heads) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("update audit_entry set reason = 'nothing' where id = (select min(id) from audit_entry)", "entries_changed"),
        ("update audit_entry set details = '{}' where id = (select min(id) from audit_entry)", "entries_changed"),
        ("update audit_entry set at = at + interval '1 microsecond' where id = (select min(id) from audit_entry)",
         "entries_changed"),
        ("update audit_entry set id = id + 1000 where id = (select min(id) from audit_entry)", "entries_changed"),
        ("delete from audit_entry where id = (select min(id) from audit_entry)", "entries_missing"),
        ("delete from audit_entry where id = (select max(id) from audit_entry)", "entries_missing"),
        (("insert into audit_entry (incarnation, xid, civil_at, actor_kind, actor_name, verb, subject_kind, details)"
         " select incarnation, xid, civil_at, 'system', 'x', 'x', 'x', '{}' from audit_entry order by id limit 1"),
         "entries_added"),
        (("delete from audit_entry where xid >= (select from_xid from audit_seal where number = 3);"
         "delete from audit_seal where number = 3"), "seals_cut"),
        ("truncate audit_entry", "entries_missing"),
        ("truncate audit_entry; truncate audit_seal", "seals_cut"),
        ("delete from audit_seal where number = 2", "seals_broken"),
        ("update audit_seal set entry_count = entry_count - 1 where number = 1", "entries_added"),
        ("update audit_seal set sealed_at = sealed_at + interval '1 day' where number = 1", "entries_changed"),
        ("update audit_seal set digest = previous_digest where number = 2", "head_differs"),
        ("update audit_seal set signature = decode(repeat('00', 64), 'hex') where number = 3", "seal_unsigned"),
    ],
)  # fmt: skip
async def test_every_way_of_touching_it_shows(world: World, heads: Path, statement: str, kind: str) -> None:
    for _ in range(3):
        await _entries(world, transactions=2)
        await _seal(world, heads)
    assert await _verify(world, heads) == []
    await _tamper(world, statement)
    assert FaultKind(kind) in await _kinds(world, heads)


async def test_a_cut_tail_shows_even_when_sealing_went_on(world: World, heads: Path) -> None:
    for _ in range(3):
        await _entries(world, transactions=1)
        await _seal(world, heads)
    await _tamper(
        world,
        "delete from audit_entry where xid >= (select from_xid from audit_seal where number = 2)",
        "delete from audit_seal where number >= 2",
    )
    for _ in range(4):
        await _entries(world, transactions=1)
        await _seal(world, heads)
    assert FaultKind.HEAD_DIFFERS in await _kinds(world, heads)


async def test_a_chain_made_anew_with_another_key_shows(world: World, heads: Path) -> None:
    await _entries(world, transactions=1)
    await _seal(world, heads)
    await _tamper(world, "truncate audit_seal", "update audit_entry set actor_name = 'somebody else'")
    other = Ed25519PrivateKey.generate()
    await seal(world.worker, key=other, heads_file=heads)
    assert await _kinds(world, heads) >= {FaultKind.SEAL_UNSIGNED, FaultKind.HEAD_DIFFERS}


async def test_a_list_of_heads_that_was_edited_shows(world: World, heads: Path) -> None:
    for _ in range(2):
        await _entries(world, transactions=1)
        await _seal(world, heads)
    heads.write_bytes(b"not a head\n" + heads.read_bytes().splitlines(keepends=True)[1])
    [fault] = await _verify(world, heads)
    assert (fault.kind, fault.sentence) == (
        FaultKind.HEAD_UNSIGNED,
        "Line 1 of the list of heads outside cannot be read.",
    )
    heads.unlink()
    [fault] = await _verify(world, heads)
    assert fault.kind is FaultKind.HEADS_MISSING


@pytest.mark.parametrize("role", ["rms_web", "rms_worker"])
@pytest.mark.parametrize("verb", ["update audit_entry set verb = 'x'", "delete from audit_entry",
                                  "truncate audit_entry", "delete from audit_seal"])  # fmt: skip
async def test_the_roles_that_serve_may_not_touch_it(world: World, role: str, verb: str) -> None:
    connection = await asyncpg.connect(world.url(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(verb)
    finally:
        await connection.close()
