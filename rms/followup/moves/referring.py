"""Somebody is referred or discussed: that is not the end of it, so it stands as an alert of whoever referred them.

Nothing of ours tells what came of a referral. It stays somebody's, with a clock, until a named person says how it ended.
"""

from datetime import datetime
from typing import Final

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.model import AlertKind
from rms.alerts.moves import DecisionOnFile, close_all_about, raise_alert, take
from rms.audit.model import Actor
from rms.clock import london_date
from rms.db.engine import Tx
from rms.messages.compose import day_in_words

RULE: Final = "referred"
#: So much of a note stands in the sentence of the alert; all of it stands with the decision.
LONGEST_SAID: Final = 200

_TEAM: Final = """
select case $2 when 'result' then (select team_id from result where organisation_id = $1 and id = $3)
               when 'response' then (select team_id from assignment where organisation_id = $1 and id = $3)
               else (select team_id from alert where organisation_id = $1 and id = $3) end
"""


async def await_answer(tx: Tx, *, made: DecisionOnFile, by: Actor, now: datetime) -> None:
    """Whoever refers owns what comes of it."""
    team_id = await tx.fetchval(_TEAM, made.organisation_id, made.subject_kind, made.subject_id)
    note = (made.note or "").strip().rstrip(".")
    said = f": {note}" if note else ""
    if len(note) > LONGEST_SAID:
        said = f": {note[:LONGEST_SAID]} …"
    alert_id = await raise_alert(
        tx, organisation_id=made.organisation_id, team_id=team_id, kind=AlertKind.CHASE, subject_kind="decision",
        subject_id=made.id, rule_key=RULE, patient_id=made.patient_id, plan_id=made.plan_id,
        sentence=f"Referred or discussed on {day_in_words(london_date(made.decided_at))} by {by.name}{said}."
                 " Find out what came of it.",
        cause_kind="decision", cause_id=made.id, by=by, now=now,
    )  # fmt: skip
    await take(tx, organisation_id=made.organisation_id, alert_id=alert_id, by=by, now=now)


async def nothing_to_await(tx: Tx, *, made: DecisionOnFile, by: Actor, now: datetime) -> None:
    """The one who undoes a referral ends what stood for it."""
    await close_all_about(tx, organisation_id=made.organisation_id, subject_kind="decision", subject_id=made.id,
                          rule_key=RULE, outcome=AlertOutcome.NO_ACTION_NEEDED, note="The referral was undone.", by=by,
                          now=now)  # fmt: skip
