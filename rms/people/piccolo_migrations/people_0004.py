"""The day on which somebody talked with a person about follow-up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "people_0004"
VERSION = "1.38.0"
DESCRIPTION = "The day on which somebody talked with a person about follow-up."

SQL = """
-- The talk may have been in a clinic days before it is typed; without a day it was the day it is recorded.
alter table follow_up_choice add column talked_on date;
"""


async def forwards() -> MigrationManager:
    """Add the day."""
    return sql_migration(migration_id=ID, app_name="people", description=DESCRIPTION, sql=SQL)
