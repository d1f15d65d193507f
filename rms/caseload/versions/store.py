"""What the pages about versions read: the version a plan could move to, and who stands on an older one."""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.caseload.looking import Look
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.store import PersonOnFile, person
from rms.plans.moves import why_not_move
from rms.plans.schedule.migrating import Migration
from rms.plans.store import PlanOnFile, ProtocolOnFile, plan_on_file, protocol_by_key, protocol_versions
from rms.plans.store.migrations import Behind, plans_behind, proposed

#: How many are worked out on one page: each is a whole plan, twice.
AT_ONCE = 25


class OneBehind(msgspec.Struct, frozen=True, kw_only=True):
    """A person to decide about, with what a move comes to. `why_not` when the plan cannot move at all."""

    behind: Behind
    plan: PlanOnFile
    person: PersonOnFile
    found: Migration
    why_not: str | None

    @property
    def is_simple(self) -> bool:
        """Whether nobody has to answer for anything: nothing is asked for less, and no change needs a look."""
        return not (self.why_not or self.found.faults or self.found.weaker or self.found.flags)


class EverybodyBehind(msgspec.Struct, frozen=True, kw_only=True):
    """All who stand on an older version or moved from one: those to decide about now first, the others by what holds."""

    to: ProtocolOnFile
    open: tuple[OneBehind, ...]
    waiting: int
    settled: tuple[tuple[Behind, PlanOnFile, PersonOnFile], ...]
    moved: int
    staying: int
    page: int
    pages: int


async def newest_for(tx: Tx, *, plan: PlanOnFile) -> ProtocolOnFile | None:
    """The newest version of a plan's protocol that is signed off here, when it is newer than the plan's."""
    versions = await protocol_versions(tx, organisation_id=plan.organisation_id)
    newer = [one for one in versions if one.protocol.key == plan.protocol.key and one.signed_by is not None
             and one.protocol.version > plan.protocol.version]  # fmt: skip
    return newer[-1] if newer else None


async def everybody_behind(look: Look, *, key: str, version: int, page: int = 1) -> EverybodyBehind:
    """NotFound for a version that is not there."""
    here = look.asks.organisation_id
    to = await protocol_by_key(look.tx, organisation_id=here, key=key, version=version)
    if to is None:
        raise NotFound("There is no such protocol version.")
    rows = await plans_behind(look.tx, organisation_id=here, team_ids=look.asks.team_ids, protocol_version_id=to.id)
    to_decide = [one for one in rows if is_open(one, today=look.tx.today)]
    others = [one for one in rows if one not in to_decide]
    first = (page - 1) * AT_ONCE
    return EverybodyBehind(
        to=to, open=tuple([await _one(look, one, to=to) for one in to_decide[first : first + AT_ONCE]]),
        page=page, pages=max(1, -(-len(to_decide) // AT_ONCE)),
        waiting=len(to_decide), settled=tuple([(one, *await _who(look, one)) for one in others]),
        moved=sum(one.is_on_it for one in rows), staying=sum(not one.is_on_it for one in others),
    )  # fmt: skip


def is_open(one: Behind, *, today: date) -> bool:
    """Whether somebody has to decide: nobody has, or the day to look again has come."""
    return not one.is_on_it and (one.choice is None or (one.look_again_on is not None and one.look_again_on <= today))


def counted_open(rows: Sequence[Behind], *, today: date) -> int:
    """How many somebody has to decide about."""
    return sum(is_open(one, today=today) for one in rows)


async def _who(look: Look, one: Behind) -> tuple[PlanOnFile, PersonOnFile]:
    here = look.asks.organisation_id
    plan = await plan_on_file(look.tx, organisation_id=here, plan_id=one.plan_id)
    return plan, await person(look.tx, organisation_id=here, patient_id=one.patient_id)


async def _one(look: Look, one: Behind, *, to: ProtocolOnFile) -> OneBehind:
    plan, them = await _who(look, one)
    return OneBehind(behind=one, plan=plan, person=them, found=await proposed(look.tx, plan=plan, protocol=to.protocol),
                     why_not=why_not_move(plan, to=to, live=look.tx.live))  # fmt: skip
