"""Laboratory messages that wait for a person: the list, one message as it came, and who of one's people might be meant."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.scope import VISIBLE
from rms.caseload.unmatched.conditions import UNMATCHED
from rms.caseload.worklist.asked import ROWS_A_PAGE, Asked
from rms.caseload.worklist.surroundings import AWAY, Scope
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.people.model import PersonName as NameOnFile
from rms.people.names import search_key
from rms.people.store.lookalikes import Described, Lookalike, lookalikes
from rms.results.matching import Candidate, Matched, match_person
from rms.results.model import PatientFacts, PersonName

_LIST: Final = f"""
with page as materialized (
  select f.inbox_id, f.patient_id, f.reason, f.at, a.organisation_id, a.ref, a.team_id, a.owner_staff_id,
         (select count(*) from inbox_filing e where e.organisation_id = f.organisation_id and e.alert_id = f.alert_id
             and e.state = 'waiting') as alike, count(*) over () as total
  {UNMATCHED} and f.at <= $6 order by f.at, f.id limit $7 offset $8)
select g.ref, g.reason, g.at, g.patient_id, g.alike, g.total, t.name as team, o.id as owner_id, o.display_name as owner,
       away.until_on as owner_away_until, away.covered_by,
       p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number
  from page g
  join team t on t.organisation_id = g.organisation_id and t.id = g.team_id
  left join staff o on o.organisation_id = g.organisation_id and o.id = g.owner_staff_id
  {AWAY.format(staff="o")}
  left join patient p on p.organisation_id = g.organisation_id and p.id = g.patient_id
 order by g.at, g.inbox_id
"""

_ONE: Final = """
select f.id, f.inbox_id, f.alert_id, f.patient_id, f.reason, f.at, f.state, a.ref, a.state as alert_state, t.name as team,
       (select count(*) from inbox_filing e where e.organisation_id = f.organisation_id and e.alert_id = f.alert_id
           and e.state = 'waiting') as alike
  from inbox_filing f
  join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id
  join team t on t.organisation_id = a.organisation_id and t.id = a.team_id
 where f.organisation_id = $2 and a.team_id = any($1) and a.ref = $3
 order by f.state = 'waiting' desc, f.id limit 1
"""

_OF_ALERT: Final = """
select inbox_id, patient_id from inbox_filing where organisation_id = $1 and alert_id = $2 and state = 'waiting' order by id
"""

_VISIBLE: Final = f"""
select p.id, p.ref as person_ref, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number
  from patient p where p.id = any($3) and ({VISIBLE})
"""


class UnmatchedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the list. The person is set when it is known who is meant and something else is in doubt.

    `alike` messages wait for one and the same answer; this is the first of them.
    """

    ref: UUID
    reason: str
    at: datetime
    patient_id: int | None
    alike: int
    total: int
    team: str
    owner_id: int | None
    owner: str | None
    owner_away_until: date | None
    covered_by: str | None
    person_ref: UUID | None
    family_name: str | None
    given_names: str | None
    title: str | None
    born_text: str | None
    nhs_number: str | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One message that waits or waited; its address is the ref of its alert, which `alike` messages may share."""

    id: int
    inbox_id: int
    alert_id: int
    patient_id: int | None
    reason: str
    at: datetime
    state: str
    ref: UUID
    alert_state: str
    team: str
    alike: int

    @property
    def waits(self) -> bool:
        """Whether somebody still has to answer for it."""
        return self.state == "waiting" and self.alert_state != "closed"


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """A message exactly as it came."""

    raw: bytes
    received_at: datetime
    peer: str


class Likely(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who might be meant, and what speaks for them."""

    id: int
    person_ref: UUID
    family_name: str
    given_names: str
    title: str | None
    born_text: str
    nhs_number: str | None
    because: str


async def unmatched_lines(look: Look, scope: Scope, asked: Asked) -> list[UnmatchedLine]:
    """One page, the oldest first."""
    since = look.tx.now - timedelta(days=asked.days)
    rows = await look.rows(_LIST, *scope.parameters, since, ROWS_A_PAGE, asked.first_row)
    return [msgspec.convert(dict(row), UnmatchedLine) for row in rows]


async def message_behind(tx: Tx, *, asks: Asker, ref: UUID) -> Waiting:
    """The message an address leads to; NotFound when its alert is not of the asker's teams."""
    row = await tx.fetchrow(_ONE, list(asks.team_ids), asks.organisation_id, ref)
    if row is None:
        raise NotFound("There is no such laboratory message.")
    return Waiting(**dict(row))


async def as_it_came(look: Look, *, message: Waiting) -> Raw:
    """The message as it came."""
    row = await look.tx.fetchrow("select raw, received_at, peer from inbox_raw($1)", message.inbox_id)
    if row is None:
        raise NotFound("There is no such laboratory message.")
    return Raw(**dict(row))


async def might_be(look: Look, *, facts: PatientFacts) -> tuple[list[Likely], int]:
    """Who of one's own people might be meant, the likeliest first; and how many people of other teams are like it too."""
    found = (await lookalikes(look.tx, [_described(facts, organisation_id=look.asks.organisation_id)]))[0]
    match = match_person(facts, [_candidate(one) for one in found])
    because = (
        {match.person: match.because}
        if isinstance(match, Matched)
        else {one.person: one.because for one in match.candidates}
    )
    rows = await look.tx.fetch(_VISIBLE, *look.scope, list(because))
    mine = {row["id"]: row for row in rows}
    likely = [Likely(**dict(mine[person]), because=why) for person, why in because.items() if person in mine]
    return likely, len(because) - len(likely)


def _described(facts: PatientFacts, *, organisation_id: int) -> Described:
    numbers = {
        (authority, one.value)
        for one in facts.identifiers
        if one.authority
        for authority in (one.authority, one.authority.upper())
    }
    name = NameOnFile(family=facts.family_name, given=facts.given_names)
    return Described(number=0, organisation_id=organisation_id, nhs_number=facts.nhs_number, born_on=facts.born_on,
                     name_key=search_key(name), hospital_numbers=tuple(sorted(numbers)))  # fmt: skip


def _candidate(one: Lookalike) -> Candidate:
    return Candidate(
        person=one.patient_id, names=(PersonName(family=one.family_name, given=tuple(one.given_names.split())),),
        born_on=one.born_on, nhs_number=one.nhs_number, former_nhs_numbers=one.former_nhs_numbers,
        hospital_numbers=one.hospital_numbers,
    )  # fmt: skip


class Filed(msgspec.Struct, frozen=True):
    """One of the messages that wait for the same answer."""

    inbox_id: int
    patient_id: int | None


async def waiting_with(tx: Tx, *, asks: Asker, message: Waiting) -> list[Filed]:
    """All messages that wait for the answer to this one, itself among them."""
    rows = await tx.fetch(_OF_ALERT, asks.organisation_id, message.alert_id)
    return [Filed(row["inbox_id"], row["patient_id"]) for row in rows]


async def deal_with(tx: Tx, *, asks: Asker, message: Waiting) -> None:
    """Nobody waits for it, nor for what waits for the same answer, any more at this organisation."""
    await tx.execute(
        "update inbox_filing set state = 'dealt_with' where organisation_id = $1 and alert_id = $2 and state = 'waiting'",
        asks.organisation_id, message.alert_id,
    )  # fmt: skip


async def read_again(tx: Tx, *, inbox_id: int) -> bool:
    """Put a message back to be read; False when that is so already."""
    again: bool = await tx.fetchval("select inbox_read_again($1)", inbox_id)
    return again
