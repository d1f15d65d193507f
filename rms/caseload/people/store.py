"""People in the scope of the one who asks: search by the start of a name or by NHS number, and one person's record."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.scope import VISIBLE
from rms.errors import NotFound
from rms.people.store import PersonOnFile, person

MOST_FOUND = 50

_FOUND = f"""
select p.id, p.ref, p.nhs_number, p.family_name, p.given_names, p.title, p.born_text, p.death_state from patient p
 where p.organisation_id = $2 and p.merged_into_id is null and {{key}} and ({VISIBLE})
 order by p.name_key, p.id limit $4
"""
_BY_NAME = _FOUND.format(key="p.name_key ^@ $3")
_BY_NUMBER = _FOUND.format(key="p.nhs_number = $3")

_RESULTS = """
select r.analyte, r.code_text, r.sample_at, r.review_state, r.is_history, v.value_text, v.comparator, v.number, v.unit,
       v.unit_sent, v.status
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
 where r.organisation_id = $1 and r.patient_id = $2 order by r.sample_at desc, r.id desc limit 200
"""

_MESSAGES = """
select purpose, recipient, channel, state, state_reason, queued_at from message
 where organisation_id = $1 and patient_id = $2 order by queued_at desc, id desc limit 200
"""


class FoundPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a search."""

    id: int
    ref: UUID
    nhs_number: str | None
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    death_state: str | None


class FiledResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result as its latest version says."""

    analyte: str | None
    code_text: str | None
    sample_at: datetime
    review_state: str
    is_history: bool
    value_text: str
    comparator: str
    number: Decimal | None
    unit: str | None
    unit_sent: str
    status: str


class SentMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what became of it."""

    purpose: str
    recipient: str
    channel: str
    state: str
    state_reason: str | None
    queued_at: datetime


async def find_by_name(look: Look, *, key: str) -> list[FoundPerson]:
    """People whose folded name starts with a folded key, family name first."""
    return [_found(row) for row in await look.tx.fetch(_BY_NAME, *look.scope, key, MOST_FOUND)]


async def find_by_nhs_number(look: Look, *, nhs_number: str) -> list[FoundPerson]:
    """The person with an NHS number, or nobody."""
    return [_found(row) for row in await look.tx.fetch(_BY_NUMBER, *look.scope, nhs_number, MOST_FOUND)]


async def person_behind(look: Look, *, ref: UUID) -> PersonOnFile:
    """The person an address leads to; NotFound when they are outside the scope of the one who asks."""
    patient_id = await look.tx.fetchval(
        f"select p.id from patient p where p.ref = $3 and ({VISIBLE})", *look.scope, ref
    )
    if patient_id is None:
        raise NotFound("There is no such person.")
    return await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=patient_id)


async def results_of(look: Look, *, patient_id: int) -> list[FiledResult]:
    """The latest 200 results, the newest sample first."""
    rows = await look.tx.fetch(_RESULTS, look.asks.organisation_id, patient_id)
    return [FiledResult(**dict(row)) for row in rows]


async def messages_of(look: Look, *, patient_id: int) -> list[SentMessage]:
    """The latest 200 messages, the newest first."""
    rows = await look.tx.fetch(_MESSAGES, look.asks.organisation_id, patient_id)
    return [SentMessage(**dict(row)) for row in rows]


def born(text: str) -> date | None:
    """A whole date of birth; None when only a part is known."""
    return date.fromisoformat(text) if len(text) == len("1950-04-03") else None


def _found(row: Mapping[str, Any]) -> FoundPerson:
    return FoundPerson(**dict(row))
