"""What a person may see of their own follow-up, read from the rooms below.

A result is released by one thing only: a named person called it in range, that decision is past its quarter of an hour, it
is about the version that holds, and no rule has said anything else about that version. Everything else about a result (out
of range, cannot tell, not reviewed, preliminary, from before) is at most "we are looking"; its value does not leave here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.plans.modes import FollowUpMode
from rms.plans.moves.hearing import HAD_IT
from rms.plans.store import OccurrenceOnFile, looks_of_plan, modes_of_plan, occurrences_of_plan
from rms.portal.behind import Whose
from rms.questionnaires.store.waited_for import WaitedFor, answers_waited_for
from rms.results.store import FINAL

_RESULTS = """
select r.ref, r.analyte, r.sample_at, r.filed_at, r.review_state, r.plan_id, v.status,
       case when d.takes_effect_at <= $3 then d.kind end as decided, d.decided_at,
       case when ok.released then v.number end as number, case when ok.released then v.comparator end as comparator,
       case when ok.released then v.unit end as unit, case when ok.released then v.value_text end as value_text,
       ok.released
  from result r
  join result_version v on v.organisation_id = r.organisation_id and v.id = r.current_version_id
  left join lateral (
    select d.kind, d.takes_effect_at, d.decided_at from decision d
     where d.organisation_id = r.organisation_id and d.patient_id = r.patient_id and d.subject_kind = 'result'
       and d.subject_id = r.id and d.undone_at is null and d.overtaken_at is null
     order by d.decided_at desc, d.id desc limit 1) d on true
  cross join lateral (
    select coalesce(
      d.kind = 'in_range' and d.takes_effect_at <= $3 and r.review_state = 'reviewed' and v.status = any($4)
      and r.analyte is not null
      and not exists (select from rule_evaluation e where e.organisation_id = r.organisation_id
                       and e.cause_kind = 'result_version' and e.cause_id = v.id and e.outcome <> 'clear')
      and not exists (select from alert_cause c join alert a on a.organisation_id = c.organisation_id and a.id = c.alert_id
                       where c.organisation_id = r.organisation_id and c.cause_kind = 'result_version' and c.cause_id = v.id
                         and a.state <> 'closed'),
      false) as released) ok
 where r.organisation_id = $1 and r.patient_id = $2 and not r.is_history and r.analyte is not null
 order by r.sample_at desc, r.id desc limit 200
"""


_HAD = """
select distinct on (occurrence_id) occurrence_id, detail from occurrence_event
 where organisation_id = $1 and occurrence_id = any($2) and what = $3 order by occurrence_id, at desc, id desc
"""


class OwnResult(msgspec.Struct, frozen=True, kw_only=True):
    """One test of the person's. Everything about its value is None unless it is `released`.

    `decided` is what was decided about it once that can no longer be undone.
    """

    ref: UUID
    analyte: str
    sample_at: datetime
    filed_at: datetime
    review_state: str
    plan_id: int | None
    decided: str | None
    decided_at: datetime | None
    released: bool
    number: Decimal | None
    comparator: str | None
    unit: str | None
    value_text: str | None


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own follow-up. `steps` are the stored rows of every plan; `looks` when each open one is looked at next.

    `had`: of an open test the day on which they told us they had it; `asked`: of a questionnaire what may be answered now.
    """

    whose: Whose
    steps: tuple[OccurrenceOnFile, ...]
    looks: dict[int, tuple[date, str]]
    results: tuple[OwnResult, ...]
    modes: dict[int, tuple[FollowUpMode, ...]] = {}
    had: dict[int, date] = {}
    asked: dict[int, WaitedFor] = {}


async def own_of(tx: Tx, of: Whose) -> Own:
    """Read what may be shown."""
    steps: list[OccurrenceOnFile] = []
    looks: dict[int, tuple[date, str]] = {}
    for plan in of.plans:
        steps += await occurrences_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
        looks |= await looks_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    modes = {plan.id: (await modes_of_plan(tx, plan=plan)).modes for plan in of.plans}
    rows = await tx.fetch(_RESULTS, of.person.organisation_id, of.person.id, of.now, list(FINAL))
    results = tuple(OwnResult(**{name: row[name] for name in OwnResult.__struct_fields__}) for row in rows)
    asked = await answers_waited_for(tx, organisation_id=of.person.organisation_id, patient_id=of.person.id)
    return Own(
        whose=of, steps=tuple(steps), looks=looks, results=results, modes=modes, had=await _had(tx, steps),
        asked={one.occurrence_id: one for one in asked},
    )  # fmt: skip


async def _had(tx: Tx, steps: Sequence[OccurrenceOnFile]) -> dict[int, date]:
    """The days on which open tests were had, as far as anybody has told us."""
    waiting = [one.id for one in steps if one.state == "open"]
    if not waiting:
        return {}
    rows = await tx.fetch(_HAD, steps[0].organisation_id, waiting, HAD_IT)
    return {row["occurrence_id"]: date.fromisoformat(row["detail"]) for row in rows}
