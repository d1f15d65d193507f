"""The questionnaires asked of one person with their answers, each read with the version it was given to."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.questionnaires.model import Answer, Definition
from rms.questionnaires.store.versions import decoded

_ASKED = """
select a.id, a.ref, a.questionnaire_version_id as version_id, a.state, a.state_reason, a.asked_on, a.closes_on, a.submitted_at,
       a.mode, a.score, a.review_state, o.title, o.due_on
  from assignment a join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
 where a.organisation_id = $1 and a.patient_id = $2 order by a.asked_on desc, a.id desc limit 100
"""

_ANSWERS = """
select distinct on (assignment_id, item) assignment_id, item, value from answer
 where organisation_id = $1 and assignment_id = any($2) order by assignment_id, item, id desc
"""

# What may be asked by telephone now: open, its time has come, its plan runs, and nobody has asked it.
_NOT_ASKED = """
select o.ref, o.title, o.due_on from occurrence o
  join plan p on p.organisation_id = o.organisation_id and p.id = o.plan_id and p.state = 'active'
 where o.organisation_id = $1 and o.patient_id = $2 and o.team_id = any($3) and o.state = 'open'
   and o.questionnaire_key is not null and o.earliest_on <= $4
   and not exists (select from assignment a where a.organisation_id = o.organisation_id and a.occurrence_id = o.id
                      and a.state in ('asked', 'opened', 'submitted'))
 order by o.due_on, o.id limit 20
"""


class NotAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire that could be filled in by telephone before anybody asked it in writing."""

    ref: UUID
    title: str
    due_on: date


async def not_asked_yet(look: Look, *, patient_id: int) -> list[NotAsked]:
    """What is due first, first."""
    rows = await look.tx.fetch(
        _NOT_ASKED, look.asks.organisation_id, patient_id, list(look.asks.team_ids), look.tx.today
    )
    return [NotAsked(**dict(row)) for row in rows]


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """One score as it was worked out when the answers came. `because` says what is behind it, or why there is none."""

    key: str
    title: str
    value: Decimal | None
    because: str


class AskedOf(msgspec.Struct, frozen=True, kw_only=True):
    """One questionnaire asked of the person, with the answers as they stand."""

    ref: UUID
    definition: Definition
    title: str
    due_on: date
    state: str
    state_reason: str | None
    asked_on: date
    closes_on: date
    submitted_at: datetime | None
    mode: str | None
    review_state: str
    scores: tuple[Scored, ...]
    answers: Mapping[str, Answer]


async def questionnaires_of(look: Look, *, patient_id: int) -> list[AskedOf]:
    """The latest 100, the newest first."""
    organisation_id = look.asks.organisation_id
    rows = await look.tx.fetch(_ASKED, organisation_id, patient_id)
    if not rows:
        return []
    answers: dict[int, dict[str, Answer]] = {}
    for row in await look.tx.fetch(_ANSWERS, organisation_id, [row["id"] for row in rows]):
        answers.setdefault(row["assignment_id"], {})[row["item"]] = msgspec.convert(row["value"], Answer)
    versions = {
        row["id"]: decoded(row["id"], digest=row["digest"], content=row["content"])
        for row in await look.tx.fetch("select id, digest, content from questionnaire_version where id = any($1)",
                                       list({row["version_id"] for row in rows}))
    }  # fmt: skip
    return [_asked(row, definition=versions[row["version_id"]], answers=answers.get(row["id"], {})) for row in rows]


_SAME = (
    "ref",
    "title",
    "due_on",
    "state",
    "state_reason",
    "asked_on",
    "closes_on",
    "submitted_at",
    "mode",
    "review_state",
)


def _asked(row: Mapping[str, Any], *, definition: Definition, answers: Mapping[str, Answer]) -> AskedOf:
    return AskedOf(
        **{name: row[name] for name in _SAME}, definition=definition, answers=answers,
        scores=tuple(msgspec.convert(one, Scored, strict=False) for one in row["score"] or ()),
    )  # fmt: skip
