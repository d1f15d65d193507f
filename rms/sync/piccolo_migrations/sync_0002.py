"""What staff pages need of the inbox, which they cannot read: when a feed last sent, and reading a message again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0002"
VERSION = "1.38.0"
DESCRIPTION = (
    "What staff pages need of the inbox, which they cannot read: when a feed last sent, and reading a message again."
)

SQL = """
create index inbox_by_sender_for_worker on inbox (peer_id, id);

-- When each sender of the present organisation last sent anything, whoever it was about.
create function feeds_seen() returns table (peer text, last_at timestamptz)
language sql stable security definer set search_path = pg_catalog, public as $$
  select p.name, (select i.received_civil_at from inbox i where i.peer_id = p.id order by i.id desc limit 1)
    from peer p join peer_organisation o on o.peer_id = p.id
   where p.ended_at is null and o.organisation_id = nullif(current_setting('app.organisation_id', true), '')::smallint
$$;

-- Staff have corrected what a message was waiting for: it is read again. Only what waits in the present organisation.
create function inbox_read_again(of_inbox bigint) returns boolean
language sql security definer set search_path = pg_catalog, public as $$
  with again as (
    update inbox i set state = 'received', state_reason = null, handled_at = null, attempts = 0, lease_until = null
     where i.id = of_inbox and i.state in ('waiting', 'set_aside') and exists (
       select from inbox_filing f where f.inbox_id = i.id and f.state = 'waiting'
          and f.organisation_id = nullif(current_setting('app.organisation_id', true), '')::smallint)
    returning 1)
  select exists (select from again)
$$;
revoke execute on function feeds_seen(), inbox_read_again(bigint) from public;
grant execute on function feeds_seen(), inbox_read_again(bigint) to rms_web;
"""


async def forwards() -> MigrationManager:
    """Create the functions and the index they use."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
