"""The rows of one occurrence: its stages on the calendar, its history, and the messages that it asked for."""

from collections.abc import Sequence
from datetime import datetime

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.messages.moves import void_for_cause
from rms.plans.model import CalendarEntry
from rms.plans.sweep import NEVER_LEFT

MOVED, STAGE, TAKEN_BACK, MOVED_BACK = "moved", "stage", "taken back", "moved back"


async def put_on_calendar(tx: Tx, *, organisation_id: int, occurrence_id: int, stages: Sequence[CalendarEntry]) -> None:
    """Write the one row that says when to look next: the first of the stages."""
    await tx.execute("insert into calendar (act_on, organisation_id, occurrence_id, stage) values ($1, $2, $3, $4)",
                     stages[0].act_on, organisation_id, occurrence_id, stages[0].stage)  # fmt: skip


async def take_off_calendar(tx: Tx, *, organisation_id: int, occurrence_id: int) -> None:
    """Nobody looks at it any more, not even a sweep that has it in hand.

    The calendar row is what a sweep and a change of the plan hold against each other. A sweep that was first has
    replaced the row when our wait for it ends, and a statement does not see what came after its beginning: look again.
    Take an occurrence off the calendar before its messages are taken back, so that those of that sweep are seen too.
    """
    there = True
    while there:
        await tx.execute("delete from calendar where organisation_id = $1 and occurrence_id = $2", organisation_id,
                         occurrence_id)  # fmt: skip
        there = await tx.fetchval("select exists (select from calendar where organisation_id = $1 and occurrence_id = $2)",
                                  organisation_id, occurrence_id)  # fmt: skip


async def reached_stages(tx: Tx, *, organisation_id: int, occurrence_id: int) -> list[str]:
    """The stages that were acted on, in order, as its history says; what was taken back before it left is not among them."""
    rows = await tx.fetch(
        "select what, detail from occurrence_event where organisation_id = $1 and occurrence_id = $2 order by id",
        organisation_id, occurrence_id,
    )  # fmt: skip
    reached: list[str] = []
    before: list[list[str]] = []  # what was reached before each move, which a move that is taken back gives again
    for row in rows:
        if row["what"] == MOVED:
            before.append(reached)
            reached = []
        elif row["what"] == MOVED_BACK:
            reached = before.pop() if before else reached
        elif row["what"] == STAGE:
            reached.append(row["detail"])
        elif row["what"] == TAKEN_BACK:
            reached = [stage for stage in reached if stage != row["detail"]]
    return reached


async def ask_again(tx: Tx, *, organisation_id: int, occurrence_id: int, by: Actor, now: datetime) -> list[str]:
    """It goes on after it stood still: reminders that never left are asked for once more. Returns what stays reached."""
    reached = await reached_stages(tx, organisation_id=organisation_id, occurrence_id=occurrence_id)
    never_left: int = await tx.fetchval(NEVER_LEFT, organisation_id, occurrence_id)
    reminders = [stage for stage in reached if ":" in stage]
    lost = reminders[len(reminders) - never_left :] if never_left else []
    for stage in lost:
        await note(tx, organisation_id=organisation_id, occurrence_id=occurrence_id, what=TAKEN_BACK, detail=stage, by=by,
                   now=now)  # fmt: skip
    if lost:
        await tx.execute("update occurrence set rescheduled = rescheduled + 1 where organisation_id = $1 and id = $2",
                         organisation_id, occurrence_id)  # fmt: skip
    return [stage for stage in reached if stage not in lost]


async def void(tx: Tx, *, organisation_id: int, occurrence_id: int, reason: str, now: datetime) -> None:
    """What it asked for and what has not left yet is no longer wanted."""
    await void_for_cause(tx, organisation_id=organisation_id, cause_kind="occurrence", cause_id=occurrence_id,
                         reason=reason, now=now)  # fmt: skip


async def note(
    tx: Tx, *, organisation_id: int, occurrence_id: int, what: str, detail: str | None, by: Actor, now: datetime
) -> None:
    """Add a line to an occurrence's history."""
    await tx.execute(
        "insert into occurrence_event (organisation_id, occurrence_id, what, detail, by_name, at)"
        " values ($1, $2, $3, $4, $5, $6)",
        organisation_id, occurrence_id, what, detail, by.name, now,
    )  # fmt: skip
