"""Every gate a claimed message passes before it leaves, and its text; all of it in the transaction that claims it."""

import anyio.to_thread
import msgspec

from rms.dates import is_allowed, next_allowed
from rms.db.engine import Tx
from rms.errors import RmsError
from rms.log import get_log
from rms.messages.compose import Rendered, link_to
from rms.messages.jobs.outbox import Outbox
from rms.messages.letters import Letter
from rms.messages.model import ASKED_FOR, CODES, Channel, MessageState, Purpose, Recipient
from rms.messages.moves import stop
from rms.messages.moves.wording import tell_of_unfilled
from rms.messages.own import OwnWords, words_in_force
from rms.messages.store import MessageOnFile, note
from rms.messages.ways import NEEDS
from rms.messages.wording import About, letter_of, text_of
from rms.people.model import ContactKind
from rms.people.sign_in.codes import draw_code
from rms.people.store import Contact, contacts_in_force, known_dead, needs_large_print, organisation, person, team

log = get_log(__name__)

_UNDER_WAY = """
update message set state = 'sending', epoch = epoch + 1, address = $3, template_key = $4, template_version = $5,
       called_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => $6), provider = $7
 where organisation_id = $1 and id = $2
"""

_KEEP_LETTER = """
insert into letter (organisation_id, message_id, pdf, made_at) values ($1, $2, $3, $4)
on conflict (organisation_id, message_id) do update set pdf = excluded.pdf, made_at = excluded.made_at
"""

_IN_PRINT_QUEUE = """
update message set state = 'accepted', epoch = epoch + 1, address = $3, template_key = $4, template_version = $5,
       accepted_at = $6, provider = 'print queue'
 where organisation_id = $1 and id = $2
"""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed message with its text, to be handed over once the claim is committed."""

    message: MessageOnFile
    epoch: int
    address: str
    subject: str | None
    text: str


async def prepare(tx: Tx, message: MessageOnFile, *, outbox: Outbox) -> Ready | None:
    """Ask every gate, write the text, and mark it as under way; None when it does not leave now, or goes to print."""
    if tx.now > message.not_after:
        await _stop(tx, message, MessageState.EXPIRED, "It became too old to be sent.")
        return None
    if message.recipient is Recipient.PERSON and not await _person_allows(tx, message):
        return None
    about = await _about(tx, message)
    if about is None:
        return None
    locator = await outbox.links.locator_for(tx, message, now=tx.now)
    if message.purpose in CODES:
        about = await _with_code(tx, message, about)
        if about is None:
            return None
    written = await _written(tx, message, about, locator=locator, outbox=outbox)
    if written is None:
        return None
    if isinstance(written, Letter):
        await _print(tx, message, about, written)
        return None
    assert about.address is not None
    await tx.execute(
        _UNDER_WAY, message.organisation_id, message.id, about.address.value, written.template_key,
        written.template_version, float(outbox.lease_seconds), outbox.gateways[message.channel].name,
    )  # fmt: skip
    await note(tx, message=message, kind="claimed", detail=None, now=tx.now)
    return Ready(message=message, epoch=message.epoch + 1, address=about.address.value, subject=written.subject,
                 text=written.text)  # fmt: skip


async def _person_allows(tx: Tx, message: MessageOnFile) -> bool:
    """The rules about the person, asked while their row is locked: death, withdrawal, quiet hours."""
    dead = await known_dead(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)
    if dead == "formal":
        await _stop(tx, message, MessageState.VOID, "The person has died.")
        return False
    if dead is not None:
        await _stop(tx, message, MessageState.HELD, "The person may have died.")
        return False
    them = await person(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)
    if them.messages_stopped_at is not None:
        await _stop(tx, message, MessageState.HELD, "The person wants no messages.")
        return False
    awake = message.purpose in ASKED_FOR
    if message.channel is not Channel.LETTER and not awake and not is_allowed(tx.now):
        await tx.execute("update message set not_before = $3 where organisation_id = $1 and id = $2",
                         message.organisation_id, message.id, next_allowed(tx.now))  # fmt: skip
        return False
    return True


async def _about(tx: Tx, message: MessageOnFile) -> About | None:
    organisation_id = message.organisation_id
    address = None
    if message.recipient is Recipient.PERSON:
        address = await _address(tx, message)
        if address is None:
            await _stop(tx, message, MessageState.HELD, f"No {_NAMES[message.channel]} is known that works.")
            return None
    elif message.channel is not Channel.LETTER:
        await _stop(tx, message, MessageState.HELD, "Texts and emails go to the person only; others get letters.")
        return None
    return About(
        person=await person(tx, organisation_id=organisation_id, patient_id=message.patient_id),
        organisation=await organisation(tx, organisation_id),
        team=await team(tx, organisation_id=organisation_id, team_id=message.team_id), address=address, link=None,
        large_print=await _large_print(tx, message),
    )  # fmt: skip


async def _address(tx: Tx, message: MessageOnFile) -> Contact | None:
    """Where to: the detail on record. A code that proves a new one goes there, and nothing else ever does."""
    if message.purpose is Purpose.CODE_NEW_CONTACT:
        return Contact(id=0, kind=ContactKind(NEEDS[message.channel]), value=message.facts["to"], source="person",
                       valid_from=tx.today)  # fmt: skip
    contacts = await contacts_in_force(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)
    return next((contact for contact in contacts if contact.kind is NEEDS[message.channel]), None)


async def _large_print(tx: Tx, message: MessageOnFile) -> bool:
    if message.channel is not Channel.LETTER or message.recipient is not Recipient.PERSON:
        return False
    return await needs_large_print(tx, organisation_id=message.organisation_id, patient_id=message.patient_id)


async def _with_code(tx: Tx, message: MessageOnFile, about: About) -> About | None:
    """Draw the figures now; a code that nobody waits for any more is not sent."""
    code = await draw_code(tx, organisation_id=message.organisation_id, code_id=message.cause_id)
    if code is None:
        await _stop(tx, message, MessageState.VOID, "Nobody waits for this code any more.")
        return None
    return msgspec.structs.replace(about, code=code)


_NAMES = {Channel.SMS: "mobile number", Channel.EMAIL: "email address", Channel.LETTER: "postal address"}


async def _written(
    tx: Tx, message: MessageOnFile, about: About, *, locator: str | None, outbox: Outbox
) -> Rendered | Letter | None:
    """The text or letter; None when it cannot be written. Whatever is wrong with one message stops this one only."""
    try:
        link = None if locator is None else link_to(outbox.portal_url, locator=locator)
        about = msgspec.structs.replace(about, link=link)
        return await _worded(tx, message, about, outbox=outbox)
    except RmsError as fault:
        why = f"It cannot be written: {fault}"
    except Exception as fault:
        log.warning("message_held", message_id=message.id, organisation_id=message.organisation_id, exc_info=True)
        why = f"It cannot be written, because of a fault in RMS ({type(fault).__name__})."
    await _stop(tx, message, MessageState.HELD, why)
    return None


async def _worded(tx: Tx, message: MessageOnFile, about: About, *, outbox: Outbox) -> Rendered | Letter:
    """In the organisation's own words when it has approved some; when they cannot be filled, in the standard ones."""

    async def write(own: OwnWords | None) -> Rendered | Letter:
        if message.channel is Channel.LETTER:
            return await anyio.to_thread.run_sync(lambda: letter_of(message, about, written_on=tx.today, own=own))
        return text_of(message, about, catalogue=outbox.catalogue, portal_url=outbox.portal_url, own=own)

    own = await words_in_force(tx, organisation_id=message.organisation_id, purpose=message.purpose,
                               channel=message.channel)  # fmt: skip
    if own is None:
        return await write(None)
    try:
        return await write(own)
    except RmsError as fault:
        why = str(fault)
    # First the standard words: when a fact is missing that they need too, the fault is not that of the own ones.
    written = await write(None)
    await tell_of_unfilled(tx, message=message, own=own, why=why, now=tx.now)
    return written


async def _print(tx: Tx, message: MessageOnFile, about: About, letter: Letter) -> None:
    """A letter waits in the print queue: that is as far as it goes by itself. One that was held there is written anew."""
    await tx.execute(_KEEP_LETTER, message.organisation_id, message.id, letter.pdf, tx.now)
    await tx.execute(
        _IN_PRINT_QUEUE, message.organisation_id, message.id,
        about.address.value if about.address else about.person.gp_code, letter.template_key, letter.template_version,
        tx.now,
    )  # fmt: skip
    await note(tx, message=message, kind="in print queue", detail=None, now=tx.now)


async def _stop(tx: Tx, message: MessageOnFile, state: MessageState, reason: str) -> None:
    await stop(tx, message=message, state=state, reason=reason, now=tx.now)
