"""What the embedded server is told, and the sentences for when it gives up."""

from pathlib import Path

import pytest

from rms.db.embedded import find_programs
from rms.db.embedded.cluster import explain
from rms.db.embedded.options import ROLES, bootstrap_sql, initdb_arguments, server_arguments
from rms.db.embedded.sockets import LIMIT, socket_dir
from rms.errors import Unavailable


def test_rows_are_durable_unless_a_test_says_otherwise() -> None:
    durable = server_arguments(socket_dir="/s", fast_and_loose=False)
    assert {"fsync=on", "synchronous_commit=on", "full_page_writes=on"} <= set(durable)
    assert "--no-sync" not in initdb_arguments(major=18, fast_and_loose=False)
    loose = server_arguments(socket_dir="/s", fast_and_loose=True)
    assert {"fsync=off", "synchronous_commit=on"} <= set(loose), "a test that kills the server must not lose its rows"


def test_an_older_server_gets_a_locale_it_knows() -> None:
    assert "--locale-provider=builtin" in initdb_arguments(major=18, fast_and_loose=False)
    assert "--locale=C.UTF-8" in initdb_arguments(major=15, fast_and_loose=False)


def test_every_role_gets_its_password_and_none_is_given_rights_again() -> None:
    sql = bootstrap_sql({role: f"secret-of-{role}" for role in ROLES})
    assert all(f"alter role {role} login password 'secret-of-{role}';" in sql for role in ROLES)
    assert "create role rms_web login nosuperuser nobypassrls" in sql
    assert "create role rms_owner" not in sql


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("FATAL:  could not write lock file: No space left on device\n", "The disk that holds /h is full"),
        (
            "LOG:  starting\nFATAL:  no such thing\nLOG:  bye\n",
            "PostgreSQL did not start; it said: FATAL:  no such thing",
        ),
        ("", "it said: nothing"),
    ],
)
def test_a_failure_is_one_sentence(said: str, sentence: str) -> None:
    told = str(explain(Path("/h"), what="did not start", said=said))
    assert sentence in told
    assert "\n" not in told


def test_a_socket_path_always_fits() -> None:
    assert socket_dir(Path("/var/lib/rms")) == Path("/var/lib/rms/socket")
    deep = Path("/", "ä" * 60, "rms")
    assert len(str(socket_dir(deep) / ".s.PGSQL.5432").encode()) <= LIMIT
    assert socket_dir(deep) == socket_dir(deep)
    assert socket_dir(deep) != socket_dir(deep / "other")


def test_named_programs_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = find_programs()
    monkeypatch.setenv("RMS_PG_BIN", str(tmp_path))
    with pytest.raises(Unavailable, match="RMS_PG_BIN names"):
        find_programs()
    monkeypatch.setenv("RMS_PG_BIN", str(wheel))
    assert find_programs() == wheel
