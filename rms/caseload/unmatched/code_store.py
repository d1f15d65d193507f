"""The question what a code of a sender means: which code, what its waiting messages say, what an answer would do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.unmatched.store import Waiting
from rms.db.engine import Tx
from rms.people.access import Asker
from rms.results.units import CodeMap
from rms.sync.code_sent import TestSent, sent_under
from rms.sync.filing.understanding import understand
from rms.sync.hl7 import Message, read
from rms.sync.store import code_maps, own_code_maps, with_line

#: More waiting messages than these are not read for the page; the page says so.
MOST_READ: Final = 50

_QUESTION: Final = """
select a.subject_id as peer_id, substring(a.rule_key from '^inbox-code:[0-9]+:(.*)$') as key,
       peer_is_ours_alone(a.subject_id::integer) as ours_alone
  from alert a where a.organisation_id = $1 and a.id = $2 and a.subject_kind = 'peer' and a.rule_key ~ '^inbox-code:'
"""
_WAITING: Final = """
select f.inbox_id, f.patient_id, f.at, f.reason, count(*) over () as total, r.raw, r.peer
  from inbox_filing f join alert a on a.organisation_id = f.organisation_id and a.id = f.alert_id
  cross join lateral inbox_raw(f.inbox_id) r
 where f.organisation_id = $1 and f.state = 'waiting' and a.team_id = any($2) and f.alert_id = $3 order by f.id limit $4
"""
_ALL_QUESTIONS: Final = """
select a.id, (select count(*) from inbox_filing f where f.organisation_id = a.organisation_id and f.alert_id = a.id
                 and f.state = 'waiting') as waiting
  from alert a where a.organisation_id = $1 and a.subject_kind = 'peer' and a.subject_id = $2 and a.state <> 'closed'
   and substring(a.rule_key from '^inbox-code:[0-9]+:(.*)$') = $3 order by a.id
"""


class CodeQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which code of which sender an alert is about. `ours_alone`: the sender sends for no other trust."""

    peer_id: int
    key: str
    ours_alone: bool


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A message that waits for the answer, opened, and the test in it that the question is about."""

    inbox_id: int
    patient_id: int | None
    at: datetime
    reason: str
    peer: str
    message: Message
    sent: TestSent


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """The same question to one team of this organisation, and how many messages wait for its answer."""

    id: int
    waiting: int


async def code_question(tx: Tx, *, asks: Asker, message: Waiting) -> CodeQuestion | None:
    """What the alert of a message asks about a code; None when it asks something else."""
    row = await tx.fetchrow(_QUESTION, asks.organisation_id, message.alert_id)
    return None if row is None or not row["key"] else CodeQuestion(**dict(row))


async def examples_of(tx: Tx, *, asks: Asker, message: Waiting, question: CodeQuestion) -> list[Example]:
    """The oldest messages of one's own team that wait for the answer."""
    found = []
    for row in await tx.fetch(_WAITING, asks.organisation_id, list(asks.team_ids), message.alert_id, MOST_READ):
        opened = read(row["raw"])
        sent = next(sent_under(opened, key=question.key), None)
        if sent is not None:
            found.append(Example(inbox_id=row["inbox_id"], patient_id=row["patient_id"], at=row["at"], reason=row["reason"],
                                 peer=row["peer"], message=opened, sent=sent))  # fmt: skip
    return found


async def open_questions(tx: Tx, *, asks: Asker, question: CodeQuestion) -> list[OpenQuestion]:
    """The question as it stands with each team of this organisation: one answer is for all of them."""
    rows = await tx.fetch(_ALL_QUESTIONS, asks.organisation_id, question.peer_id, question.key)
    return [OpenQuestion(**dict(row)) for row in rows]


async def codes_of(tx: Tx, *, asks: Asker, question: CodeQuestion) -> CodeMap:
    """What the sender's codes mean here so far."""
    peer_id = question.peer_id
    common = await code_maps(tx, [peer_id])
    own = await own_code_maps(tx, [peer_id], common=common)
    return own.get(peer_id, {}).get(asks.organisation_id, common.get(peer_id, CodeMap()))


def could_be_filed(examples: Sequence[Example], *, codes: CodeMap, code: str, analyte: str) -> int:
    """How many of the messages hold no other doubt, if the code means this and it is known whose they are."""
    then = with_line(codes, code=code, analyte=analyte)
    return sum(
        one.patient_id is not None and not one.message.faults
        and not understand(one.message, codes=then, received_at=one.at).questions
        for one in examples
    )  # fmt: skip
