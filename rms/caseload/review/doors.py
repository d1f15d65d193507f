"""What nurses do in a review, each in one transaction. Doors: called by pages only, never by one another."""

from collections.abc import Collection
from datetime import date
from typing import Final
from uuid import UUID

from rms.alerts.moves import DecisionKind
from rms.caseload.review.store import sitting_of_decision
from rms.caseload.review.strays import asking_for
from rms.db.database import Database
from rms.errors import NotFound
from rms.followup import moves
from rms.followup.review import cases, queue, sittings, tens
from rms.followup.review.model import Candidate
from rms.followup.review.sittings import PageOnFile
from rms.people.access import Asker
from rms.people.store import lock_people


async def start_ten(database: Database, *, asks: Asker) -> UUID | None:
    """Show the next ten in range; the page's reference, or None when none waits."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        return await tens.show_ten(tx, await asking_for(tx, asks))


async def confirm_ten(
    database: Database, *, asks: Asker, ref: UUID, left_out: Collection[UUID]
) -> tuple[PageOnFile, UUID | None]:
    """Confirm a page; it as it stands after, and the next page when more wait."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        asking = await asking_for(tx, asks)
        page = await tens.confirm_ten(tx, asking, ref=ref, left_out=left_out, by=asks.actor, now=tx.now)
        return page, await tens.show_ten(tx, asking)


async def start_cases(database: Database, *, asks: Asker) -> UUID | None:
    """The reference of what comes first one by one; None when nothing waits."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        return _ref(await queue.next_one(tx, await asking_for(tx, asks)))


async def decide_case(
    database: Database,
    *,
    asks: Asker,
    ref: UUID,
    token: UUID,
    kind: DecisionKind,
    note: str | None,
    until_on: date | None = None,
) -> tuple[UUID | None, UUID]:
    """Decide about a case; the reference of the one that comes next, None when nothing more waits, and of the sitting."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        asking = await asking_for(tx, asks)
        done = await cases.decide_case(tx, asking, ref=ref, token=token, kind=kind, note=note, until_on=until_on,
                                       by=asks.actor, now=tx.now)  # fmt: skip
        _, sitting = await sittings.sitting(tx, organisation_id=asks.organisation_id, staff_id=asks.staff_id)
        return _ref(await queue.next_one(tx, asking, after_patient=done.patient_id, but=done.subject)), sitting


_DECISION: Final = """
select d.id, d.patient_id from decision d
 where d.organisation_id = $2 and d.ref = $3 and (
   d.subject_kind = 'result' and exists (select from result r where r.organisation_id = $2 and r.id = d.subject_id
                                            and r.team_id = any($1))
   or d.subject_kind = 'response' and exists (select from assignment a where a.organisation_id = $2 and a.id = d.subject_id
                                                 and a.team_id = any($1)))
"""


async def undo_decision(database: Database, *, asks: Asker, ref: UUID) -> UUID | None:
    """Take a decision of one's teams back; the asker's sitting it was made in. Refused, in words, when it is too late.

    A second press finds it undone, which is what was wanted.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        row = await tx.fetchrow(_DECISION, list(asks.team_ids), asks.organisation_id, ref)
        if row is None:
            raise NotFound("There is no such decision.")
        await lock_people(tx, [row["patient_id"]])
        undone = await tx.fetchval("select undone_at is not null from decision where organisation_id = $1 and id = $2",
                                   asks.organisation_id, row["id"])  # fmt: skip
        if not undone:
            await moves.undo(tx, organisation_id=asks.organisation_id, decision_id=row["id"], by=asks.actor, now=tx.now)
        return await sitting_of_decision(tx, asks=asks, ref=ref)


_OF_PAGE: Final = """
select d.id, d.patient_id from review_page g
  join review_session e on e.organisation_id = g.organisation_id and e.id = g.session_id and e.staff_id = $2
  join review_row w on w.organisation_id = g.organisation_id and w.page_id = g.id
  join decision d on d.organisation_id = w.organisation_id and d.id = w.decision_id
 where g.organisation_id = $1 and g.ref = $3 and d.undone_at is null and d.overtaken_at is null and d.takes_effect_at > $4
"""


async def undo_ten(database: Database, *, asks: Asker, ref: UUID) -> UUID:
    """Take back all that was confirmed on one's own page of ten and can still be; the sitting. Twice is once."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        page = await sittings.page_on_file(
            tx, organisation_id=asks.organisation_id, staff_id=asks.staff_id, ref=ref, lock=True
        )
        await lock_people(tx, [row.patient_id for row in page.rows])
        for row in await tx.fetch(_OF_PAGE, asks.organisation_id, asks.staff_id, ref, tx.now):
            await moves.undo(tx, organisation_id=asks.organisation_id, decision_id=row["id"], by=asks.actor, now=tx.now)
        return page.session_ref


def _ref(candidate: Candidate | None) -> UUID | None:
    return None if candidate is None else candidate.shown.subject_ref
