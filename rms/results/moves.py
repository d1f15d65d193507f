"""What can happen to results inside an open transaction: filed, placed at a step, marked as looked at.

Nothing reported is overwritten: each different report is a version, and which one holds is decided in `versions.py` from
all of them. Must not know where a report came from or what rules say about it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from rms.alerts.analytes import name_of
from rms.clock import start_of_london_day
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound
from rms.results.model import Observation
from rms.results.ranges import upper_limit
from rms.results.reviewing import look_by
from rms.results.store import result_on_file, versions_of
from rms.results.units import Held, to_stored
from rms.results.versions import STATUS_RANK, Version, comments_of, digest_of, holding, meaning_of

REVIEW_STATES = ("to_review", "set_aside", "reviewed", "not_needed")


class OnFileOtherwise(Conflict):
    """The sender's number of this result is on file for another person or another test; nothing was written."""


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report. `changed`: what holds now says something else than before (always so for a new result).

    `observation` and `version_id` are of the version that holds; `counts` says whether rules may judge it.
    """

    organisation_id: int
    patient_id: int
    result_id: int
    version_id: int
    is_new: bool
    changed: bool
    counts: bool
    previously_final: bool
    observation: Observation
    closed_occurrence_id: int | None


_FIND_OR_MAKE = """
insert into result (organisation_id, patient_id, source_key, analyte, code, code_text, sample_at, team_id, review_state,
                    filed_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'not_needed', $9)
on conflict (organisation_id, source_key) do update set source_key = excluded.source_key
returning id, patient_id, analyte, occurrence_id, current_version_id, (xmax = 0) as is_new
"""

_INSERT_VERSION = """
insert into result_version (organisation_id, result_id, digest, status, status_rank, reported_at, value_text, number,
                            comparator, unit_sent, unit, reference_range, upper_limit, flags, method, notes, inbox_id,
                            entered_by_staff_id, received_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""
_ADD_VERSION = f"{_INSERT_VERSION} on conflict (organisation_id, result_id, digest) do nothing returning id"
#: The first version of a new result, which holds from the beginning.
_FIRST_VERSION = f"""
with first as ({_INSERT_VERSION} returning organisation_id, result_id, id)
update result r set current_version_id = first.id from first
 where r.organisation_id = first.organisation_id and r.id = first.result_id
returning first.id
"""


async def file_observation(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    team_id: int,
    observation: Observation,
    source_key: str,
    inbox_id: int | None = None,
    entered_by: int | None = None,
    received_at: datetime,
    reported_at: datetime | None = None,
) -> Filed:
    """Keep one report about a person, whose row the caller holds. OnFileOtherwise: the key is of another person or test.

    `source_key` is shared by all reports about one sample and test; `reported_at` is the sender's, else `received_at`.
    """
    reported_at = reported_at or received_at
    found = await _find_or_make(
        tx, organisation_id=organisation_id, patient_id=patient_id, team_id=team_id, observation=observation,
        source_key=source_key, received_at=received_at,
    )  # fmt: skip
    digest = digest_of(observation, reported_at=reported_at)
    added = await _add_version(
        tx, sql=_FIRST_VERSION if found["is_new"] else _ADD_VERSION, organisation_id=organisation_id, result_id=found["id"],
        observation=observation, digest=digest,
        reported_at=reported_at, received_at=received_at, inbox_id=inbox_id, entered_by=entered_by,
    )  # fmt: skip
    before, now_holds = await _before_and_now(
        tx, organisation_id=organisation_id, result_id=found["id"], held=found["current_version_id"],
        alone=Version(
            id=added or 0, status=observation.status, reported_at=reported_at, digest=digest,
            has_number=observation.quantity is not None, says=meaning_of(observation),
        ),
    )  # fmt: skip
    learnt = bool(observation.analyte) and found["analyte"] is None
    if not found["is_new"] and (before is None or now_holds.id != before.id or learnt):
        await _hold(tx, organisation_id=organisation_id, result_id=found["id"], version_id=now_holds.id,
                    analyte=observation.analyte)  # fmt: skip
    if now_holds.digest != digest:
        observation = (await result_on_file(tx, organisation_id=organisation_id, result_id=found["id"])).observation
    return Filed(
        organisation_id=organisation_id, patient_id=patient_id, result_id=found["id"], version_id=now_holds.id,
        is_new=found["is_new"], changed=before is None or now_holds.says != before.says,
        counts=now_holds.status.is_final, previously_final=before is not None and before.status.is_final,
        observation=observation, closed_occurrence_id=found["occurrence_id"],
    )  # fmt: skip


async def _find_or_make(
    tx: Tx, *, organisation_id: int, patient_id: int, team_id: int, observation: Observation, source_key: str,
    received_at: datetime,
) -> Mapping[str, Any]:  # fmt: skip
    """The row of this sample and test, made when there is none yet. OnFileOtherwise when it is of another one."""
    found: Mapping[str, Any] | None = await tx.fetchrow(
        _FIND_OR_MAKE, organisation_id, patient_id, source_key, observation.analyte or None, observation.code.code or None,
        observation.code.text or None, observation.sampled_at or start_of_london_day(observation.sampled_on), team_id,
        received_at,
    )  # fmt: skip
    assert found is not None
    _refuse_otherwise(found, patient_id=patient_id, analyte=observation.analyte)
    return found


async def _hold(tx: Tx, *, organisation_id: int, result_id: int, version_id: int, analyte: str) -> None:
    """From now on this version holds; a test whose name was not known before is named."""
    await tx.execute(
        "update result set current_version_id = $3, analyte = coalesce(analyte, $4) where organisation_id = $1 and id = $2",
        organisation_id, result_id, version_id, analyte or None,
    )  # fmt: skip


def _refuse_otherwise(found: Mapping[str, Any], *, patient_id: int, analyte: str) -> None:
    """Refuse a number that is on file for another person or another test."""
    if found["patient_id"] != patient_id:
        raise OnFileOtherwise("The laboratory's number of this result is on file for another person.")
    if analyte and found["analyte"] not in (None, analyte):
        raise OnFileOtherwise(f"This result is on file as {name_of(found['analyte'])}, not as {name_of(analyte)}.")


async def _before_and_now(
    tx: Tx, *, organisation_id: int, result_id: int, held: int | None, alone: Version
) -> tuple[Version | None, Version]:
    """Which version held before, and which holds now; `alone` is the only one of a new result."""
    if held is None:
        return None, alone
    versions = await versions_of(tx, organisation_id=organisation_id, result_id=result_id)
    return next(one for one in versions if one.id == held), holding(versions)


async def _add_version(
    tx: Tx, *, sql: str, organisation_id: int, result_id: int, observation: Observation, digest: bytes, reported_at: datetime,
    received_at: datetime, inbox_id: int | None, entered_by: int | None,
) -> int | None:  # fmt: skip
    """Add what was reported; None when the same was on file."""
    quantity = observation.quantity
    limit = upper_limit(observation.reference_range)
    if limit is not None and quantity is not None:
        stored = to_stored(limit, observation.unit_as_sent, analyte=observation.analyte)
        limit = None if isinstance(stored, Held) else stored.number
    version_id: int | None = await tx.fetchval(
        sql, organisation_id, result_id, digest, observation.status, STATUS_RANK[observation.status], reported_at,
        observation.value_as_sent, None if quantity is None else quantity.number,
        "" if quantity is None else quantity.comparator, observation.unit_as_sent, None if quantity is None else quantity.unit,
        observation.reference_range or None, None if quantity is None else limit, " ".join(observation.flags) or None,
        observation.method or None, comments_of(observation), inbox_id, entered_by, received_at,
    )  # fmt: skip
    return version_id


# News about a result that waits already never puts off the day: a laboratory that keeps changing it would for ever.
_REVIEW = """
review_state = $3,
review_due_on = case when $3 = 'to_review' and review_state = 'to_review' then least(review_due_on, $4) else $4 end
"""
_SET_REVIEW_STATE = f"update result set {_REVIEW} where organisation_id = $1 and id = $2"
_PLACE = f"update result set occurrence_id = $5, plan_id = $6, {_REVIEW} where organisation_id = $1 and id = $2"


async def place_result(
    tx: Tx, *, organisation_id: int, result_id: int, occurrence_id: int | None, plan_id: int | None, state: str,
    due_on: date | None = None,
) -> None:  # fmt: skip
    """Say which step of which plan a result closed (None takes it away from there), and whether somebody must look at it."""
    _changed_one(
        await tx.execute(_PLACE, organisation_id, result_id, *_review(tx, state, due_on), occurrence_id, plan_id)
    )


async def set_review_state(
    tx: Tx, *, organisation_id: int, result_id: int, state: str, due_on: date | None = None
) -> None:
    """Say whether somebody must look at a result, has set it aside for later, has looked, or need not.

    `due_on`: the day on which the team is asked when nobody has looked; None: as long as one in range may wait.
    """
    _changed_one(await tx.execute(_SET_REVIEW_STATE, organisation_id, result_id, *_review(tx, state, due_on)))


def _review(tx: Tx, state: str, due_on: date | None) -> tuple[str, date | None]:
    """A state of review and the day that belongs to it."""
    if state not in REVIEW_STATES:
        raise ValueError(f"{state} is not a state of review")
    waits = state in ("to_review", "set_aside")
    return state, (due_on or look_by(tx.today, understood=True)) if waits else None


async def ask_again_on(tx: Tx, *, organisation_id: int, result_id: int, day: date) -> None:
    """Nobody has looked yet: the day on which that is asked about again."""
    _changed_one(
        await tx.execute("update result set review_due_on = $3 where organisation_id = $1 and id = $2",
                         organisation_id, result_id, day)
    )  # fmt: skip


def _changed_one(tag: str) -> None:
    if tag != "UPDATE 1":
        raise NotFound("There is no such result.")


async def give_results_to_team(tx: Tx, *, organisation_id: int, plan_id: int, team_id: int) -> None:
    """Results of a plan that somebody must still look at go along with it to another team."""
    await tx.execute(
        "update result set team_id = $3 where organisation_id = $1 and plan_id = $2"
        " and review_state in ('to_review', 'set_aside')",
        organisation_id, plan_id, team_id,
    )  # fmt: skip
