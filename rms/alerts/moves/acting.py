"""What staff do with an alert. Each move is legal or refused in words; only a named person's outcome ends one."""

from datetime import datetime

from rms.alerts.lifecycle import (
    AlertMove,
    AlertOutcome,
    after_acting,
    after_move,
    opening,
    snoozed_clock,
    why_not_close,
    why_not_snooze,
)
from rms.alerts.model import AlertState
from rms.alerts.moves.writing import note_move
from rms.alerts.store import AlertOnFile, locked_alert
from rms.audit.model import Actor, ActorKind
from rms.db.engine import Tx
from rms.errors import Refused


def _staff_id(by: Actor) -> int:
    """Staff do these, nobody else: an alert never moves towards its end by itself."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("Only a named member of staff can do this.")
    return by.id


async def take(tx: Tx, *, organisation_id: int, alert_id: int, by: Actor, now: datetime) -> None:
    """Somebody makes it theirs; the clock goes on, because reading is not acting."""
    staff_id = _staff_id(by)
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    await _own(tx, alert=alert, move=AlertMove.TAKE, staff_id=staff_id, by=by, now=now, reason=None)


async def hand_over(
    tx: Tx, *, organisation_id: int, alert_id: int, to_staff_id: int, reason: str, by: Actor, now: datetime
) -> None:
    """Give it to a colleague, with a reason."""
    _staff_id(by)
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    await _own(tx, alert=alert, move=AlertMove.HAND_OVER, staff_id=to_staff_id, by=by, now=now, reason=reason)


async def _own(
    tx: Tx, *, alert: AlertOnFile, move: AlertMove, staff_id: int, by: Actor, now: datetime, reason: str | None
) -> None:
    await tx.execute(
        "update alert set state = $3, owner_staff_id = $4, rung = greatest(rung, 1), snoozed_until = null,"
        " snooze_reason = null where organisation_id = $1 and id = $2",
        alert.organisation_id, alert.id, after_move(alert.state, move), staff_id,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=move, by=by, now=now, reason=reason)


async def act(tx: Tx, *, organisation_id: int, alert_id: int, what: str, by: Actor, now: datetime) -> None:
    """A step towards the answer (a call, a request): the climb to the next person starts again."""
    _staff_id(by)
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    after_move(alert.state, AlertMove.ACT)
    assert alert.clock is not None
    clock = after_acting(alert.kind, clock=alert.clock, now=now)
    await tx.execute("update alert set next_escalation_at = $3 where organisation_id = $1 and id = $2",
                     organisation_id, alert_id, clock.next_escalation_at)  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.ACT, by=by, now=now, reason=what)


async def snooze(
    tx: Tx, *, organisation_id: int, alert_id: int, until: datetime, reason: str, by: Actor, now: datetime
) -> None:
    """Set it aside with a reason and a time; it comes back on top by itself."""
    _staff_id(by)
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    new_state = after_move(alert.state, AlertMove.SNOOZE)
    if why_not := why_not_snooze(alert.kind, until=until, reason=reason, now=now):
        raise Refused(why_not)
    assert alert.clock is not None
    clock = snoozed_clock(alert.clock, until=until)
    await tx.execute(
        "update alert set state = $3, snoozed_until = $4, snooze_reason = $5, next_escalation_at = $6"
        " where organisation_id = $1 and id = $2",
        organisation_id, alert_id, new_state, until, reason, clock.next_escalation_at,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.SNOOZE, by=by, now=now, reason=reason)


async def close(
    tx: Tx,
    *,
    organisation_id: int,
    alert_id: int,
    outcome: AlertOutcome,
    note: str = "",
    with_plan: bool = False,
    by: Actor,
    now: datetime,
) -> None:
    """End it with an outcome. Refused, with a sentence, when the outcome does not fit or nobody named does it."""
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    staff_id = by.id if by.kind is ActorKind.STAFF else None
    if why_not := why_not_close(alert.kind, state=alert.state, outcome=outcome, by_staff_id=staff_id, note=note,
                                 with_plan=with_plan):  # fmt: skip
        raise Refused(why_not)
    await tx.execute(
        "update alert set state = $3, closed_at = $4, closed_by_staff_id = $5, outcome = $6, outcome_note = $7,"
        " next_escalation_at = null, snoozed_until = null, snooze_reason = null where organisation_id = $1 and id = $2",
        organisation_id, alert_id, after_move(alert.state, AlertMove.CLOSE), now, staff_id, outcome, note or None,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.CLOSE, by=by, now=now, reason=outcome)


async def close_all_about(
    tx: Tx,
    *,
    organisation_id: int,
    subject_kind: str,
    subject_id: int,
    rule_key: str,
    outcome: AlertOutcome,
    note: str,
    by: Actor,
    now: datetime,
) -> int:
    """Close the open alert of a rule about a subject because a named person dealt with the cause; how many (0 or 1)."""
    rows = await tx.fetch(
        "select id from alert where organisation_id = $1 and subject_kind = $2 and subject_id = $3 and rule_key = $4"
        " and state <> 'closed'",
        organisation_id, subject_kind, subject_id, rule_key,
    )  # fmt: skip
    for row in rows:
        await close(tx, organisation_id=organisation_id, alert_id=row["id"], outcome=outcome, note=note, by=by, now=now)
    return len(rows)


async def reopen_after_undo(tx: Tx, *, organisation_id: int, alert_id: int, by: Actor, now: datetime) -> None:
    """The decision that closed it was undone: it stands open again with a fresh clock. Nothing when it is open already."""
    await _stand_open(tx, organisation_id=organisation_id, alert_id=alert_id, owner=_staff_id(by),
                      reason="The decision was undone.", by=by, now=now)  # fmt: skip


async def reopen_after_mistake(
    tx: Tx, *, organisation_id: int, alert_id: int, reason: str, by: Actor, now: datetime
) -> None:
    """What it was closed for was a mistake: it stands open again, with its old owner or the team, and a fresh clock."""
    await _stand_open(tx, organisation_id=organisation_id, alert_id=alert_id, owner=None, reason=reason, by=by, now=now)


async def _stand_open(
    tx: Tx, *, organisation_id: int, alert_id: int, owner: int | None, reason: str, by: Actor, now: datetime
) -> None:
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    if alert.state is not AlertState.CLOSED:
        return
    clock = opening(alert.kind, now=now)
    await tx.execute(
        "update alert set state = $3, respond_by = $4, next_escalation_at = $5, rung = 0, closed_at = null,"
        " closed_by_staff_id = null, outcome = null, outcome_note = null, owner_staff_id = coalesce(owner_staff_id, $6)"
        " where organisation_id = $1 and id = $2",
        organisation_id, alert_id, after_move(alert.state, AlertMove.REOPEN), clock.respond_by, clock.next_escalation_at,
        owner,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.REOPEN, by=by, now=now, reason=reason)
