"""Answers as stored (the newest row of an item is the answer), and what rules read of them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from rms.alerts.model import AlertKind, FlagAnswer, RedFlag, Score
from rms.clock import london_date
from rms.db.engine import Tx
from rms.questionnaires.model import Answer
from rms.questionnaires.scoring import FlagFinding, Standing, red_flags
from rms.questionnaires.store.versions import decoded


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one item as it stands. `saved_by` names who gave it, and in which visit."""

    answer: Answer
    saved_at: datetime
    saved_by: str


def plain(kept: Mapping[str, KeptAnswer]) -> dict[str, Answer]:
    """Only what was answered, as branching and scoring read it."""
    return {item: one.answer for item, one in kept.items()}


async def answers_of(tx: Tx, *, organisation_id: int, assignment_id: int) -> dict[str, KeptAnswer]:
    """The answers of one assignment by item."""
    rows = await tx.fetch(
        "select distinct on (item) item, value, saved_at, saved_by from answer"
        " where organisation_id = $1 and assignment_id = $2 order by item, id desc",
        organisation_id, assignment_id,
    )  # fmt: skip
    return {
        row["item"]: KeptAnswer(
            answer=msgspec.convert(row["value"], Answer), saved_at=row["saved_at"], saved_by=row["saved_by"]
        )
        for row in rows
    }


# Of each questionnaire the last time anything was answered: what was said half a year ago is not news any more, and an
# alert that it raised stands until a person closes it.
_LATEST = """
with last as (
  select distinct on (v.key) a.id, a.ref, a.submitted_at, v.id as version_id, v.content, v.digest
    from assignment a join questionnaire_version v on v.id = a.questionnaire_version_id
   where a.organisation_id = $1 and a.plan_id = $2 and exists (
         select from answer n where n.organisation_id = a.organisation_id and n.assignment_id = a.id)
   order by v.key, a.asked_on desc, a.id desc)
select last.*, n.item, n.value, n.saved_at
  from last cross join lateral (
       select distinct on (item) item, value, saved_at from answer
        where organisation_id = $1 and assignment_id = last.id order by item, id desc) n
 order by last.id, n.item
"""


async def red_flags_of(tx: Tx, *, organisation_id: int, plan_id: int) -> tuple[RedFlag, ...]:
    """How every watched item of a plan was answered last, sent or not; a declined one is cannot tell."""
    by_assignment: dict[int, list[Mapping[str, Any]]] = {}
    for row in await tx.fetch(_LATEST, organisation_id, plan_id):
        by_assignment.setdefault(row["id"], []).append(row)
    return tuple(flag for rows in by_assignment.values() for flag in _flags(rows))


def _flags(rows: list[Mapping[str, Any]]) -> Iterable[RedFlag]:
    first = rows[0]
    definition = decoded(first["version_id"], digest=first["digest"], content=first["content"])
    answers = {row["item"]: msgspec.convert(row["value"], Answer) for row in rows}
    saved_on = {row["item"]: london_date(row["saved_at"]) for row in rows}
    sent = first["submitted_at"] is not None
    for finding in red_flags(definition, answers=answers, sent=sent):
        on = saved_on.get(finding.link_id) or london_date(first["submitted_at"])
        yield as_red_flag(finding, questionnaire=definition.key, answered_on=on, ref=str(first["ref"]))


_ANSWER = {
    Standing.FLAGGED: FlagAnswer.FLAGGED,
    Standing.CLEAR: FlagAnswer.NOT_FLAGGED,
    Standing.CANNOT_TELL: FlagAnswer.DECLINED,
}


def as_red_flag(finding: FlagFinding, *, questionnaire: str, answered_on: date, ref: str) -> RedFlag:
    """What one item's red flags say, in the words of the rules."""
    return RedFlag(
        questionnaire=questionnaire, item=finding.link_id, answer=_ANSWER[finding.standing], words=finding.because,
        answered_on=answered_on, ref=ref,
        kind=AlertKind(finding.urgency) if finding.urgency else AlertKind.LOOK_SOON,
    )  # fmt: skip


async def scores_of(tx: Tx, *, organisation_id: int, plan_id: int) -> tuple[Score, ...]:
    """Every score of the answers sent for a plan, the oldest first."""
    rows = await tx.fetch(
        "select a.ref, a.submitted_at, a.score, v.key from assignment a"
        " join questionnaire_version v on v.id = a.questionnaire_version_id"
        " where a.organisation_id = $1 and a.plan_id = $2 and a.state = 'submitted' order by a.submitted_at, a.id",
        organisation_id, plan_id,
    )  # fmt: skip
    return tuple(score for row in rows for score in scores_from(row, questionnaire=row["key"]))


def scores_from(row: Mapping[str, Any], *, questionnaire: str) -> tuple[Score, ...]:
    """The stored scores of one assignment; none before its answers were sent."""
    if row["submitted_at"] is None:
        return ()
    answered_on, ref = london_date(row["submitted_at"]), str(row["ref"])
    return tuple(
        msgspec.convert(
            {"questionnaire": questionnaire, "answered_on": answered_on, "ref": ref, "score": one["key"],
             "value": one["value"], "why_not": "" if one["value"] is not None else one["because"]},
            Score,
        )
        for one in row["score"]
    )  # fmt: skip
