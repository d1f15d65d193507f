"""Which plans hang on a protocol version or on a questionnaire, by team: what somebody reads before they withdraw it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from rms.db.engine import Tx

_ON_PROTOCOL: Final = """
select t.name as team, p.state, count(*) as plans from plan p
  join team t on t.organisation_id = p.organisation_id and t.id = p.team_id
 where p.organisation_id = $1 and p.protocol_version_id = $2 and p.state <> 'ended'
 group by t.name, p.state order by t.name, p.state
"""
_ASKING: Final = """
select t.name as team, p.state, count(*) as plans from plan p
  join team t on t.organisation_id = p.organisation_id and t.id = p.team_id
 where p.organisation_id = $1 and p.state <> 'ended'
   and exists (select from occurrence o where o.organisation_id = p.organisation_id and o.plan_id = p.id
                  and o.state = 'open' and o.questionnaire_key = $2)
 group by t.name, p.state order by t.name, p.state
"""


class PlansOfTeam(msgspec.Struct, frozen=True, kw_only=True):
    """How many plans of a team, all in one state."""

    team: str
    state: str
    plans: int


async def plans_on_protocol(tx: Tx, *, organisation_id: int, protocol_version_id: int) -> list[PlansOfTeam]:
    """Plans of this version that have not ended."""
    return [_counted(row) for row in await tx.fetch(_ON_PROTOCOL, organisation_id, protocol_version_id)]


async def plans_asking(tx: Tx, *, organisation_id: int, questionnaire_key: str) -> list[PlansOfTeam]:
    """Plans that have not ended and will ask this questionnaire."""
    return [_counted(row) for row in await tx.fetch(_ASKING, organisation_id, questionnaire_key)]


def _counted(row: Mapping[str, Any]) -> PlansOfTeam:
    return PlansOfTeam(team=row["team"], state=row["state"], plans=row["plans"])
