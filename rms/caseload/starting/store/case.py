"""One cancer that a plan is built for, with all that stands beside it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.caseload.starting.model import Choice, Draft
from rms.dates import PartialDate
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.store import lock_people


class PlanThere(msgspec.Struct, frozen=True, kw_only=True):
    """A plan for this cancer that exists already."""

    state: str
    started_by_id: int | None
    started_by: str | None
    started_at: datetime | None


class ChoiceOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen and is in force."""

    id: int
    what: Choice
    until_on: date | None
    note: str | None
    made_at: datetime
    made_by: str
    talked_on: date | None


class DraftOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that is being written, who saved it last and how often it was saved."""

    draft: Draft
    revision: int
    saved_at: datetime
    saved_by_id: int
    saved_by: str


class CaseInHand(msgspec.Struct, frozen=True, kw_only=True):
    """One cancer of one person, the team that looks after its site, and where its follow-up stands."""

    id: int
    ref: UUID
    patient_id: int
    person_ref: UUID
    team_id: int
    team: str
    diagnosis: Diagnosis
    treatments: tuple[Treatment, ...]
    plan: PlanThere | None
    choice: ChoiceOnFile | None
    draft: DraftOnFile | None


# Whoever looks after the site of the cancer builds its plan, also for somebody whom another team follows for another.
_CASE = """
select c.id, c.ref, c.patient_id, c.source_ref, c.tumour_site, c.icd10, c.morphology, c.description, c.diagnosed_text,
       p.ref as person_ref, t.id as team_id, t.name as team,
       l.state as plan_state, l.started_by_staff_id, l.started_at, l.started_by,
       x.id as choice_id, x.what, x.until_on, x.note, x.talked_on, x.made_at, m.display_name as made_by,
       d.content, d.revision, d.saved_at, d.saved_by_staff_id, b.display_name as saved_by
  from register_case c
  join patient p on p.organisation_id = c.organisation_id and p.id = c.patient_id
  cross join lateral (
    select t.id, t.name from team t where t.organisation_id = c.organisation_id
     order by (t.tumour_site = c.tumour_site) desc nulls last, t.tumour_site is null desc, t.id limit 1) t
  left join lateral (
    select l.state, l.started_by_staff_id, l.started_at, s.display_name as started_by from plan l
      left join staff s on s.organisation_id = l.organisation_id and s.id = l.started_by_staff_id
     where l.organisation_id = c.organisation_id and l.patient_id = c.patient_id and l.case_id = c.id
       and l.state <> 'ended' limit 1) l on true
  left join follow_up_choice x on x.organisation_id = c.organisation_id and x.case_id = c.id and x.withdrawn_at is null
  left join staff m on m.organisation_id = c.organisation_id and m.id = x.made_by_staff_id
  left join plan_draft d on d.organisation_id = c.organisation_id and d.case_id = c.id
  left join staff b on b.organisation_id = c.organisation_id and b.id = d.saved_by_staff_id
 where c.organisation_id = $2 and c.ref = $3 and p.merged_into_id is null and t.id = any($1)
"""

_TREATMENTS = """
select t.source_ref, t.kind, t.intent, t.code, t.description, t.started_text, t.ended_text, t.started_on, t.ended_on,
       k.source_ref as case_ref
  from treatment t
  left join register_case k on k.organisation_id = t.organisation_id and k.id = t.case_id
 where t.organisation_id = $1 and t.patient_id = $2 order by t.started_on nulls last, t.id
"""


async def case_behind(tx: Tx, *, asks: Asker, ref: UUID) -> CaseInHand:
    """The cancer an address leads to; NotFound when the asker's teams do not look after its site."""
    row = await tx.fetchrow(_CASE, list(asks.team_ids), asks.organisation_id, ref)
    if row is None:
        raise NotFound("There is no such diagnosis.")
    treatments = await tx.fetch(_TREATMENTS, asks.organisation_id, row["patient_id"])
    return CaseInHand(
        id=row["id"], ref=row["ref"], patient_id=row["patient_id"], person_ref=row["person_ref"],
        team_id=row["team_id"], team=row["team"],
        diagnosis=Diagnosis(
            ref=row["source_ref"], site=TumourSite(row["tumour_site"]) if row["tumour_site"] else None,
            icd10=row["icd10"], morphology=row["morphology"], text=row["description"],
            diagnosed_on=_partial(row["diagnosed_text"], None),
        ),
        treatments=tuple(_treatment(one) for one in treatments),
        plan=_plan(row), choice=_choice(row), draft=_draft(row),
    )  # fmt: skip


async def lock_case(tx: Tx, *, asks: Asker, ref: UUID) -> CaseInHand:
    """The same with the person locked first, so that two who press the same button come one after the other."""
    patient_id = (await case_behind(tx, asks=asks, ref=ref)).patient_id
    await lock_people(tx, [patient_id])
    return await case_behind(tx, asks=asks, ref=ref)


async def sites_of_teams(tx: Tx, *, asks: Asker) -> tuple[TumourSite, ...]:
    """The tumour sites that the asker's teams look after, in the order of the register."""
    rows = await tx.fetch(
        "select s.site from unnest($3::text[]) as s(site) where (select t.id from team t where t.organisation_id = $2"
        " order by (t.tumour_site = s.site) desc nulls last, t.tumour_site is null desc, t.id limit 1) = any($1)",
        list(asks.team_ids), asks.organisation_id, list(TumourSite),
    )  # fmt: skip
    found = {row["site"] for row in rows}
    return tuple(site for site in TumourSite if site in found)


def _treatment(row: Mapping[str, Any]) -> Treatment:
    return Treatment(
        ref=row["source_ref"], kind=TreatmentKind(row["kind"]), diagnosis_ref=row["case_ref"],
        intent=TreatmentIntent(row["intent"]), code=row["code"], text=row["description"],
        started_on=_partial(row["started_text"], row["started_on"]), ended_on=_partial(row["ended_text"], row["ended_on"]),
    )  # fmt: skip


def _partial(text: str | None, day: date | None) -> PartialDate | None:
    if text:
        return PartialDate.parse(text)
    return PartialDate.of(day) if day else None


def _plan(row: Mapping[str, Any]) -> PlanThere | None:
    if row["plan_state"] is None:
        return None
    return PlanThere(state=row["plan_state"], started_by_id=row["started_by_staff_id"], started_by=row["started_by"],
                     started_at=row["started_at"])  # fmt: skip


def _choice(row: Mapping[str, Any]) -> ChoiceOnFile | None:
    if row["choice_id"] is None:
        return None
    return ChoiceOnFile(id=row["choice_id"], what=Choice(row["what"]), until_on=row["until_on"], note=row["note"],
                        made_at=row["made_at"], made_by=row["made_by"], talked_on=row["talked_on"])  # fmt: skip


def _draft(row: Mapping[str, Any]) -> DraftOnFile | None:
    if row["content"] is None:
        return None
    return DraftOnFile(
        draft=msgspec.convert(row["content"], Draft, strict=False), revision=row["revision"], saved_at=row["saved_at"],
        saved_by_id=row["saved_by_staff_id"], saved_by=row["saved_by"],
    )  # fmt: skip
