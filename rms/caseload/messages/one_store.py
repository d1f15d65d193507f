"""One message in full, with whom it is about, in the scope of the one who asks."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.people.store import SentMessage
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.messages.model import Channel, MessageState, Recipient
from rms.messages.own import OwnWords, words_in_force, words_of_version
from rms.messages.places import OWN
from rms.messages.store import COLUMNS, MessageOnFile, message_from
from rms.messages.wording import About
from rms.people.access import Asker
from rms.people.model import ContactKind
from rms.people.store import Contact, contacts_in_force, needs_large_print, organisation, person, team

_BEHIND: Final = f"select {COLUMNS} from message where organisation_id = $2 and team_id = any($1) and ref = $3"
_SENT: Final = """
select m.ref, m.purpose, m.recipient, m.channel, m.state, m.state_reason, m.not_before, m.queued_at, m.accepted_at,
       m.settled_at, l.printed_at, l.printed_by, m.cause_id
  from message m left join letter l on l.organisation_id = m.organisation_id and l.message_id = m.id
 where m.organisation_id = $1 and m.id = $2
"""
_ALERT: Final = """
select a.ref from alert a join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
 where a.organisation_id = $1 and a.patient_id = $2 and a.rule_key = 'message' and a.state <> 'closed' and c.cause_id = $3
   and c.cause_kind like 'message:%' order by a.id limit 1
"""
_AGAIN: Final = """
select ref from message where organisation_id = $1 and patient_id = $2 and cause_kind = $3 and cause_id = $4 and purpose = $5
   and recipient = $6 and id > $7 and state <> 'void' and ($8::text is null or channel = $8) order by id limit 1
"""
_NEVER_TOLD: Final = """
select exists (
  select from alert a
    join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
    join decision d on d.organisation_id = a.organisation_id and d.id = $4 and d.undone_at is null and d.overtaken_at is null
   where a.organisation_id = $1 and a.patient_id = $2 and a.rule_key = 'never-told' and c.cause_kind = 'message'
     and c.cause_id = $3)
"""
_LAST_ATTEMPT: Final = """
select max(attempt) from message where organisation_id = $1 and patient_id = $2 and cause_kind = $3 and cause_id = $4
   and purpose = $5 and recipient = $6
"""

_WORDED: Final = """
select template_key, template_version from message where organisation_id = $1 and id = $2 and template_key is not null
"""


class OneMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message, what became of it, whom it is about and how they can be reached. `again`: it was sent again as this one.

    `never_told`: a recorded death took it back and was a mistake. `own`: the organisation's own words, by way,
    where it has some.
    """

    message: MessageOnFile
    sent: SentMessage
    about: About
    contacts: tuple[Contact, ...]
    alert: UUID | None
    again: UUID | None
    never_told: bool
    own: Mapping[Channel, OwnWords]


async def message_behind(tx: Tx, *, asks: Asker, ref: UUID) -> MessageOnFile:
    """The message an address leads to; NotFound when it is none of the asker's teams."""
    row = await tx.fetchrow(_BEHIND, list(asks.team_ids), asks.organisation_id, ref)
    if row is None or row["recipient"] == "staff":
        raise NotFound("There is no such message.")
    return message_from(row)


async def sent_again(tx: Tx, message: MessageOnFile, *, channel: Channel) -> UUID | None:
    """The later message with the same reason, when there is one that counts.

    Of what a death took back, text and letter are sent again one by one: only one by the same way (`channel`) counts.
    """
    found: UUID | None = await tx.fetchval(
        _AGAIN, *_reason_of(message), message.id, channel if message.state is MessageState.VOID else None
    )
    return found


async def last_attempt(tx: Tx, message: MessageOnFile) -> int:
    """How often it was tried, by any way."""
    found: int = await tx.fetchval(_LAST_ATTEMPT, *_reason_of(message))
    return found


def _reason_of(message: MessageOnFile) -> tuple[int, int, str, int, str, str]:
    return (message.organisation_id, message.patient_id, message.cause_kind, message.cause_id, message.purpose,
            message.recipient)  # fmt: skip


async def never_told(tx: Tx, message: MessageOnFile) -> bool:
    """Whether a death took it back that was a mistake, while the decision behind it still holds: then it may be sent."""
    if message.state is not MessageState.VOID or message.cause_kind != "decision":
        return False
    found: bool = await tx.fetchval(
        _NEVER_TOLD, message.organisation_id, message.patient_id, message.id, message.cause_id
    )
    return found


async def one_message(look: Look, *, ref: UUID) -> OneMessage:
    """All that the page of one message shows."""
    tx, message = look.tx, await message_behind(look.tx, asks=look.asks, ref=ref)
    org, patient_id = message.organisation_id, message.patient_id
    row = await tx.fetchrow(_SENT, org, message.id)
    assert row is not None
    contacts = await contacts_in_force(tx, organisation_id=org, patient_id=patient_id)
    about = About(
        person=await person(tx, organisation_id=org, patient_id=patient_id), organisation=await organisation(tx, org),
        team=await team(tx, organisation_id=org, team_id=message.team_id), link=None,
        address=next((c for c in contacts if c.kind is ContactKind.POST), None)
        if message.channel is Channel.LETTER and message.recipient is Recipient.PERSON else None,
        large_print=message.recipient is Recipient.PERSON
        and await needs_large_print(tx, organisation_id=org, patient_id=patient_id),
    )  # fmt: skip
    return OneMessage(
        message=message, sent=SentMessage(**dict(row)), about=about,
        contacts=tuple(contacts) if message.recipient is Recipient.PERSON else (),
        alert=await tx.fetchval(_ALERT, org, patient_id, message.id),
        again=await sent_again(tx, message, channel=message.channel),
        never_told=await never_told(tx, message), own=await _own_words(tx, message),
    )  # fmt: skip


async def _own_words(tx: Tx, message: MessageOnFile) -> dict[Channel, OwnWords]:
    """The organisation's own words by way: those the message went out in, and for a way not used yet those of today."""
    use: dict[str, Any] = {"organisation_id": message.organisation_id, "purpose": message.purpose}
    row = await tx.fetchrow(_WORDED, message.organisation_id, message.id)
    found = {}
    for channel in Channel:
        if row is None or channel is not message.channel:
            own = await words_in_force(tx, **use, channel=channel)
        elif row["template_key"].endswith(f".{OWN}"):
            own = await words_of_version(tx, **use, channel=channel, version=row["template_version"])
        else:
            own = None
        if own is not None:
            found[channel] = own
    return found
