"""The facts behind the checklist, in one look: what the database says of itself and of one organisation."""

from datetime import date, datetime
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.people.store import SEE_ALERTS

_FACTS: Final = """
select current_setting('server_version_num')::int as version, clock_timestamp() as there,
       (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as is_above_policies,
       d.mode, extract(day from d.civil_offset)::int as days_ahead, d.sending, d.sending_reason,
       (select count(*) from staff s where s.organisation_id = $1 and s.ended_at is null) as staff,
       (select count(*) from staff s where s.organisation_id = $1 and s.ended_at is null and s.totp_confirmed_at is null)
         as without_factor,
       (select count(*) from staff s where s.organisation_id = $1 and s.ended_at is null and s.role = 'administrator')
         as administrators,
       (select count(*) from team t where t.organisation_id = $1) as teams,
       (select coalesce(array_agg(t.name order by t.name), '{}') from team t where t.organisation_id = $1 and not exists (
          select from staff_team m join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
           where m.organisation_id = t.organisation_id and m.team_id = t.id and m.is_lead and s.ended_at is null))
         as teams_without_lead,
       (select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'alerts', (
          select count(*) from alert a where a.organisation_id = t.organisation_id and a.team_id = t.id
             and a.state <> 'closed')) order by t.name), '[]') from team t where t.organisation_id = $1 and not exists (
          select from staff_team m join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id
           where m.organisation_id = t.organisation_id and m.team_id = t.id and s.ended_at is null and s.role = any($3)))
         as teams_unattended,
       (select coalesce(array_agg(t.name order by t.name), '{}') from team t
         where t.organisation_id = $1 and t.phone_hours is null) as teams_without_hours,
       (select coalesce(jsonb_agg(jsonb_build_object('name', f.peer, 'last_at', f.last_at) order by f.peer), '[]')
          from feeds_seen() f) as feeds,
       (select count(*) from staff_leave l join staff s on s.organisation_id = l.organisation_id and s.id = l.staff_id
         where l.organisation_id = $1 and s.ended_at is null and l.cover_staff_id is null and l.until_on >= $2
           and l.from_on <= $2 + 14) as uncovered
  from database_state d
"""
_NOTE: Final = """
select n.said, n.on_day, n.made_at, s.display_name as made_by, n.for_demonstration_only
  from set_up_note n join staff s on s.organisation_id = n.organisation_id and s.id = n.made_by_staff_id
 where n.organisation_id = $1 and n.what = $2 order by n.id desc limit 1
"""


class FeedSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One sender and when it last sent."""

    name: str
    last_at: datetime | None


class Unattended(msgspec.Struct, frozen=True, kw_only=True):
    """A team in which nobody sees alerts, and how many it has open."""

    name: str
    alerts: int


class SystemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says. `days_ahead`: how far a demo's civil clock was moved; `there`: the database's real clock."""

    version: int
    there: datetime
    is_above_policies: bool
    mode: str
    days_ahead: int
    sending: str
    sending_reason: str | None
    staff: int
    without_factor: int
    administrators: int
    teams: int
    teams_unattended: tuple[Unattended, ...]
    teams_without_lead: tuple[str, ...]
    teams_without_hours: tuple[str, ...]
    feeds: tuple[FeedSeen, ...]
    uncovered: int


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a named person answers for. `on_day` is the day it is about."""

    said: str
    on_day: date
    made_at: datetime
    made_by: str
    for_demonstration_only: bool


async def system_facts(tx: Tx, *, organisation_id: int) -> SystemFacts:
    """Everything that is looked at in the database itself."""
    row = await tx.fetchrow(_FACTS, organisation_id, tx.today, list(SEE_ALERTS))
    assert row is not None
    return msgspec.convert(dict(row), SystemFacts)


async def latest_note(tx: Tx, *, organisation_id: int, what: str) -> Note | None:
    """The latest of its kind, or None."""
    row = await tx.fetchrow(_NOTE, organisation_id, what)
    return None if row is None else Note(**dict(row))
