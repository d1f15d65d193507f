"""The two made-up trusts: teams, staff of every role, a laboratory, protocols and questionnaires signed for demonstration."""

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.db.engine import Tx
from rms.people.model import Role
from rms.people.moves.working import change_team
from rms.people.staff import add_organisation, add_staff, add_team
from rms.plans.moves import sign_off
from rms.plans.protocol import Protocol
from rms.plans.store import protocol_versions
from rms.questionnaires.moves import sign_off as sign_questionnaire_off
from rms.questionnaires.store import questionnaire_versions
from rms.rehearsal.demo.cast import TEAMS, TRUSTS, Team, Trust
from rms.rehearsal.demo.settled import Versions
from rms.rehearsal.laboratory import FACILITY, LABORATORY

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="rehearsal")
_NOTE = "For the demonstration."
#: Who works in a team, and their role; the first starts its plans.
_OF_A_TEAM = {
    "prostate-surgery": (("Nora Finch", Role.NURSE_SPECIALIST), ("Sam Wren", Role.SUPPORT_WORKER)),
    "colorectal": (("Colin Starling", Role.NURSE_SPECIALIST), ("Una Dunnock", Role.SUPPORT_WORKER)),
    "breast": (("Bea Nightingale", Role.NURSE_SPECIALIST), ("Tess Linnet", Role.SUPPORT_WORKER)),
    "prostate-radiotherapy": (("Rhona Swift", Role.NURSE_SPECIALIST), ("Joe Siskin", Role.SUPPORT_WORKER)),
    "urology": (("Helen Heron", Role.NURSE_SPECIALIST),),
}
#: Who works for all teams of a trust.
_OF_ALL = {
    "ZDM": (("Lena Kestrel", Role.TEAM_LEAD), ("Clara Osprey", Role.CONSULTANT), ("Max Merlin", Role.SERVICE_MANAGER),
            ("Ada Plover", Role.ADMINISTRATOR), ("Ivo Martin", Role.INTEGRATOR), ("Aidan Rook", Role.AUDITOR)),
    "ZDN": (("Lee Harrier", Role.TEAM_LEAD), ("Ann Teal", Role.ADMINISTRATOR)),
}  # fmt: skip


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A team that stands, and the nurse who starts its plans."""

    team: Team
    organisation_id: int
    team_id: int
    nurse: Actor


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    """What the people are put into."""

    places: tuple[Place, ...]
    versions: Versions
    peer_id: int


async def found(owner: Database, web: Database) -> Founded:
    """Found everything, each thing as an operator or a clinician does. `owner` and `web` have those roles."""
    places: list[Place] = []
    versions = Versions(protocols={}, questionnaires={})
    for trust in TRUSTS:
        async with owner.transaction() as tx:
            organisation_id = await add_organisation(
                tx, code=trust.code, name=trust.name, phone=trust.phone,
                address=f"{trust.name}\n1 Hospital Road\nMadeup\nZZ99 1AA", by=OPERATOR,
            )  # fmt: skip
        async with web.transaction(organisation_id=organisation_id) as tx:
            places += await _teams(tx, trust=trust)
            lead = await _who_works_for_all(tx, trust=trust, places=places)
            versions = await _sign(tx, lead=lead)
    async with owner.transaction() as tx:
        peer_id = await _laboratory(tx, organisations={place.organisation_id for place in places})
    return Founded(places=tuple(places), versions=versions, peer_id=peer_id)


async def _teams(tx: Tx, *, trust: Trust) -> list[Place]:
    places = []
    for team in (one for one in TEAMS if one.trust == trust.code):
        team_id = await add_team(tx, organisation_id=tx.organisation, key=team.key, name=team.name, phone=team.phone,
                                 site=team.site, by=OPERATOR)  # fmt: skip
        await change_team(tx, organisation_id=tx.organisation, key=team.key, name=team.name, phone=team.phone, site=team.site,
                          phone_hours=team.hours, letterhead=None, by=OPERATOR)  # fmt: skip
        staff = [
            await _member(tx, name=name, role=role, code=trust.code, team_ids=[team_id])
            for name, role in _OF_A_TEAM[team.key]
        ]
        places.append(Place(team=team, organisation_id=tx.organisation, team_id=team_id, nurse=staff[0]))
    return places


async def _who_works_for_all(tx: Tx, *, trust: Trust, places: list[Place]) -> Actor:
    """Lead, consultant, manager and the others; the first, who signs off, is given back."""
    ours = [place.team_id for place in places if place.team.trust == trust.code]
    clinical = (Role.TEAM_LEAD, Role.CONSULTANT)
    staff = [
        await _member(tx, name=name, role=role, code=trust.code, team_ids=ours if role in clinical else [])
        for name, role in _OF_ALL[trust.code]
    ]
    return staff[0]


async def _member(tx: Tx, *, name: str, role: Role, code: str, team_ids: list[int]) -> Actor:
    made = await add_staff(
        tx, organisation_id=tx.organisation, sign_in_name=f"{name.split()[0].lower()}.{code.lower()}@example.org",
        display_name=name, role=role, team_ids=team_ids, leads=role is Role.TEAM_LEAD, by=OPERATOR,
    )  # fmt: skip
    return Actor(kind=ActorKind.STAFF, name=name, id=made.staff_id)


async def _sign(tx: Tx, *, lead: Actor) -> Versions:
    protocols: dict[str, tuple[int, Protocol]] = {}
    for found in await protocol_versions(tx, organisation_id=tx.organisation):
        protocols[found.protocol.key] = (found.id, found.protocol)
        await sign_off(tx, organisation_id=tx.organisation, protocol_version_id=found.id, note=_NOTE,
                       for_demonstration_only=True, by=lead)  # fmt: skip
    questionnaires = {}
    for one in await questionnaire_versions(tx, organisation_id=tx.organisation):
        questionnaires[one.definition.key] = one.id
        await sign_questionnaire_off(tx, organisation_id=tx.organisation, questionnaire_version_id=one.id, note=_NOTE,
                                     for_demonstration_only=True, by=lead)  # fmt: skip
    return Versions(protocols=protocols, questionnaires=questionnaires)


async def _laboratory(tx: Tx, *, organisations: set[int]) -> int:
    peer_id: int = await tx.fetchval(
        "insert into peer (name, sending_facility, addresses) values ($1, $2, '{}') returning id", LABORATORY, FACILITY
    )
    for organisation_id in sorted(organisations):
        await tx.execute("insert into peer_organisation values ($1, $2)", peer_id, organisation_id)
    return peer_id
