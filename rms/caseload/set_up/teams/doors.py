"""Teams added and changed, each in one transaction."""

from rms.caseload.set_up.teams.forms import TeamTyped
from rms.db.database import Database
from rms.people.access import Asker
from rms.people.model import TumourSite
from rms.people.moves.working import change_team
from rms.people.staff import add_team


async def add(database: Database, *, asks: Asker, key: str, team: TeamTyped) -> None:
    """A new team. BadInput for a key that is no short word, Conflict for one that is taken."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await add_team(tx, organisation_id=asks.organisation_id, key=key, name=team.name, phone=team.phone,
                       site=_site(team), by=asks.actor)  # fmt: skip
        if team.phone_hours or team.letterhead:
            await change_team(
                tx, organisation_id=asks.organisation_id, key=key, name=team.name, phone=team.phone, site=_site(team),
                phone_hours=team.phone_hours, letterhead=team.letterhead, by=asks.actor,
            )  # fmt: skip


async def change(database: Database, *, asks: Asker, key: str, team: TeamTyped) -> None:
    """How it is called and reached from now on."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        await change_team(
            tx, organisation_id=asks.organisation_id, key=key, name=team.name, phone=team.phone, site=_site(team),
            phone_hours=team.phone_hours, letterhead=team.letterhead, by=asks.actor,
        )  # fmt: skip


def _site(team: TeamTyped) -> TumourSite | None:
    return TumourSite(team.site) if team.site else None
