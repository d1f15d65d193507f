"""Claim, act, record: every message that may leave now is claimed with its gates, handed over once, and noted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import anyio
import msgspec

from rms.crashpoints import Crashpoint, crashpoint
from rms.dates import is_allowed, next_allowed
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import BadInput, DatabaseAway, Refused
from rms.messages.catalogue import Catalogue
from rms.messages.compose import link_to
from rms.messages.gateway import Gateway
from rms.messages.lifecycle import GRACE_BEFORE_RESEND
from rms.messages.model import Channel, MessageState, Recipient
from rms.messages.moves import note_outcome, stop
from rms.messages.moves.queueing import NEEDS
from rms.messages.store import MessageOnFile, claim_ready, notes
from rms.messages.wording import About, letter_of, text_of
from rms.people.store import contacts_in_force, known_dead, organisation, person, team

BATCH = 50
AT_ONCE = 10
LEASE_SECONDS = 60


class Links(Protocol):
    """Whoever can make a link for a message (the questionnaires room, which stands above this one)."""

    async def locator_for(self, tx: Tx, message: MessageOnFile, *, now: datetime) -> str | None:
        """Make a fresh locator, valid from now; None when this message needs none."""


class Outbox(msgspec.Struct, frozen=True, kw_only=True):
    """What sending needs besides the database."""

    gateways: Mapping[Channel, Gateway]
    catalogue: Catalogue
    links: Links
    portal_url: str
    lease_seconds: int = LEASE_SECONDS
    grace: timedelta = GRACE_BEFORE_RESEND


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message with its text, to be handed over once the claim is committed."""

    message: MessageOnFile
    epoch: int
    address: str
    subject: str | None
    text: str


async def send_due(database: Database, *, outbox: Outbox) -> int:
    """Hand over everything that may leave now; returns how many messages were moved."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            if not tx.sending_on:
                return moved
            claimed = await claim_ready(tx, now=tx.now, limit=BATCH)
            ready = [one for message in claimed if (one := await _prepare(tx, message, outbox=outbox))]
        crashpoint(Crashpoint.MESSAGE_AFTER_CLAIM)
        await _hand_over(database, ready, outbox=outbox)
        moved += len(claimed)
        if len(claimed) < BATCH:
            return moved


async def _prepare(tx: Tx, message: MessageOnFile, *, outbox: Outbox) -> Ready | None:
    """Ask every gate, write the text, and mark it as under way; None when it does not leave now."""
    now = tx.now
    if now > message.not_after:
        await stop(tx, message=message, state=MessageState.EXPIRED, reason="It became too old to be sent.", now=now)
        return None
    if message.recipient is Recipient.PERSON and not await _person_allows(tx, message):
        return None
    about = await _about(tx, message, outbox=outbox)
    if about is None:
        return None
    try:
        if message.channel is Channel.LETTER:
            await _print(tx, message, about)
            return None
        text = text_of(message, about, catalogue=outbox.catalogue, portal_url=outbox.portal_url)
    except (BadInput, Refused) as fault:
        await stop(tx, message=message, state=MessageState.HELD, reason=f"It cannot be written: {fault}", now=now)
        return None
    assert about.address is not None
    await tx.execute(
        "update message set state = 'sending', epoch = epoch + 1, address = $3, template_key = $4, template_version = $5,"
        " called_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => $6),"
        " provider = $7 where organisation_id = $1 and id = $2",
        message.organisation_id, message.id, about.address.value, text.template_key, text.template_version,
        float(outbox.lease_seconds), outbox.gateways[message.channel].name,
    )  # fmt: skip
    await notes(tx, [(message.organisation_id, message.id, "claimed", None)], now=now)
    return Ready(message=message, epoch=message.epoch + 1, address=about.address.value, subject=text.subject,
                 text=text.text)  # fmt: skip


async def _person_allows(tx: Tx, message: MessageOnFile) -> bool:
    """The rules about the person, asked while their row is locked: death, withdrawal, quiet hours."""
    now = tx.now
    dead = await known_dead(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)
    if dead is not None:
        state, word = (MessageState.VOID, "has died") if dead == "formal" else (MessageState.HELD, "may have died")
        await stop(tx, message=message, state=state, reason=f"The person {word}.", now=now)
        return False
    them = await person(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)
    if them.messages_stopped_at is not None:
        await stop(tx, message=message, state=MessageState.HELD, reason="The person wants no messages.", now=now)
        return False
    if message.channel is not Channel.LETTER and not is_allowed(now):
        await tx.execute("update message set not_before = $3 where organisation_id = $1 and id = $2",
                         message.organisation_id, message.id, next_allowed(now))  # fmt: skip
        return False
    return True


async def _about(tx: Tx, message: MessageOnFile, *, outbox: Outbox) -> About | None:
    organisation_id = message.organisation_id
    address = None
    if message.recipient is Recipient.PERSON:
        contacts = await contacts_in_force(tx, organisation_id=organisation_id, patient_id=message.patient_id)
        address = next((contact for contact in contacts if contact.kind is NEEDS[message.channel]), None)
        if address is None:
            await stop(tx, message=message, state=MessageState.HELD, now=tx.now,
                       reason=f"No {NEEDS[message.channel]} is known that works.")  # fmt: skip
            return None
    elif message.channel is not Channel.LETTER:
        await stop(tx, message=message, state=MessageState.HELD, reason="Practices get letters only.", now=tx.now)
        return None
    locator = await outbox.links.locator_for(tx, message, now=tx.now)
    return About(
        person=await person(tx, organisation_id=organisation_id, patient_id=message.patient_id),
        organisation=await organisation(tx, organisation_id),
        team=await team(tx, organisation_id=organisation_id, team_id=message.team_id),
        address=address,
        link=None if locator is None else link_to(outbox.portal_url, locator=locator),
    )


async def _print(tx: Tx, message: MessageOnFile, about: About) -> None:
    """A letter is made at once and waits in the print queue: that is as far as it goes by itself."""
    letter = letter_of(message, about, written_on=tx.today)
    await tx.execute("insert into letter (organisation_id, message_id, pdf, made_at) values ($1, $2, $3, $4)",
                     message.organisation_id, message.id, letter.pdf, tx.now)  # fmt: skip
    await tx.execute(
        "update message set state = 'accepted', accepted_at = $3, template_key = $4, template_version = $5, address = $6,"
        " provider = 'print queue', epoch = epoch + 1 where organisation_id = $1 and id = $2",
        message.organisation_id, message.id, tx.now, letter.template_key, letter.template_version,
        about.address.value if about.address else about.person.gp_code,
    )  # fmt: skip
    await notes(tx, [(message.organisation_id, message.id, "in print queue", None)], now=tx.now)


async def _hand_over(database: Database, ready: list[Ready], *, outbox: Outbox) -> None:
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def one(item: Ready) -> None:
        async with limit:
            await _send_one(database, item, gateway=outbox.gateways[item.message.channel])

    async with anyio.create_task_group() as group:
        for item in ready:
            group.start_soon(one, item)


async def _send_one(database: Database, item: Ready, *, gateway: Gateway) -> None:
    outcome = await gateway.send(
        reference=str(item.message.ref), channel=item.message.channel, address=item.address, subject=item.subject,
        text=item.text,
    )  # fmt: skip
    crashpoint(Crashpoint.MESSAGE_AFTER_PROVIDER)
    try:
        async with database.transaction() as tx:
            await note_outcome(
                tx, message_id=item.message.id, organisation_id=item.message.organisation_id, epoch=item.epoch,
                outcome=outcome, provider=gateway.name, now=tx.now,
            )  # fmt: skip
            crashpoint(Crashpoint.MESSAGE_BEFORE_RECORD_COMMIT)
    except DatabaseAway:
        # It stays `sending`; when its lease has run out the provider is asked by reference.
        return
