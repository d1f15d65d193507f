"""A person's answer to a laboratory message that could not be filed: read it again, or it is not ours."""

from typing import Any
from uuid import UUID

from rms.alerts import moves as alerts
from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertState
from rms.alerts.store import locked_alert
from rms.audit.moves import record
from rms.caseload.unmatched.store import Filed, Waiting, deal_with, message_behind, read_again, waiting_with
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.people.store import lock_people

_READ_AGAIN = "What it was waiting for was corrected; it is read again."


async def read_message_again(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Have the worker read it again. Its alert closes with it when one may close alerts; in vain, the alert opens again."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        message, all_of_it = await locked_message(tx, asks=asks, ref=ref)
        if not any([await read_again(tx, inbox_id=one.inbox_id) for one in all_of_it]):
            raise Refused("It is being read at this moment. Look again in a minute.")
        which: dict[str, Any] = {"organisation_id": asks.organisation_id, "alert_id": message.alert_id}
        if asks.may(Permission.ALERT_CLOSE):
            await alerts.close(
                tx, outcome=AlertOutcome.DATA_CORRECTED, note=_READ_AGAIN, by=asks.actor, now=tx.now, **which
            )
        else:
            alert = await locked_alert(tx, **which)
            if alert.state is not AlertState.TAKEN:
                await alerts.take(tx, by=asks.actor, now=tx.now, **which)
            await alerts.act(tx, what=_READ_AGAIN, by=asks.actor, now=tx.now, **which)
        for one in all_of_it:
            await record(tx, by=asks.actor, verb="inbox.read_again", subject_kind="inbox", subject_id=one.inbox_id,
                         patient_id=one.patient_id)  # fmt: skip


async def not_ours(database: Database, *, asks: Asker, ref: UUID, why: str) -> None:
    """It is about nobody whom this organisation follows. The message itself is kept as it came."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        message, all_of_it = await locked_message(tx, asks=asks, ref=ref)
        await deal_with(tx, asks=asks, message=message)
        await alerts.close(tx, organisation_id=asks.organisation_id, alert_id=message.alert_id,
                           outcome=AlertOutcome.NOT_OURS, note=why, by=asks.actor, now=tx.now)  # fmt: skip
        for one in all_of_it:
            await record(tx, by=asks.actor, verb="inbox.not_ours", subject_kind="inbox", subject_id=one.inbox_id,
                         patient_id=one.patient_id, reason=why)  # fmt: skip


async def locked_message(tx: Tx, *, asks: Asker, ref: UUID) -> tuple[Waiting, list[Filed]]:
    """The message, and whatever waits for the same answer; their people first, in the order of their ids."""
    message = await message_behind(tx, asks=asks, ref=ref)
    all_of_it = await waiting_with(tx, asks=asks, message=message)
    await lock_people(tx, sorted({one.patient_id for one in all_of_it if one.patient_id is not None}))
    await locked_alert(tx, organisation_id=asks.organisation_id, alert_id=message.alert_id)
    message = await message_behind(tx, asks=asks, ref=ref)
    if not message.waits:
        raise Refused("Somebody has dealt with this message already.")
    return message, await waiting_with(tx, asks=asks, message=message)
