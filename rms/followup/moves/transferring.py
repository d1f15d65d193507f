"""A plan goes to another team of the trust: with it its dates, its alerts, what waits for review and what is queued.

The new team is told by an alert that a person closes, so that nobody is between two teams.
"""

from datetime import datetime

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.alerts.moves.handing import give_alerts_to_team
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.moves.handing import give_messages_to_team
from rms.people.store import team
from rms.plans.moves.transferring import give_to_team
from rms.plans.store import plan_on_file
from rms.questionnaires.moves.handing import give_answers_to_team
from rms.results.moves import give_results_to_team

#: The rule under which a team is told that a plan came to it.
CAME = "plan-came"


async def transfer(
    tx: Tx, *, organisation_id: int, plan_id: int, team_id: int, reason: str, by: Actor, now: datetime
) -> None:
    """Give a plan to another team; the caller has locked the person. Refused, in words, when it may not go."""
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=True)
    await give_to_team(tx, plan=plan, team_id=team_id, reason=reason, by=by, now=now)
    before = await team(tx, organisation_id=organisation_id, team_id=plan.team_id)
    whose = {"organisation_id": organisation_id, "plan_id": plan_id, "team_id": team_id}
    await give_alerts_to_team(tx, **whose, reason=f"With the plan, from {before.name}: {reason}", by=by, now=now)
    await give_results_to_team(tx, **whose)
    await give_answers_to_team(tx, **whose)
    await give_messages_to_team(tx, **whose)
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.CHASE, subject_kind="plan", subject_id=plan_id,
        rule_key=CAME, patient_id=plan.patient_id, plan_id=plan_id, cause_kind="came", by=by, now=now,
        cause_id=int(now.timestamp()),
        sentence=f"This plan came to your team from {before.name}, by {by.name}: {reason.strip().rstrip('.')}. Read it and"
        " say that you have it.",
    )  # fmt: skip
