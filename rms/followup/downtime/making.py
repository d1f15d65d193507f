"""Making a list: read in one transaction, printed outside of any, kept in another. A door: it opens what it needs."""

import asyncio
from uuid import UUID

from rms.audit.model import WORKER, Actor
from rms.audit.moves import record
from rms.db.database import Database
from rms.followup.downtime.gathering import on_the_list
from rms.followup.downtime.paper import print_list
from rms.followup.downtime.words import in_print
from rms.messages.downtime import keep_list


async def make_list(
    database: Database, *, organisation_id: int, team_id: int, by: Actor, is_nightly: bool = False
) -> UUID | None:
    """Make and keep the list of one team as it stands now; its reference, or None when this night's is there already.

    The look at the people on it is written when somebody is given the file, not here.
    """
    async with database.transaction(organisation_id=organisation_id) as tx:
        found = await on_the_list(tx, organisation_id=organisation_id, team_id=team_id)
    pdf = await asyncio.to_thread(print_list, in_print(found))
    async with database.transaction(organisation_id=organisation_id) as tx:
        ref = await keep_list(tx, organisation_id=organisation_id, team_id=team_id, is_nightly=is_nightly,
                              shown=found.shown, lines=len(found.lines), pdf=pdf, made_at=found.made_at,
                              made_by=WORKER.name if is_nightly else by.name)  # fmt: skip
        if ref is not None:
            await record(tx, by=by, verb="downtime.make", subject_kind="team", subject_id=team_id,
                         organisation_id=organisation_id, details={"lines": len(found.lines)})  # fmt: skip
        return ref
