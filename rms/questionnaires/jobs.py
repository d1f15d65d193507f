"""The worker's duties of this room: ask the questionnaires that are due, close those that are over.

Both take a chunk in one transaction, so that a worker killed in the middle leaves everything as it was. People are locked
before their calendar rows, like everywhere; whoever cannot be asked in writing becomes the team's task with the reason.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.clock import start_of_london_day
from rms.crashpoints import Crashpoint, crashpoint
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.messages.model import Channel, Recipient
from rms.messages.moves import queue
from rms.questionnaires.moves import ask, expire, withdraw
from rms.questionnaires.store import AssignmentOnFile
from rms.questionnaires.sweep import CANDIDATES, LOCK_PEOPLE, OVER, TAKE_STAGES
from rms.questionnaires.timing import answer_by, link_ends, purpose_of

CHUNK = 200


async def ask_due(database: Database) -> int:
    """Ask every questionnaire that is due, and ask again; returns how many stages of the calendar were acted on."""
    moved = 0
    while True:
        async with database.transaction() as tx:
            taken = await _take(tx)
            for row in taken:
                if row["occurrence_id"] is not None and not row["superseded"]:
                    await _ask_one(tx, row)
            crashpoint(Crashpoint.SWEEP_BEFORE_COMMIT)
        crashpoint(Crashpoint.SWEEP_AFTER_COMMIT)
        moved += len(taken)
        if not taken:
            return moved


async def _take(tx: Tx) -> list[Mapping[str, Any]]:
    candidates = await tx.fetch(CANDIDATES, tx.today, CHUNK)
    if not candidates:
        return []
    people = await tx.fetch(LOCK_PEOPLE, sorted({row["patient_id"] for row in candidates}))
    occurrences = sorted({row["occurrence_id"] for row in candidates})
    return list(await tx.fetch(TAKE_STAGES, tx.today, occurrences, [row["id"] for row in people], tx.now))


async def _ask_one(tx: Tx, row: Mapping[str, Any]) -> None:
    organisation_id, occurrence_id = row["organisation_id"], row["occurrence_id"]
    known = await tx.fetchval("select id from assignment where organisation_id = $1 and occurrence_id = $2",
                              organisation_id, occurrence_id)  # fmt: skip
    try:
        asked = await ask(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, by=WORKER)
    except Refused as why:
        await _tell_why_not(tx, row, why=str(why), answered=known is not None)
        return
    if row["born_on"] is None:
        await _tell_no_birth_date(tx, row)
        return
    await _queue(tx, row, asked=asked, first=known is None)


async def _queue(tx: Tx, row: Mapping[str, Any], *, asked: AssignmentOnFile, first: bool) -> None:
    """The occurrence is the cause, so that whatever closes or moves it takes back what was not sent."""
    by_day = answer_by(tx.today, closes_on=asked.closes_on)
    late = min(link_ends(asked.closes_on), start_of_london_day(max(row["latest_on"], tx.today + timedelta(days=7))))
    await queue(
        tx, organisation_id=row["organisation_id"], patient_id=row["patient_id"], team_id=row["team_id"],
        recipient=Recipient.PERSON, cause_kind="occurrence", cause_id=row["occurrence_id"],
        purpose=purpose_of(row["stage"], first=first), channel=Channel(row["channel"]) if row["channel"] else None,
        facts={**row["facts"], "due_on": by_day.isoformat()}, not_before=tx.now, not_after=late, plan_id=row["plan_id"],
        plan_revision=row["plan_revision"], attempt=row["rescheduled"] + 1, now=tx.now,
    )  # fmt: skip


async def _tell_why_not(tx: Tx, row: Mapping[str, Any], *, why: str, answered: bool) -> None:
    """What cannot be asked is the team's: once a questionnaire where a sign-off is missing, else about this person."""
    subject = ("plan", row["plan_id"]) if answered else ("team", row["team_id"])
    await raise_alert(
        tx, organisation_id=row["organisation_id"], team_id=row["team_id"], kind=AlertKind.FIX_DATA,
        subject_kind=subject[0], subject_id=subject[1], rule_key=f"cannot-ask:{row['questionnaire_key']}",
        patient_id=row["patient_id"] if answered else None, plan_id=row["plan_id"] if answered else None, sentence=why,
        cause_kind=f"occurrence:{row['stage']}:{row['rescheduled']}", cause_id=row["occurrence_id"], by=WORKER, now=tx.now,
    )  # fmt: skip


async def _tell_no_birth_date(tx: Tx, row: Mapping[str, Any]) -> None:
    await raise_alert(
        tx, organisation_id=row["organisation_id"], team_id=row["team_id"], kind=AlertKind.FIX_DATA,
        subject_kind="patient", subject_id=row["patient_id"], rule_key="birth-date", patient_id=row["patient_id"],
        plan_id=row["plan_id"],
        sentence=f"{row['title']} cannot be answered by link, because the whole date of birth is not known: phone the person.",
        cause_kind=f"occurrence:{row['stage']}:{row['rescheduled']}", cause_id=row["occurrence_id"], by=WORKER, now=tx.now,
    )  # fmt: skip


async def expire_due(database: Database) -> int:
    """Close what is over: the last day has passed, or the plan no longer asks for it; returns how many."""
    closed = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(OVER, tx.today, CHUNK)
            for row in rows:
                if row["occurrence_state"] in ("skipped", "void"):
                    await withdraw(tx, organisation_id=row["organisation_id"], assignment_id=row["id"],
                                   reason=row["state_reason"], by=WORKER, now=tx.now)  # fmt: skip
                else:
                    await expire(
                        tx, organisation_id=row["organisation_id"], assignment_id=row["id"], by=WORKER, now=tx.now
                    )
        closed += len(rows)
        if not rows:
            return closed
