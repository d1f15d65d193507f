"""A call and what happens after it, each in one transaction. Doors: called by pages only, never by one another."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from rms.alerts import moves as alerts
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.lifecycle.limits import SNOOZE_DAYS
from rms.alerts.model import AlertKind, AlertState
from rms.alerts.store import AlertOnFile, locked_alert
from rms.audit.moves import record
from rms.caseload.helpline.model import ENDS, HAPPENED, Call, Happened, Step, kind_of, sentence_of
from rms.caseload.helpline.store import (
    Held,
    held_contact,
    hold_with,
    next_contact_number,
    note_contact,
    note_step,
    team_and_plan,
)
from rms.caseload.people.store import person_in_scope
from rms.clock import at_london
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.store import lock_people

_OPENS: Final = time(9)
_ENDED_WITH: Final = {Happened.CLINIC_SEEN: AlertOutcome.REFERRED, Happened.SETTLED: AlertOutcome.PERSON_CALLED}


async def log_call(database: Database, *, asks: Asker, ref: UUID, call: Call) -> UUID:
    """Write a call down; what it leaves open is an alert of the one who took it. Returns the call's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        patient_id = await person_in_scope(tx, asks=asks, ref=ref)
        await lock_people(tx, [patient_id])
        team_id, plan_id = await team_and_plan(tx, asks=asks, patient_id=patient_id)
        number = await next_contact_number(tx)
        kind, alert_id = kind_of(call), None
        if kind is not None:
            alert_id = await _raise(tx, asks=asks, kind=kind, number=number, rule_key="helpline", sentence=sentence_of(call),
                                    patient_id=patient_id, team_id=team_id, plan_id=plan_id)  # fmt: skip
            await _back_on(tx, asks=asks, alert_id=alert_id, on=call.back_on, why="We call back.")
        made = await note_contact(tx, asks=asks, patient_id=patient_id, team_id=team_id, plan_id=plan_id, call=call,
                                  number=number, alert_id=alert_id)  # fmt: skip
        await record(tx, by=asks.actor, verb="helpline.call", subject_kind="helpline", subject_id=number,
                     patient_id=patient_id, details={"reason": call.reason, "outcome": call.outcome})  # fmt: skip
        return made


async def take_step(database: Database, *, asks: Asker, ref: UUID, step: Step) -> None:
    """Write down what happened after a call. Refused, in words, when it is settled already."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await held_contact(tx, asks=asks, ref=ref)
        await lock_people(tx, [found.patient_id])
        found = await held_contact(tx, asks=asks, ref=ref)
        alert = await _open_alert(tx, asks=asks, found=found)
        if alert.state is not AlertState.TAKEN:
            await alerts.take(tx, organisation_id=asks.organisation_id, alert_id=alert.id, by=asks.actor, now=tx.now)
        await note_step(tx, asks=asks, contact_id=found.id, step=step)
        if step.what is Happened.CLINIC_ASKED:
            await _to_clinic(tx, asks=asks, found=found, alert=alert, step=step)
        elif step.what in ENDS:
            await alerts.close(tx, organisation_id=asks.organisation_id, alert_id=alert.id, outcome=_ENDED_WITH[step.what],
                               note=step.detail or "", by=asks.actor, now=tx.now)  # fmt: skip
        else:
            said = f"{HAPPENED[step.what]}{f': {step.detail}' if step.detail else ''}"
            await alerts.act(
                tx, organisation_id=asks.organisation_id, alert_id=alert.id, what=said, by=asks.actor, now=tx.now
            )
            await _back_on(tx, asks=asks, alert_id=alert.id, on=step.on, why=said)
        await record(tx, by=asks.actor, verb="helpline.step", subject_kind="helpline", subject_id=found.id,
                     patient_id=found.patient_id, details={"what": step.what})  # fmt: skip


async def _to_clinic(tx: Tx, *, asks: Asker, found: Held, alert: AlertOnFile, step: Step) -> None:
    """The first alert was answered by asking for a clinic; another holds the call until somebody says what came of it."""
    assert step.on is not None
    await alerts.close(tx, organisation_id=asks.organisation_id, alert_id=alert.id, outcome=AlertOutcome.REFERRED,
                       note=step.detail or "", by=asks.actor, now=tx.now)  # fmt: skip
    sentence = f"Clinic asked for, {day_in_words(step.on)}: {step.detail}. Has it been, and what came of it?"
    clinic = await _raise(
        tx, asks=asks, kind=AlertKind.CHASE, number=found.id, rule_key=f"clinic:{alert.id}", sentence=sentence,
        patient_id=found.patient_id, team_id=found.team_id, plan_id=found.plan_id,
    )  # fmt: skip
    await _back_on(tx, asks=asks, alert_id=clinic, on=step.on + timedelta(days=1), why=sentence)
    await hold_with(tx, asks=asks, contact_id=found.id, alert_id=clinic)


async def _open_alert(tx: Tx, *, asks: Asker, found: Held) -> AlertOnFile:
    if found.alert_id is not None:
        alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=found.alert_id)
        if alert.state is not AlertState.CLOSED:
            return alert
    raise Refused("This call is settled. If they call again, write down a new call.")


async def _raise(
    tx: Tx,
    *,
    asks: Asker,
    kind: AlertKind,
    number: int,
    rule_key: str,
    sentence: str,
    patient_id: int,
    team_id: int,
    plan_id: int | None,
) -> int:
    """An alert of the one who is on the telephone, so that it is in somebody's hands from the first minute."""
    alert_id = await alerts.raise_alert(
        tx, organisation_id=asks.organisation_id, team_id=team_id, kind=kind, subject_kind="helpline", subject_id=number,
        rule_key=rule_key, patient_id=patient_id, plan_id=plan_id, sentence=sentence, cause_kind="helpline", cause_id=number,
        by=asks.actor, now=tx.now,
    )  # fmt: skip
    await alerts.take(tx, organisation_id=asks.organisation_id, alert_id=alert_id, by=asks.actor, now=tx.now)
    return alert_id


async def _back_on(tx: Tx, *, asks: Asker, alert_id: int, on: date | None, why: str) -> None:
    """It comes back on a named day, or as late as its kind allows; what must be acted on today is not put off."""
    if on is None:
        return
    alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
    until = min(at_london(on, _OPENS), _latest(alert, tx=tx))
    if alert.kind is AlertKind.ACT_TODAY or until <= tx.now:
        return
    await alerts.snooze(tx, organisation_id=asks.organisation_id, alert_id=alert_id, until=until, reason=why, by=asks.actor,
                        now=tx.now)  # fmt: skip


def _latest(alert: AlertOnFile, *, tx: Tx) -> datetime:
    return at_london(tx.today + timedelta(days=SNOOZE_DAYS[alert.kind]), _OPENS)
