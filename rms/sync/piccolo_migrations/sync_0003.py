"""Whatever is set aside has an alert: which one, and until then an index of what nobody has been asked about."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0003"
VERSION = "1.38.0"
DESCRIPTION = (
    "Whatever is set aside has an alert: which one, and until then an index of what nobody has been asked about."
)

SQL = """
-- A message that is for nobody we know is still somebody's task: the alert stands in one organisation, and it, unlike a
-- filing, shows nothing of the message. What was set aside before this has none yet; the worker raises it.
alter table inbox add column asked_organisation_id smallint, add column asked_alert_id bigint,
  add constraint inbox_asked_alert foreign key (asked_organisation_id, asked_alert_id) references alert (organisation_id, id),
  add constraint inbox_asked_together check ((asked_organisation_id is null) = (asked_alert_id is null));
create index inbox_nobody_asked_for_worker on inbox (id) where state = 'set_aside' and asked_alert_id is null;
"""


async def forwards() -> MigrationManager:
    """Make room for the alert about what was set aside."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
