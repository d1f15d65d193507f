"""What the stand-in for the provider took, and whose each message was. The log has the text; the rows say who it went to.

Only what went to people of the teams of whoever asks: the wire log knows no teams, so each message is looked up.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from rms.caseload.looking import Look
from rms.errors import Unavailable
from rms.rehearsal.showing import only_in_a_demo

_SECONDS: Final = 5.0
_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")
AWAY: Final = (
    "The stand-in for the provider of texts and email does not answer, so nobody can tell what it took. Try again."
)

_WHOSE: Final = """
select m.ref, m.purpose, m.channel, m.recipient, m.patient_id, m.state, p.ref as person_ref, p.family_name, p.given_names,
       coalesce(m.accepted_at, m.queued_at) as at
  from message m join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
 where m.organisation_id = $2 and m.team_id = any($1) and m.ref = any($3) and ($4::uuid is null or p.ref = $4)
"""
_LETTERS: Final = """
select m.ref, m.purpose, m.channel, m.recipient, m.patient_id, m.state, p.ref as person_ref, p.family_name, p.given_names,
       l.made_at as at
  from letter l
  join message m on m.organisation_id = l.organisation_id and m.id = l.message_id
  join patient p on p.organisation_id = m.organisation_id and p.id = m.patient_id
 where l.organisation_id = $2 and m.team_id = any($1) and m.state <> 'void' and ($3::uuid is null or p.ref = $3)
 order by l.made_at desc, l.id desc limit $4
"""


class OnWire(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the stand-in took it."""

    reference: str | None
    channel: str
    to: str
    subject: str | None
    body: str


class _Log(msgspec.Struct, frozen=True):
    accepted: list[OnWire]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One text, email or letter and whose it was; `at` is by the civil clock. `wire` is None for a letter."""

    ref: UUID
    purpose: str
    channel: str
    recipient: str
    state: str
    patient_id: int
    person_ref: UUID
    family_name: str
    given_names: str
    at: datetime
    wire: OnWire | None


async def wire_log(address: str | None) -> list[OnWire]:
    """Everything the stand-in took, in order. Unavailable when it does not answer, or when it is no stand-in of ours."""
    if address is None:
        raise Unavailable("No provider of texts and email is set up here.")
    if urlsplit(address).hostname not in _THIS_MACHINE:
        raise Unavailable("The provider set up here is a real one and not the stand-in: it is not asked what it took.")
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, verify=address.startswith("https:")) as client:
            answer = await client.get(f"{address}/_log")
            answer.raise_for_status()
            return msgspec.json.decode(answer.content, type=_Log).accepted
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise Unavailable(AWAY) from error


async def sent_to(look: Look, *, wire: list[OnWire], person: UUID | None, most: int) -> list[Sent]:
    """The newest messages of my teams' people, or of one of them; the newest first."""
    only_in_a_demo(look.tx)
    by_ref = {ref: one for one in wire if (ref := _ref(one.reference)) is not None}
    rows = await look.tx.fetch(_WHOSE, *look.scope, list(by_ref), person)
    found = [_sent(row, wire=by_ref[row["ref"]]) for row in rows]
    letters = await look.tx.fetch(_LETTERS, *look.scope, person, most)
    found += [_sent(row, wire=None) for row in letters]
    return sorted(found, key=lambda one: one.at, reverse=True)[:most]


def _sent(row: Any, *, wire: OnWire | None) -> Sent:
    return Sent(
        ref=row["ref"], purpose=row["purpose"], channel=row["channel"], recipient=row["recipient"], state=row["state"],
        patient_id=row["patient_id"], person_ref=row["person_ref"], family_name=row["family_name"],
        given_names=row["given_names"], at=row["at"], wire=wire,
    )  # fmt: skip


def _ref(reference: str | None) -> UUID | None:
    try:
        return UUID(reference) if reference else None
    except ValueError:
        return None
