"""A link says whose message it came in before it lets anybody in, and goes on working after the answers were sent."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "questionnaires_0005"
VERSION = "1.38.0"
DESCRIPTION = "A link says whose message it came in, and goes on working after the answers were sent."

SQL = """
-- The trust whose message had this link, whether it works or not: its name stands in the message too. It changes nothing.
create function door_link_of(locator bytea) returns smallint
language sql stable security definer set search_path = pg_catalog, public as $$
  select l.organisation_id from door_link l where l.locator_hash = locator
$$;
-- The answers came: whoever opens the link once more is told so, and finds the way to us, until this instant at least.
create function door_link_keep(organisation smallint, assignment bigint, until timestamptz) returns void
language sql security definer set search_path = pg_catalog, public as $$
  update door_link set expires_at = greatest(expires_at, until)
   where organisation_id = organisation and assignment_id = assignment and ended_at is null
$$;
revoke execute on function door_link_of(bytea), door_link_keep(smallint, bigint, timestamptz) from public;
grant execute on function door_link_of(bytea) to rms_web;
grant execute on function door_link_keep(smallint, bigint, timestamptz) to rms_web, rms_worker;
"""


async def forwards() -> MigrationManager:
    """Create the functions."""
    return sql_migration(migration_id=ID, app_name="questionnaires", description=DESCRIPTION, sql=SQL)
