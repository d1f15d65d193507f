"""The results of one person with who looked at them, and one result with its versions, its rules and what followed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from rms.caseload.looking import Look
from rms.caseload.scope import VISIBLE
from rms.errors import NotFound

_RESULTS = """
with decided as (
  select distinct on (d.subject_id) d.subject_id, d.kind, d.note, d.until_on, d.decided_at, s.display_name as by_name
    from decision d join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id
   where d.organisation_id = $1 and d.patient_id = $2 and d.subject_kind = 'result' and d.undone_at is null
     and d.overtaken_at is null
   order by d.subject_id, d.decided_at desc, d.id desc)
select r.id, r.ref, r.analyte, r.code_text, r.sample_at, r.review_state, r.is_history, v.value_text, v.comparator, v.number,
       v.unit, v.unit_sent, v.status, d.kind as decided, d.note, d.until_on, d.decided_at, d.by_name as decided_by,
       (select count(*) from result_version a where a.organisation_id = r.organisation_id and a.result_id = r.id) as versions
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
  left join decided d on d.subject_id = r.id
 where r.organisation_id = $1 and r.patient_id = $2 order by r.sample_at desc, r.id desc limit 2000
"""

_FOUND = f"""
select r.id, r.patient_id, r.current_version_id, r.source_key, r.filed_at, t.name as team, o.title as step, o.due_on
  from result r join patient p on p.organisation_id = r.organisation_id and p.id = r.patient_id
  join team t on t.organisation_id = r.organisation_id and t.id = r.team_id
  left join occurrence o on o.organisation_id = r.organisation_id and o.id = r.occurrence_id
 where r.organisation_id = $2 and r.ref = $3 and ({VISIBLE})
"""

_VERSIONS = """
select v.id, v.status, v.reported_at, v.received_at, v.value_text, v.comparator, v.number, v.unit, v.unit_sent,
       v.reference_range, v.method, v.notes, v.inbox_id, e.display_name as entered_by, c.display_name as checked_by
  from result_version v
  left join staff e on e.organisation_id = v.organisation_id and e.id = v.entered_by_staff_id
  left join staff c on c.organisation_id = v.organisation_id and c.id = v.checked_by_staff_id
 where v.organisation_id = $1 and v.result_id = $2 order by v.id
"""

_JUDGED = """
select e.rule_key, e.outcome, e.sentence, e.evaluated_at, p.key as protocol, p.version, p.title as protocol_title,
       a.ref as alert_ref
  from rule_evaluation e left join protocol_version p on p.id = e.protocol_version_id
  left join alert a on a.organisation_id = e.organisation_id and a.id = e.alert_id
 where e.organisation_id = $1 and e.cause_kind = 'result_version' and e.cause_id = any($2) order by e.id desc
"""

_DECISIONS = """
select d.id, d.kind, d.note, d.until_on, d.decided_at, s.display_name as by_name, d.undone_at, u.display_name as undone_by,
       d.overtaken_at
  from decision d join staff s on s.organisation_id = d.organisation_id and s.id = d.decided_by_staff_id
  left join staff u on u.organisation_id = d.organisation_id and u.id = d.undone_by_staff_id
 where d.organisation_id = $1 and d.patient_id = $2 and d.subject_kind = 'result' and d.subject_id = $3
 order by d.decided_at desc, d.id desc
"""


class FiledResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result as the version that holds says, with the decision in force about it, if there is one."""

    id: int
    ref: UUID
    analyte: str | None
    code_text: str | None
    sample_at: datetime
    review_state: str
    is_history: bool
    value_text: str
    comparator: str
    number: Decimal | None
    unit: str | None
    unit_sent: str
    status: str
    decided: str | None
    note: str | None
    until_on: date | None
    decided_at: datetime | None
    decided_by: str | None
    versions: int

    @property
    def test(self) -> str:
        """What is measured: the analyte, or the laboratory's own words for it."""
        return self.analyte or self.code_text or ""


class FoundResult(msgspec.Struct, frozen=True, kw_only=True):
    """Where one result belongs. `step` is what it closed."""

    id: int
    patient_id: int
    current_version_id: int
    source_key: str
    filed_at: datetime
    team: str
    step: str | None
    due_on: date | None


class VersionInFull(msgspec.Struct, frozen=True, kw_only=True):
    """One version as it came."""

    id: int
    status: str
    reported_at: datetime
    received_at: datetime
    value_text: str
    comparator: str
    number: Decimal | None
    unit: str | None
    unit_sent: str
    reference_range: str | None
    method: str | None
    notes: str | None
    inbox_id: int | None
    entered_by: str | None
    checked_by: str | None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule said of one version."""

    rule_key: str
    outcome: str
    sentence: str
    evaluated_at: datetime
    protocol: str | None
    version: int | None
    protocol_title: str | None
    alert_ref: UUID | None


class DecisionMade(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about a result, in force or not."""

    id: int
    kind: str
    note: str | None
    until_on: date | None
    decided_at: datetime
    by_name: str
    undone_at: datetime | None
    undone_by: str | None
    overtaken_at: datetime | None


class RawMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message exactly as it came, and who sent it."""

    raw: bytes
    received_at: datetime
    peer: str


async def results_of(look: Look, *, patient_id: int) -> list[FiledResult]:
    """The latest 2,000 results, the newest sample first."""
    rows = await look.tx.fetch(_RESULTS, look.asks.organisation_id, patient_id)
    return [FiledResult(**dict(row)) for row in rows]


async def result_behind(look: Look, *, ref: UUID) -> FoundResult:
    """The result an address leads to; NotFound when its person is outside the scope of the one who asks."""
    row = await look.tx.fetchrow(_FOUND, *look.scope, ref)
    if row is None:
        raise NotFound("There is no such result.")
    return FoundResult(**dict(row))


async def versions_of(look: Look, *, result_id: int) -> list[VersionInFull]:
    """Every version, as they came."""
    rows = await look.tx.fetch(_VERSIONS, look.asks.organisation_id, result_id)
    return [VersionInFull(**dict(row)) for row in rows]


async def judged_of(look: Look, *, version_ids: list[int]) -> list[Judged]:
    """What the rules said when these versions came, the latest first."""
    return [Judged(**dict(row)) for row in await look.tx.fetch(_JUDGED, look.asks.organisation_id, version_ids)]


async def decisions_about(look: Look, *, found: FoundResult) -> list[DecisionMade]:
    """Every decision about a result, the latest first."""
    rows = await look.tx.fetch(_DECISIONS, look.asks.organisation_id, found.patient_id, found.id)
    return [DecisionMade(**dict(row)) for row in rows]


async def raw_messages(look: Look, *, inbox_ids: list[int]) -> list[RawMessage]:
    """The messages behind versions, in the order given; one that is not this organisation's is left out."""
    rows: list[Any] = await look.tx.fetch(
        "select r.raw, r.received_at, r.peer from unnest($1::bigint[]) with ordinality i(id, place)"
        " cross join lateral inbox_raw(i.id) r order by i.place", inbox_ids,
    )  # fmt: skip
    return [RawMessage(raw=bytes(row["raw"]), received_at=row["received_at"], peer=row["peer"]) for row in rows]
