"""An organisation's own wording of letters, kept as that of texts and emails is."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "messages_0007"
VERSION = "1.38.0"
DESCRIPTION = "An organisation's own wording of letters, kept as that of texts and emails is."

SQL = """
alter table wording drop constraint wording_channel;
alter table wording add constraint wording_channel check (channel in ('sms', 'email', 'letter'));
"""


async def forwards() -> MigrationManager:
    """Let a wording be that of a letter."""
    return sql_migration(migration_id=ID, app_name="messages", description=DESCRIPTION, sql=SQL)
