"""What is confirmed about the set-up, kept with who and when."""

from rms.audit.moves import record
from rms.caseload.set_up.checklist.forms import Confirmed
from rms.db.database import Database
from rms.people.access import Asker

_INSERT = """
insert into set_up_note (organisation_id, what, said, on_day, for_demonstration_only, made_at, made_by_staff_id)
values ($1, $2, $3, $4, $5, $6, $7) returning id
"""


async def confirm(database: Database, *, asks: Asker, what: str, confirmed: Confirmed) -> None:
    """Write it down; in a demo it counts for demonstration only."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        note_id = await tx.fetchval(_INSERT, asks.organisation_id, what, confirmed.said, confirmed.on_day, not tx.live, tx.now,
                                    asks.staff_id)  # fmt: skip
        await record(tx, by=asks.actor, verb=f"set_up.{what}", subject_kind="set_up_note", subject_id=note_id,
                     organisation_id=asks.organisation_id, reason=confirmed.said)  # fmt: skip
