"""What a decision is about, and whether it may be called in range. Reads; writes nothing."""

from typing import Literal

import msgspec

from rms.alerts.model import FindingOutcome
from rms.alerts.rules import evaluate
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.followup.facts import gather
from rms.followup.watching import about_analyte
from rms.plans.store import plan_on_file
from rms.questionnaires.store import locked_assignment
from rms.results.store import ResultOnFile, result_on_file

Subject = Literal["result", "response", "alert"]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about: everything a decision needs to know. `alert_ids`: what it closes, the most urgent first."""

    patient_id: int
    plan_id: int | None
    alert_ids: tuple[int, ...]
    result: ResultOnFile | None = None

    @property
    def alert_id(self) -> int | None:
        """The most urgent of its alerts."""
        return next(iter(self.alert_ids), None)


# An alert that also stands for a result nobody has looked at stays, whatever is decided about this one.
_OPEN_ALERTS = """
select a.id, a.plan_id from alert a
  join alert_cause c on c.organisation_id = a.organisation_id and c.alert_id = a.id
 where a.organisation_id = $1 and c.cause_kind = $2 and c.cause_id = $3 and a.state <> 'closed'
   and not exists (
       select from alert_cause other
         join result r on r.organisation_id = other.organisation_id and r.current_version_id = other.cause_id
        where other.organisation_id = a.organisation_id and other.alert_id = a.id and other.cause_kind = 'result_version'
          and r.review_state = 'to_review' and not ($2 = 'result_version' and other.cause_id = $3))
 order by case a.kind when 'act_today' then 1 when 'look_soon' then 2 when 'chase' then 3 else 4 end, a.id
"""


async def what_is_decided(tx: Tx, *, organisation_id: int, subject_kind: Subject, subject_id: int) -> Decided:
    """Gather what a decision is about; NotFound when it is not this organisation's."""
    if subject_kind == "result":
        result = await result_on_file(tx, organisation_id=organisation_id, result_id=subject_id)
        rows = await tx.fetch(_OPEN_ALERTS, organisation_id, "result_version", result.current_version_id)
        plan_id = result.plan_id or next((row["plan_id"] for row in rows), None)
        return Decided(patient_id=result.patient_id, plan_id=plan_id, alert_ids=tuple(row["id"] for row in rows),
                       result=result)  # fmt: skip
    if subject_kind == "response":
        assignment = await locked_assignment(tx, organisation_id=organisation_id, assignment_id=subject_id)
        rows = await tx.fetch(_OPEN_ALERTS, organisation_id, "assignment", subject_id)
        return Decided(patient_id=assignment.patient_id, plan_id=assignment.plan_id,
                       alert_ids=tuple(row["id"] for row in rows))  # fmt: skip
    row = await tx.fetchrow("select id, patient_id, plan_id from alert where organisation_id = $1 and id = $2 for update",
                            organisation_id, subject_id)  # fmt: skip
    if row is None or row["patient_id"] is None:
        raise NotFound("There is no such alert about a person.")
    return Decided(patient_id=row["patient_id"], plan_id=row["plan_id"], alert_ids=(row["id"],))


async def why_not_in_range(tx: Tx, *, organisation_id: int, about: Decided) -> str | None:
    """Why it cannot be called in range; None when it can: it is final, and no rule objects, neither when it came nor now."""
    objects = "A rule objects to this result, so it cannot be called in range. Choose what was done about it."
    if about.result is None:
        return objects if about.alert_id is not None else None
    if not about.result.observation.status.is_final:
        return "It is not final, or the laboratory has taken it back, so it cannot be called in range."
    found = await tx.fetchval(
        "select exists (select from rule_evaluation where organisation_id = $1 and cause_kind = 'result_version'"
        " and cause_id = $2 and outcome <> 'clear')",
        organisation_id, about.result.current_version_id,
    )  # fmt: skip
    if found:
        return objects
    if about.plan_id is None or about.result.analyte is None:
        return None
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=about.plan_id)
    rules = about_analyte(plan.effective.rules, about.result.analyte)
    facts = await gather(tx, plan=plan, rules=rules, today=tx.today)
    findings = [evaluate(rule, facts) for rule in rules]
    spoken = next((one for one in findings if one.outcome is not FindingOutcome.CLEAR), None)
    return None if spoken is None else f"A rule objects to what is on file now: {spoken.sentence}"
