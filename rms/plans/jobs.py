"""The worker's duties of this room: the sweep of what is due, and the months of the calendar ahead.

The sweep takes what the calendar says must be looked at, at or before today, in chunks; each chunk is a few statements
in one transaction, so that a worker killed in the middle leaves it as it was, and two workers never take the same rows.
A stage that comes late is still acted on; the next reminder then follows a day later at the earliest. Only a reminder
that is more than three days late when the next one is due as well is left out: nobody gets two at once.
"""

from datetime import date

import msgspec

from rms.alerts.model import AlertKind, AlertState
from rms.alerts.moves import raise_alert
from rms.alerts.store import has_cause, latest_alert, open_alerts
from rms.audit.model import WORKER
from rms.crashpoints import Crashpoint, crashpoint
from rms.db.alone import alone
from rms.db.database import Database
from rms.db.engine import Tx
from rms.plans.moves.living import HELD, PAUSE_OVER, SEEN_BY
from rms.plans.moves.writing import refresh
from rms.plans.rows import LOOK_AGAIN, TEAM_STAGES
from rms.plans.schedule.calendar import CLOSE_WINDOW
from rms.plans.schedule.words import day
from rms.plans.silence import alert_about, said_of
from rms.plans.store.plans import plan_on_file
from rms.plans.sweep import ANY_REMINDER, FORMS_TO_SEND, NOT_REACHABLE, SWEEP_REMINDERS, TAKE_STAGES

CHUNK = 5_000
CHUNK_OF_ALERTS = 200
MONTHS_AHEAD = 15


class DueStage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of one occurrence that was taken off the calendar; `rescheduled` is its round."""

    act_on: date
    stage: str
    occurrence_id: int
    organisation_id: int
    plan_id: int
    patient_id: int
    team_id: int
    step_key: str
    number: int
    title: str
    due_on: date
    latest_on: date
    rescheduled: int


async def take_stages(tx: Tx, *, stages: tuple[str, ...], limit: int) -> list[DueStage]:
    """Take due stages of running plans, with the people locked; the next stage of each is on the calendar already."""
    rows = await tx.fetch(TAKE_STAGES, tx.today, list(stages), limit)
    return [DueStage(**dict(row)) for row in rows]


async def sweep_reminders(database: Database) -> int:
    """Queue every reminder for a test that is due; returns how many calendar rows were acted on."""
    async with database.transaction(planned_once=True) as tx:
        if not await tx.fetchval(ANY_REMINDER, tx.today):
            return 0
    moved = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(SWEEP_REMINDERS, tx.today, tx.now, CHUNK)
            taken: int = rows[0]["taken"]
            for row in rows:
                if row["occurrence_id"] is not None and row["outcome"] == NOT_REACHABLE:
                    await _ask_to_phone(tx, dict(row))
            crashpoint(Crashpoint.SWEEP_BEFORE_COMMIT)
        crashpoint(Crashpoint.SWEEP_AFTER_COMMIT)
        moved += taken
        if taken == 0:
            return moved


async def send_forms(database: Database) -> int:
    """Queue the form for the test after each first reminder that went by text or email; returns how many.

    In a letter the form is the second page. Without an address the form is held, and the team is asked.
    """
    async with database.transaction() as tx:
        rows = await tx.fetch(FORMS_TO_SEND, tx.now, CHUNK)
    return len(rows)


async def _ask_to_phone(tx: Tx, row: dict[str, object]) -> None:
    organisation_id, patient_id, occurrence_id, team_id, plan_id = (
        int(str(row[name])) for name in ("organisation_id", "patient_id", "occurrence_id", "team_id", "plan_id")
    )
    due_on = row["due_on"]
    assert isinstance(due_on, date)
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.CHASE, subject_kind="patient",
        subject_id=patient_id, rule_key="phone", patient_id=patient_id, plan_id=plan_id,
        sentence=f"Please phone: {row['title']} is due on {day(due_on)}, and nothing else reaches this person.",
        cause_kind=f"occurrence:{row['stage']}:{row['rescheduled']}", cause_id=occurrence_id, by=WORKER, now=tx.now,
    )  # fmt: skip


async def sweep_late(database: Database) -> int:
    """Raise the team's alert for what did not come back, and let the plan go on to the next; returns how many stages."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            taken = await take_stages(tx, stages=TEAM_STAGES, limit=CHUNK_OF_ALERTS)
            for one in taken:
                await _reach_alone(tx, one)
            crashpoint(Crashpoint.SWEEP_BEFORE_COMMIT)
        crashpoint(Crashpoint.SWEEP_AFTER_COMMIT)
        moved += len(taken)
        if not taken:
            return moved


async def _reach_alone(tx: Tx, one: DueStage) -> None:
    """A plan that cannot be worked out becomes a task of its team and holds up nobody else."""
    error = await alone(tx, _reach(tx, one))
    if error is not None:
        await raise_alert(
            tx, organisation_id=one.organisation_id, team_id=one.team_id, kind=AlertKind.FIX_DATA, subject_kind="plan",
            subject_id=one.plan_id, rule_key="plan-cannot-go-on", patient_id=one.patient_id, plan_id=one.plan_id,
            sentence=f"{_said(one, today=tx.today)} The plan cannot go on by itself: {error}",
            cause_kind=f"occurrence:{one.stage}:{one.act_on}", cause_id=one.occurrence_id, by=WORKER, now=tx.now,
        )  # fmt: skip


async def _reach(tx: Tx, one: DueStage) -> None:
    """One stage of one occurrence: chase it, note that its window closed, or see that somebody still deals with it."""
    plan = await plan_on_file(tx, organisation_id=one.organisation_id, plan_id=one.plan_id, lock=True)
    rule_key, kind = alert_about(plan.protocol, one.step_key)
    if one.stage != LOOK_AGAIN or not await _in_hand(tx, one.organisation_id, plan_id=one.plan_id, rule_key=rule_key):
        await raise_alert(
            tx, organisation_id=one.organisation_id, team_id=one.team_id, kind=kind, subject_kind="plan",
            subject_id=one.plan_id, rule_key=rule_key, patient_id=one.patient_id, plan_id=one.plan_id,
            sentence=_said(one, today=tx.today), cause_kind=f"occurrence:{one.stage}:{one.act_on}",
            cause_id=one.occurrence_id, by=WORKER, now=tx.now,
        )  # fmt: skip
    if one.stage == CLOSE_WINDOW and plan.state == "active":
        await refresh(tx, plan=plan, by=WORKER, now=tx.now, today=tx.today)


def _said(one: DueStage, *, today: date) -> str:
    return said_of(one.stage, title=one.title, due_on=one.due_on, today=today)


async def _in_hand(tx: Tx, organisation_id: int, *, plan_id: int, rule_key: str) -> bool:
    """Whether somebody has an open alert of this rule about the plan."""
    latest = await latest_alert(
        tx, organisation_id=organisation_id, subject_kind="plan", subject_id=plan_id, rule_key=rule_key
    )
    return latest is not None and latest.state is not AlertState.CLOSED


#: States that have the day on which somebody is asked, with the rule and the kind of that question.
_DATED = {"paused": (PAUSE_OVER, AlertKind.CHASE), "suspended": (SEEN_BY, AlertKind.ACT_TODAY)}
_STANDING_STILL = """
select p.id, p.organisation_id, p.patient_id, p.team_id, p.state, p.state_reason, p.state_until
  from plan p join patient m on m.organisation_id = p.organisation_id and m.id = p.patient_id
 where p.state in ('paused', 'suspended', 'held', 'in_transfer')
   and (p.state not in ('paused', 'suspended') or p.state_until <= $1)
 order by m.id, p.id for no key update of m, p skip locked
"""


async def ask_after_pauses(database: Database) -> int:
    """Ask the team, once a day, what becomes of each plan that stands still while nobody has it in hand: its pause is over,
    nobody has confirmed that somebody whose cancer may be back was seen, or it is held.

    The plan does not go on by itself. Returns how many were asked about.
    """
    async with database.transaction() as tx:
        rows = await tx.fetch(_STANDING_STILL, tx.today)
        return sum([await _ask_about(tx, dict(row)) for row in rows])


async def _ask_about(tx: Tx, row: dict[str, object]) -> bool:
    organisation_id, plan_id, team_id, patient_id = (
        int(str(row[name])) for name in ("organisation_id", "id", "team_id", "patient_id")
    )
    held, today = row["state"] not in _DATED, tx.today.toordinal()
    rule_key, kind = _DATED.get(str(row["state"]), (HELD, AlertKind.FIX_DATA))
    # A hold has its alert from the beginning, under a rule of whoever held it.
    for alert in await open_alerts(tx, organisation_id=organisation_id, patient_id=patient_id):
        if (alert.subject_kind, alert.subject_id, alert.kind) == ("plan", plan_id, kind) and (
            held or alert.rule_key == rule_key
        ):
            return False
    latest = await latest_alert(
        tx, organisation_id=organisation_id, subject_kind="plan", subject_id=plan_id, rule_key=rule_key
    )
    if latest is not None and await has_cause(
        tx, organisation_id=organisation_id, alert_id=latest.id, cause_kind="standstill", cause_id=today
    ):
        return False  # closed today: it is asked again tomorrow
    reason = row["state_reason"]
    sentence = {
        PAUSE_OVER: f"The pause ({reason}) is over: resume the plan or pause it again.",
        SEEN_BY: f"Nobody has confirmed that they were seen. The plan was suspended: {reason} Confirm it, end it or let it"
        " go on.",
        HELD: f"The plan still stands still: {reason} End it, or let it go on.",
    }[rule_key]
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=team_id, kind=kind, subject_kind="plan", subject_id=plan_id,
        rule_key=rule_key, patient_id=patient_id, plan_id=plan_id, sentence=sentence, cause_kind="standstill",
        cause_id=today, by=WORKER, now=tx.now,
    )  # fmt: skip
    return True


async def make_months(database: Database) -> int:
    """See to it that the calendar has its partitions for the months ahead; returns how many were made."""
    async with database.transaction() as tx:
        made: int = await tx.fetchval("select make_calendar_months($1, $2)", tx.today.replace(day=1), MONTHS_AHEAD)
    return made
