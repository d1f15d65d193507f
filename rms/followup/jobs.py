"""The worker's duties that cross rooms: rules that time changes, results nobody looks at, deaths told elsewhere."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.dates import PartialDate
from rms.db.alone import alone
from rms.db.database import Database
from rms.db.engine import Tx
from rms.followup.moves.dying import apply_death, apply_reversal
from rms.followup.moves.judging import judge
from rms.followup.moves.unreviewed import RULE as UNREVIEWED
from rms.followup.moves.unreviewed import Unreviewed, chase_review
from rms.followup.waiting import WAITS, Waits
from rms.followup.watching import moved_by_time
from rms.people.store import lock_people, team_for_site
from rms.plans.moves import set_judge_on
from rms.plans.store import plan_on_file

CHUNK = 50


# Time alone says nothing about somebody who has died: the day stays noted, and counts again when the death is taken back.
_DUE = """
select p.id, p.organisation_id, p.team_id, p.patient_id
  from plan p join patient m on m.organisation_id = p.organisation_id and m.id = p.patient_id
 where p.judge_on <= $1 and coalesce(m.death_state, known_dead(m.nhs_number)) is distinct from 'formal'
 order by m.id, p.id limit $2 for no key update of m, p skip locked
"""


async def judge_due(database: Database) -> int:
    """Ask the rules of every plan again whose day has come; returns how many plans."""
    judged = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(_DUE, tx.today, CHUNK)
            for row in rows:
                await _judge_alone(tx, row)
        judged += len(rows)
        if len(rows) < CHUNK:
            return judged


async def _judge_alone(tx: Tx, row: Mapping[str, Any]) -> None:
    """A plan that cannot be judged becomes a task of its team, is tried again tomorrow, and holds up nobody else."""
    organisation_id, plan_id = row["organisation_id"], row["id"]
    error = await alone(tx, _judge(tx, organisation_id=organisation_id, plan_id=plan_id))
    if error is not None:
        await set_judge_on(tx, organisation_id=organisation_id, plan_id=plan_id, on=tx.today + timedelta(days=1))
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=row["team_id"], kind=AlertKind.FIX_DATA, subject_kind="plan",
            subject_id=plan_id, rule_key="plan-cannot-be-judged", patient_id=row["patient_id"], plan_id=plan_id,
            sentence=f"The rules of this plan cannot be asked again by themselves: {error} Please look at its results.",
            cause_kind="day", cause_id=tx.today.toordinal(), by=WORKER, now=tx.now,
        )  # fmt: skip


async def _judge(tx: Tx, *, organisation_id: int, plan_id: int) -> None:
    plan = await plan_on_file(tx, organisation_id=organisation_id, plan_id=plan_id)
    await judge(tx, plan=plan, rules=moved_by_time(plan.effective.rules), cause_kind="day",
                cause_id=tx.today.toordinal(), only_news=True, by=WORKER, now=tx.now)  # fmt: skip


async def chase_reviews(database: Database) -> int:
    """Ask the team about every result and every form that nobody has looked at by its day; returns how many came due."""
    return sum([await _chase_all(database, waits=waits) for waits in WAITS])


async def _chase_all(database: Database, *, waits: Waits) -> int:
    chased, failed = 0, list[int]()
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(waits.due, tx.today, CHUNK, UNREVIEWED, failed)
            for row in rows:
                if not await _chase_alone(tx, Unreviewed(subject_kind=waits.subject_kind, **dict(row))):
                    failed.append(row["id"])
        if not rows:
            return chased - len(failed)
        chased += len(rows)


async def _chase_alone(tx: Tx, waiting: Unreviewed) -> bool:
    """One of them; when the team cannot be asked in the usual way, it is told so, and the others are asked all the same."""
    error = await alone(tx, chase_review(tx, waiting=waiting, by=WORKER, now=tx.now))
    if error is not None:
        what = "A result waits" if waiting.subject_kind == "result" else "Answers wait"
        await raise_alert(
            tx, organisation_id=waiting.organisation_id, team_id=waiting.team_id, kind=AlertKind.FIX_DATA,
            subject_kind=waiting.subject_kind, subject_id=waiting.id, rule_key="review-not-chased",
            patient_id=waiting.patient_id,
            sentence=f"{what} for review, and nobody could be asked about it by itself: {error} Please look.",
            cause_kind="day", cause_id=tx.today.toordinal(), by=WORKER, now=tx.now,
        )  # fmt: skip
    return error is None


_TOLD_ELSEWHERE = """
select p.id, p.organisation_id, d.state, d.died_on, d.source, null as reversed_by from death d
  join patient p on p.nhs_number = d.nhs_number
 where d.reversed_at is null
   and (p.death_state is null or (p.death_state = 'informal' and d.state = 'formal'))
   and p.id <> all($2) order by p.id limit $1
"""
_TAKEN_BACK = """
select p.id, p.organisation_id, d.reversed_by from death d join patient p on p.nhs_number = d.nhs_number
 where d.reversed_at is not null and p.death_state is not null and p.id <> all($2) order by p.id limit $1
"""


async def spread_deaths(database: Database) -> int:
    """Bring a death, or its reversal, told at one organisation to the others that follow the person; returns how many.

    Until then nothing leaves for them either: every claim of a send asks for the death itself.
    """
    spread, failed = 0, list[int]()
    while True:
        async with database.transaction() as tx:
            told = await tx.fetch(_TOLD_ELSEWHERE, CHUNK, failed)
            back = await tx.fetch(_TAKEN_BACK, CHUNK, failed)
            await lock_people(tx, [row["id"] for row in (*told, *back)])
            for row in (*told, *back):
                if await _spread_alone(tx, row):
                    spread += 1
                else:
                    failed.append(row["id"])
        if len(told) + len(back) == 0:
            return spread


async def _spread_alone(tx: Tx, row: Mapping[str, Any]) -> bool:
    """One person's death or reversal; what cannot be done becomes a task and holds up nobody else."""
    error = await alone(tx, _spread(tx, row))
    team = await team_for_site(tx, organisation_id=row["organisation_id"], site=None) if error is not None else None
    if team is not None:
        await raise_alert(
            tx, organisation_id=row["organisation_id"], team_id=team.id, kind=AlertKind.FIX_DATA, subject_kind="patient",
            subject_id=row["id"], rule_key="death-not-applied", patient_id=row["id"],
            sentence=f"Another organisation was told about a death, or that it was a mistake, and it cannot be applied"
                     f" here by itself: {error} Nothing is sent to this person meanwhile.",
            cause_kind="day", cause_id=tx.today.toordinal(), by=WORKER, now=tx.now,
        )  # fmt: skip
    return error is None


async def _spread(tx: Tx, row: Mapping[str, Any]) -> None:
    of = {"organisation_id": row["organisation_id"], "patient_id": row["id"]}
    if row["reversed_by"] is not None:
        await apply_reversal(tx, **of, why=f"taken back by {row['reversed_by']}", by=WORKER, now=tx.now)
    else:
        died_on = PartialDate.parse(row["died_on"]) if row["died_on"] else None
        await apply_death(tx, **of, formal=row["state"] == "formal", died_on=died_on, source=row["source"], by=WORKER,
                          now=tx.now)  # fmt: skip
