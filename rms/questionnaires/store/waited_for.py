"""What a person is asked and has not answered yet, and the day that our newest message named to answer by."""

from datetime import date
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.questionnaires.store.assignments import OPEN_STATES, AssignmentOnFile
from rms.questionnaires.timing import answer_by

#: A message that was taken back was never read, so it named nothing.
_NAMED = """
select m.facts->>'due_on' from message m
 where m.organisation_id = a.organisation_id and m.cause_kind = 'occurrence' and m.cause_id = a.occurrence_id
   and m.recipient = 'person' and m.purpose ^@ 'questionnaire_' and m.state <> 'void'
 order by m.queued_at desc, m.id desc limit 1
"""
_OPEN = f"""
select a.id, a.ref, a.occurrence_id, a.asked_on, a.closes_on, ({_NAMED}) as named from assignment a
  join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
 where a.organisation_id = $1 and a.patient_id = $2 and a.state = any($3) and o.state in ('open', 'missed')
"""


class WaitedFor(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that would still be taken. `answer_by` is the day that our messages name; later answers count as well."""

    ref: UUID
    assignment_id: int
    occurrence_id: int
    answer_by: date


async def answers_waited_for(tx: Tx, *, organisation_id: int, patient_id: int) -> tuple[WaitedFor, ...]:
    """Everything a person may answer now."""
    rows = await tx.fetch(_OPEN, organisation_id, patient_id, list(OPEN_STATES))
    return tuple(
        WaitedFor(ref=row["ref"], assignment_id=row["id"], occurrence_id=row["occurrence_id"],
                  answer_by=_by(row["named"], asked_on=row["asked_on"], closes_on=row["closes_on"]))
        for row in rows
    )  # fmt: skip


async def answer_by_of(tx: Tx, found: AssignmentOnFile) -> date:
    """The day that our messages name for one assignment."""
    named = await tx.fetchval(f"select ({_NAMED}) from assignment a where a.organisation_id = $1 and a.id = $2",
                              found.organisation_id, found.id)  # fmt: skip
    return _by(named, asked_on=found.asked_on, closes_on=found.closes_on)


def _by(named: str | None, *, asked_on: date, closes_on: date) -> date:
    return answer_by(asked_on, closes_on=closes_on) if named is None else date.fromisoformat(named)
