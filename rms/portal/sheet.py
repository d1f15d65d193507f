"""The form as one visit sees it, read from the rooms below. No decisions about pages."""

from datetime import date

import msgspec

from rms.db.engine import Tx
from rms.people.store import known_dead, organisation, organisations, person, team
from rms.portal.access import Visit
from rms.questionnaires.model import Answer, Definition
from rms.questionnaires.store import AssignmentOnFile, answers_of, assignment


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the person can call. Before the date of birth is right it is the trust, or nobody."""

    name: str
    phone: str


class Front(msgspec.Struct, frozen=True, kw_only=True):
    """The only trust of this host, None when there are several: a name taken from the link would tell too much."""

    trust: Team | None
    today: date


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment as it stands. `earlier` are the items answered in another visit: their answers are not shown.

    `open` says whether an answer would be taken; `today` is the civil day.
    """

    assignment: AssignmentOnFile
    answers: dict[str, Answer]
    earlier: frozenset[str]
    team: Team
    open: bool
    today: date

    @property
    def definition(self) -> Definition:
        """The version that was asked."""
        return self.assignment.definition

    @property
    def sent(self) -> bool:
        """Whether the answers were sent."""
        return self.assignment.state == "submitted"


async def sheet_of(tx: Tx, *, visit: Visit) -> Sheet:
    """Read the form of a visit."""
    found = await assignment(tx, organisation_id=visit.organisation_id, assignment_id=visit.assignment_id)
    kept = await answers_of(tx, organisation_id=found.organisation_id, assignment_id=found.id)
    owner = await team(tx, organisation_id=found.organisation_id, team_id=found.team_id)
    trust = await organisation(tx, found.organisation_id)
    return Sheet(
        assignment=found, answers={item: one.answer for item, one in kept.items()},
        earlier=frozenset(item for item, one in kept.items() if one.saved_by != visit.name),
        team=Team(name=f"{owner.name}, {trust.name}", phone=owner.phone),
        open=found.takes_answers and await wants_us(tx, found), today=tx.today,
    )  # fmt: skip


async def wants_us(tx: Tx, found: AssignmentOnFile) -> bool:
    """Whether the person lives, as far as anybody has told us, and has not asked for an end to messages."""
    ids = {"organisation_id": found.organisation_id, "patient_id": found.patient_id}
    return (await person(tx, **ids)).messages_stopped_at is None and await known_dead(tx, **ids) is None


async def front_of_house(tx: Tx) -> Front:
    """What may be said before anybody has shown who they are."""
    all_of_them = await organisations(tx)
    only = Team(name=all_of_them[0].name, phone=all_of_them[0].phone) if len(all_of_them) == 1 else None
    return Front(trust=only, today=tx.today)
