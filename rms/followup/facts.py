"""Everything that some rules of one plan look at, gathered from the rooms that know it."""

from collections.abc import Iterable
from datetime import date

import msgspec

from rms.alerts.model import Facts, Waiting
from rms.alerts.rules import Rule, kinds
from rms.db.engine import Tx
from rms.plans.store import PlanOnFile, waiting_for
from rms.questionnaires.store import red_flags_of, scores_of
from rms.results.store import readings_of, reports_of

#: Conditions that look at readings alone, and those that hold others. A rule with any other is given everything there is.
READINGS_ONLY = frozenset({
    kinds.Threshold, kinds.ConfirmedThreshold, kinds.TimesUpperLimit, kinds.DeltaFromNadir, kinds.DeltaFromBaseline,
    kinds.PercentRise, kinds.ConsecutiveRises, kinds.DoublingTime, kinds.Velocity, kinds.AllOf, kinds.AnyOf, kinds.NotSo,
})  # fmt: skip


async def gather(tx: Tx, *, plan: PlanOnFile, today: date, rules: Iterable[Rule] | None = None) -> Facts:
    """The facts about a plan on a day: readings, reports, scores, red flags, silence, limits, anchors.

    With `rules` only what these ask for: those about numbers need no answers and no silence.
    """
    org = plan.organisation_id
    numbers = Facts(
        today=today,
        readings=await readings_of(tx, organisation_id=org, patient_id=plan.patient_id),
        limits=plan.effective.limits,
        anchors=plan.course.anchors,
    )
    if rules is not None and _look_at_readings_alone(rules):
        return numbers
    late = await waiting_for(tx, organisation_id=org, plan_id=plan.id, today=today)
    return msgspec.structs.replace(
        numbers,
        reports=await reports_of(tx, organisation_id=org, patient_id=plan.patient_id),
        scores=await scores_of(tx, organisation_id=org, plan_id=plan.id),
        red_flags=await red_flags_of(tx, organisation_id=org, plan_id=plan.id),
        waiting=tuple(Waiting(step=o.step_key, title=o.title, due_on=o.due_on, ref=str(o.ref)) for o in late),
    )


def _look_at_readings_alone(rules: Iterable[Rule]) -> bool:
    return {type(one) for rule in rules for one in kinds.conditions_in(rule.when)} <= READINGS_ONLY
