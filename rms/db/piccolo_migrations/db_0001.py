"""Roles, the row about the database itself, and the procedure that puts a table under organisation scope."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "db_0001"
VERSION = "1.38.0"
DESCRIPTION = "Roles, the row about the database itself, and the procedure that puts a table under organisation scope."

SQL = """
do $$
declare role_name text;
begin
  foreach role_name in array array['rms_web', 'rms_worker', 'rms_listener', 'rms_failsafe', 'rms_backup'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin nosuperuser nobypassrls', role_name);
    end if;
    execute format('grant usage on schema public to %I', role_name);
  end loop;
end $$;
revoke create on schema public from public;

create table database_state (
  only_row boolean primary key default true,
  mode text not null,
  civil_offset interval not null default interval '0',
  incarnation integer not null default 1,
  sending text not null default 'on',
  sending_reason text,
  constraint database_state_has_one_row check (only_row),
  constraint database_state_mode check (mode in ('live', 'demo')),
  constraint database_state_sending check (sending in ('on', 'off')),
  -- The civil clock moves only where nobody is followed up for real.
  constraint database_state_live_clock_never_moves check (mode = 'demo' or civil_offset = interval '0'),
  constraint database_state_off_says_why check (sending = 'on' or sending_reason is not null)
);
grant select on database_state to rms_web, rms_worker, rms_listener, rms_failsafe, rms_backup;

create function database_state_mode_is_for_good() returns trigger language plpgsql as $$
begin
  if new.mode <> old.mode then
    raise exception 'the mode of a database is fixed when it is made';
  end if;
  return new;
end $$;
create trigger database_state_mode_is_for_good before update on database_state
  for each row execute function database_state_mode_is_for_good();

-- Rows that record what happened are never changed, by nobody: not even by the owner.
create function rows_stay_as_written() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;

-- Puts a table with organisation_id under forced row-level security and grants the verbs named.
-- web sees its organisation only; the worker and the listener have policies of their own, for the verbs they need.
create procedure put_under_scope(table_name regclass, web text, worker text default '', listener text default '')
language plpgsql as $$
declare verb text;
begin
  execute format('alter table %s enable row level security', table_name);
  execute format('alter table %s force row level security', table_name);
  execute format('revoke all on %s from public', table_name);
  if web <> '' then
    execute format('grant %s on %s to rms_web', web, table_name);
    execute format($p$create policy own_organisation on %s to rms_web
      using (organisation_id = (select nullif(current_setting('app.organisation_id', true), '')::smallint))
      with check (organisation_id = (select nullif(current_setting('app.organisation_id', true), '')::smallint))$p$,
      table_name);
  end if;
  if worker <> '' then
    execute format('grant %s on %s to rms_worker', worker, table_name);
    execute format('create policy worker_all on %s to rms_worker using (true) with check (true)', table_name);
  end if;
  if listener <> '' then
    execute format('grant %s on %s to rms_listener', listener, table_name);
    execute format('create policy listener_adds on %s for insert to rms_listener with check (true)', table_name);
  end if;
  execute format('grant select on %s to rms_failsafe, rms_backup', table_name);
  execute format('create policy failsafe_reads on %s for select to rms_failsafe using (true)', table_name);
  execute format('create policy backup_reads on %s for select to rms_backup using (true)', table_name);
  -- The owner is forced too when it is no superuser; migrations of data and the first administrator need it.
  execute format('create policy owner_all on %s to %I using (true) with check (true)', table_name, current_user);
end $$;
"""


async def forwards() -> MigrationManager:
    """Create this room's tables."""
    return sql_migration(migration_id=ID, app_name="db", description=DESCRIPTION, sql=SQL)
