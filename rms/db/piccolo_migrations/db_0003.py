"""When the worker last did its round, so that pages and the doctor can say that it does not run."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "db_0003"
VERSION = "1.38.0"
DESCRIPTION = "When the worker last did its round, so that pages and the doctor can say that it does not run."

SQL = """
-- On the real clock. `silent_from` and `silent_until`: the last time that it did not run for an hour or more.
create table worker_pulse (
  only_row boolean primary key default true,
  beat_at timestamptz not null,
  silent_from timestamptz,
  silent_until timestamptz,
  constraint worker_pulse_has_one_row check (only_row),
  constraint worker_pulse_silence_is_whole check ((silent_from is null) = (silent_until is null))
);
grant select on worker_pulse to rms_web, rms_worker, rms_failsafe, rms_backup;
grant insert, update on worker_pulse to rms_worker;
"""


async def forwards() -> MigrationManager:
    """Create the table."""
    return sql_migration(migration_id=ID, app_name="db", description=DESCRIPTION, sql=SQL)
