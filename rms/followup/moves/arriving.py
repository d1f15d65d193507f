"""What an open alert waits for has come: the alert says so, in a sentence, and how to end it. It never ends by itself.

Without that a nurse phones somebody to ask for a test that was done. A person ends it: by looking at what came, or on the
page of the alert.
"""

from datetime import datetime
from typing import Final

from rms.alerts.analytes import name_of
from rms.alerts.moves import add_news
from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.compose import day_in_words
from rms.results.moves import Filed

CAME: Final = "result_came"
ANSWERED: Final = "answers_came"
TAKEN_BACK: Final = "result_taken_back"

# Open alerts that wait for a step, found by what came of it or of an earlier date that this one made good; with the dates that
# are still waited for. That a plan cannot go on by itself is another matter.
_WAITING: Final = """
select a.id, array(
    select s.title || ', due on ' || to_char(s.due_on, 'FMDD FMMonth YYYY') from occurrence s
     where s.organisation_id = a.organisation_id and s.state = 'open' and s.id <> $2
       and exists (select from alert_cause c where c.organisation_id = a.organisation_id and c.alert_id = a.id
                      and c.cause_kind ^@ 'occurrence:' and c.cause_id = s.id)
     order by s.due_on, s.id) as still
  from alert a join occurrence o on o.organisation_id = a.organisation_id and o.id = $2
 where a.organisation_id = $1 and a.patient_id = o.patient_id and a.state <> 'closed' and a.rule_key <> 'plan-cannot-go-on'
   and exists (select from alert_cause c
                 join occurrence w on w.organisation_id = c.organisation_id and w.id = c.cause_id
                where c.organisation_id = a.organisation_id and c.alert_id = a.id and c.cause_kind ^@ 'occurrence:'
                  and w.plan_id = o.plan_id and w.step_key = o.step_key)
 order by a.id
"""


async def say_result_came(tx: Tx, *, filed: Filed, occurrence_id: int, by: Actor, now: datetime) -> None:
    """A result closed a step that was chased."""
    seen = filed.observation
    value = seen.quantity or seen.value_as_sent
    said = (f"The result came on {day_in_words(tx.today)}: {name_of(seen.analyte or seen.code.text)} {value}, sample of"
            f" {day_in_words(seen.sampled_on)}. Look at it; nobody need be chased for it any more.")  # fmt: skip
    await _say(tx, organisation_id=filed.organisation_id, occurrence_id=occurrence_id, said=said, cause_kind=CAME,
               cause_id=filed.version_id, by=by, now=now)  # fmt: skip


async def say_result_went(tx: Tx, *, filed: Filed, occurrence_id: int, by: Actor, now: datetime) -> None:
    """The result that had closed a step was taken back: it is waited for again."""
    said = f"The result that had come was taken back on {day_in_words(tx.today)}: it is waited for again."
    await _say(tx, organisation_id=filed.organisation_id, occurrence_id=occurrence_id, said=said, cause_kind=TAKEN_BACK,
               cause_id=filed.version_id, by=by, now=now)  # fmt: skip


async def say_answers_came(
    tx: Tx, *, organisation_id: int, occurrence_id: int, assignment_id: int, by: Actor, now: datetime
) -> None:
    """A questionnaire that was chased was answered."""
    said = f"The answers came on {day_in_words(tx.today)}. Look at them; nobody need be chased for them any more."
    await _say(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, said=said, cause_kind=ANSWERED,
               cause_id=assignment_id, by=by, now=now)  # fmt: skip


async def _say(
    tx: Tx,
    *,
    organisation_id: int,
    occurrence_id: int,
    said: str,
    cause_kind: str,
    cause_id: int,
    by: Actor,
    now: datetime,
) -> None:
    for row in await tx.fetch(_WAITING, organisation_id, occurrence_id):
        still = f" Still waited for: {'; '.join(row['still'])}." if row["still"] else ""
        await add_news(tx, organisation_id=organisation_id, alert_id=row["id"], sentence=f"{said}{still}",
                       cause_kind=cause_kind, cause_id=cause_id, by=by, now=now)  # fmt: skip
