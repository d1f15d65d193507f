"""What a sender's code means is said on a page too, for a sender that sends for one trust alone, and can be taken back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from rms.db.migrate import sql_migration

ID = "sync_0006"
VERSION = "1.38.0"
DESCRIPTION = "What a sender's code means is said on a page too, for a sender that sends for one trust alone, and can be taken back."

SQL = """
-- That a code is none of ours may be taken back; then the next message with it is a question again, whatever its day.
alter table code_map add column taken_back_at timestamptz, add column taken_back_by text,
  add constraint code_map_taken_back_together check ((taken_back_at is null) = (taken_back_by is null)),
  drop constraint code_map_once;
create unique index code_map_once on code_map (peer_id, local_code, valid_from) where taken_back_at is null;

-- Write a line of a sender's map and have what waits for it read again: `stands` is what the code means now, and another
-- meaning than asked for when somebody was earlier; `again` counts the messages. `asked_as` is how the questions name it.
create function peer_code_say(which integer, code text, asked_as text, words text, meaning text, by_name text)
returns table (stands text, again bigint)
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('codes', which));
  select m.analyte into stands from code_map m where m.peer_id = which and upper(m.local_code) = upper(code)
     and m.valid_until is null and m.taken_back_at is null;
  if stands is null then
    insert into code_map (peer_id, local_code, local_text, analyte, valid_from, made_by)
    values (which, code, words, meaning, '2000-01-01', by_name);
    stands := meaning;
  end if;
  again := 0;
  if stands = meaning then
    update inbox i set state = 'received', state_reason = null, handled_at = null, attempts = 0, lease_until = null
     where i.peer_id = which and i.state = 'waiting' and exists (
       select from inbox_filing f join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id
        where f.inbox_id = i.id and f.state = 'waiting' and a.subject_kind = 'peer' and a.subject_id = which
          and substring(a.rule_key from '^inbox-code:[0-9]+:(.*)$') = asked_as);
    get diagnostics again = row_count;
  end if;
  return next;
end $$;
-- A trust says it for a sender that sends for nobody else: the map counts for all for whom a sender sends.
create function peer_code_say_here(which integer, code text, asked_as text, words text, meaning text, by_name text)
returns table (stands text, again bigint)
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if peer_is_ours_alone(which) then
    return query select * from peer_code_say(which, code, asked_as, words, meaning, by_name);
  end if;
end $$;
create function peer_code_take_back_here(which integer, line bigint, by_name text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if not peer_is_ours_alone(which) then
    return false;
  end if;
  update code_map set taken_back_at = clock_timestamp(), taken_back_by = by_name
   where id = line and peer_id = which and analyte = 'not-followed' and taken_back_at is null;
  return found;
end $$;
revoke execute on function peer_code_say(integer, text, text, text, text, text),
  peer_code_say_here(integer, text, text, text, text, text), peer_code_take_back_here(integer, bigint, text) from public;
grant execute on function peer_code_say_here(integer, text, text, text, text, text),
  peer_code_take_back_here(integer, bigint, text) to rms_web;
"""


async def forwards() -> MigrationManager:
    """Add the columns and create the functions."""
    return sql_migration(migration_id=ID, app_name="sync", description=DESCRIPTION, sql=SQL)
