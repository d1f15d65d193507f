"""What a wording is checked and shown with: the teams whose telephone stands in it."""

from rms.db.engine import Tx
from rms.messages.own_proof import Sender, senders_of
from rms.people.store import organisation, teams


async def senders(tx: Tx, *, organisation_id: int, portal_url: str) -> tuple[Sender, ...]:
    """One for each team, the one that needs the most room first."""
    here = await organisation(tx, organisation_id)
    return senders_of(here, await teams(tx, organisation_id=organisation_id), portal_url=portal_url)
