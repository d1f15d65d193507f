"""A sign-off of a protocol that is withdrawn says why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "plans_0004"
VERSION = "1.38.0"
DESCRIPTION = "A sign-off of a protocol that is withdrawn says why."

SQL = """
alter table protocol_sign_off add column withdrawn_why text;
alter table protocol_sign_off add constraint protocol_sign_off_why check (withdrawn_why is null or withdrawn_at is not null);
"""


async def forwards() -> MigrationManager:
    """Add the column."""
    return sql_migration(migration_id=ID, app_name="plans", description=DESCRIPTION, sql=SQL)
