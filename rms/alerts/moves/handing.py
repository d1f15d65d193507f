"""What is open about a plan goes along with it to another team; the clocks run on, and whoever had it has it no more."""

from datetime import datetime

from rms.alerts.lifecycle import AlertMove
from rms.alerts.moves.writing import note_move
from rms.alerts.store import locked_alert
from rms.audit.model import Actor
from rms.db.engine import Tx


async def give_alerts_to_team(
    tx: Tx, *, organisation_id: int, plan_id: int, team_id: int, reason: str, by: Actor, now: datetime
) -> int:
    """Give every open alert of a plan to a team; how many. One that was set aside wakes: the new team has not seen it."""
    rows = await tx.fetch(
        "select id from alert where organisation_id = $1 and plan_id = $2 and state <> 'closed' and team_id <> $3 order by id",
        organisation_id, plan_id, team_id,
    )  # fmt: skip
    for row in rows:
        alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=row["id"])
        await tx.execute(
            "update alert set team_id = $3, owner_staff_id = null, state = 'open', snoozed_until = null, snooze_reason = null,"
            " next_escalation_at = least(next_escalation_at, respond_by) where organisation_id = $1 and id = $2",
            organisation_id, alert.id, team_id,
        )  # fmt: skip
        await note_move(tx, alert=alert, move=AlertMove.GIVE_BACK, by=by, now=now, reason=reason)
    return len(rows)
