"""What a recorded death took back that was a mistake, as the alert about it lists it: each to send again, or sent."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.message_words import purpose_words
from rms.caseload.people.words import CHANNELS
from rms.people.access import Asker
from rms.people.permissions import Permission

_LISTED: Final = """
select m.ref, m.purpose, m.channel, d.undone_at is null and d.overtaken_at is null as holds, again.ref as again
  from alert a
  join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id and c.cause_kind = 'message'
  join message m on m.organisation_id = a.organisation_id and m.id = c.cause_id
  join decision d on d.organisation_id = m.organisation_id and d.id = m.cause_id
  left join lateral (
    select o.ref from message o
     where o.organisation_id = m.organisation_id and o.patient_id = m.patient_id and o.cause_kind = m.cause_kind
       and o.cause_id = m.cause_id and o.purpose = m.purpose and o.recipient = m.recipient and o.channel = m.channel
       and o.id > m.id and o.state <> 'void' order by o.id limit 1) again on true
 where a.organisation_id = $1 and a.id = $2 and a.rule_key = 'never-told' order by m.id
"""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `holds`: the decision behind it still does. `again`: the message it was sent again as."""

    ref: UUID
    purpose: str
    channel: str
    holds: bool
    again: UUID | None


class NeverToldLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message: `send` is the address of its button, else `sent` of what it was sent again as, else `why_not`."""

    what: str
    href: str
    way: str
    send: str | None
    sent: str | None
    why_not: str


async def listed_in(look: Look, *, alert_id: int) -> list[Listed]:
    """The messages of an alert about a death that was a mistake; none for any other alert."""
    return [Listed(**dict(row)) for row in await look.tx.fetch(_LISTED, look.asks.organisation_id, alert_id)]


def present_listed(listed: Sequence[Listed], *, asks: Asker) -> tuple[NeverToldLine, ...]:
    """The list as strings; without the permission to send, no buttons."""
    return tuple(_line(one, may=asks.may(Permission.MESSAGE_SEND)) for one in listed)


def _line(one: Listed, *, may: bool) -> NeverToldLine:
    return NeverToldLine(
        what=f"{purpose_words(one.purpose)}, by {CHANNELS[one.channel].lower()}",
        href=f"/messages/{one.ref}", way=one.channel,
        send=f"/messages/{one.ref}/resend" if may and one.holds and one.again is None else None,
        sent=f"/messages/{one.again}" if one.again else None,
        why_not="" if one.holds else "What was decided does not hold any more, so it is not sent.",
    )  # fmt: skip
