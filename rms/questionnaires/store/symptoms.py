"""Which symptom list holds for somebody: read from what is signed off now for the plans that run."""

from collections.abc import Iterable

from rms.db.engine import Tx
from rms.plans.store import PlanOnFile
from rms.questionnaires.store.versions import signed_version
from rms.questionnaires.symptoms import Symptoms, listed


async def symptoms_of_plans(tx: Tx, *, organisation_id: int, plans: Iterable[PlanOnFile]) -> Symptoms:
    """The list of all these plans together, without those that have ended."""
    keys = {
        step.step.questionnaire
        for plan in plans
        if plan.state != "ended"
        for step in plan.effective.steps
        if step.step.questionnaire is not None
    }
    signed = [await signed_version(tx, organisation_id=organisation_id, key=key) for key in sorted(keys)]
    return listed(one.definition for one in signed if one is not None)
