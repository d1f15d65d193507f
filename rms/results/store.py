"""Results as values: the readings that rules look at, one result with its versions, what waits for review."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from rms.alerts.model import Comparator, Reading, Report
from rms.clock import london_date
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.results.model import Code, Observation, ObservationStatus, Quantity
from rms.results.versions import Version, meaning_of

FINAL = tuple(status.value for status in ObservationStatus if status.is_final)


class ResultOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One result as it stands: what holds now, the step it closed, whether somebody still has to look.

    `observation` is the version that holds; `versions` counts all of them.
    """

    id: int
    ref: UUID
    organisation_id: int
    patient_id: int
    team_id: int
    analyte: str | None
    observation: Observation
    sample_at: datetime
    upper_limit: Decimal | None
    occurrence_id: int | None
    plan_id: int | None
    current_version_id: int
    reported_at: datetime
    received_at: datetime
    inbox_id: int | None
    review_state: str
    is_history: bool
    filed_at: datetime
    versions: int


#: A code of a report is a word or two; anything longer is prose.
_LONGEST_CODE = 30
_REPORTS = f"""
select r.id, r.analyte, r.sample_at, v.value_text
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
 where r.organisation_id = $1 and r.patient_id = $2 and r.analyte is not null and v.number is null
   and v.status in ({", ".join(f"'{status}'" for status in FINAL)})
 order by r.sample_at, r.id
"""

_READINGS = f"""
select r.id, r.analyte, r.sample_at, v.number, v.unit, v.comparator, v.method, v.upper_limit
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
 where r.organisation_id = $1 and r.patient_id = $2 and r.analyte is not null and v.number is not null
   and v.status in ({", ".join(f"'{status}'" for status in FINAL)}) and ($3::text is null or r.analyte = $3)
 order by r.sample_at, r.id
"""

_RESULT = """
select r.id, r.ref, r.organisation_id, r.patient_id, r.team_id, r.analyte, r.code, r.code_text, r.sample_at, r.occurrence_id,
       r.plan_id, r.current_version_id, r.review_state, r.is_history, r.filed_at, v.status, v.reported_at, v.received_at,
       v.value_text, v.number, v.comparator, v.unit_sent, v.unit, v.reference_range, v.upper_limit, v.flags, v.method, v.notes,
       v.inbox_id,
       (select count(*) from result_version a where a.organisation_id = r.organisation_id and a.result_id = r.id) as versions
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
"""

_VERSIONS = """
select id, status, reported_at, digest, value_text, number, comparator, unit_sent, unit, reference_range, flags, method, notes
  from result_version where organisation_id = $1 and result_id = $2 order by id
"""


async def readings_of(
    tx: Tx, *, organisation_id: int, patient_id: int, analyte: str | None = None
) -> tuple[Reading, ...]:
    """The numbers that count for a person, of one analyte or of all, by sample time.

    Final and corrected ones only: what is preliminary or was taken back is no reading. `ref` is the result's id.
    """
    rows = await tx.fetch(_READINGS, organisation_id, patient_id, analyte)
    return tuple(
        Reading(
            analyte=row["analyte"], number=row["number"], unit=row["unit"], sample_on=london_date(row["sample_at"]),
            ref=str(row["id"]), comparator=Comparator(row["comparator"]), method=row["method"] or "",
            upper_limit=row["upper_limit"],
        )
        for row in rows
    )  # fmt: skip


async def reports_of(tx: Tx, *, organisation_id: int, patient_id: int) -> tuple[Report, ...]:
    """The reports that count for a person, by the day of the examination: final and corrected results without a number.

    A word or two is the report's code; whole sentences are words only, which no rule can read. `ref` is the result's id.
    """
    rows = await tx.fetch(_REPORTS, organisation_id, patient_id)
    return tuple(
        Report(
            analyte=row["analyte"], code=_code_of(row["value_text"]), done_on=london_date(row["sample_at"]),
            ref=str(row["id"]),
        )
        for row in rows
    )  # fmt: skip


def _code_of(text: str) -> str | None:
    words = text.strip()
    return words if 0 < len(words) <= _LONGEST_CODE else None


async def result_on_file(tx: Tx, *, organisation_id: int, result_id: int) -> ResultOnFile:
    """One result; NotFound when it is not this organisation's."""
    row = await tx.fetchrow(f"{_RESULT} where r.organisation_id = $1 and r.id = $2", organisation_id, result_id)
    if row is None:
        raise NotFound("There is no such result.")
    return _result(row)


async def results_of(tx: Tx, *, organisation_id: int, patient_id: int) -> list[ResultOnFile]:
    """All results of a person, the latest sample first."""
    rows = await tx.fetch(
        f"{_RESULT} where r.organisation_id = $1 and r.patient_id = $2 order by r.sample_at desc, r.id desc",
        organisation_id, patient_id,
    )  # fmt: skip
    return [_result(row) for row in rows]


async def results_to_review(tx: Tx, *, organisation_id: int, team_id: int, at_most: int = 500) -> list[ResultOnFile]:
    """What a team still has to look at, the oldest first."""
    rows = await tx.fetch(
        f"{_RESULT} where r.organisation_id = $1 and r.team_id = $2 and r.review_state in ('to_review', 'set_aside')"
        " order by r.filed_at, r.id limit $3",
        organisation_id, team_id, at_most,
    )  # fmt: skip
    return [_result(row) for row in rows]


async def same_order_on_another_day(tx: Tx, *, organisation_id: int, source_key: str, prefix: str) -> datetime | None:
    """When the same order and test is on file with another sample time; `prefix` is the key without that time.

    The two bounds lead to the index also where the statement is planned without its values.
    """
    behind = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    at: datetime | None = await tx.fetchval(
        "select sample_at from result where organisation_id = $1 and source_key >= $2 and source_key < $4"
        " and source_key ^@ $2 and source_key <> $3 limit 1",
        organisation_id, prefix, source_key, behind,
    )  # fmt: skip
    return at


async def versions_of(tx: Tx, *, organisation_id: int, result_id: int) -> list[Version]:
    """Every version of a result, as they came."""
    return [
        Version(
            id=row["id"], status=ObservationStatus(row["status"]), reported_at=row["reported_at"],
            has_number=row["number"] is not None, digest=row["digest"],
            says=meaning_of(_observation({**row, "analyte": "", "sample_at": row["reported_at"], "code": "", "code_text": ""})),
        )
        for row in await tx.fetch(_VERSIONS, organisation_id, result_id)
    ]  # fmt: skip


def _observation(row: Mapping[str, Any]) -> Observation:
    """The version in a row as the value that was filed."""
    number, comparator = row["number"], Comparator(row["comparator"])
    return Observation(
        analyte=row["analyte"] or "", sampled_on=london_date(row["sample_at"]), sampled_at=row["sample_at"],
        status=ObservationStatus(row["status"]), code=Code(code=row["code"] or "", text=row["code_text"] or ""),
        value_as_sent=row["value_text"], unit_as_sent=row["unit_sent"],
        quantity=None if number is None else Quantity(number=number, unit=row["unit"], comparator=comparator),
        reference_range=row["reference_range"] or "", flags=tuple((row["flags"] or "").split()), method=row["method"] or "",
        comments=(row["notes"],) if row["notes"] else (),
    )  # fmt: skip


def _result(row: Mapping[str, Any]) -> ResultOnFile:
    return ResultOnFile(
        id=row["id"], ref=row["ref"], organisation_id=row["organisation_id"], patient_id=row["patient_id"],
        team_id=row["team_id"], analyte=row["analyte"], observation=_observation(row), sample_at=row["sample_at"],
        upper_limit=row["upper_limit"], occurrence_id=row["occurrence_id"], plan_id=row["plan_id"],
        current_version_id=row["current_version_id"], reported_at=row["reported_at"], received_at=row["received_at"],
        inbox_id=row["inbox_id"], review_state=row["review_state"], is_history=row["is_history"], filed_at=row["filed_at"],
        versions=row["versions"],
    )  # fmt: skip
