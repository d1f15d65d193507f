"""What came of a contact, written in one transaction: the history of the step, its alert, and what else must change.

A contact never closes a step: only a result does. It leaves an alert with an owner and a running clock behind, earlier than
the chase would, so that whatever was promised on the telephone comes back by itself.
"""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from rms.alerts import moves as alerts
from rms.alerts.lifecycle.limits import SNOOZE_DAYS
from rms.alerts.model import AlertKind, AlertState
from rms.alerts.store import AlertOnFile, latest_alert, locked_alert
from rms.caseload.late.forms import CHANGES_CONTACT, WORDS, ContactOutcome, Declines, MadeContact, ToldOfDeath
from rms.caseload.late.store import Step, note_contact, step_behind
from rms.clock import at_london
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.followup.moves import record_death
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.model import ContactKind
from rms.people.moves import mark_contact_dead, stop_messages
from rms.people.permissions import Permission
from rms.people.store import contacts_in_force, known_dead, lock_people
from rms.plans.store import plan_on_file

_OPENS: Final = time(9)
#: How long after the promised day a result may take before somebody looks; our default.
_RESULT_TAKES: Final = timedelta(days=7)
_NOT_YOURS = "Your role may not change how a person is reached. Ask the nurse of the team."


async def record_contact(database: Database, *, asks: Asker, ref: UUID, made: MadeContact) -> None:
    """Write down what came of a contact. Refused, in words, when the day is too far away or the step is closed."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        step = await _locked(tx, asks=asks, ref=ref)
        if made.kind in CHANGES_CONTACT and not asks.may(Permission.CONTACT_CHANGE):
            raise Refused(_NOT_YOURS)
        number = await note_contact(tx, asks=asks, step=step, sentence=_sentence(made))
        alert = await _acted(tx, asks=asks, step=step, sentence=_sentence(made), number=number)
        await _put_off(tx, asks=asks, alert=alert, made=made)
        if made.kind is ContactOutcome.WRONG_NUMBER and made.number is not None:
            await mark_contact_dead(tx, organisation_id=asks.organisation_id, contact_id=int(made.number),
                                    why="Wrong number, found when calling.", by=asks.actor, now=tx.now)  # fmt: skip
        if made.kind is ContactOutcome.MOVED:
            await _moved(tx, asks=asks, step=step, where=made.note or "")


async def record_told_of_death(database: Database, *, asks: Asker, ref: UUID, told: ToldOfDeath) -> None:
    """Somebody said that the person died: everything to them stops, the plan is held, a named person confirms it."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        step = await _locked(tx, asks=asks, ref=ref)
        sentence = f"{WORDS[ContactOutcome.DIED]}: {told.note}"
        number = await note_contact(tx, asks=asks, step=step, sentence=sentence)
        await _acted(tx, asks=asks, step=step, sentence=sentence, number=number)
        await record_death(tx, organisation_id=asks.organisation_id, patient_id=step.patient_id, formal=False,
                           died_on=told.died_on, source=f"A call by {asks.name}", by=asks.actor, now=tx.now)  # fmt: skip


async def record_declines(database: Database, *, asks: Asker, ref: UUID, declines: Declines) -> None:
    """The person wants no follow-up: a nurse is asked to talk to them. Nothing of the plan ends by this."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        step = await _locked(tx, asks=asks, ref=ref)
        if declines.stop_messages and not asks.may(Permission.CONTACT_CHANGE):
            raise Refused(_NOT_YOURS)
        sentence = f"{WORDS[ContactOutcome.DOES_NOT_WANT]}: {declines.note}"
        number = await note_contact(tx, asks=asks, step=step, sentence=sentence)
        await _acted(tx, asks=asks, step=step, sentence=sentence, number=number)
        await alerts.raise_alert(
            tx, organisation_id=asks.organisation_id, team_id=step.team_id, kind=AlertKind.LOOK_SOON, subject_kind="plan",
            subject_id=step.plan_id, rule_key="declines", patient_id=step.patient_id, plan_id=step.plan_id,
            sentence=f"Does not want follow-up: “{declines.note}” Talk to the person, then end the plan or let it go on.",
            cause_kind=f"contact:{number}", cause_id=step.id, by=asks.actor, now=tx.now,
        )  # fmt: skip
        if declines.stop_messages:
            await stop_messages(tx, organisation_id=asks.organisation_id, patient_id=step.patient_id,
                                why=f"Said so on {day_in_words(tx.today)}.", by=asks.actor, now=tx.now)  # fmt: skip


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> Step:
    step = await step_behind(tx, asks=asks, ref=ref)
    await lock_people(tx, [step.patient_id])
    step = await step_behind(tx, asks=asks, ref=ref)
    if step.state != "open":
        raise Refused("This has been settled meanwhile, so there is nothing to note any more.")
    if await known_dead(tx, organisation_id=asks.organisation_id, patient_id=step.patient_id) is not None:
        raise Refused("The person has died, or may have died. Nothing is noted about calls any more.")
    return step


def _sentence(made: MadeContact) -> str:
    day = f", {day_in_words(made.on)}" if made.on else ""
    return f"{WORDS[made.kind]}{day}{f': {made.note}' if made.note else ''}"


async def _acted(tx: Tx, *, asks: Asker, step: Step, sentence: str, number: int) -> AlertOnFile:
    """Note the contact on the alert of this silence; there is one from now on. Whoever calls takes what nobody has."""
    alert = await _alert_about(tx, asks=asks, step=step, number=number)
    if alert.state in (AlertState.OPEN, AlertState.SNOOZED):
        await alerts.take(tx, organisation_id=asks.organisation_id, alert_id=alert.id, by=asks.actor, now=tx.now)
    await alerts.act(
        tx, organisation_id=asks.organisation_id, alert_id=alert.id, what=sentence, by=asks.actor, now=tx.now
    )
    return alert


async def _alert_about(tx: Tx, *, asks: Asker, step: Step, number: int) -> AlertOnFile:
    """The alert that the chase would raise, or has raised: of the protocol's rule about this silence, else of the sweep."""
    plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=step.plan_id)
    rule = next(iter(plan.protocol.rules_about_silence(step.step_key)), None)
    rule_key = rule.key if rule else f"chase:{step.step_key}"
    latest = await latest_alert(tx, organisation_id=asks.organisation_id, subject_kind="plan", subject_id=step.plan_id,
                                rule_key=rule_key)  # fmt: skip
    if latest is not None and latest.state is not AlertState.CLOSED:
        return latest
    alert_id = await alerts.raise_alert(
        tx, organisation_id=asks.organisation_id, team_id=step.team_id, kind=rule.alert if rule else AlertKind.CHASE,
        subject_kind="plan", subject_id=step.plan_id, rule_key=rule_key, patient_id=step.patient_id, plan_id=step.plan_id,
        sentence=f"{step.title}, due on {day_in_words(step.due_on)}, has not come back; somebody has called about it.",
        cause_kind=f"contact:{number}", cause_id=step.id, by=asks.actor, now=tx.now,
    )  # fmt: skip
    return await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)


async def _put_off(tx: Tx, *, asks: Asker, alert: AlertOnFile, made: MadeContact) -> None:
    """A day was named: the alert comes back then. A promised test is looked for a week after its day, or as late as allowed."""
    if made.on is None or made.kind not in (ContactOutcome.WILL_HAVE_IT, ContactOutcome.CALL_AGAIN):
        return
    until = at_london(made.on, _OPENS)
    if made.kind is ContactOutcome.WILL_HAVE_IT:
        until = min(at_london(made.on + _RESULT_TAKES, _OPENS), _latest(alert, tx=tx))
    if until <= tx.now:
        return
    await alerts.snooze(tx, organisation_id=asks.organisation_id, alert_id=alert.id, until=until, reason=_sentence(made),
                        by=asks.actor, now=tx.now)  # fmt: skip


def _latest(alert: AlertOnFile, *, tx: Tx) -> datetime:
    return at_london(tx.today + timedelta(days=SNOOZE_DAYS[alert.kind]), _OPENS)


async def _moved(tx: Tx, *, asks: Asker, step: Step, where: str) -> None:
    """Letters to the old address would be read by somebody else; where the follow-up goes on is a person's task."""
    for contact in await contacts_in_force(tx, organisation_id=asks.organisation_id, patient_id=step.patient_id):
        if contact.kind is ContactKind.POST:
            await mark_contact_dead(tx, organisation_id=asks.organisation_id, contact_id=contact.id, why="Has moved away.",
                                    by=asks.actor, now=tx.now)  # fmt: skip
    await alerts.raise_alert(
        tx, organisation_id=asks.organisation_id, team_id=step.team_id, kind=AlertKind.FIX_DATA, subject_kind="plan",
        subject_id=step.plan_id, rule_key="moved", patient_id=step.patient_id, plan_id=step.plan_id,
        sentence=f"Has moved: {where} Find the new address, and settle who follows them from now on.",
        cause_kind="contact:moved", cause_id=step.id, by=asks.actor, now=tx.now,
    )  # fmt: skip
