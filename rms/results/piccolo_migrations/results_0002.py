"""Every result that waits for a look has a day on which somebody is asked why nobody has looked."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "results_0002"
VERSION = "1.38.0"
DESCRIPTION = "Every result that waits for a look has a day on which somebody is asked why nobody has looked."

SQL = """
alter table result add column review_due_on date;

-- Whoever does not say until when leaves it to this (a release that knows nothing of the day, a load of made-up people):
-- a week, so that no result can ever wait without a day.
create function result_has_a_day_to_look() returns trigger language plpgsql as $$
begin
  if new.review_state not in ('to_review', 'set_aside') then
    new.review_due_on := null;
  elsif new.review_due_on is null then
    select ((clock_timestamp() + civil_offset) at time zone 'Europe/London')::date + 7 into new.review_due_on
      from database_state;
  end if;
  return new;
end $$;
create trigger result_has_a_day_to_look before insert or update of review_state on result
  for each row execute function result_has_a_day_to_look();

update result r set review_due_on = coalesce(
  (select d.until_on from decision d where r.review_state = 'set_aside' and d.organisation_id = r.organisation_id
      and d.patient_id = r.patient_id and d.subject_kind = 'result' and d.subject_id = r.id and d.kind = 'set_aside'
      and d.undone_at is null order by d.id desc limit 1),
  (r.filed_at at time zone 'Europe/London')::date + 7)
 where r.review_state in ('to_review', 'set_aside');

alter table result add constraint result_waits_with_a_day check (
  (review_state in ('to_review', 'set_aside')) = (review_due_on is not null));
create index result_review_due_for_worker on result (review_due_on, id) where review_due_on is not null;
"""


async def forwards() -> MigrationManager:
    """Give every waiting result its day."""
    return sql_migration(migration_id=ID, app_name="results", description=DESCRIPTION, sql=SQL)
