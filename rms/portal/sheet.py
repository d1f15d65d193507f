"""The form as one visit sees it, read from the rooms below. No decisions about pages."""

from datetime import date, datetime

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.portal.access import Visit
from rms.portal.behind import Behind, Team, team_to_call, wants_us
from rms.questionnaires.model import Answer, Definition
from rms.questionnaires.store import AssignmentOnFile, answers_of, assignment
from rms.questionnaires.store.waited_for import answer_by_of


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment as it stands. `earlier` are the items answered in another visit: their answers are not shown.

    `open` says whether an answer would be taken; `answer_by` is the day that our messages name; `today` is the civil day.
    """

    assignment: AssignmentOnFile
    answers: dict[str, Answer]
    earlier: frozenset[str]
    team: Team
    open: bool
    today: date
    now: datetime
    answer_by: date

    @property
    def definition(self) -> Definition:
        """The version that was asked."""
        return self.assignment.definition

    @property
    def sent(self) -> bool:
        """Whether the answers were sent."""
        return self.assignment.is_sent


async def sheet_of(tx: Tx, *, visit: Visit) -> Sheet:
    """Read the form of a visit."""
    if visit.assignment_id is None:
        raise NotFound("There are no questions behind this visit.")
    found = await assignment(tx, organisation_id=visit.organisation_id, assignment_id=visit.assignment_id)
    kept = await answers_of(tx, organisation_id=found.organisation_id, assignment_id=found.id)
    behind = Behind(organisation_id=found.organisation_id, patient_id=found.patient_id, team_id=found.team_id,
                    plan_id=found.plan_id, assignment=found)  # fmt: skip
    return Sheet(
        assignment=found, answers={item: one.answer for item, one in kept.items()},
        earlier=frozenset(item for item, one in kept.items() if one.saved_by != visit.name),
        team=await team_to_call(tx, behind), open=found.takes_answers and await wants_us(tx, found), today=tx.today,
        now=tx.now, answer_by=await answer_by_of(tx, found),
    )  # fmt: skip
