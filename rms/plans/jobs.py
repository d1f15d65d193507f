"""The worker's duties of this room: the sweep of what is due, and the months of the calendar ahead.

The sweep takes what the calendar says must be looked at, at or before today, in chunks; each chunk is a few statements
in one transaction, so that a worker killed in the middle leaves it as it was, and two workers never take the same rows.
A stage that comes late is still acted on; the next reminder then follows a day later at the earliest. Only a reminder
that is more than three days late when the next one is due as well is left out: nobody gets two at once.
"""

from datetime import date

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.db.engine import Tx
from rms.plans.moves.writing import refresh
from rms.plans.schedule.words import day
from rms.plans.store.plans import plan_on_file
from rms.plans.sweep import NOT_REACHABLE, SWEEP_REMINDERS, TAKE_STAGES

CHUNK = 5_000
CHUNK_OF_ALERTS = 200
MONTHS_AHEAD = 15


async def sweep_reminders(database: Database) -> int:
    """Queue every reminder for a test that is due; returns how many calendar rows were acted on."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(SWEEP_REMINDERS, tx.today, tx.now, CHUNK)
            taken = rows[0]["taken"] if rows else 0
            for row in (row for row in rows if row["outcome"] == NOT_REACHABLE):
                await _ask_to_phone(tx, dict(row))
            crashpoint(Crashpoint.SWEEP_BEFORE_COMMIT)
        crashpoint(Crashpoint.SWEEP_AFTER_COMMIT)
        moved += taken
        if taken == 0:
            return moved


async def _ask_to_phone(tx: Tx, row: dict[str, object]) -> None:
    await raise_alert(
        tx, organisation_id=int(str(row["organisation_id"])), team_id=int(str(row["team_id"])), kind=AlertKind.CHASE,
        subject_kind="patient", subject_id=int(str(row["patient_id"])), rule_key="phone",
        patient_id=int(str(row["patient_id"])), plan_id=int(str(row["plan_id"])),
        sentence=f"Please phone: {row['title']} is due on {day(_date(row['due_on']))}, and nothing else reaches this person.",
        cause_kind=f"occurrence:{row['stage']}", cause_id=int(str(row["occurrence_id"])), by=WORKER, now=tx.now,
    )  # fmt: skip


def _date(value: object) -> date:
    assert isinstance(value, date)
    return value


async def sweep_late(database: Database) -> int:
    """Raise the team's alert for what did not come back, and let the plan go on to the next; returns how many stages."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(TAKE_STAGES, tx.today, ["chase", "close-window", "review"], CHUNK_OF_ALERTS)
            for row in rows:
                await _reach(tx, dict(row))
            crashpoint(Crashpoint.SWEEP_BEFORE_COMMIT)
        moved += len(rows)
        if not rows:
            return moved


async def _reach(tx: Tx, row: dict[str, object]) -> None:
    """One stage of one occurrence: chase it, or note that its window closed."""
    organisation_id, plan_id = int(str(row["organisation_id"])), int(str(row["plan_id"]))
    due_on, stage = _date(row["due_on"]), row["stage"]
    late = (tx.today - due_on).days
    sentence = {
        "chase": f"{row['title']}, due on {day(due_on)}, has not come back ({late} days late).",
        "close-window": f"{row['title']}, due on {day(due_on)}, was not done in its window ({late} days late).",
        "review": f"{row['title']} is due.",
    }[str(stage)]
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id, lock=stage == "close-window")
    # The protocol's own rule about silence and the sweep are one alert, whichever speaks first.
    rules = plan.protocol.rules_about_silence(str(row["step_key"]))
    await raise_alert(
        tx, organisation_id=organisation_id, team_id=int(str(row["team_id"])),
        kind=rules[0].alert if rules else AlertKind.CHASE, subject_kind="plan", subject_id=plan_id,
        rule_key=rules[0].key if rules else f"chase:{row['step_key']}", patient_id=int(str(row["patient_id"])), plan_id=plan_id,
        sentence=sentence, cause_kind=f"occurrence:{stage}", cause_id=int(str(row["occurrence_id"])), by=WORKER, now=tx.now,
    )  # fmt: skip
    if stage == "close-window" and plan.state == "active":
        await refresh(tx, plan=plan, by=WORKER, now=tx.now, today=tx.today)


async def ask_after_pauses(database: Database) -> int:
    """A pause that is over: the team is asked to go on; the plan does not by itself. Returns how many."""
    async with database.transaction() as tx:
        rows = await tx.fetch(
            "select id, organisation_id, patient_id, team_id, state_until, state_reason, revision from plan"
            " where state = 'paused' and state_until <= $1 order by id for update skip locked",
            tx.today,
        )
        for row in rows:
            await raise_alert(
                tx, organisation_id=row["organisation_id"], team_id=row["team_id"], kind=AlertKind.CHASE,
                subject_kind="plan", subject_id=row["id"], rule_key="pause-over", patient_id=row["patient_id"],
                plan_id=row["id"], sentence=f"The pause ({row['state_reason']}) is over: resume the plan or pause it again.",
                cause_kind="pause", cause_id=row["revision"], by=WORKER, now=tx.now,
            )  # fmt: skip
            await tx.execute("update plan set state_until = $3 where organisation_id = $1 and id = $2",
                             row["organisation_id"], row["id"], None)  # fmt: skip
        return len(rows)


async def make_months(database: Database) -> int:
    """See to it that the calendar has its partitions for the months ahead; returns how many were made."""
    async with database.transaction() as tx:
        made: int = await tx.fetchval("select make_calendar_months($1, $2)", tx.today.replace(day=1), MONTHS_AHEAD)
    return made
