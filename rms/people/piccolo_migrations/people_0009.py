"""A session that opens nothing any more says how it ended."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "people_0009"
VERSION = "1.38.0"
DESCRIPTION = "A session that opens nothing any more says how it ended."

SQL = """
-- 'ended': somebody ended it; 'over': its whole time was up; 'idle': nobody used it for too long. No word for a session
-- that is valid, and none for a value that was never one.
create function door_session_ending(token bytea) returns text
language sql stable security definer set search_path = pg_catalog, public as $$
  select case when s.ended_at is not null then 'ended'
              when s.last_seen_at + make_interval(secs => s.idle_seconds) <= least(clock_timestamp(), s.absolute_until)
                then 'idle'
              when s.absolute_until <= clock_timestamp() then 'over' end
    from door_session s where s.token_hash = token
$$;
revoke execute on function door_session_ending(bytea) from public;
grant execute on function door_session_ending(bytea) to rms_web;
"""


async def forwards() -> MigrationManager:
    """Create the function."""
    return sql_migration(migration_id=ID, app_name="people", description=DESCRIPTION, sql=SQL)
