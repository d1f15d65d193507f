"""What a team's downtime list says, read in one transaction: a few statements, however long the list is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from rms.alerts.model import Comparator
from rms.alerts.rules.report_codes import report_words
from rms.db.engine import Tx
from rms.followup.downtime.model import Callee, LastValue, Line, OnTheList, Part, SomebodyWhoHelps
from rms.followup.review.limits import limits_of
from rms.people.store import organisation, team
from rms.plans.store import PlanOnFile
from rms.plans.store.plans import plans_by_id
from rms.results.model import Quantity
from rms.results.store import FINAL

#: How far ahead the list looks: an outage of the length other trusts have had; our default.
DAYS_AHEAD: Final = 14

_ALERTED = """
select a.patient_id, a.plan_id, a.sentence as what, a.kind as sort, a.respond_by,
       case when a.state = 'snoozed' then a.snoozed_until end as until, s.display_name as owner
  from alert a left join staff s on s.organisation_id = a.organisation_id and s.id = a.owner_staff_id
 where a.organisation_id = $1 and a.team_id = $2 and a.state <> 'closed'
 order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, a.respond_by, a.id
"""

_STEPS = """
select case when o.due_on < $3 then 'late' else 'due' end as part, o.patient_id, o.plan_id, o.title as what, o.analyte,
       o.due_on, o.latest_on, b.on_date as booked_for, b.what = 'booked' as is_booked,
       case when b.what = 'requested' then b.at end as requested_at,
       s.display_name as owner
  from occurrence o
  join plan l on l.organisation_id = o.organisation_id and l.id = o.plan_id and l.state = 'active'
  left join staff s on s.organisation_id = l.organisation_id and s.id = l.nurse_staff_id
  left join lateral (
    select r.what, r.on_date, r.at from test_arrangement r
     where r.organisation_id = o.organisation_id and r.occurrence_id = o.id order by r.id desc limit 1) b on true
 where o.organisation_id = $1 and o.team_id = $2 and o.state = 'open' and o.due_on <= $4
 order by o.due_on, o.id
"""

_PEOPLE = """
select p.id, p.family_name, p.given_names, p.title, p.born_text, p.nhs_number, p.language, p.interpreter_needed, p.needs,
       p.restricted, coalesce(p.death_state, known_dead(p.nhs_number)) as death_state,
       array(select c.value from contact_point c
              where c.organisation_id = p.organisation_id and c.patient_id = p.id and c.kind in ('mobile', 'phone')
                and c.valid_until is null and c.dead_at is null order by c.kind, c.id) as numbers,
       (select jsonb_build_object('name', h.name, 'relation', h.relation, 'phone', h.phone, 'may_be_told', h.may_be_told)
          from person_helper h where h.organisation_id = p.organisation_id and h.patient_id = p.id
           and h.valid_until is null order by h.id desc limit 1) as helper
  from patient p where p.organisation_id = $1 and p.id = any($2)
"""

_LAST = """
select distinct on (r.patient_id, r.analyte) r.patient_id, r.analyte, r.sample_at, v.number, v.unit, v.comparator, v.value_text
  from result r join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
 where r.organisation_id = $1 and r.patient_id = any($2) and r.analyte is not null and v.status = any($3)
 order by r.patient_id, r.analyte, r.sample_at desc, r.id desc
"""


async def on_the_list(tx: Tx, *, organisation_id: int, team_id: int) -> OnTheList:
    """Everything on the list of one team, as it stands now."""
    trust = await organisation(tx, organisation_id)
    ours = await team(tx, organisation_id=organisation_id, team_id=team_id)
    until = tx.today + timedelta(days=DAYS_AHEAD)
    lines = [
        *(Line(part=Part.ALERTED, **dict(row)) for row in await tx.fetch(_ALERTED, organisation_id, team_id)),
        *(_step(row) for row in await tx.fetch(_STEPS, organisation_id, team_id, tx.today, until)),
    ]
    ids = sorted({line.patient_id for line in lines if line.patient_id is not None})
    plans = {line.plan_id for line in lines if line.plan_id is not None and line.analyte is not None}
    return OnTheList(
        trust=trust.name, trust_phone=trust.phone, team=ours.name, team_phone=ours.phone, made_at=tx.now, today=tx.today,
        lines=tuple(lines),
        people={row["id"]: _callee(row) for row in await tx.fetch(_PEOPLE, organisation_id, ids)},
        limits=_limits(lines, plans=await plans_by_id(tx, organisation_id=organisation_id, plan_ids=plans)),
        last=_last(await tx.fetch(_LAST, organisation_id, ids, list(FINAL))),
    )  # fmt: skip


def _step(row: Mapping[str, Any]) -> Line:
    return Line(**{**row, "part": Part(row["part"])})


def _callee(row: Mapping[str, Any]) -> Callee:
    needs = tuple(str(one["text"]) for one in row["needs"])
    helper = None if row["helper"] is None else msgspec.convert(row["helper"], SomebodyWhoHelps)
    return Callee(**{**row, "needs": needs, "numbers": tuple(row["numbers"]), "helper": helper})


def _limits(lines: Iterable[Line], *, plans: Mapping[int, PlanOnFile]) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for line in lines:
        if line.plan_id is None or line.analyte is None or (line.plan_id, line.analyte) in found:
            continue
        holds = plans[line.plan_id].effective
        words = [one.words for one in limits_of(holds.rules, analyte=line.analyte, personal=holds.limits)]
        found[line.plan_id, line.analyte] = "; ".join(words)
    return found


def _last(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], LastValue]:
    return {(row["patient_id"], row["analyte"]): _value(row) for row in rows}


def _value(row: Mapping[str, Any]) -> LastValue:
    number = row["number"]
    quantity = None
    if number is not None:
        comparator = Comparator(row["comparator"] or "")
        quantity = Quantity(number=number, unit=row["unit"] or "", comparator=comparator)
    return LastValue(sample_at=row["sample_at"], quantity=quantity, words=report_words(row["value_text"] or ""))
