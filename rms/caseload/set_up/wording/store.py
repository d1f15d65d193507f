"""What a wording is checked and shown with: the teams whose telephone stands in it."""

from rms.db.engine import Tx
from rms.messages.own_proof import Sender
from rms.people.store import organisation, teams


async def senders(tx: Tx, *, organisation_id: int, portal_url: str) -> tuple[Sender, ...]:
    """One for each team, the one that needs the most room first; the organisation itself while it has no team."""
    here = await organisation(tx, organisation_id)
    found = [
        Sender(organisation_name=here.name, team_name=one.name, phone=one.phone, phone_hours=one.phone_hours,
               portal_url=portal_url)
        for one in await teams(tx, organisation_id=organisation_id)
    ]  # fmt: skip
    if not found:
        return (Sender(organisation_name=here.name, team_name="", phone=here.phone, phone_hours=None,
                       portal_url=portal_url),)  # fmt: skip
    return tuple(sorted(found, key=lambda one: -len(one.phone + (one.phone_hours or ""))))
