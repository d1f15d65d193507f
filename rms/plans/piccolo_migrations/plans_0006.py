"""A pause has a beginning and says what becomes of what falls inside; a suspension has the day to confirm they were seen."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "plans_0006"
VERSION = "1.38.0"
DESCRIPTION = "A pause has a beginning and says what becomes of what falls inside; a suspension has the day to confirm they were seen."

SQL = """
alter table plan add column still_since date, add column pause_rule text;
update plan p set still_since = coalesce(
  (select max((e.civil_at at time zone 'Europe/London')::date) from audit_entry e
    where e.organisation_id = p.organisation_id and e.subject_kind = 'plan' and e.subject_id = p.id and e.verb = 'plan.paused'),
  (coalesce(p.started_at, p.created_at) at time zone 'Europe/London')::date)
 where p.state in ('paused', 'suspended') or p.held_from in ('paused', 'suspended');
update plan set pause_rule = 'ask' where state = 'paused' or held_from = 'paused';
-- A suspended plan without a day would never be asked about: it is asked about at once.
update plan set state_until = still_since where (state = 'suspended' or held_from = 'suspended') and state_until is null;
alter table plan
  add constraint plan_pause_rule check (pause_rule in ('ask', 'skip', 'shift')),
  add constraint plan_stands_still_since_a_day check (
    still_since is not null or not (state in ('paused', 'suspended') or coalesce(held_from, '') in ('paused', 'suspended'))),
  add constraint plan_suspended_until_a_day check (state <> 'suspended' or state_until is not null);
"""


async def forwards() -> MigrationManager:
    """Add the two columns and what must hold of them."""
    return sql_migration(migration_id=ID, app_name="plans", description=DESCRIPTION, sql=SQL)
