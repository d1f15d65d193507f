"""A letter that was held is written anew when it may be printed after all."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "messages_0003"
VERSION = "1.38.0"
DESCRIPTION = "A letter that was held is written anew when it may be printed after all."

SQL = """
-- Every gate is asked anew when it comes back, and the address and the date are those of that day. Printed ones stay.
grant update (pdf, made_at) on letter to rms_worker;
"""


async def forwards() -> MigrationManager:
    """Let the worker write a letter anew."""
    return sql_migration(migration_id=ID, app_name="messages", description=DESCRIPTION, sql=SQL)
