"""Sending again what did not reach somebody, by another way, in one transaction."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from rms.audit.moves import record
from rms.caseload.messages.one_store import last_attempt, message_behind, never_told, sent_again
from rms.db.database import Database
from rms.errors import Refused
from rms.messages.model import Channel, MessageState, Recipient
from rms.messages.moves import queue
from rms.messages.ways import NEEDS
from rms.people.access import Asker
from rms.people.store import contacts_in_force, lock_people, person

#: What did not arrive and may be sent again by hand.
STOPPED: Final = (MessageState.FAILED, MessageState.EXPIRED, MessageState.HELD)
#: How long it may wait for quiet hours, a provider or a printer.
LIVES: Final = timedelta(days=14)


async def resend(database: Database, *, asks: Asker, ref: UUID, channel: Channel) -> UUID:
    """Queue it once more by a way that a named person chose; returns the new message's reference.

    Pressed twice, the second finds the first. Refused, in words, when nothing can go that way.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        found = await message_behind(tx, asks=asks, ref=ref)
        await lock_people(tx, [found.patient_id])
        message = await message_behind(tx, asks=asks, ref=ref)
        if (again := await sent_again(tx, message, channel=channel)) is not None:
            return again
        may_go = message.state in STOPPED or await never_told(tx, message)
        if not may_go or message.recipient is not Recipient.PERSON:
            raise Refused("Only a message to the person that did not arrive can be sent again.")
        who = {"organisation_id": asks.organisation_id, "patient_id": message.patient_id}
        them = await person(tx, **who)
        if them.death_state is not None or them.messages_stopped_at is not None:
            raise Refused("Nothing is sent to this person: see the top of their page.")
        if NEEDS[channel] not in {one.kind for one in await contacts_in_force(tx, **who)}:
            raise Refused(
                "There is no number or address for this way that works. Enter one on the person’s page first."
            )
        message_id = await queue(
            tx, **who, team_id=message.team_id, recipient=message.recipient, cause_kind=message.cause_kind,
            cause_id=message.cause_id, purpose=message.purpose, channel=channel, facts=message.facts, not_before=tx.now,
            not_after=tx.now + LIVES, plan_id=message.plan_id, attempt=await last_attempt(tx, message) + 1, now=tx.now,
            plan_revision=await tx.fetchval("select revision from plan where organisation_id = $1 and id = $2",
                                            asks.organisation_id, message.plan_id),
        )  # fmt: skip
        await record(tx, by=asks.actor, verb="message.resend", subject_kind="message", subject_id=message_id,
                     patient_id=message.patient_id, details={"channel": channel})  # fmt: skip
        new: UUID = await tx.fetchval("select ref from message where organisation_id = $1 and id = $2",
                                      asks.organisation_id, message_id)  # fmt: skip
        return new
