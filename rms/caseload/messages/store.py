"""The messages of some teams, a page at a time: what stopped on its way, what waits, what left, what was taken back."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.messages.conditions import STOPPED
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import Scope


class Part(StrEnum):
    """Which messages a list shows."""

    STOPPED = "stopped"
    WAITING = "waiting"
    SENT = "sent"
    TAKEN_BACK = "taken_back"


class _Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The states of a part, how far back it looks, and its order."""

    states: tuple[str, ...]
    days: int
    order: str


#: What left or was taken back is looked up on the person's page when it is older.
DAYS_BACK: Final = 28
_REACH: Final = {
    Part.WAITING: _Reach(states=("queued", "sending", "unknown"), days=180, order="m.not_before, m.id"),
    Part.SENT: _Reach(states=("accepted", "delivered"), days=DAYS_BACK, order="m.queued_at desc, m.id desc"),
    Part.TAKEN_BACK: _Reach(states=("void",), days=DAYS_BACK, order="m.queued_at desc, m.id desc"),
}

_OTHERS: Final = """
  from message m left join plan l on l.organisation_id = m.organisation_id and l.id = m.plan_id
 where m.organisation_id = $2 and m.team_id = any($1) and m.queued_at >= $9 and m.state = any($10) and $3::date is not null
   and ($4::bigint is null or l.nurse_staff_id = $4) and (not $5 or l.nurse_staff_id is null)
"""
_LIST: Final = """
with page as materialized (
  select m.*, l.nurse_staff_id, count(*) over () as total {which} and m.queued_at <= $6 order by {order} limit $7 offset $8)
select m.ref, m.purpose, m.recipient, m.channel, m.state, m.state_reason, m.queued_at, m.not_before, m.patient_id, m.total,
       t.name as team, s.display_name as nurse, g.printed_at is not null as is_printed, a.ref as alert_ref,
       p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number
  from page m
  join team t on t.organisation_id = m.organisation_id and t.id = m.team_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
  left join staff s on s.organisation_id = m.organisation_id and s.id = m.nurse_staff_id
  left join letter g on g.organisation_id = m.organisation_id and g.message_id = m.id
  left join lateral (
    select a.ref from alert a join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
     where m.state in ('failed', 'held', 'expired') and a.organisation_id = m.organisation_id and a.patient_id = m.patient_id
       and a.rule_key = 'message' and a.state <> 'closed' and c.cause_kind = 'message:' || m.state and c.cause_id = m.id
     order by a.id limit 1) a on true
 order by {order}
"""
_STOPPED: Final = _LIST.format(which=STOPPED, order="m.queued_at, m.id")


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `alert_ref` is the alert that says that it stopped."""

    ref: UUID
    purpose: str
    recipient: str
    channel: str
    state: str
    state_reason: str | None
    queued_at: datetime
    not_before: datetime
    patient_id: int
    total: int
    team: str
    nurse: str | None
    is_printed: bool
    alert_ref: UUID | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None


def part_of(asked: Asked) -> Part:
    """What was asked for; what stopped when nothing was."""
    return Part(asked.kind) if asked.kind else Part.STOPPED


async def message_lines(look: Look, scope: Scope, asked: Asked) -> list[MessageLine]:
    """One page of the list."""
    part, now = part_of(asked), look.tx.now
    common = (now - timedelta(days=asked.days), ROWS_A_PAGE, asked.first_row)
    if part is Part.STOPPED:
        rows = await look.rows(_STOPPED, *scope.parameters, *common)
    else:
        reach = _REACH[part]
        sql = _LIST.format(which=_OTHERS, order=reach.order)
        rows = await look.rows(sql, *scope.parameters, *common, now - timedelta(days=reach.days), list(reach.states))
    return [msgspec.convert(dict(row), MessageLine) for row in rows]
