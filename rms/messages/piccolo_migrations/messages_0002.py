"""The worklist of messages finds a team's by time."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "messages_0002"
VERSION = "1.38.0"
DESCRIPTION = "The worklist of messages finds a team's by time."

SQL = """
create index message_worklist on message (organisation_id, team_id, queued_at);
"""


async def forwards() -> MigrationManager:
    """Create the index."""
    return sql_migration(migration_id=ID, app_name="messages", description=DESCRIPTION, sql=SQL)
