"""The embedded server in life and under kill -9: one a home, tied to its parent, and no committed row is lost."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from rms.db.embedded import EmbeddedServer, ensure
from rms.db.embedded.leftovers import PID_FILE, server_processes, until
from rms.errors import Unavailable
from tests.database import open_folder

HOLD = """
import sys, time
from pathlib import Path
from rms.db.embedded import ensure
server = ensure(Path(sys.argv[1]), fast_and_loose=True)
print("ours" if server.ours else "joined", flush=True)
time.sleep(300)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One data directory for the module, where every user may pass through, as root's server needs it."""
    with open_folder() as folder:
        yield folder / "home"


@pytest.fixture
def server(home: Path) -> Iterator[EmbeddedServer]:
    """A running server of our own."""
    server = ensure(home, fast_and_loose=True)
    yield server
    server.stop()


@pytest.fixture
def holders(home: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Other processes of the test, ended with it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()
    assert until(lambda: not server_processes(home / "data"), seconds=5)


def hold(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, text=True)


def says(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ask(server: EmbeddedServer, sql: str, *, role: str = "rms_owner") -> str:
    done = subprocess.run(
        [server.bin_dir / "psql", "-XAtq", server.url(role)], input=sql, capture_output=True, text=True
    )
    assert done.returncode == 0
    return done.stdout.strip() or done.stderr.strip()


def postmaster(home: Path) -> int:
    return int((home / "data" / PID_FILE).read_text().split()[0])


async def test_the_address_works_for_asyncpg_and_psql(server: EmbeddedServer) -> None:
    connection = await asyncpg.connect(server.url("rms_web"))
    assert await connection.fetchval("select current_user || ' ' || current_database()") == "rms_web rms"
    await connection.close()
    assert ask(server, "select current_user", role="rms_worker") == "rms_worker"


def test_there_is_a_socket_and_no_port(server: EmbeddedServer) -> None:
    assert ask(server, "select inet_server_port() is null, current_setting('listen_addresses') = ''") == "t|t"
    listens_on = (server.home / "data" / PID_FILE).read_text().splitlines()[4:6]
    assert listens_on == [str(server.socket_dir), ""]


def test_only_the_owner_is_superuser_and_nobody_else_passes_row_security(server: EmbeddedServer) -> None:
    strong = "select string_agg(rolname, ',') from pg_roles where rolcanlogin and (rolsuper or rolbypassrls)"
    assert ask(server, strong) == "rms_owner"
    assert ask(server, "select count(*) from pg_roles where rolcanlogin") == "6"


def test_a_wrong_password_is_refused(server: EmbeddedServer) -> None:
    wrong = server.url("rms_web").replace("rms_web:", "rms_web:0")
    done = subprocess.run([server.bin_dir / "psql", wrong, "-c", "select 1"], capture_output=True, text=True)
    assert "password authentication failed" in done.stderr


def test_passwords_are_for_their_owner_only(server: EmbeddedServer) -> None:
    assert stat.S_IMODE((server.home / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((server.home / "postgres.log").stat().st_mode) == 0o600
    assert stat.S_IMODE((server.home / "data").stat().st_mode) == 0o700


def test_rights_given_to_a_role_survive_a_restart(server: EmbeddedServer) -> None:
    ask(server, "alter role rms_backup bypassrls")
    server.stop()
    assert not server.running()
    server.start()
    assert ask(server, "select rolbypassrls from pg_roles where rolname = 'rms_backup'") == "t"
    ask(server, "alter role rms_backup nobypassrls")


def test_the_log_holds_no_value_that_was_sent(server: EmbeddedServer) -> None:
    ask(server, "create table if not exists planted (word text primary key)")
    ask(server, "insert into planted values ('marigold'); insert into planted values ('marigold');")
    ask(server, "select 'marigold'::int")
    ask(server, "do $$ begin raise warning 'marigold'; raise exception 'marigold'; end $$")
    ask(server, "drop table planted")
    log = (server.home / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "marigold" not in log


def test_killing_the_parent_ends_the_server_cleanly(home: Path, holders: list[subprocess.Popen[str]]) -> None:
    parent = hold(home)
    holders.append(parent)
    assert says(parent) == "ours"
    assert server_processes(home / "data")
    parent.kill()
    assert until(lambda: not server_processes(home / "data"), seconds=2)
    assert (home / "postgres.log").read_text().rstrip().endswith("database system is shut down")


def test_a_killed_postmaster_costs_no_committed_row(server: EmbeddedServer) -> None:
    ask(server, "create table kept (n int); insert into kept select generate_series(1, 391)")
    os.kill(postmaster(server.home), signal.SIGKILL)
    assert until(lambda: not server.running(), seconds=2)
    again = ensure(server.home, fast_and_loose=True)
    assert ask(again, "select count(*) from kept") == "391"
    ask(again, "drop table kept")
    again.stop()


def test_the_same_object_starts_again_after_its_server_was_killed(server: EmbeddedServer) -> None:
    for process in server_processes(server.home / "data"):
        os.kill(process, signal.SIGKILL)
    assert until(lambda: not server.running(), seconds=2)
    server.start()
    assert ask(server, "select 1") == "1"


def test_several_threads_that_miss_it_at_once_start_it_once(server: EmbeddedServer) -> None:
    """As the duties of a worker do when the database is gone: none may stop what another has just started."""
    for process in server_processes(server.home / "data"):
        os.kill(process, signal.SIGKILL)
    assert until(lambda: not server.running(), seconds=2)
    before = (server.home / "postgres.log").read_text().count("starting PostgreSQL")
    with ThreadPoolExecutor(max_workers=12) as threads:
        assert [one.result() for one in [threads.submit(server.start) for _ in range(12)]] == [None] * 12
    assert ask(server, "select 1") == "1"
    assert (server.home / "postgres.log").read_text().count("starting PostgreSQL") == before + 1


def test_two_processes_at_once_share_one_server(home: Path, holders: list[subprocess.Popen[str]]) -> None:
    holders += [hold(home), hold(home)]
    assert sorted(says(process) for process in holders) == ["joined", "ours"]
    here = ensure(home, fast_and_loose=True)
    assert not here.ours
    assert ask(here, "select count(*) from pg_stat_activity where backend_type = 'checkpointer'") == "1"


def test_whoever_joined_takes_over_when_the_owner_is_killed(home: Path, holders: list[subprocess.Popen[str]]) -> None:
    owner = hold(home)
    holders.append(owner)
    assert says(owner) == "ours"
    here = ensure(home, fast_and_loose=True)
    here.stop()
    assert here.running(), "stop() ends only a server of our own"
    owner.kill()
    owner.wait()
    here = ensure(home, fast_and_loose=True)
    assert here.ours
    assert ask(here, "select 1") == "1"
    here.stop()


def test_a_server_started_by_a_short_thread_lives_on(home: Path) -> None:
    server = EmbeddedServer(home, fast_and_loose=True)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    assert not until(lambda: not server.running(), seconds=0.5)
    server.stop()
    assert not server_processes(home / "data")


def test_an_old_server_that_is_still_ending_is_waited_for(home: Path, holders: list[subprocess.Popen[str]]) -> None:
    owner = hold(home)
    holders.append(owner)
    assert says(owner) == "ours"
    old = postmaster(home)
    os.kill(old, signal.SIGSTOP)
    owner.kill()
    owner.wait()
    waker = threading.Timer(0.5, os.kill, (old, signal.SIGCONT))
    waker.start()
    here = ensure(home, fast_and_loose=True)
    waker.join()
    assert here.ours
    assert postmaster(home) != old
    here.stop()


def test_a_stale_pid_file_with_a_living_pid_does_not_hinder(server: EmbeddedServer) -> None:
    server.stop()
    user = (server.home / "data").stat().st_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "60"], user=user) as other:  # the server's own user: PostgreSQL would believe it
        (server.home / "data" / PID_FILE).write_text(f"{other.pid}\n{server.home / 'data'}\n0\n5432\n\n\n")
        server.start()
        assert other.poll() is None
        other.kill()
    assert ask(server, "select 1") == "1"


def test_lost_passwords_are_made_anew(server: EmbeddedServer) -> None:
    before = server.url("rms_web")
    server.stop()
    (server.home / "passwords.json").unlink()
    server.start()
    assert server.url("rms_web") != before
    assert ask(server, "select 1", role="rms_web") == "1"


def test_a_home_with_a_long_path_gets_a_private_socket_directory(home: Path) -> None:
    deep = home.with_name("x" * 100)
    server = ensure(deep, fast_and_loose=True)
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o711
    assert ask(server, "select 1") == "1"
    server.stop()
    server.socket_dir.rmdir()
    shutil.rmtree(deep)


def test_data_of_another_version_is_left_alone_with_a_sentence(server: EmbeddedServer) -> None:
    server.stop()
    version = server.home / "data" / "PG_VERSION"
    version.write_text("14\n")
    with pytest.raises(Unavailable, match=r"was written by PostgreSQL 14 and the programs in .* are 18"):
        server.start()
    version.write_text("18\n")
    server.start()
    assert server.running()


def test_a_home_that_is_a_file_gets_a_sentence(home: Path) -> None:
    file = home.with_name("file")
    file.touch()
    with pytest.raises(Unavailable, match="not a directory"):
        ensure(file)
    with pytest.raises(Unavailable, match="cannot be started in"):
        ensure(file / "below")


def test_an_address_is_given_only_for_a_role_that_exists(server: EmbeddedServer) -> None:
    with pytest.raises(Unavailable, match="has no role postgres"):
        server.url("postgres")
