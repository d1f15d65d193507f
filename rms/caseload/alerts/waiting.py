"""The alerts of some teams that are not closed, a page at a time, with person, owner and cover. One statement."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.caseload.looking import Look
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import AWAY, Scope
from rms.caseload.worklist.ways import followed_in
from rms.clock import start_of_london_day

#: The code of the filter that shows what was set aside; without it, only what waits is shown.
SET_ASIDE: Final = "set_aside"

#: Where the kind of an alert `a` stands among the kinds; what is to be acted on today before what can wait until {tomorrow}.
URGENCY: Final = """case a.kind when 'act_today' then case when a.respond_by < {tomorrow} then 1 else 2 end
                       when 'look_soon' then 3 when 'chase' then 4 else 5 end"""
#: Of what is to be acted on: what a person answered comes before a number.
RED_FLAGS_FIRST: Final = """(a.kind = 'act_today' and not exists (
             select from alert_cause c where c.organisation_id = a.organisation_id and c.alert_id = a.id
                and c.cause_kind = 'answer'))"""

#: The page is cut before people and colleagues are looked up: a list of thousands costs what its fifty rows cost.
_WAITING: Final = f"""
select a.ref, a.kind, a.state, a.sentence, a.opened_at, a.respond_by, a.snoozed_until, a.snooze_reason, a.patient_id,
       a.subject_kind,
       t.name as team, o.id as owner_id, o.display_name as owner, away.until_on as owner_away_until, away.covered_by,
       p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number, a.total, a.of_kind
  from (
    select a.*, count(*) over () as total,
           count(*) over (partition by a.kind, a.kind = 'act_today' and a.respond_by >= $12) as of_kind,
           {URGENCY.format(tomorrow="$12")} as urgency, {RED_FLAGS_FIRST} as calm
      from alert a
      left join plan l on l.organisation_id = a.organisation_id and l.id = a.plan_id
     where a.organisation_id = $2 and a.team_id = any($1) and a.state <> 'closed'
       and ($4::bigint is null or coalesce(a.owner_staff_id, l.nurse_staff_id) = $4)
       and (not $5 or a.owner_staff_id is null)
       and a.opened_at <= $6 and ($7 = '' or a.kind = $7) and (a.state = 'snoozed') = $8
       and {followed_in(row="a", way="$11")}
     order by urgency, calm, a.opened_at, a.id
     limit $9 offset $10) a
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
  {AWAY.format(staff="o")}
  left join patient p on p.organisation_id = a.organisation_id and p.id = a.patient_id
 order by a.urgency, a.calm, a.opened_at, a.id
"""


class WaitingAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert of the list. The person is None for an alert about nobody known; so is an owner who is not there."""

    ref: UUID
    kind: AlertKind
    state: AlertState
    sentence: str
    opened_at: datetime
    respond_by: datetime
    snoozed_until: datetime | None
    snooze_reason: str | None
    patient_id: int | None
    subject_kind: str
    team: str
    owner_id: int | None
    owner: str | None
    owner_away_until: date | None
    covered_by: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None
    total: int
    of_kind: int


async def waiting_alerts(look: Look, scope: Scope, asked: Asked) -> Sequence[WaitingAlert]:
    """One page of the list; empty when nothing fits, or when the page lies behind the end."""
    kind = "" if asked.kind == SET_ASIDE else asked.kind
    rows = await look.rows(
        _WAITING, *scope.parameters, look.tx.now - timedelta(days=asked.days), kind, asked.kind == SET_ASIDE,
        ROWS_A_PAGE, asked.first_row, asked.way, start_of_london_day(look.tx.today + timedelta(days=1)),
    )  # fmt: skip
    return [msgspec.convert(dict(row), WaitingAlert) for row in rows]
