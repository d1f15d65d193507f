"""What a database is made of, read from its catalogue in words that do not depend on the version of PostgreSQL."""

import asyncpg

QUERIES = {
    "columns": """
        select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
               || case when a.attnotnull then ' not null' else '' end || ' ' || a.attidentity::text
               || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || coalesce(' collate ' || l.collname, '')
          from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
          left join pg_collation l on l.oid = a.attcollation and l.collname <> 'default'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')""",
    "tables": """
        select relname || ' ' || relkind::text || ' secured ' || relrowsecurity || ' forced ' || relforcerowsecurity
          from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')""",
    "policies": """
        select concat_ws(' ', tablename, policyname, permissive, roles::text, cmd, qual, with_check) from pg_policies""",
    # Since 18 "not null" stands here too; it is among the columns.
    "constraints": """
        select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'""",
    "indexes": "select indexdef from pg_indexes where schemaname = 'public'",
    "triggers": "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    "functions": "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace",
    "rights": """
        select c.relname || ' ' || r.rolname || ' ' || acl.privilege_type
          from pg_class c, aclexplode(c.relacl) acl join pg_roles r on r.oid = acl.grantee
         where c.relnamespace = 'public'::regnamespace and acl.grantee <> c.relowner""",
    "rights on functions": """
        select p.proname || ' ' || coalesce(r.rolname, 'everybody')
          from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
          left join pg_roles r on r.oid = acl.grantee
         where p.pronamespace = 'public'::regnamespace and acl.grantee <> p.proowner""",
    "roles": """
        select concat_ws(' ', rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin)
          from pg_roles where rolname like 'rms%'""",
}


async def catalogue(url: str) -> dict[str, list[str]]:
    """Every fact of each kind, sorted."""
    connection = await asyncpg.connect(url)
    try:
        return {kind: sorted(row[0] for row in await connection.fetch(query)) for kind, query in QUERIES.items()}
    finally:
        await connection.close()
