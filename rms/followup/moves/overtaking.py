"""The laboratory changes a result that was decided about: the decision is history, and somebody decides anew.

What the decision had asked for and has not left is taken back; a repeat stays asked for, since one test more does no
harm. Whether anything had left is said in the alert, because then somebody has been told what is no longer true.
"""

from datetime import datetime

from rms.alerts.analytes import name_of
from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionOnFile, overtake, raise_alert
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx
from rms.events.moves import void_for_cause as void_events
from rms.messages.compose import day_in_words
from rms.messages.moves import void_for_cause
from rms.results.moves import Filed

RULE = "changed-after-decision"


async def decide_anew(tx: Tx, *, filed: Filed, team_id: int, by: Actor, now: datetime) -> None:
    """End the decision in force about a result that says something else now, if there is one, and ask the team."""
    made = await overtake(tx, organisation_id=filed.organisation_id, subject_kind="result", subject_id=filed.result_id,
                          now=now)  # fmt: skip
    if made is None:
        return
    reason = "The laboratory has changed the result it was about."
    of = {"organisation_id": filed.organisation_id, "cause_id": made.id}
    await void_for_cause(tx, **of, cause_kind="decision", reason=reason, now=now)
    await void_events(tx, **of, cause_kind="decision", reason=reason)
    subject = ("plan", made.plan_id) if made.plan_id is not None else ("patient", made.patient_id)
    await raise_alert(
        tx, organisation_id=filed.organisation_id, team_id=team_id, kind=AlertKind.LOOK_SOON, subject_kind=subject[0],
        subject_id=subject[1], rule_key=RULE, patient_id=filed.patient_id, plan_id=made.plan_id,
        sentence=_sentence(filed, made, told=await _was_told(tx, made)), cause_kind="result_version",
        cause_id=filed.version_id, by=by, now=now,
    )  # fmt: skip


async def _was_told(tx: Tx, made: DecisionOnFile) -> bool:
    """Whether anything the decision sends has left, or may have."""
    found: bool = await tx.fetchval(
        "select exists (select from message where organisation_id = $1 and cause_kind = 'decision' and cause_id = $2"
        " and state in ('sending', 'unknown', 'accepted', 'delivered'))",
        made.organisation_id, made.id,
    )  # fmt: skip
    return found


def _sentence(filed: Filed, made: DecisionOnFile, *, told: bool) -> str:
    seen = filed.observation
    reads = f"it now reads {seen.quantity or seen.value_as_sent}" if filed.counts else "it does not stand any more"
    decided = f"“{made.kind.replace('_', ' ')}” was decided on {day_in_words(london_date(made.decided_at))}"
    then = (
        "Somebody has been told about it already and must be told what is true."
        if told
        else "Nobody had been told yet, and now nobody is."
    )
    return (
        f"The laboratory has changed {name_of(seen.analyte or seen.code.text)} of {day_in_words(seen.sampled_on)} after"
        f" {decided}: {reads}. {then} Decide anew."
    )
