"""Raising alerts and storing what rules said: always in the transaction that brought the news."""

from datetime import datetime

from rms.alerts.lifecycle import AlertMove, EpisodeStep, after_move, episode_step, merged, opening
from rms.alerts.model import AlertKind, AlertState, Finding, FindingOutcome
from rms.alerts.moves.writing import note_move
from rms.alerts.store import AlertOnFile, has_cause, latest_alert, locked_alert
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx


async def raise_alert(
    tx: Tx,
    *,
    organisation_id: int,
    team_id: int,
    kind: AlertKind,
    subject_kind: str,
    subject_id: int,
    rule_key: str,
    sentence: str,
    cause_kind: str,
    cause_id: int,
    patient_id: int | None = None,
    plan_id: int | None = None,
    by: Actor,
    now: datetime,
) -> int:
    """See to it that an open alert stands for this cause; returns its id.

    One alert per (subject, rule, episode): an open one gains the cause, the higher kind and the earlier clock; a closed
    one whose episode has not ended is opened again; else a new episode begins. The same cause twice changes nothing,
    except that it opens nothing that a person has closed.
    """
    latest = await latest_alert(
        tx, organisation_id=organisation_id, subject_kind=subject_kind, subject_id=subject_id, rule_key=rule_key
    )
    if latest is not None and await has_cause(
        tx, organisation_id=organisation_id, alert_id=latest.id, cause_kind=cause_kind, cause_id=cause_id
    ):
        return latest.id
    step = episode_step(
        FindingOutcome.BREACH,
        latest=latest.state if latest else None,
        episode_ended=latest.episode_ended if latest else False,
    )
    if latest is not None and step is EpisodeStep.JOIN:
        alert_id = await _join(tx, alert=latest, kind=kind, sentence=sentence, by=by, now=now)
    elif latest is not None and step is EpisodeStep.REOPEN:
        alert_id = await _reopen(tx, alert=latest, kind=kind, sentence=sentence, by=by, now=now)
    else:
        alert_id = await _open(
            tx, organisation_id=organisation_id, team_id=team_id, kind=kind, subject_kind=subject_kind,
            subject_id=subject_id, rule_key=rule_key, episode=latest.episode + 1 if latest else 1, sentence=sentence,
            patient_id=patient_id, plan_id=plan_id, by=by, now=now,
        )  # fmt: skip
    await _add_cause(tx, organisation_id=organisation_id, alert_id=alert_id, cause_kind=cause_kind, cause_id=cause_id,
                     sentence=sentence, now=now)  # fmt: skip
    return alert_id


async def add_news(
    tx: Tx,
    *,
    organisation_id: int,
    alert_id: int,
    sentence: str,
    cause_kind: str,
    cause_id: int,
    by: Actor,
    now: datetime,
) -> None:
    """Something happened to what an open alert is about: it says so, stays what it is, and comes back if it was set aside."""
    alert = await locked_alert(tx, organisation_id=organisation_id, alert_id=alert_id)
    known = await has_cause(
        tx, organisation_id=organisation_id, alert_id=alert_id, cause_kind=cause_kind, cause_id=cause_id
    )
    if known or alert.state is AlertState.CLOSED:
        return
    await _join(tx, alert=alert, kind=alert.kind, sentence=sentence, by=by, now=now)
    await _add_cause(tx, organisation_id=organisation_id, alert_id=alert_id, cause_kind=cause_kind, cause_id=cause_id,
                     sentence=sentence, now=now)  # fmt: skip


async def _add_cause(
    tx: Tx, *, organisation_id: int, alert_id: int, cause_kind: str, cause_id: int, sentence: str, now: datetime
) -> None:
    """What brought the alert up, or brought it up once more."""
    await tx.execute(
        "insert into alert_cause (organisation_id, alert_id, cause_kind, cause_id, sentence, added_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        organisation_id, alert_id, cause_kind, cause_id, sentence, now,
    )  # fmt: skip


async def _open(
    tx: Tx, *, organisation_id: int, team_id: int, kind: AlertKind, subject_kind: str, subject_id: int, rule_key: str,
    episode: int, sentence: str, patient_id: int | None, plan_id: int | None, by: Actor, now: datetime,
) -> int:  # fmt: skip
    """A new episode, with its clock running from now."""
    clock = opening(kind, now=now)
    alert_id: int = await tx.fetchval(
        "insert into alert (organisation_id, patient_id, plan_id, team_id, kind, subject_kind, subject_id, rule_key,"
        " episode, sentence, opened_at, respond_by, next_escalation_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
        organisation_id, patient_id, plan_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence, now,
        clock.respond_by, clock.next_escalation_at,
    )  # fmt: skip
    await record(tx, by=by, verb="alert.raise", subject_kind="alert", subject_id=alert_id, patient_id=patient_id,
                 organisation_id=organisation_id, details={"kind": kind, "rule": rule_key})  # fmt: skip
    return alert_id


async def _join(tx: Tx, *, alert: AlertOnFile, kind: AlertKind, sentence: str, by: Actor, now: datetime) -> int:
    """The highest kind and the earliest clock win; the newest sentence is the one shown."""
    assert alert.clock is not None
    new_kind, clock = merged(alert.kind, clock=alert.clock, new_kind=kind, now=now)
    await tx.execute(
        "update alert set kind = $3, state = $4, respond_by = $5, next_escalation_at = $6, sentence = $7,"
        " snoozed_until = null, snooze_reason = null where organisation_id = $1 and id = $2",
        alert.organisation_id, alert.id, new_kind, after_move(alert.state, AlertMove.ADD_CAUSE), clock.respond_by,
        clock.next_escalation_at, sentence,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.ADD_CAUSE, by=by, now=now, reason=sentence)
    return alert.id


async def _reopen(tx: Tx, *, alert: AlertOnFile, kind: AlertKind, sentence: str, by: Actor, now: datetime) -> int:
    """Closed with an outcome, but never clear since: the same alert stands open again, with a fresh clock."""
    clock = opening(kind, now=now)
    await tx.execute(
        "update alert set kind = $3, state = $4, respond_by = $5, next_escalation_at = $6, sentence = $7, rung = 0,"
        " closed_at = null, closed_by_staff_id = null, outcome = null, outcome_note = null"
        " where organisation_id = $1 and id = $2",
        alert.organisation_id, alert.id, kind, after_move(alert.state, AlertMove.REOPEN), clock.respond_by,
        clock.next_escalation_at, sentence,
    )  # fmt: skip
    await note_move(tx, alert=alert, move=AlertMove.REOPEN, by=by, now=now, reason=sentence)
    return alert.id


async def end_episode_if_closed(
    tx: Tx, *, organisation_id: int, subject_kind: str, subject_id: int, rule_key: str, now: datetime
) -> None:
    """A clear finding: when the last alert is closed, its episode is over, and a later breach is a new one."""
    await tx.execute(
        "update alert set episode_ended_at = $5 where organisation_id = $1 and subject_kind = $2 and subject_id = $3"
        " and rule_key = $4 and state = 'closed' and episode_ended_at is null",
        organisation_id, subject_kind, subject_id, rule_key, now,
    )  # fmt: skip


async def store_evaluation(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    plan_id: int | None,
    protocol_version_id: int | None,
    finding: Finding,
    cause_kind: str,
    cause_id: int,
    alert_id: int | None,
    now: datetime,
) -> int:
    """Keep what a rule said, with its inputs and its version, so that it can be shown years later."""
    evaluation_id: int = await tx.fetchval(
        "insert into rule_evaluation (organisation_id, patient_id, plan_id, protocol_version_id, rule_key, cause_kind,"
        " cause_id, outcome, sentence, inputs, evaluated_at, alert_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id",
        organisation_id, patient_id, plan_id, protocol_version_id, finding.rule_key, cause_kind, cause_id,
        finding.outcome, finding.sentence, dict(finding.inputs), now, alert_id,
    )  # fmt: skip
    return evaluation_id
