"""A sign-off of a questionnaire that is withdrawn says why."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "questionnaires_0004"
VERSION = "1.38.0"
DESCRIPTION = "A sign-off of a questionnaire that is withdrawn says why."

SQL = """
alter table questionnaire_sign_off add column withdrawn_why text;
alter table questionnaire_sign_off add constraint questionnaire_sign_off_why check (withdrawn_why is null or withdrawn_at is not null);
"""


async def forwards() -> MigrationManager:
    """Add the column."""
    return sql_migration(migration_id=ID, app_name="questionnaires", description=DESCRIPTION, sql=SQL)
