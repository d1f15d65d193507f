"""Assignments as stored: a questionnaire asked of a person for one occurrence of their plan."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.alerts.model import Score
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.questionnaires.model import Definition
from rms.questionnaires.store.answers import scores_from
from rms.questionnaires.store.versions import decoded

#: In these the person may answer.
OPEN_STATES = ("asked", "opened")


class AssignmentOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment with the version that was asked. `title` is the step's, which reads without a tumour site.

    `scores` are what the rules read; empty until the answers were sent. `occurrence_state` is how its step stands.
    """

    id: int
    ref: UUID
    organisation_id: int
    patient_id: int
    plan_id: int
    occurrence_id: int
    occurrence_state: str
    step_key: str
    due_on: date
    team_id: int
    version_id: int
    definition: Definition
    title: str
    state: str
    state_reason: str | None
    asked_on: date
    closes_on: date
    opened_at: datetime | None
    submitted_at: datetime | None
    mode: str | None
    review_state: str
    scores: tuple[Score, ...]

    @property
    def questionnaire_key(self) -> str:
        """The key of the questionnaire, as rules name it."""
        return self.definition.key

    @property
    def takes_answers(self) -> bool:
        """Whether an answer would still count: nobody has sent, closed or withdrawn it, nor left its step out."""
        return self.state in OPEN_STATES and self.occurrence_state in ("open", "missed")

    @property
    def is_sent(self) -> bool:
        """Whether the answers came, by whatever way."""
        return self.state == "submitted"


_ASSIGNMENT = """
select a.id, a.ref, a.organisation_id, a.patient_id, a.plan_id, a.occurrence_id, a.team_id, a.state, a.state_reason,
       a.asked_on, a.closes_on, a.opened_at, a.submitted_at, a.mode, a.review_state, a.score,
       a.questionnaire_version_id as version_id, v.content, v.digest, o.title, o.step_key, o.due_on,
       o.state as occurrence_state
  from assignment a
  join questionnaire_version v on v.id = a.questionnaire_version_id
  join occurrence o on o.organisation_id = a.organisation_id and o.id = a.occurrence_id
"""
_PLAIN = (
    *("id", "ref", "organisation_id", "patient_id", "plan_id", "occurrence_id", "occurrence_state", "step_key"),
    *("due_on", "team_id", "version_id", "title", "state", "state_reason", "asked_on", "closes_on", "opened_at"),
    *("submitted_at", "mode", "review_state"),
)


def _from(row: Mapping[str, Any]) -> AssignmentOnFile:
    definition = decoded(row["version_id"], digest=row["digest"], content=row["content"])
    return AssignmentOnFile(
        **{name: row[name] for name in _PLAIN},
        definition=definition,
        scores=scores_from(row, questionnaire=definition.key),
    )


async def _one(tx: Tx, tail: str, *values: object) -> AssignmentOnFile | None:
    row = await tx.fetchrow(f"{_ASSIGNMENT} where a.organisation_id = $1 and {tail}", *values)
    return None if row is None else _from(row)


async def assignment(tx: Tx, *, organisation_id: int, assignment_id: int) -> AssignmentOnFile:
    """One assignment; NotFound when it is not this organisation's."""
    found = await _one(tx, "a.id = $2", organisation_id, assignment_id)
    if found is None:
        raise NotFound("There is no such questionnaire.")
    return found


async def locked_assignment(tx: Tx, *, organisation_id: int, assignment_id: int) -> AssignmentOnFile:
    """One assignment, locked for a move; NotFound when it is not this organisation's."""
    found = await _one(tx, "a.id = $2 for no key update of a", organisation_id, assignment_id)
    if found is None:
        raise NotFound("There is no such questionnaire.")
    return found


async def assignment_of_occurrence(tx: Tx, *, organisation_id: int, occurrence_id: int) -> AssignmentOnFile | None:
    """What was asked for an occurrence, locked; None when nothing was yet."""
    return await _one(tx, "a.occurrence_id = $2 for no key update of a", organisation_id, occurrence_id)


async def set_assignment_review(
    tx: Tx, *, organisation_id: int, assignment_id: int, state: str, due_on: date | None
) -> None:
    """Where its review stands: to_review or set_aside, with the day on which the team is asked, or reviewed."""
    await tx.execute("update assignment set review_state = $3, review_due_on = $4 where organisation_id = $1 and id = $2",
                     organisation_id, assignment_id, state, due_on)  # fmt: skip


async def ask_about_answers_on(tx: Tx, *, organisation_id: int, assignment_id: int, day: date) -> None:
    """The team was asked why nobody has looked: the day on which it is asked again."""
    await tx.execute("update assignment set review_due_on = $3 where organisation_id = $1 and id = $2",
                     organisation_id, assignment_id, day)  # fmt: skip
