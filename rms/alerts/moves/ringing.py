"""What happens when an alert's clock rings: a set-aside one comes back, any other goes to the next person."""

from datetime import datetime

from rms.alerts.lifecycle import AlertMove, Rung, after_acting, after_move, escalate
from rms.alerts.model import AlertState
from rms.alerts.moves.writing import note_move
from rms.alerts.store import AlertOnFile, ladder_of, staff_on_leave
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx


async def ring(tx: Tx, *, alert: AlertOnFile, by: Actor, now: datetime) -> None:
    """Move one alert whose clock has rung; the caller holds its lock. The clock always runs on."""
    if alert.state is AlertState.SNOOZED:
        await _wake(tx, alert=alert, by=by, now=now)
        return
    ladder = await ladder_of(
        tx, organisation_id=alert.organisation_id, team_id=alert.team_id, owner_staff_id=alert.owner_staff_id
    )
    away = await staff_on_leave(tx, organisation_id=alert.organisation_id, on=london_date(now))
    step = escalate(alert.kind, rung=Rung(alert.rung), ladder=ladder, now=now, on_leave=away)
    after_move(alert.state, AlertMove.ESCALATE)
    await tx.execute(
        "update alert set rung = $3, next_escalation_at = $4 where organisation_id = $1 and id = $2",
        alert.organisation_id, alert.id, step.rung, step.next_escalation_at,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.ESCALATE, by=by, now=now, reason=step.sentence)


async def _wake(tx: Tx, *, alert: AlertOnFile, by: Actor, now: datetime) -> None:
    assert alert.clock is not None
    clock = after_acting(alert.kind, clock=alert.clock, now=now)
    await tx.execute(
        "update alert set state = $3, snoozed_until = null, snooze_reason = null, next_escalation_at = $4"
        " where organisation_id = $1 and id = $2",
        alert.organisation_id, alert.id, after_move(alert.state, AlertMove.WAKE), clock.next_escalation_at,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.WAKE, by=by, now=now, reason="The time it was set aside is over.")
