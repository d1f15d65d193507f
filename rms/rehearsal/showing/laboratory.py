"""Sending one made-up result as the demo's laboratory does: an ORU^R01 over MLLP to the listener that runs."""

import asyncio
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.dates import PartialDate
from rms.errors import NotFound, Unavailable
from rms.nhs_number import NhsNumber
from rms.people.model import Person, Sex
from rms.people.store import PersonOnFile
from rms.rehearsal.laboratory import CALLED, FACILITY, Sample, code_of, exchange, oru_about
from rms.rehearsal.showing import only_in_a_demo

MOST: Final = 200
_SECONDS: Final = 10.0
_WEEKS_AHEAD: Final = 42
AWAY: Final = "The listener does not answer, so nothing was sent. Try again in a moment."

_DUE: Final = """
select o.ref, o.title, o.analyte, o.due_on, o.patient_id, p.family_name, p.given_names
  from occurrence o
  join plan l on l.organisation_id = o.organisation_id and l.id = o.plan_id and l.state = 'active'
  join patient p on p.organisation_id = o.organisation_id and p.id = o.patient_id
 where o.organisation_id = $2 and o.team_id = any($1) and o.state = 'open' and o.kind = 'test' and o.analyte = any($3)
   and o.due_on <= $4 and p.death_state is null
 order by o.due_on, o.id limit $5
"""


class DueTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test of somebody that is due or late."""

    ref: UUID
    title: str
    analyte: str
    due_on: date
    patient_id: int
    family_name: str
    given_names: str


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent and what was answered, a segment a line; `code` is MSA-1."""

    sent: str
    answered: str
    code: str


async def due_tests(look: Look) -> list[DueTest]:
    """Tests of people of my teams that are due within six weeks or late, the latest first."""
    only_in_a_demo(look.tx)
    until = look.tx.today.toordinal() + _WEEKS_AHEAD
    rows = await look.tx.fetch(_DUE, *look.scope, sorted(CALLED), date.fromordinal(until), MOST)
    return [DueTest(**dict(row)) for row in rows]


def as_laboratory_knows(one: PersonOnFile) -> Person:
    """The person as a laboratory writes them. NotFound for somebody whose whole birth date nobody knows."""
    if one.born_on is None:
        raise NotFound("There is no such test.")
    return Person(name=one.name, born_on=PartialDate.of(one.born_on), sex=Sex(one.sex),
                  nhs_number=NhsNumber.parse(one.nhs_number) if one.nhs_number else None)  # fmt: skip


async def send_result(person: Person, sample: Sample, *, sent_at: datetime, host: str, port: int) -> Exchanged:
    """Send it and wait for the acknowledgement. Unavailable when the listener does not give one."""
    message = oru_about(person, sample, sent_at=sent_at, facility=FACILITY)
    try:
        answered = await asyncio.to_thread(exchange, message, host=host, port=port, seconds=_SECONDS)
        code = code_of(answered)
    except OSError as error:
        raise Unavailable(AWAY) from error
    return Exchanged(sent=_lines(message.decode()), answered=_lines(answered), code=code)


def _lines(message: str) -> str:
    return message.strip("\r").replace("\r", "\n")
