"""Alerts as values, what the worker must look at, and who stands on the ladder today."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from rms.alerts.lifecycle import Clock, Ladder
from rms.alerts.model import AlertKind, AlertState
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.permissions import Permission, roles_with


class AlertOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it stands. `subject_kind` and `subject_id` name what it is about (a plan, a message, a raw result)."""

    id: int
    organisation_id: int
    patient_id: int | None
    plan_id: int | None
    team_id: int
    owner_staff_id: int | None
    kind: AlertKind
    state: AlertState
    subject_kind: str
    subject_id: int
    rule_key: str
    episode: int
    episode_ended: bool
    sentence: str
    opened_at: datetime
    clock: Clock | None
    rung: int
    outcome: str | None


_ALERT = """
select id, organisation_id, patient_id, plan_id, team_id, owner_staff_id, kind, state, subject_kind, subject_id, rule_key,
       episode, episode_ended_at is not null as episode_ended, sentence, opened_at, respond_by, next_escalation_at, rung,
       outcome
  from alert
"""


def _alert(row: Mapping[str, Any]) -> AlertOnFile:
    runs = row["next_escalation_at"] is not None
    return AlertOnFile(
        id=row["id"], organisation_id=row["organisation_id"], patient_id=row["patient_id"], plan_id=row["plan_id"],
        team_id=row["team_id"], owner_staff_id=row["owner_staff_id"], kind=AlertKind(row["kind"]),
        state=AlertState(row["state"]), subject_kind=row["subject_kind"], subject_id=row["subject_id"],
        rule_key=row["rule_key"], episode=row["episode"], episode_ended=row["episode_ended"], sentence=row["sentence"],
        opened_at=row["opened_at"], rung=row["rung"], outcome=row["outcome"],
        clock=Clock(respond_by=row["respond_by"], next_escalation_at=row["next_escalation_at"]) if runs else None,
    )  # fmt: skip


async def locked_alert(tx: Tx, *, organisation_id: int, alert_id: int) -> AlertOnFile:
    """One alert, locked for a move; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{_ALERT} where organisation_id = $1 and id = $2 for update", organisation_id, alert_id)
    if row is None:
        raise NotFound("There is no such alert.")
    return _alert(row)


async def latest_alert(
    tx: Tx, *, organisation_id: int, subject_kind: str, subject_id: int, rule_key: str
) -> AlertOnFile | None:
    """The alert of the last episode of a rule about a subject, locked; None when there never was one."""
    row = await tx.fetchrow(
        f"{_ALERT} where organisation_id = $1 and subject_kind = $2 and subject_id = $3 and rule_key = $4"
        " order by episode desc limit 1 for update",
        organisation_id, subject_kind, subject_id, rule_key,
    )  # fmt: skip
    return None if row is None else _alert(row)


async def has_cause(tx: Tx, *, organisation_id: int, alert_id: int, cause_kind: str, cause_id: int) -> bool:
    """Whether an alert names a cause already: then the same news has come twice."""
    found: bool = await tx.fetchval(
        "select exists (select from alert_cause where organisation_id = $1 and alert_id = $2 and cause_kind = $3"
        " and cause_id = $4)",
        organisation_id, alert_id, cause_kind, cause_id,
    )  # fmt: skip
    return found


async def open_alerts(
    tx: Tx, *, organisation_id: int, team_ids: list[int] | None = None, patient_id: int | None = None, limit: int = 200
) -> list[AlertOnFile]:
    """The alerts that wait, most urgent first and oldest first within a kind; all teams when `team_ids` is None."""
    rows = await tx.fetch(
        f"{_ALERT} where organisation_id = $1 and state <> 'closed'"
        " and ($2::integer[] is null or team_id = any($2)) and ($3::bigint is null or patient_id = $3)"
        " order by case kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, opened_at, id"
        " limit $4",
        organisation_id, team_ids, patient_id, limit,
    )  # fmt: skip
    return [_alert(row) for row in rows]


async def claim_due_for_escalation(tx: Tx, *, now: datetime, limit: int) -> list[AlertOnFile]:
    """Alerts whose clock has rung, locked; another worker takes others."""
    rows = await tx.fetch(
        f"{_ALERT} where state <> 'closed' and next_escalation_at <= $1 order by next_escalation_at, id limit $2"
        " for update skip locked",
        now, limit,
    )  # fmt: skip
    return [_alert(row) for row in rows]


async def ladder_of(tx: Tx, *, organisation_id: int, team_id: int, owner_staff_id: int | None) -> Ladder:
    """Who stands above an alert: the team's deputy and lead, and the organisation's service manager.

    Nobody stands there whose role could not open it: of those who were named and work as something else now, nobody is told.
    """
    row = await tx.fetchrow(
        "select min(s.id) filter (where t.is_deputy) as deputy, min(s.id) filter (where t.is_lead) as team_lead,"
        " (select min(m.id) from staff m where m.organisation_id = $1 and m.role = 'service_manager' and m.ended_at is null)"
        " as service_manager"
        " from staff_team t join staff s on s.organisation_id = t.organisation_id and s.id = t.staff_id"
        " where t.organisation_id = $1 and t.team_id = $2 and s.ended_at is null and s.role = any($3)",
        organisation_id, team_id, list(roles_with(Permission.ALERT_OWN)),
    )  # fmt: skip
    assert row is not None
    return Ladder(owner=owner_staff_id, deputy=row["deputy"], team_lead=row["team_lead"],
                  service_manager=row["service_manager"])  # fmt: skip


async def staff_on_leave(tx: Tx, *, organisation_id: int, on: date) -> frozenset[int]:
    """Who is away on a day, or has left."""
    rows = await tx.fetch(
        "select staff_id from staff_leave where organisation_id = $1 and $2 between from_on and until_on"
        " union select id from staff where organisation_id = $1 and ended_at is not null",
        organisation_id, on,
    )  # fmt: skip
    return frozenset(row["staff_id"] for row in rows)
