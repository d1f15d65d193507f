"""A person may say themselves that they booked a test, and need not know or say the day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "plans_0005"
VERSION = "1.38.0"
DESCRIPTION = "A person may say themselves that they booked a test, and need not know or say the day."

SQL = """
alter table test_arrangement alter column noted_by_staff_id drop not null;
alter table test_arrangement add constraint test_arrangement_noted_by_somebody
  check (noted_by_staff_id is not null or by_whom = 'person');
alter table test_arrangement drop constraint test_arrangement_booked_for_a_day;
-- Staff name the day they book; a person may have booked without telling us for when. What is asked for has no day.
alter table test_arrangement add constraint test_arrangement_booked_for_a_day
  check (case what when 'requested' then on_date is null else on_date is not null or noted_by_staff_id is null end);
"""


async def forwards() -> MigrationManager:
    """Loosen two constraints."""
    return sql_migration(migration_id=ID, app_name="plans", description=DESCRIPTION, sql=SQL)
