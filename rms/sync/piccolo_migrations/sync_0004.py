"""What the page of connections needs: figures of each feed, and peers that a trust adds and changes by itself."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0004"
VERSION = "1.38.0"
DESCRIPTION = (
    "What the page of connections needs: figures of each feed, and peers that a trust adds and changes by itself."
)

SQL = """
-- Each sender of the present organisation in figures, whoever its messages were about. `shared`: it sends for others too.
create function feed_figures() returns table (
  id integer, name text, application text, facility text, addresses text[], shared boolean, last_at timestamptz,
  today bigint, week bigint, unread bigint, oldest_unread timestamptz, waiting bigint, set_aside bigint, broken bigint)
language sql stable security definer set search_path = pg_catalog, public as $$
  select p.id, p.name, p.sending_application, p.sending_facility, p.addresses,
         exists (select from peer_organisation m where m.peer_id = p.id and m.organisation_id <> o.organisation_id),
         (select i.received_civil_at from inbox i where i.peer_id = p.id order by i.id desc limit 1),
         f.today, f.week, f.unread, f.oldest_unread, f.waiting, f.set_aside, f.broken
    from peer p join peer_organisation o on o.peer_id = p.id
    cross join lateral (
      select count(*) filter (where i.received_at > clock_timestamp() - interval '1 day') as today, count(*) as week,
             count(*) filter (where i.state = 'received') as unread,
             min(i.received_at) filter (where i.state = 'received') as oldest_unread,
             count(*) filter (where i.state = 'waiting') as waiting,
             count(*) filter (where i.state = 'set_aside') as set_aside,
             count(*) filter (where i.frame_fault is not null) as broken
        from inbox i where i.peer_id = p.id and i.received_at > clock_timestamp() - interval '7 days') f
   where p.ended_at is null and o.organisation_id = nullif(current_setting('app.organisation_id', true), '')::smallint
   order by p.name
$$;

-- Whether another system is known by the same names and could send from the same addresses: then nobody could tell the
-- two apart, and the messages of both, of other trusts too, would be nobody's.
create function peer_clashes(but integer, application text, facility text, of_addresses text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, public as $$
  select exists (
    select from peer p where p.ended_at is null and p.id is distinct from but
       and p.sending_application is not distinct from application and p.sending_facility is not distinct from facility
       and ((cardinality(p.addresses) = 0 and cardinality(of_addresses) = 0) or exists (
             select from unnest(p.addresses) a, unnest(of_addresses) b where a::inet && b::inet)))
$$;
-- A trust adds a sender for itself only. No id: the name is taken, or nobody could tell it from another.
create function peer_add_here(new_name text, application text, facility text, of_addresses text[]) returns integer
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  here smallint := nullif(current_setting('app.organisation_id', true), '')::smallint;
  made integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('peers', 0));
  if here is null or exists (select from peer p where p.name = new_name)
     or peer_clashes(null, application, facility, of_addresses) then
    return null;
  end if;
  insert into peer (name, sending_application, sending_facility, addresses)
  values (new_name, application, facility, of_addresses) returning id into made;
  insert into peer_organisation (peer_id, organisation_id) values (made, here);
  return made;
end $$;
-- A trust changes or ends only a sender that sends for nobody else; what sends for several is the operator's matter.
create function peer_is_ours_alone(which integer) returns boolean
language sql stable security definer set search_path = pg_catalog, public as $$
  select exists (select from peer p where p.id = which and p.ended_at is null)
     and (select array_agg(m.organisation_id) from peer_organisation m where m.peer_id = which)
         = array[nullif(current_setting('app.organisation_id', true), '')::smallint]
$$;
create function peer_change_here(which integer, new_name text, application text, facility text, of_addresses text[])
returns boolean language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('peers', 0));
  if not peer_is_ours_alone(which) or exists (select from peer p where p.name = new_name and p.id <> which)
     or peer_clashes(which, application, facility, of_addresses) then
    return false;
  end if;
  update peer set name = new_name, sending_application = application, sending_facility = facility,
         addresses = of_addresses where id = which;
  return true;
end $$;
create function peer_end_here(which integer) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if not peer_is_ours_alone(which) then
    return false;
  end if;
  update peer set ended_at = clock_timestamp() where id = which;
  return true;
end $$;
revoke execute on function feed_figures(), peer_clashes(integer, text, text, text[]), peer_is_ours_alone(integer),
  peer_add_here(text, text, text, text[]), peer_change_here(integer, text, text, text, text[]), peer_end_here(integer)
  from public;
grant execute on function feed_figures(), peer_clashes(integer, text, text, text[]), peer_is_ours_alone(integer),
  peer_add_here(text, text, text, text[]), peer_change_here(integer, text, text, text, text[]), peer_end_here(integer)
  to rms_web;
"""


async def forwards() -> MigrationManager:
    """Create the functions."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
