"""The alerts that wait for some teams, with the person, the owner and the team of each."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.caseload.looking import Look

LONGEST = 200

_WAITING = """
select a.ref, a.kind, a.state, a.sentence, a.opened_at, a.respond_by, a.patient_id, t.name as team, o.display_name as owner,
       p.ref as person_ref, p.family_name, p.given_names
  from alert a
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
  left join staff o on o.organisation_id = a.organisation_id and o.id = a.owner_staff_id
  left join patient p on p.organisation_id = a.organisation_id and p.id = a.patient_id
 where a.organisation_id = $2 and a.team_id = any($1) and a.state <> 'closed'
 order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, a.opened_at, a.id
 limit $3
"""

_COUNTS = """
select kind, count(*) as waiting from alert
 where organisation_id = $2 and team_id = any($1) and state <> 'closed' group by kind
"""


class WaitingAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One line of Today. The person is None for an alert about nobody known."""

    ref: UUID
    kind: AlertKind
    state: AlertState
    sentence: str
    opened_at: datetime
    respond_by: datetime
    patient_id: int | None
    team: str
    owner: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None


async def waiting_alerts(look: Look) -> list[WaitingAlert]:
    """The first LONGEST alerts that wait."""
    return [msgspec.convert(dict(row), WaitingAlert) for row in await look.tx.fetch(_WAITING, *look.scope, LONGEST)]


async def waiting_counts(look: Look) -> Mapping[AlertKind, int]:
    """How many wait of each kind; kinds with none are left out."""
    return {AlertKind(row["kind"]): row["waiting"] for row in await look.tx.fetch(_COUNTS, *look.scope)}
