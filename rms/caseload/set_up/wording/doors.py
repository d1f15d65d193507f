"""A wording drafted, approved or withdrawn, each in one transaction."""

from rms.caseload.set_up.wording.store import senders
from rms.db.database import Database
from rms.messages.catalogue import Template
from rms.messages.moves.wording import approve_wording, discard_draft, draft_wording, withdraw_wording
from rms.messages.places import Words
from rms.people.access import Asker


async def draft(database: Database, *, asks: Asker, standard: Template, words: Words, portal_url: str) -> None:
    """New words that wait for a second person. Refused, with every fault, when they may not go to people."""
    here = asks.organisation_id
    async with database.transaction(organisation_id=here) as tx:
        await draft_wording(
            tx, organisation_id=here, standard=standard, words=words, by=asks.actor,
            senders=await senders(tx, organisation_id=here, portal_url=portal_url),
        )  # fmt: skip


async def approve(database: Database, *, asks: Asker, standard: Template, version: int, portal_url: str) -> None:
    """Messages go out in these words from now on."""
    here = asks.organisation_id
    async with database.transaction(organisation_id=here) as tx:
        await approve_wording(
            tx, organisation_id=here, standard=standard, version=version, by=asks.actor,
            senders=await senders(tx, organisation_id=here, portal_url=portal_url),
        )  # fmt: skip


async def withdraw(database: Database, *, asks: Asker, standard: Template, version: int, why: str) -> None:
    """Back to the standard wording."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await withdraw_wording(tx, organisation_id=asks.organisation_id, standard=standard, version=version, why=why,
                               by=asks.actor)  # fmt: skip


async def discard(database: Database, *, asks: Asker, standard: Template, version: int) -> None:
    """A draft thrown away; what is in force stays. Conflict when it is a draft no longer."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await discard_draft(tx, organisation_id=asks.organisation_id, standard=standard, version=version, by=asks.actor)
