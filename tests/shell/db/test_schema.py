"""The catalogue itself is checked: scope, roles, doors, deletes, defaults, and that the tables in Python match."""

import re

from piccolo.conf.apps import Finder
from piccolo.table import Table

from rms.db.migrate import migrate
from tests.database import World

#: Tables with an organisation that are doors: an opaque key leads to the organisation, no patient data, no direct reading.
DOORS = {"door_sign_in", "door_session", "door_message", "door_link"}
#: Which organisations a peer may send for: no patient data, and read before the organisation is known.
NO_PATIENT_DATA = {"peer_organisation"}
#: Patient data that belongs to no single organisation, with the reason; none of them may be granted to web.
NO_ORGANISATION = {
    "inbox": "which organisations a message is for is known only after reading it",
    "clock_move": "the clock of a demo is everybody's; reached by definer functions only",
    "death": "a death is a fact about a person, whichever organisation follows them",
}
SERVING_ROLES = ("rms_web", "rms_worker", "rms_listener", "rms_failsafe", "rms_backup")
APPEND_ONLY = {"audit_entry", "audit_seal", "alert_move", "rule_evaluation", "message_event", "occurrence_event", "plan_mode",
               "result_version", "answer", "protocol_version", "questionnaire_version", "helpline_step",
               "set_up_note", "plan_version_choice", "step_place", "test_arrangement"}  # fmt: skip

TABLES = """
select c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
       exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organisation_id') as scoped
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
"""


async def test_every_table_with_an_organisation_is_under_forced_row_level_security(world: World) -> None:
    rows = await world.as_owner(TABLES)
    scoped = {row["name"] for row in rows if row["scoped"]} - DOORS - NO_PATIENT_DATA
    assert len(scoped) > 25
    assert {row["name"] for row in rows if row["secured"] and row["forced"]} == scoped | {"inbox"}


async def test_every_scoped_table_has_the_policy_of_its_own_organisation(world: World) -> None:
    rows = await world.as_owner(
        "select tablename, qual, with_check from pg_policies where policyname = 'own_organisation'"
    )
    for row in rows:
        assert "current_setting('app.organisation_id'" in row["qual"], row["tablename"]
        assert "current_setting('app.organisation_id'" in row["with_check"], row["tablename"]
    granted = await world.as_owner(
        "select distinct table_name from information_schema.role_table_grants where grantee = 'rms_web'"
    )
    scoped = {row["name"] for row in await world.as_owner(TABLES) if row["scoped"]} - NO_PATIENT_DATA
    assert {row["table_name"] for row in granted} & scoped <= {row["tablename"] for row in rows}


async def test_nobody_who_serves_is_owner_superuser_or_above_the_policies(world: World) -> None:
    rows = await world.as_owner(
        "select rolname from pg_roles where rolname = any($1) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)",
        list(SERVING_ROLES),
    )
    assert rows == []
    owned = await world.as_owner(
        "select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1)",
        list(SERVING_ROLES),
    )
    assert owned == []


async def test_the_listener_can_only_add_to_the_inbox(world: World) -> None:
    rows = await world.as_owner(
        "select table_name, privilege_type from information_schema.role_table_grants"
        " where grantee = 'rms_listener' and privilege_type <> 'SELECT'"
    )
    assert [tuple(row) for row in rows] == [("inbox", "INSERT")]
    readable = await world.as_owner(
        "select table_name from information_schema.role_table_grants"
        " where grantee = 'rms_listener' and privilege_type = 'SELECT' order by 1"
    )
    assert [row["table_name"] for row in readable] == ["database_state", "organisation", "peer", "peer_organisation"]


async def test_doors_and_what_has_no_organisation_cannot_be_read_by_web(world: World) -> None:
    rows = await world.as_owner(
        "select table_name from information_schema.role_table_grants where grantee = 'rms_web' and table_name = any($1)",
        [*DOORS, *NO_ORGANISATION],
    )
    assert rows == []


async def test_definer_functions_fix_their_search_path_and_are_not_for_everybody(world: World) -> None:
    rows = await world.as_owner(
        "select proname, proconfig, has_function_privilege('public', oid, 'execute') as for_all from pg_proc"
        " where pronamespace = 'public'::regnamespace and prosecdef"
    )
    assert len(rows) >= 15
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, public"], row["proname"]
        assert not row["for_all"], row["proname"]


async def test_no_foreign_key_cascades(world: World) -> None:
    rows = await world.as_owner(
        "select conname from pg_constraint where contype = 'f' and (confdeltype <> 'a' or confupdtype <> 'a')"
    )
    assert rows == []


async def test_what_happened_cannot_be_changed_even_by_the_owner(world: World) -> None:
    rows = await world.as_owner(
        "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " join pg_proc p on p.oid = t.tgfoid where p.proname = 'rows_stay_as_written'"
    )
    assert {row["relname"] for row in rows} == APPEND_ONLY


async def test_the_organisation_leads_every_index_that_a_page_may_use(world: World) -> None:
    rows = await world.as_owner(
        "select i.relname as index_name, c.relname as table_name, a.attname as first_column"
        "  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid"
        "  join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]"
        " where c.relnamespace = 'public'::regnamespace and not c.relispartition and not x.indisunique"
        "   and c.relrowsecurity"
    )
    assert rows
    others = {row["index_name"] for row in rows if row["first_column"] != "organisation_id"}
    assert {name for name in others if not name.endswith("_for_worker")} == set()


async def test_instants_know_their_zone_and_pairs_stand_together(world: World) -> None:
    naive = await world.as_owner(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and data_type = 'timestamp without time zone' and table_name <> 'migration'"
    )
    assert naive == []
    columns = await world.as_owner(
        "select table_name, column_name, is_nullable from information_schema.columns where table_schema = 'public'"
    )
    nullable = {(row["table_name"], row["column_name"]) for row in columns if row["is_nullable"] == "YES"}
    checks = await world.as_owner(
        "select c.relname, pg_get_constraintdef(k.oid) as rule from pg_constraint k join pg_class c on c.oid = k.conrelid"
        " where k.contype = 'c'"
    )
    pairs = {
        (table, column)
        for table, column in nullable
        if column.endswith("_at") and {(table, column[:-3] + "_by"), (table, column[:-3] + "_by_staff_id")} & nullable
    }
    assert len(pairs) >= 8
    for table, column in pairs:
        assert any(row["relname"] == table and column in row["rule"] for row in checks), (table, column)


def _tables() -> dict[str, type[Table]]:
    found: dict[str, type[Table]] = {}
    for module in Finder().get_app_modules():
        for table in module.APP_CONFIG.table_classes:
            found[table._meta.tablename] = table
    return found


async def test_tables_in_python_match_the_database(world: World) -> None:
    rows = await world.as_owner(
        "select c.relname as table_name, a.attname as name, format_type(a.atttypid, null) as type, not a.attnotnull as nullable"
        "  from pg_attribute a join pg_class c on c.oid = a.attrelid"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"
        "   and a.attnum > 0 and not a.attisdropped and c.relname <> 'migration'"
    )
    in_database = {(row["table_name"], row["name"]): (row["type"], row["nullable"]) for row in rows}
    in_python = {
        (name, column._meta.db_column_name): (_type(column.column_type), bool(column._meta.null))
        for name, table in _tables().items()
        for column in table._meta.columns
    }
    assert in_python == in_database


def _type(piccolo_type: str) -> str:
    """Piccolo's word for a type, as PostgreSQL prints it."""
    words = {"TIMESTAMPTZ": "timestamp with time zone", "BIGSERIAL": "bigint", "SERIAL": "integer"}
    name = words.get(piccolo_type, piccolo_type.lower())
    return re.sub(r"\(.*\)", "", name)


def test_no_column_has_a_silent_default_in_python() -> None:
    for name, table in _tables().items():
        for column in table._meta.columns:
            if column._meta.primary_key:
                continue
            assert column._meta.params["default"] is None, f"{name}.{column._meta.name} would be filled in silently"


async def test_a_second_migration_finds_nothing_to_do(world: World) -> None:
    assert await migrate(world.url()) == []
