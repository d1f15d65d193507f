"""Messages that hang on one question of their sender are counted, listed and dealt with together."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0005"
VERSION = "1.38.0"
DESCRIPTION = "Messages that hang on one question of their sender are counted, listed and dealt with together."

SQL = """
create index inbox_filing_waiting_by_alert on inbox_filing (organisation_id, alert_id, id) where state = 'waiting';
"""


async def forwards() -> MigrationManager:
    """Create the index."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
