"""One questionnaire of somebody of one's teams, as it stands."""

from uuid import UUID

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.access import Asker
from rms.questionnaires.store import AssignmentOnFile, answers_of, assignment
from rms.questionnaires.store.answers import KeptAnswer

_WHICH = "select id from assignment where organisation_id = $2 and team_id = any($1) and ref = $3"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The form with the answers that count by now, and who gave each."""

    assignment: AssignmentOnFile
    kept: dict[str, KeptAnswer]


async def sheet_behind(tx: Tx, *, asks: Asker, ref: UUID) -> Sheet:
    """The form behind an address; NotFound when it is not of these teams."""
    found = await tx.fetchval(_WHICH, list(asks.team_ids), asks.organisation_id, ref)
    if found is None:
        raise NotFound("There is no such questionnaire.")
    one = await assignment(tx, organisation_id=asks.organisation_id, assignment_id=found)
    kept = await answers_of(tx, organisation_id=asks.organisation_id, assignment_id=found)
    return Sheet(assignment=one, kept=kept)
