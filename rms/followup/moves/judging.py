"""Ask rules, keep what they said, and see to it that every breach has its alert: in the transaction of the news."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from rms.alerts.model import Finding, FindingOutcome
from rms.alerts.moves import end_episode_if_closed, raise_alert, store_evaluation
from rms.alerts.rules import Rule, evaluate
from rms.alerts.rules.kinds import conditions_in
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Refused
from rms.followup.facts import gather
from rms.plans.model import FIRST_ADDED
from rms.plans.moves import add_repeat, set_judge_on
from rms.plans.store import PlanOnFile


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's finding and the alert it stands on; None when clear."""

    finding: Finding
    alert_id: int | None


async def judge(
    tx: Tx,
    *,
    plan: PlanOnFile,
    rules: Iterable[Rule],
    cause_kind: str,
    cause_id: int,
    only_news: bool = False,
    by: Actor,
    now: datetime,
) -> list[Judged]:
    """Ask some rules of a plan about the facts as they are now; every answer is stored, every breach has an alert.

    With `only_news` (time passed, nothing else) an answer that is the same as the last one changes nothing.
    """
    facts = await gather(tx, plan=plan, today=tx.today)
    judged = []
    for rule in rules:
        finding = evaluate(rule, facts)
        if only_news and await _said_already(tx, plan=plan, finding=finding):
            judged.append(Judged(finding=finding, alert_id=None))
            continue
        judged.append(
            await _act_on(tx, plan=plan, finding=finding, cause_kind=cause_kind, cause_id=cause_id, by=by, now=now)
        )
        if finding.repeat_by is not None:
            await _open_repeat(tx, plan=plan, rule=rule, finding=finding, by=by, now=now)
    await _look_again(tx, plan=plan, judged=judged)
    return judged


async def _act_on(
    tx: Tx, *, plan: PlanOnFile, finding: Finding, cause_kind: str, cause_id: int, by: Actor, now: datetime
) -> Judged:
    alert_id = None
    if finding.outcome is FindingOutcome.CLEAR:
        await end_episode_if_closed(tx, organisation_id=plan.organisation_id, subject_kind="plan", subject_id=plan.id,
                                    rule_key=finding.rule_key, now=now)  # fmt: skip
    else:
        assert finding.kind is not None
        alert_id = await raise_alert(
            tx, organisation_id=plan.organisation_id, team_id=plan.team_id, kind=finding.kind, subject_kind="plan",
            subject_id=plan.id, rule_key=finding.rule_key, sentence=finding.sentence, cause_kind=cause_kind,
            cause_id=cause_id, patient_id=plan.patient_id, plan_id=plan.id, by=by, now=now,
        )  # fmt: skip
    told = {**finding.inputs, "alert_kind": finding.kind}
    await store_evaluation(
        tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id, plan_id=plan.id,
        protocol_version_id=plan.protocol_version_id, finding=msgspec.structs.replace(finding, inputs=told),
        cause_kind=cause_kind, cause_id=cause_id, alert_id=alert_id, now=now,
    )  # fmt: skip
    return Judged(finding=finding, alert_id=alert_id)


async def _said_already(tx: Tx, *, plan: PlanOnFile, finding: Finding) -> bool:
    """Whether the rule's last answer was the same in what it means for people."""
    row = await tx.fetchrow(
        "select outcome, inputs->>'alert_kind' as kind from rule_evaluation"
        " where organisation_id = $1 and plan_id = $2 and rule_key = $3 order by id desc limit 1",
        plan.organisation_id, plan.id, finding.rule_key,
    )  # fmt: skip
    last = ("clear", None) if row is None else (row["outcome"], row["kind"])
    return last == (finding.outcome, finding.kind)


async def _open_repeat(tx: Tx, *, plan: PlanOnFile, rule: Rule, finding: Finding, by: Actor, now: datetime) -> None:
    """Ask for the second reading at once, unless one is asked for already. Nobody is told by this: a nurse decides that."""
    assert finding.repeat_by is not None
    step = next((s.step.key for s in plan.effective.steps for c in conditions_in(rule.when)
                 if s.step.analyte and s.step.analyte == getattr(c, "analyte", None)), None)  # fmt: skip
    if step is None or plan.state != "active":
        return
    waiting = await tx.fetchval(
        "select exists (select from occurrence where organisation_id = $1 and plan_id = $2 and step_key = $3"
        " and number >= $4 and state = 'open')",
        plan.organisation_id, plan.id, step, FIRST_ADDED,
    )  # fmt: skip
    if not waiting:
        try:
            await add_repeat(tx, organisation_id=plan.organisation_id, plan_id=plan.id, step_key=step,
                             due_on=finding.repeat_by, reason=f"A second reading is asked for: {finding.sentence}", by=by,
                             now=now)  # fmt: skip
        except Refused:
            # The alert stands and says what is needed; a person arranges what the plan cannot.
            return


async def _look_again(tx: Tx, *, plan: PlanOnFile, judged: list[Judged]) -> None:
    """Note the first day on which time alone changes an answer. A day that was noted for other rules is kept."""
    days = [
        one.finding.look_again_on
        for one in judged
        if one.finding.look_again_on and one.finding.look_again_on > tx.today
    ]
    noted = await tx.fetchval("select judge_on from plan where organisation_id = $1 and id = $2", plan.organisation_id,
                              plan.id)  # fmt: skip
    if noted is not None and noted > tx.today:
        days.append(noted)
    await set_judge_on(tx, organisation_id=plan.organisation_id, plan_id=plan.id, on=min(days, default=None))
