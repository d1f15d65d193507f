"""The cancers and treatments that a source knows of a person. A plan hangs on a case, so that a case is never removed."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rms.audit.model import Actor
from rms.audit.moves import record_each
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.people.model import Diagnosis, Treatment

CHUNK = 1_000

_CASE_COLUMNS = (
    "patient_id bigint, source text, source_ref text, tumour_site text, icd10 text, morphology text, description text,"
    " diagnosed_on date, diagnosed_text text"
)

# A site that staff chose for a code that leaves it open stays when the source still leaves it open.
_PUT_CASES = f"""
insert into register_case (organisation_id, patient_id, source, source_ref, tumour_site, icd10, morphology, description,
                           diagnosed_on, diagnosed_text)
select $1, patient_id, source, source_ref, tumour_site, icd10, morphology, description, diagnosed_on, diagnosed_text
  from jsonb_to_recordset($2) as wanted({_CASE_COLUMNS})
on conflict (organisation_id, patient_id, source, source_ref) do update
   set tumour_site = coalesce(excluded.tumour_site, register_case.tumour_site), icd10 = excluded.icd10,
       morphology = excluded.morphology, description = excluded.description, diagnosed_on = excluded.diagnosed_on,
       diagnosed_text = excluded.diagnosed_text
returning id, patient_id, source_ref
"""

# A case that was entered by hand before the register knew of it becomes the register's; its plan stays on it.
_TAKE_OVER = f"""
update register_case c
   set source = w.source, source_ref = w.source_ref, tumour_site = coalesce(w.tumour_site, c.tumour_site),
       icd10 = w.icd10, morphology = w.morphology, description = w.description, diagnosed_on = w.diagnosed_on,
       diagnosed_text = w.diagnosed_text
  from jsonb_to_recordset($2) as w(case_id bigint, {_CASE_COLUMNS})
 where c.organisation_id = $1 and c.id = w.case_id and c.patient_id = w.patient_id
returning c.id, c.patient_id, c.source_ref
"""

_PUT_TREATMENTS = """
insert into treatment (organisation_id, patient_id, case_id, source, source_ref, kind, intent, code, description,
                       started_on, started_text, ended_on, ended_text)
select $1, patient_id, case_id, source, source_ref, kind, intent, code, description, started_on, started_text, ended_on,
       ended_text
  from jsonb_to_recordset($2) as wanted(
       patient_id bigint, case_id bigint, source text, source_ref text, kind text, intent text, code text,
       description text, started_on date, started_text text, ended_on date, ended_text text)
on conflict (organisation_id, patient_id, source, source_ref) do update
   set case_id = excluded.case_id, kind = excluded.kind, intent = excluded.intent, code = excluded.code,
       description = excluded.description, started_on = excluded.started_on, started_text = excluded.started_text,
       ended_on = excluded.ended_on, ended_text = excluded.ended_text
returning id, patient_id
"""


class CaseToPut(msgspec.Struct, frozen=True, kw_only=True):
    """A cancer to add or bring up to date. `case_id` names a case of another source that this one takes over."""

    patient_id: int
    diagnosis: Diagnosis
    source: str
    case_id: int | None = None


class TreatmentToPut(msgspec.Struct, frozen=True, kw_only=True):
    """A treatment to add or bring up to date; `case_id` is None when nobody says which cancer it was for."""

    patient_id: int
    case_id: int | None
    treatment: Treatment
    source: str


async def put_case(
    tx: Tx, *, organisation_id: int, patient_id: int, diagnosis: Diagnosis, source: str, by: Actor
) -> int:
    """Add a cancer, or bring it up to date (same person, source and reference); returns the case id."""
    case = CaseToPut(patient_id=patient_id, diagnosis=diagnosis, source=source)
    return (await put_cases(tx, organisation_id=organisation_id, cases=[case], by=by))[(patient_id, diagnosis.ref)]


async def put_cases(
    tx: Tx, *, organisation_id: int, cases: Sequence[CaseToPut], by: Actor
) -> Mapping[tuple[int, str], int]:
    """Add cancers, or bring them up to date; returns the case id by (patient id, reference)."""
    found: dict[tuple[int, str], int] = {}
    for sql, some in (
        (_PUT_CASES, [case for case in cases if case.case_id is None]),
        (_TAKE_OVER, [case for case in cases if case.case_id is not None]),
    ):
        for start in range(0, len(some), CHUNK):
            rows = await tx.fetch(sql, organisation_id, [_case_row(case) for case in some[start : start + CHUNK]])
            found |= {(row["patient_id"], row["source_ref"]): row["id"] for row in rows}
            await record_each(tx, by=by, verb="case.put", subject_kind="register_case", organisation_id=organisation_id,
                              about=[(row["id"], row["patient_id"]) for row in rows])  # fmt: skip
    return found


async def put_treatment(
    tx: Tx, *, organisation_id: int, patient_id: int, case_id: int | None, treatment: Treatment, source: str, by: Actor
) -> int:
    """Add a treatment, or bring it up to date (same person, source and reference); returns its id."""
    one = TreatmentToPut(patient_id=patient_id, case_id=case_id, treatment=treatment, source=source)
    return (await put_treatments(tx, organisation_id=organisation_id, treatments=[one], by=by))[0]


async def put_treatments(tx: Tx, *, organisation_id: int, treatments: Sequence[TreatmentToPut], by: Actor) -> list[int]:
    """Add treatments, or bring them up to date; returns their ids in no order."""
    ids: list[int] = []
    for start in range(0, len(treatments), CHUNK):
        wanted = [_treatment_row(one) for one in treatments[start : start + CHUNK]]
        rows = await tx.fetch(_PUT_TREATMENTS, organisation_id, wanted)
        await record_each(tx, by=by, verb="treatment.put", subject_kind="treatment", organisation_id=organisation_id,
                          about=[(row["id"], row["patient_id"]) for row in rows])  # fmt: skip
        ids += [row["id"] for row in rows]
    return ids


def _case_row(case: CaseToPut) -> dict[str, Any]:
    diagnosis = case.diagnosis
    return {
        "case_id": case.case_id,
        "patient_id": case.patient_id,
        "source": case.source,
        "source_ref": diagnosis.ref,
        "tumour_site": diagnosis.site,
        "icd10": diagnosis.icd10,
        "morphology": diagnosis.morphology,
        "description": diagnosis.text,
        **_both("diagnosed", diagnosis.diagnosed_on),
    }


def _treatment_row(one: TreatmentToPut) -> dict[str, Any]:
    treatment = one.treatment
    return {
        "patient_id": one.patient_id,
        "case_id": one.case_id,
        "source": one.source,
        "source_ref": treatment.ref,
        "kind": treatment.kind,
        "intent": treatment.intent,
        "code": treatment.code,
        "description": treatment.text,
        **_both("started", treatment.started_on),
        **_both("ended", treatment.ended_on),
    }


def _both(name: str, partial: PartialDate | None) -> dict[str, Any]:
    """A partial date as its two columns: the day when it is known, and the text as it came."""
    return {f"{name}_on": partial.exact if partial else None, f"{name}_text": str(partial) if partial else None}
