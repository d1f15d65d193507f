"""The worker's duties that cross rooms: rules that time alone changes, and deaths told elsewhere."""

from rms.audit.model import WORKER
from rms.dates import PartialDate
from rms.db.database import Database
from rms.followup.moves.dying import apply_death, apply_reversal
from rms.followup.moves.judging import judge
from rms.followup.watching import moved_by_time
from rms.people.store import lock_people
from rms.plans.store import plan_on_file

CHUNK = 50


async def judge_due(database: Database) -> int:
    """Ask the rules of every plan again whose day has come; returns how many plans."""
    judged = 0
    while True:
        async with database.transaction() as tx:
            rows = await tx.fetch(
                "select id, organisation_id from plan where judge_on <= $1 order by judge_on, id limit $2"
                " for no key update skip locked",
                tx.today,
                CHUNK,
            )
            for row in rows:
                plan = await plan_on_file(tx, organisation_id=row["organisation_id"], plan_id=row["id"])
                await judge(tx, plan=plan, rules=moved_by_time(plan.effective.rules), cause_kind="day",
                            cause_id=tx.today.toordinal(), only_news=True, by=WORKER, now=tx.now)  # fmt: skip
        judged += len(rows)
        if len(rows) < CHUNK:
            return judged


_TOLD_ELSEWHERE = """
select p.id, p.organisation_id, d.state, d.died_on, d.source from death d
  join patient p on p.nhs_number = d.nhs_number
 where d.reversed_at is null
   and (p.death_state is null or (p.death_state = 'informal' and d.state = 'formal'))
 order by p.id limit $1
"""
_TAKEN_BACK = """
select p.id, p.organisation_id, d.reversed_by from death d join patient p on p.nhs_number = d.nhs_number
 where d.reversed_at is not null and p.death_state is not null order by p.id limit $1
"""


async def spread_deaths(database: Database) -> int:
    """Bring a death, or its reversal, told at one organisation to the others that follow the person; returns how many."""
    spread = 0
    while True:
        async with database.transaction() as tx:
            told = await tx.fetch(_TOLD_ELSEWHERE, CHUNK)
            back = await tx.fetch(_TAKEN_BACK, CHUNK)
            await lock_people(tx, [row["id"] for row in (*told, *back)])
            for row in told:
                await apply_death(
                    tx, organisation_id=row["organisation_id"], patient_id=row["id"], formal=row["state"] == "formal",
                    died_on=PartialDate.parse(row["died_on"]) if row["died_on"] else None, source=row["source"], by=WORKER,
                    now=tx.now,
                )  # fmt: skip
            for row in back:
                await apply_reversal(tx, organisation_id=row["organisation_id"], patient_id=row["id"],
                                     why=f"taken back by {row['reversed_by']}", by=WORKER, now=tx.now)  # fmt: skip
        spread += len(told) + len(back)
        if len(told) + len(back) == 0:
            return spread
