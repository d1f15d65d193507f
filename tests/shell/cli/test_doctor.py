"""`rms doctor`: each thing that can be wrong is named, whatever else is right; it writes nothing."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread
import pytest

from rms.cli.doctor.database import clocks
from rms.rehearsal.notify_server.app import REHEARSAL_KEY, Options
from rms.rehearsal.notify_server.app import running as notify_running
from rms.rehearsal.register.server import running as register_running
from tests.asked import sign
from tests.cast import a_trust, on_file
from tests.database import World
from tests.shell.cli.many import Asked, Ended, run_all

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def env(world: World) -> dict[str, str]:
    """Settings of an installation where nothing is wrong: one trust, signed off, nobody else on our ports."""
    await sign(world, await a_trust(world))
    with socket.socket() as web, socket.socket() as mllp:
        for one in (web, mllp):
            one.bind(("127.0.0.1", 0))
        ports = {"RMS_WEB_PORT": str(web.getsockname()[1]), "RMS_MLLP_PORT": str(mllp.getsockname()[1])}
    urls = {f"RMS_DATABASE_URL_{role.upper()}": world.url(f"rms_{role}") for role in ("web", "worker", "listener")}
    return {"DATABASE_URL": world.url(), **urls, **ports}


@pytest.fixture
async def outside(env: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """The same, with a GOV.UK Notify and a register that answer."""
    async with notify_running(Options()) as notify, register_running() as (_, register):
        yield env | {
            "RMS_NOTIFY_URL": notify.url, "RMS_NOTIFY_KEY": REHEARSAL_KEY, "RMS_NOTIFY_TEMPLATE_SMS": "a",
            "RMS_NOTIFY_TEMPLATE_EMAIL": "b", "RMS_NOTIFY_CALLBACK_TOKEN": "c", "RMS_REGISTER_FHIR_URL": register,
        }  # fmt: skip


async def doctor(folder: Path, env: dict[str, str]) -> tuple[Ended, dict[str, str]]:
    """How it ended, and what is wrong by name."""
    asked = [Asked(words=["doctor", "--json"])]
    [one] = await anyio.to_thread.run_sync(
        lambda: run_all(asked, folder=str(folder), env={"RMS_HOME": str(folder)} | env)
    )
    told = json.loads(one.out)
    wrong = {check["what"]: check["sentence"] for check in told["checks"] if not check["ok"]}
    assert told["ok"] == (wrong == {})
    assert one.code == int(wrong != {})
    assert "Traceback" not in one.said
    return one, wrong


async def test_nothing_is_wrong_where_everything_answers(outside: dict[str, str], tmp_path: Path) -> None:
    one, wrong = await doctor(tmp_path, outside)
    assert wrong == {}
    looked_at = [check["what"] for check in json.loads(one.out)["checks"]]
    for what in ("home", "disk", "web port", "MLLP port", "database as owner", "clocks", "migrations", "database as web",
                 "database as worker", "database as listener", "mode", "sending", "protocols of RAA",
                 "questionnaires of RAA", "GOV.UK Notify", "register"):  # fmt: skip
        assert what in looked_at
    assert REHEARSAL_KEY not in one.out
    assert "postgresql://" not in one.out + one.said


@pytest.mark.parametrize(
    ("changed", "what", "said"),
    [
        ({"RMS_NOTIFY_URL": NOWHERE}, "GOV.UK Notify", "gave no usable answer"),
        ({"RMS_NOTIFY_KEY": REHEARSAL_KEY[:-4] + "0000"}, "GOV.UK Notify", "RMS_NOTIFY_KEY"),
        ({"RMS_NOTIFY_TEMPLATE_SMS": "", "RMS_NOTIFY_TEMPLATE_EMAIL": ""}, "GOV.UK Notify", "TEMPLATE_SMS"),
        ({"RMS_REGISTER_FHIR_URL": NOWHERE}, "register", "cannot be reached"),
        ({"RMS_MLLP_HOST": "192.0.2.1"}, "MLLP port", "set RMS_MLLP_PORT"),
        ({"RMS_DATABASE_URL_WEB": "postgresql://x@127.0.0.1:9/x"}, "database as web", "cannot be reached"),
        ({"RMS_DATABASE_URL_WORKER": ""}, "database as worker", "RMS_DATABASE_URL_WORKER is not set"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:9/x"}, "database as owner", "cannot be reached"),
    ],
)  # fmt: skip
async def test_each_connection_that_fails_is_named_alone(
    outside: dict[str, str], tmp_path: Path, changed: dict[str, str], what: str, said: str
) -> None:
    _, wrong = await doctor(tmp_path, outside | changed)
    assert list(wrong) == [what]
    assert said in wrong[what]


async def test_a_register_that_is_none_is_not_taken_for_one(outside: dict[str, str], tmp_path: Path) -> None:
    _, wrong = await doctor(tmp_path, outside | {"RMS_REGISTER_FHIR_URL": outside["RMS_NOTIFY_URL"]})
    assert list(wrong) == ["register"]


async def test_roles_that_may_too_much_too_little_or_are_elsewhere_are_named(
    world: World, env: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = world.server.url("rms_listener", "postgres")
    _, wrong = await doctor(tmp_path, env | {
        "RMS_DATABASE_URL_WEB": world.url(), "RMS_DATABASE_URL_WORKER": world.url("rms_web"),
        "RMS_DATABASE_URL_LISTENER": elsewhere,
    })  # fmt: skip
    assert "superuser" in wrong["database as web"]
    assert "no member" in wrong["database as worker"]
    assert "another database" in wrong["database as listener"]


async def test_a_right_that_was_taken_or_given_by_hand_is_named(
    world: World, env: dict[str, str], tmp_path: Path
) -> None:
    await world.as_owner("grant select on inbox to rms_web")
    await world.as_owner("revoke update on inbox from rms_worker")
    try:
        _, wrong = await doctor(tmp_path, env)
    finally:
        await world.as_owner("revoke select on inbox from rms_web")
        await world.as_owner("grant update on inbox to rms_worker")
    assert "may select inbox" in wrong["database as web"]
    assert "may not update inbox" in wrong["database as worker"]


async def test_a_policy_that_does_not_hold_is_named(world: World, env: dict[str, str], tmp_path: Path) -> None:
    await on_file(world, await a_trust(world, code="RBB", name="South Hospital"))
    await world.as_owner("alter table patient disable row level security")
    try:
        _, wrong = await doctor(tmp_path, env)
    finally:
        await world.as_owner("alter table patient enable row level security")
    assert "row-level security does not hold" in wrong["database as web"]


async def test_what_waits_to_be_migrated_or_signed_off_and_sending_that_is_off_are_named(
    world: World, env: dict[str, str], tmp_path: Path
) -> None:
    await a_trust(world, code="RBB", name="South Hospital")
    await world.as_owner(
        "update questionnaire_sign_off set withdrawn_at = now(), withdrawn_by_staff_id = signed_by_staff_id"
    )
    await world.as_owner("update database_state set sending = 'off', sending_reason = 'Restored yesterday.'")
    _, wrong = await doctor(tmp_path, env)
    assert set(wrong) == {"sending", "protocols of RBB", "questionnaires of RAA"}
    assert "Restored yesterday." in wrong["sending"]
    await world.as_owner("update migration set name = 'sync_9999' where name = 'sync_0001'")
    try:
        _, wrong = await doctor(tmp_path, env)
    finally:
        await world.as_owner("update migration set name = 'sync_0001' where name = 'sync_9999'")
    assert list(wrong) == ["migrations"]
    assert "sync_0001 did not run yet" in wrong["migrations"]


async def test_what_would_wait_unseen_is_named(world: World, outside: dict[str, str], tmp_path: Path) -> None:
    await world.as_owner(
        "insert into inbox (peer_address, raw, sha256, answered, received_at, received_civil_at, state, state_reason, handled_at)"
        " select '127.0.0.1', 'x', sha256('x'), 'AA', at, at, 'set_aside', 'Nobody to ask.', at"
        " from (select clock_timestamp() - interval '1 hour' as at) t"
    )
    await world.as_owner(
        "insert into alert (organisation_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence, opened_at,"
        " respond_by, next_escalation_at) select organisation_id, id, 'fix_data', 'team', id, 'x', 1, 'x', now(), now(), now()"
        " from team"
    )
    await world.as_owner("delete from staff_team")
    _, wrong = await doctor(tmp_path, outside)
    assert set(wrong) == {"set aside", "alerts nobody sees"}
    assert wrong["set aside"].startswith("1 received since 20")
    assert "RAA urology (1)" in wrong["alerts nobody sees"]


async def test_a_register_that_fails_where_nobody_can_be_told_is_named(
    world: World, outside: dict[str, str], tmp_path: Path
) -> None:
    trust = await a_trust(world, code="RBB", name="South Hospital")
    await sign(world, trust)
    patient_id = await on_file(world, trust)
    await world.as_owner("delete from staff_team where organisation_id = $1", trust.organisation_id)
    await world.as_owner("delete from team where organisation_id = $1", trust.organisation_id)
    await world.as_owner(
        "insert into event (organisation_id, patient_id, kind, cause_kind, cause_id, payload, held_until, failing_since, created_at)"
        " values ($1, $2, 'outcome', 'x', 1, '{}', now(), now() - interval '25 hours', now())",
        trust.organisation_id, patient_id,
    )  # fmt: skip
    _, wrong = await doctor(tmp_path, outside)
    assert list(wrong) == ["register"]
    assert "RBB (1)" in wrong["register"]


async def test_a_worker_that_does_not_run_is_named(world: World, outside: dict[str, str], tmp_path: Path) -> None:
    await world.as_owner("update worker_pulse set beat_at = clock_timestamp() - interval '11 minutes'")
    _, wrong = await doctor(tmp_path, outside)
    assert list(wrong) == ["worker"]
    assert "Start `rms worker`." in wrong["worker"]
    await world.as_owner("delete from worker_pulse")
    _, wrong = await doctor(tmp_path, outside)
    assert "it has never run" in wrong["worker"]


async def test_a_team_that_never_had_a_list_of_last_night_is_named(
    world: World, outside: dict[str, str], tmp_path: Path
) -> None:
    _, wrong = await doctor(tmp_path, outside)
    assert wrong == {}, "a team of today waits for its first night"
    await world.as_owner("update team set created_at = created_at - interval '2 days'")
    _, wrong = await doctor(tmp_path, outside)
    assert list(wrong) == ["downtime lists"]
    assert "none was made last night for RAA" in wrong["downtime lists"]


async def test_a_live_database_wants_more(
    live_database: tuple[str, object], env: dict[str, str], tmp_path: Path
) -> None:
    live = {name: url.replace("/rms?", "/rms_live?") for name, url in env.items() if "DATABASE_URL" in name}
    one, wrong = await doctor(tmp_path, env | live)
    assert any(
        "live database" in check["sentence"] for check in json.loads(one.out)["checks"] if check["what"] == "mode"
    )
    faults = [check["sentence"] for check in json.loads(one.out)["checks"] if check["what"] == "live settings"]
    assert [fault.split()[0] for fault in faults] == ["RMS_BASE_URL", "RMS_PORTAL_URL", "neither"]
    assert "live settings" in wrong


@pytest.mark.parametrize(("ahead", "ok"), [(0, True), (1, True), (9, False), (-9, False)])
async def test_clocks_that_are_apart_are_named(world: World, ahead: int, ok: bool) -> None:
    """As if the database's clock were some seconds ahead: a connection whose answer is moved."""

    class Moved:
        async def fetchval(self, query: str) -> object:
            [row] = await world.as_owner(query.replace("()", f"() + interval '{ahead} seconds'"))
            return row[0]

    assert (await clocks(Moved())).ok is ok


async def test_a_database_without_a_schema_is_said_and_stays_without_one(world: World, tmp_path: Path) -> None:
    await world.as_owner("create database rms_bare")
    bare = world.server.url("rms_owner", "rms_bare")
    try:
        for _ in range(2):
            _, wrong = await doctor(tmp_path, {"DATABASE_URL": bare})
            assert wrong == {"migrations": "the database has no schema yet: run `rms migrate`."}
    finally:
        await world.as_owner("drop database rms_bare with (force)")
