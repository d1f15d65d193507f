"""What staff do with alerts on their pages, each in one transaction: find it in the scope of the one who asks, lock, move."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

import msgspec

from rms.alerts import moves
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertState
from rms.alerts.store import locked_alert
from rms.caseload.alerts.forms import SettingAside
from rms.caseload.alerts.store import Receiver, alert_behind, alerts_behind, receiver
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.store import lock_people


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """How many alerts changed hands, and how many stayed: closed meanwhile, or of a team the colleague is not in."""

    given: int
    left: int


TAKEN_MEANWHILE: Final = (
    "A colleague took this alert after you opened the page. Speak with them before you take it over."
)


async def take_alert(database: Database, *, asks: Asker, ref: UUID, had_by: str) -> None:
    """Make an alert of one's teams one's own. `had_by` is whom the page showed as its owner, by id; empty for nobody.

    Refused, in words, when somebody else has it by now: two people must not each believe that it is theirs.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id = await _locked(tx, asks=asks, ref=ref)
        alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
        if alert.owner_staff_id not in (None, asks.staff_id) and str(alert.owner_staff_id) != had_by:
            raise Refused(TAKEN_MEANWHILE)
        await _take(tx, asks=asks, alert_id=alert_id)


async def hand_over_alert(database: Database, *, asks: Asker, ref: UUID, to: str, reason: str) -> None:
    """Give an alert to a colleague of its team. Refused, in words, when they are away or not in the team."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id = await _locked(tx, asks=asks, ref=ref)
        colleague = await _at_work(tx, asks=asks, to=to)
        alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
        if alert.team_id not in colleague.team_ids:
            raise Refused(f"{colleague.name} does not work in the team of this alert.")
        await _give(tx, asks=asks, alert_id=alert_id, colleague=colleague, reason=reason)


async def assign_alerts(database: Database, *, asks: Asker, refs: Collection[UUID], to: str, reason: str) -> Assigned:
    """Give several alerts to one colleague, or to oneself. What was closed meanwhile stays closed."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        colleague = await _at_work(tx, asks=asks, to=to)
        found = await alerts_behind(tx, asks=asks, refs=refs)
        await lock_people(tx, [one.patient_id for one in found if one.patient_id is not None])
        given = 0
        for one in found:
            if one.team_id in colleague.team_ids:
                given += await _give_unless_closed(tx, asks=asks, alert_id=one.id, colleague=colleague, reason=reason)
        return Assigned(given=given, left=len(refs) - given)


async def note_step(database: Database, *, asks: Asker, ref: UUID, what: str) -> None:
    """Write down a step towards the answer; whoever does it to an alert that nobody has takes it."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id = await _locked(tx, asks=asks, ref=ref)
        alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
        if alert.state in (AlertState.OPEN, AlertState.SNOOZED):
            await _take(tx, asks=asks, alert_id=alert_id)
        await moves.act(
            tx, organisation_id=asks.organisation_id, alert_id=alert_id, what=what, by=asks.actor, now=tx.now
        )


async def set_alert_aside(database: Database, *, asks: Asker, ref: UUID, aside: SettingAside) -> None:
    """Put an alert off with a reason and a time. Refused, in words, when its kind does not allow it."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id = await _locked(tx, asks=asks, ref=ref)
        await moves.snooze(tx, organisation_id=asks.organisation_id, alert_id=alert_id, until=aside.comes_back_at,
                           reason=aside.why, by=asks.actor, now=tx.now)  # fmt: skip


async def close_alert(database: Database, *, asks: Asker, ref: UUID, outcome: AlertOutcome, note: str) -> None:
    """End an alert of one's teams with an outcome. Refused, in words, when the outcome does not fit."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        alert_id = await _locked(tx, asks=asks, ref=ref)
        await moves.close(tx, organisation_id=asks.organisation_id, alert_id=alert_id, outcome=outcome, note=note,
                          by=asks.actor, now=tx.now)  # fmt: skip


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> int:
    alert_id, patient_id = await alert_behind(tx, asks=asks, ref=ref)
    await lock_people(tx, [patient_id] if patient_id is not None else [])
    return alert_id


async def _at_work(tx: Tx, *, asks: Asker, to: str) -> Receiver:
    colleague = await receiver(tx, asks=asks, ref=to)
    if colleague.away_until is not None and colleague.id != asks.staff_id:
        until = day_in_words(colleague.away_until)
        raise Refused(f"{colleague.name} is away until {until}. Choose somebody who is here.")
    return colleague


async def _give_unless_closed(tx: Tx, *, asks: Asker, alert_id: int, colleague: Receiver, reason: str) -> bool:
    alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
    if alert.state is AlertState.CLOSED:
        return False
    await _give(tx, asks=asks, alert_id=alert_id, colleague=colleague, reason=reason)
    return True


async def _give(tx: Tx, *, asks: Asker, alert_id: int, colleague: Receiver, reason: str) -> None:
    """What was set aside is taken up first: it is in somebody's hands again."""
    alert = await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=alert_id)
    if colleague.id == asks.staff_id or alert.state is AlertState.SNOOZED:
        await _take(tx, asks=asks, alert_id=alert_id)
    if colleague.id != asks.staff_id:
        await moves.hand_over(tx, organisation_id=asks.organisation_id, alert_id=alert_id, to_staff_id=colleague.id,
                              reason=reason, by=asks.actor, now=tx.now)  # fmt: skip


async def _take(tx: Tx, *, asks: Asker, alert_id: int) -> None:
    await moves.take(tx, organisation_id=asks.organisation_id, alert_id=alert_id, by=asks.actor, now=tx.now)
