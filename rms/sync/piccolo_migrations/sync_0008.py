"""What strangers sent is one question a sender, and is read again when a sender is added or changed."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0008"
VERSION = "1.38.0"
DESCRIPTION = "What strangers sent is one question a sender, and is read again when a sender is added or changed."

SQL = """
create index inbox_set_aside_for_worker on inbox (peer_address, id) where state = 'set_aside';

-- What nobody knew the sender of is read again, unless a person has closed the question about it. `alert_id`: the present
-- organisation's open alert on which `again` of them hang; none for those of other organisations.
create function inbox_strangers_read_again() returns table (alert_id bigint, again bigint)
language sql security definer set search_path = pg_catalog, public as $$
  with again as (
    update inbox i set state = 'received', state_reason = null, handled_at = null, attempts = 0, lease_until = null
     where i.state = 'set_aside' and i.peer_id is null and not exists (
       select from alert a where a.organisation_id = i.asked_organisation_id and a.id = i.asked_alert_id
          and a.state = 'closed')
    returning i.asked_organisation_id as asked_by, i.asked_alert_id as asked)
  select case when asked_by = nullif(current_setting('app.organisation_id', true), '')::smallint then asked end, count(*)
    from again group by 1
$$;
revoke execute on function inbox_strangers_read_again() from public;
grant execute on function inbox_strangers_read_again() to rms_web;
"""


async def forwards() -> MigrationManager:
    """Create the index and the function."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
