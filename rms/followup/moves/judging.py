"""Ask rules, keep what they said, and see to it that every breach has its alert: in the transaction of the news."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from rms.alerts.model import AlertKind, Facts, Finding, FindingOutcome
from rms.alerts.moves import end_episode_if_closed, raise_alert, store_evaluation
from rms.alerts.rules import Rule, evaluate
from rms.alerts.rules.evaluate import as_of
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
    sampled_on: date | None = None,
    by: Actor,
    now: datetime,
) -> list[Judged]:
    """Ask some rules of a plan about the facts as they are now; every answer is stored, every breach has an alert.

    The plan is as it was read in this transaction, with its person locked. With `only_news` (time passed, nothing else) an
    answer that is the same as the last one changes nothing. `sampled_on` is the day of the sample that is the news: when
    later ones speak for the rule, it is judged in its own place too.
    """
    rules = tuple(rules)
    facts = await gather(tx, plan=plan, rules=rules, today=tx.today)
    judged = []
    for rule in rules:
        finding = evaluate(rule, facts)
        if only_news and await _said_already(tx, plan=plan, finding=finding):
            judged.append(Judged(finding=finding, alert_id=None))
            continue
        own = _in_its_own_place(rule, facts, finding=finding, sampled_on=sampled_on)
        judged += [
            await _act_on(tx, plan=plan, finding=one, cause_kind=cause_kind, cause_id=cause_id, by=by, now=now)
            for one in (own, finding)
            if one is not None
        ]
        if finding.repeat_by is not None:
            await _open_repeat(tx, plan=plan, rule=rule, finding=finding, by=by, now=now)
    await _look_again(tx, plan=plan, judged=judged, all_asked=only_news)
    return judged


def _in_its_own_place(rule: Rule, facts: Facts, *, finding: Finding, sampled_on: date | None) -> Finding | None:
    """What the rule would have said of a late sample, had it come in time; None when that is clear, or nothing newer hides it.

    A person looks soon, not today: what was sampled after it is clear.
    """
    if sampled_on is None or finding.outcome is not FindingOutcome.CLEAR:
        return None
    then = as_of(facts, day=sampled_on)
    if (then.readings, then.reports) == (facts.readings, facts.reports):
        return None
    own = evaluate(rule, msgspec.structs.replace(then, today=sampled_on))
    if own.outcome is FindingOutcome.CLEAR:
        return None
    return msgspec.structs.replace(
        own, kind=AlertKind.LOOK_SOON, repeat_from=None, repeat_by=None, look_again_on=None,
        sentence=f"A result came late, behind a newer one. {own.sentence} Since then: {finding.sentence}",
    )  # fmt: skip


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


async def _look_again(tx: Tx, *, plan: PlanOnFile, judged: list[Judged], all_asked: bool) -> None:
    """Note the first day on which time alone changes an answer.

    A day that was noted for other rules is kept, also when it has come and the worker has not: only asking all the rules
    that time moves deals with it.
    """
    days = [
        one.finding.look_again_on
        for one in judged
        if one.finding.look_again_on and one.finding.look_again_on > tx.today
    ]
    noted = plan.judge_on
    if noted is not None and (noted > tx.today or not all_asked):
        days.append(noted)
    if (on := min(days, default=None)) != noted:
        await set_judge_on(tx, organisation_id=plan.organisation_id, plan_id=plan.id, on=on)
