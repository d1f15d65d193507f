"""Occurrences as stored: one dated instance of a step, with the stages it passes."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound


class OccurrenceOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence as it stands. `facts` is what messages about it may say."""

    id: int
    ref: UUID
    organisation_id: int
    plan_id: int
    patient_id: int
    team_id: int
    step_key: str
    number: int
    kind: str
    analyte: str | None
    questionnaire_key: str | None
    title: str
    channel: str | None
    facts: Mapping[str, Any]
    earliest_on: date
    due_on: date
    latest_on: date
    state: str
    state_reason: str | None
    done_on: date | None
    rescheduled: int


_OCCURRENCE = """
select id, ref, organisation_id, plan_id, patient_id, team_id, step_key, number, kind, analyte, questionnaire_key, title,
       channel, facts, earliest_on, due_on, latest_on, state, state_reason, done_on, rescheduled
  from occurrence
"""


def occurrence_from(row: Mapping[str, Any]) -> OccurrenceOnFile:
    """Make the value from a row of `occurrence`."""
    return OccurrenceOnFile(**{name: row[name] for name in OccurrenceOnFile.__struct_fields__})


async def occurrence_on_file(tx: Tx, *, organisation_id: int, occurrence_id: int) -> OccurrenceOnFile:
    """One occurrence; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{_OCCURRENCE} where organisation_id = $1 and id = $2", organisation_id, occurrence_id)
    if row is None:
        raise NotFound("There is no such step of a plan.")
    return occurrence_from(row)


async def locked_occurrence(tx: Tx, *, organisation_id: int, occurrence_id: int) -> OccurrenceOnFile:
    """One occurrence, locked; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{_OCCURRENCE} where organisation_id = $1 and id = $2 for update", organisation_id,
                            occurrence_id)  # fmt: skip
    if row is None:
        raise NotFound("There is no such step of a plan.")
    return occurrence_from(row)


async def open_occurrences(tx: Tx, *, organisation_id: int, patient_id: int, analyte: str) -> list[OccurrenceOnFile]:
    """What a result of an analyte could close, in every plan of the person that has not ended, by due date."""
    rows = await tx.fetch(
        f"{_OCCURRENCE} where organisation_id = $1 and patient_id = $2 and analyte = $3 and state = 'open'"
        " order by due_on, id",
        organisation_id, patient_id, analyte,
    )  # fmt: skip
    return [occurrence_from(row) for row in rows]


async def closed_by_result(tx: Tx, *, organisation_id: int, patient_id: int, result_id: int) -> list[int]:
    """The occurrences that a result closed, one in each plan that asked for the test; in the order plans are locked."""
    rows = await tx.fetch(
        "select id from occurrence where organisation_id = $1 and closed_by_kind = 'result' and closed_by_id = $3"
        " and state = 'done' and plan_id in (select id from plan where organisation_id = $1 and patient_id = $2)"
        " order by plan_id, id",
        organisation_id, patient_id, result_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def occurrences_of_plan(tx: Tx, *, organisation_id: int, plan_id: int) -> list[OccurrenceOnFile]:
    """All rows of a plan, by due date."""
    rows = await tx.fetch(
        f"{_OCCURRENCE} where organisation_id = $1 and plan_id = $2 order by due_on, id", organisation_id, plan_id
    )
    return [occurrence_from(row) for row in rows]


async def open_of_plan(tx: Tx, *, organisation_id: int, plan_id: int) -> list[OccurrenceOnFile]:
    """The open rows of a plan, by due date."""
    rows = await tx.fetch(
        f"{_OCCURRENCE} where organisation_id = $1 and plan_id = $2 and state = 'open' order by due_on, id",
        organisation_id, plan_id,
    )  # fmt: skip
    return [occurrence_from(row) for row in rows]


async def looks_of_plan(tx: Tx, *, organisation_id: int, plan_id: int) -> dict[int, tuple[date, str]]:
    """When each open occurrence of a plan is looked at next, and for what; by the occurrence's id."""
    rows = await tx.fetch(
        "select c.occurrence_id, c.act_on, c.stage from occurrence o join calendar c"
        " on c.organisation_id = o.organisation_id and c.occurrence_id = o.id"
        " where o.organisation_id = $1 and o.plan_id = $2 and o.state = 'open'",
        organisation_id, plan_id,
    )  # fmt: skip
    return {row["occurrence_id"]: (row["act_on"], row["stage"]) for row in rows}


async def waiting_for(tx: Tx, *, organisation_id: int, plan_id: int, today: date) -> list[OccurrenceOnFile]:
    """What was due before today and has not come back: the facts of the rules about silence."""
    rows = await tx.fetch(
        f"{_OCCURRENCE} where organisation_id = $1 and plan_id = $2 and state = 'open' and due_on < $3 order by due_on, id",
        organisation_id, plan_id, today,
    )  # fmt: skip
    return [occurrence_from(row) for row in rows]
