"""Everything the rules of one plan may look at, gathered from the rooms that know it."""

from datetime import date

from rms.alerts.model import Facts, Waiting
from rms.db.engine import Tx
from rms.plans.store import PlanOnFile, waiting_for
from rms.questionnaires.store import red_flags_of, scores_of
from rms.results.store import readings_of


async def gather(tx: Tx, *, plan: PlanOnFile, today: date) -> Facts:
    """The facts about a plan on a day: readings, scores, red flags, silence, limits, anchors."""
    late = await waiting_for(tx, organisation_id=plan.organisation_id, plan_id=plan.id, today=today)
    return Facts(
        today=today,
        readings=await readings_of(tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id),
        scores=await scores_of(tx, organisation_id=plan.organisation_id, plan_id=plan.id),
        red_flags=await red_flags_of(tx, organisation_id=plan.organisation_id, plan_id=plan.id),
        waiting=tuple(Waiting(step=o.step_key, title=o.title, due_on=o.due_on, ref=str(o.ref)) for o in late),
        limits=plan.effective.limits,
        anchors=plan.course.anchors,
    )
