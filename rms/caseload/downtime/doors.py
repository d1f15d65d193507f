"""Making a list now, for a team of the one who asks."""

from rms.db.database import Database
from rms.errors import NotFound
from rms.followup.downtime.making import make_list
from rms.people.access import Asker
from rms.people.store import team_by_key


async def make_now(database: Database, *, asks: Asker, key: str) -> None:
    """Make a list of one's team as it stands now. NotFound when the team is not one's own."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        team = await team_by_key(tx, organisation_id=asks.organisation_id, key=key)
    if team is None or team.id not in asks.team_ids:
        raise NotFound("There is no such team.")
    await make_list(database, organisation_id=asks.organisation_id, team_id=team.id, by=asks.actor)
