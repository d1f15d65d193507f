"""Whose link or visit it is: the person, the team that looks after them, their plans. Reads; decides nothing about pages."""

from datetime import date, datetime

import msgspec

from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.store import PersonOnFile, known_dead, organisation, organisations, person, team
from rms.plans.store import PlanOnFile, plans_of
from rms.portal.access import Visit
from rms.questionnaires.links import Place, organisation_behind
from rms.questionnaires.store import AssignmentOnFile, assignment


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the person can call; `hours` None: not known. Before the date of birth is right it is the trust."""

    name: str
    phone: str
    hours: str | None = None


class Front(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the trust whose message had the link, else the only trust of this host; None where neither is known.

    Its name and number stand in the message, so whoever has the link has them too. They tell nothing about the person.
    """

    trust: Team | None
    today: date


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """What a link leads to. `plan_id` is the plan it is about, None for one's own pages without a plan that runs."""

    organisation_id: int
    patient_id: int
    team_id: int
    plan_id: int | None
    assignment: AssignmentOnFile | None

    @property
    def subject(self) -> tuple[str, int]:
        """What audit calls it."""
        return ("patient", self.patient_id) if self.assignment is None else ("assignment", self.assignment.id)

    @property
    def what(self) -> str:
        """The link, as a sentence for the team names it."""
        return "the link to their own pages" if self.assignment is None else f"the link for {self.assignment.title}"


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """The person of a visit. `plans` are all of theirs, `teams` those that look after them now, the visit's own first.

    `welcome` is False for somebody who may have died or wants no messages: then nothing is shown and nothing is taken.
    """

    person: PersonOnFile
    behind: Behind
    team: Team
    teams: tuple[int, ...]
    plans: tuple[PlanOnFile, ...]
    welcome: bool
    today: date
    now: datetime


async def front_of_house(tx: Tx, *, locator: str | None) -> Front:
    """What may be said before anybody has shown who they are: of a link its trust, whether it works or not."""
    all_of_them = await organisations(tx)
    sender = None if locator is None else await organisation_behind(tx, locator=locator)
    known = [one for one in all_of_them if one.id == sender] or all_of_them
    only = Team(name=known[0].name, phone=known[0].phone) if len(known) == 1 else None
    return Front(trust=only, today=tx.today)


async def behind(tx: Tx, place: Place) -> Behind | None:
    """What a link leads to; None when it is not there any more."""
    try:
        if place.assignment_id is not None:
            found = await assignment(tx, organisation_id=place.organisation_id, assignment_id=place.assignment_id)
            return Behind(organisation_id=found.organisation_id, patient_id=found.patient_id, team_id=found.team_id,
                          plan_id=found.plan_id, assignment=found)  # fmt: skip
    except NotFound:
        return None
    if place.patient_id is None:
        return None
    plans = await plans_of(tx, organisation_id=place.organisation_id, patient_id=place.patient_id)
    if not plans:
        return None
    plan = next((one for one in plans if one.state != "ended"), plans[-1])
    return Behind(organisation_id=place.organisation_id, patient_id=place.patient_id, team_id=plan.team_id,
                  plan_id=plan.id, assignment=None)  # fmt: skip


async def whose(tx: Tx, visit: Visit) -> Whose:
    """The person of a visit; NotFound when they are not there any more."""
    place = Place(organisation_id=visit.organisation_id, assignment_id=visit.assignment_id, patient_id=visit.patient_id)
    found = await behind(tx, place)
    if found is None:
        raise NotFound("This page is not there any more.")
    ids = {"organisation_id": found.organisation_id, "patient_id": found.patient_id}
    plans = await plans_of(tx, **ids)
    teams = [found.team_id, *(plan.team_id for plan in plans if plan.state != "ended")]
    return Whose(
        person=await person(tx, **ids), behind=found, team=await team_to_call(tx, found), plans=tuple(plans),
        teams=tuple(dict.fromkeys(teams)), welcome=await wants_us(tx, found), today=tx.today, now=tx.now,
    )  # fmt: skip


async def team_to_call(tx: Tx, found: Behind) -> Team:
    """The team by its name and the trust's."""
    owner = await team(tx, organisation_id=found.organisation_id, team_id=found.team_id)
    trust = await organisation(tx, found.organisation_id)
    return Team(name=f"{owner.name}, {trust.name}", phone=owner.phone, hours=owner.phone_hours)


async def wants_us(tx: Tx, found: Behind | AssignmentOnFile) -> bool:
    """Whether the person lives, as far as anybody has told us, and has not asked for an end to messages."""
    ids = {"organisation_id": found.organisation_id, "patient_id": found.patient_id}
    return (await person(tx, **ids)).messages_stopped_at is None and await known_dead(tx, **ids) is None
