"""Who stands behind a staff cookie also says when: a page that only reads need not ask for the time again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "people_0008"
VERSION = "1.38.0"
DESCRIPTION = "Who stands behind a staff cookie also says when."

SQL = """
drop function door_asker(bytea);
-- Every page of staff asks this first. It runs with the rights of the one who asks: the session is found through its door,
-- and the member of staff under the policies of the organisation that the session names. The teams are their own and those
-- of colleagues they cover today by the civil clock. `now` is the civil instant. No row: no valid session, or somebody who
-- has left.
create function door_asker(token bytea)
returns table (kind text, second_factor_at timestamptz, live boolean, id bigint, organisation_id smallint,
  display_name text, role text, team_ids integer[], now timestamptz, sending_on boolean)
language plpgsql set search_path = pg_catalog, public as $$
declare
  session record;
begin
  select * into session from door_session_find(token);
  if not found then
    return;
  end if;
  perform set_config('app.organisation_id', session.organisation_id::text, true);
  return query
    select session.kind, session.second_factor_at, d.mode = 'live', s.id, s.organisation_id, s.display_name, s.role,
           array(select distinct m.team_id from staff_team m
                  where m.organisation_id = s.organisation_id
                    and (m.staff_id = s.id or m.staff_id in (
                      select l.staff_id from staff_leave l
                        join staff away on away.organisation_id = l.organisation_id and away.id = l.staff_id
                       where l.organisation_id = s.organisation_id and l.cover_staff_id = s.id
                         and ((clock_timestamp() + d.civil_offset) at time zone 'Europe/London')::date
                             between l.from_on and l.until_on
                         and away.ended_at is null))
                  order by 1),
           clock_timestamp() + d.civil_offset, d.sending = 'on'
      from database_state d, staff s
     where s.organisation_id = session.organisation_id and s.id = session.subject_id and s.ended_at is null;
end $$;
revoke execute on function door_asker(bytea) from public;
grant execute on function door_asker(bytea) to rms_web;
"""


async def forwards() -> MigrationManager:
    """Replace the function."""
    return sql_migration(migration_id=ID, app_name="people", description=DESCRIPTION, sql=SQL)
