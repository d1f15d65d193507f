"""What the embedded server is told: durable, local, and silent about people. Values only.

They travel on the command line, so that there is one place to read them and no file of an older version to mend.
"""

ROLES = ("rms_owner", "rms_web", "rms_worker", "rms_listener", "rms_failsafe", "rms_backup")
OWNER = "rms_owner"
DATABASE = "rms"
PORT = 5432  # only a part of the socket's file name: no TCP port is opened

_ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0777",  # the password decides; our processes may run as another user than the server
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No patient data in the log. A statement's own error can quote a value ("invalid input syntax ..."), and its detail
    # quotes keys; the caller gets both, so the log does without.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "on",  # a commit still leaves the process: kill -9 loses nothing, only a power loss does
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def server_arguments(*, socket_dir: str, fast_and_loose: bool) -> list[str]:
    """The arguments of `postgres`. `fast_and_loose` gives up safety at power loss and is for tests only."""
    chosen = _ALWAYS | (_LOOSE if fast_and_loose else _DURABLE) | {"unix_socket_directories": socket_dir}
    return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]


def initdb_arguments(*, major: int, fast_and_loose: bool) -> list[str]:
    """The arguments of `initdb`. The builtin locale sorts the same on every machine; before 17 the C library's does."""
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]
    common = ["-U", OWNER, "-E", "UTF8", *locale, "--data-checksums", "--auth=scram-sha-256"]
    return common + (["--no-sync"] if fast_and_loose else [])


def bootstrap_sql(passwords: dict[str, str]) -> str:
    """SQL for psql that makes the login roles and the database where they are missing and sets the passwords.

    A role that exists keeps its rights: those belong to the migrations. Passwords are hex, so they need no quoting.
    """
    lines = ["\\set ON_ERROR_STOP on"]
    for role in ROLES:
        if role != OWNER:
            lines.append(
                f"select 'create role {role} login nosuperuser nobypassrls nocreatedb nocreaterole' "
                f"where not exists (select from pg_roles where rolname = '{role}') \\gexec"
            )
        lines.append(f"alter role {role} login password '{passwords[role]}';")
    lines.append(
        f"select 'create database {DATABASE} owner {OWNER}' "
        f"where not exists (select from pg_database where datname = '{DATABASE}') \\gexec"
    )
    return "\n".join(lines) + "\n"
