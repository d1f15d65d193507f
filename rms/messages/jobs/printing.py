"""A letter that nobody prints reaches nobody: each team whose letters wait for too long is asked, once a day."""

from rms.audit.model import WORKER
from rms.db.database import Database
from rms.messages.moves.printing import PRINT_QUEUE, RULE, ask_for_printing
from rms.messages.store import teams_with_late_letters


async def chase_printing(database: Database) -> int:
    """Ask every team whose letters nobody has printed in time; one alert a team. Returns how many teams were asked."""
    asked = 0
    async with database.transaction() as tx:
        late = await teams_with_late_letters(tx, subject_kind=PRINT_QUEUE, rule_key=RULE)
        for one in late:
            asked += await ask_for_printing(
                tx, organisation_id=one.organisation_id, team_id=one.team_id, by=WORKER, now=tx.now
            )
    return asked
