"""First reminders are found by the day they were queued, so that the form for the test follows each."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "messages_0004"
VERSION = "1.38.0"
DESCRIPTION = "First reminders are found by the day they were queued, so that the form for the test follows each."

SQL = """
create index message_first_reminders_for_worker on message (queued_at) where purpose = 'test_reminder_1' and channel <> 'letter';
"""


async def forwards() -> MigrationManager:
    """Create the index."""
    return sql_migration(migration_id=ID, app_name="messages", description=DESCRIPTION, sql=SQL)
