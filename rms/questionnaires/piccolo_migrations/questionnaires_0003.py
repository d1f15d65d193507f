"""Answers that wait for a look have a day on which the team is asked, as results have."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "questionnaires_0003"
VERSION = "1.38.0"
DESCRIPTION = "Every form that waits for a look has a day on which somebody is asked why nobody has looked."

SQL = """
alter table assignment add column review_due_on date;

-- As for results: whoever does not say until when leaves it to this, so that no answers can ever wait without a day.
create function answers_have_a_day_to_look() returns trigger language plpgsql as $$
begin
  if new.review_state not in ('to_review', 'set_aside') then
    new.review_due_on := null;
  elsif new.review_due_on is null then
    select ((clock_timestamp() + civil_offset) at time zone 'Europe/London')::date + 7 into new.review_due_on
      from database_state;
  end if;
  return new;
end $$;
create trigger answers_have_a_day_to_look before insert or update of review_state on assignment
  for each row execute function answers_have_a_day_to_look();

update assignment a set review_due_on = coalesce(
  (select d.until_on from decision d where a.review_state = 'set_aside' and d.organisation_id = a.organisation_id
      and d.patient_id = a.patient_id and d.subject_kind = 'response' and d.subject_id = a.id and d.kind = 'set_aside'
      and d.undone_at is null order by d.id desc limit 1),
  (coalesce(a.submitted_at, (select clock_timestamp() + civil_offset from database_state))
     at time zone 'Europe/London')::date + 7)
 where a.review_state in ('to_review', 'set_aside');

alter table assignment add constraint assignment_waits_with_a_day check (
  (review_state in ('to_review', 'set_aside')) = (review_due_on is not null));
create index assignment_review_due_for_worker on assignment (review_due_on, id) where review_due_on is not null;
"""


async def forwards() -> MigrationManager:
    """Give all waiting answers their day."""
    return sql_migration(migration_id=ID, app_name="questionnaires", description=DESCRIPTION, sql=SQL)
