"""A link may lead to a person's own pages, can be stopped by whoever got it, and leads to a new one when it is worn out."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "questionnaires_0002"
VERSION = "1.38.0"
DESCRIPTION = "A link may lead to a person's own pages, can be stopped, and leads to a new one when it is worn out."

SQL = """
alter table door_link alter column assignment_id drop not null;
alter table door_link add column patient_id bigint;
alter table door_link add constraint door_link_leads_to_one check (num_nonnulls(assignment_id, patient_id) = 1);
create index door_link_by_patient on door_link (organisation_id, patient_id) where ended_at is null;

create function door_person_link_add(locator bytea, organisation smallint, patient bigint, message bigint,
  made timestamptz, expires timestamptz) returns void
language sql security definer set search_path = pg_catalog, public as $$
  insert into door_link (locator_hash, organisation_id, patient_id, message_id, made_at, expires_at)
  values (locator, organisation, patient, message, made, expires)
$$;
create function door_person_link_end(organisation smallint, patient bigint, why text, at timestamptz) returns integer
language sql security definer set search_path = pg_catalog, public as $$
  with ended as (
    update door_link set ended_at = at, ended_why = why
     where organisation_id = organisation and patient_id = patient and ended_at is null returning 1)
  select count(*)::integer from ended
$$;
-- As before, with the person for links that lead to no questionnaire.
drop function door_link_try(bytea, timestamptz);
create function door_link_try(locator bytea, at timestamptz)
returns table (organisation_id smallint, assignment_id bigint, tries smallint, patient_id bigint)
language sql security definer set search_path = pg_catalog, public as $$
  update door_link l set tries = l.tries + 1
   where l.locator_hash = locator and l.ended_at is null and l.expires_at > at and l.tries < 5
  returning l.organisation_id, l.assignment_id, l.tries, l.patient_id
$$;
-- Whoever got a link by mistake stops it; no row when it did not work any more.
create function door_link_stop(locator bytea, why text, at timestamptz)
returns table (organisation_id smallint, assignment_id bigint, patient_id bigint)
language sql security definer set search_path = pg_catalog, public as $$
  update door_link l set ended_at = at, ended_why = why
   where l.locator_hash = locator and l.ended_at is null and l.expires_at > at
  returning l.organisation_id, l.assignment_id, l.patient_id
$$;
-- Where a link led, whether it works or not: a new one goes to the contact on record and nowhere else. Twenty askings
-- are counted in this statement, and no more are looked at.
create function door_link_behind(locator bytea)
returns table (organisation_id smallint, assignment_id bigint, patient_id bigint)
language sql security definer set search_path = pg_catalog, public as $$
  update door_link l set looks = l.looks + 1 where l.locator_hash = locator and l.looks < 20
  returning l.organisation_id, l.assignment_id, l.patient_id
$$;
revoke execute on function door_person_link_add(bytea, smallint, bigint, bigint, timestamptz, timestamptz),
  door_person_link_end(smallint, bigint, text, timestamptz), door_link_try(bytea, timestamptz),
  door_link_stop(bytea, text, timestamptz), door_link_behind(bytea) from public;
grant execute on function door_person_link_add(bytea, smallint, bigint, bigint, timestamptz, timestamptz),
  door_person_link_end(smallint, bigint, text, timestamptz) to rms_web, rms_worker;
grant execute on function door_link_try(bytea, timestamptz), door_link_stop(bytea, text, timestamptz),
  door_link_behind(bytea) to rms_web;
"""


async def forwards() -> MigrationManager:
    """Widen the door of links."""
    return sql_migration(migration_id=ID, app_name="questionnaires", description=DESCRIPTION, sql=SQL)
