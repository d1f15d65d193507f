"""Whom the messages name that nobody could match yet: a result of one of them must not be passed by as in range."""

from typing import Final

from rms.db.engine import Tx
from rms.followup.review.likeness import Stray
from rms.followup.review.queue import Asking
from rms.people.access import Asker
from rms.people.names import fold
from rms.results.model import PatientFacts
from rms.sync.hl7 import read

#: More than these are not read for a page: then every result may be meant.
MOST_READ: Final = 200

_UNMATCHED: Final = """
select r.raw from (
  select f.inbox_id from inbox_filing f
    join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id
   where f.organisation_id = $1 and f.state = 'waiting' and f.patient_id is null and a.state <> 'closed'
     and a.rule_key <> 'inbox-rehearsal' -- what its sender calls training is about nobody
   order by f.at limit $2) f
 cross join lateral inbox_raw(f.inbox_id) r
"""


async def asking_for(tx: Tx, asks: Asker) -> Asking:
    """Who asks, with whom unmatched messages of the organisation name."""
    return Asking(organisation_id=asks.organisation_id, team_ids=asks.team_ids, staff_id=asks.staff_id,
                  strays=await _strays(tx, organisation_id=asks.organisation_id))  # fmt: skip


async def _strays(tx: Tx, *, organisation_id: int) -> tuple[Stray, ...]:
    rows = await tx.fetch(_UNMATCHED, organisation_id, MOST_READ + 1)
    if len(rows) > MOST_READ:
        return (Stray(anybody=True),)
    return tuple(_stray(facts) for row in rows for facts in _named(row["raw"]))


def _named(raw: bytes) -> tuple[PatientFacts, ...]:
    return read(raw).patients


def _stray(facts: PatientFacts) -> Stray:
    return Stray(
        nhs_number=facts.nhs_number,
        born_on=facts.born_on,
        name_key=fold(" ".join((facts.family_name, *facts.given_names))),
    )
