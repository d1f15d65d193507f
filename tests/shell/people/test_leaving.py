"""The last one of a team with open work stays until somebody else is in it, by whatever door they would leave."""

import pytest

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import close
from rms.audit.model import Actor, ActorKind
from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.model import Role
from rms.people.moves.working import Place, put_into_team, set_places
from rms.people.staff import change_role, end_staff
from rms.plans.moves import end
from tests.command import run
from tests.database import World
from tests.followed import Followed, file_psa, followed, the

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")
OWNS = "Urology follow-up team has 1 plan, 1 open alert and 1 result or answer to review"


@pytest.fixture
async def alone(world: World) -> Followed:
    """A man whose team has open work, and only the nurse in it; an auditor and a service manager look on."""
    man = await followed(world)
    await file_psa(world, man, "0.9", on=man.today)
    await world.as_owner("delete from staff_team m using staff s where s.id = m.staff_id and s.id <> $1"
                         " and s.role <> 'service_manager'", man.trust.nurse.id)  # fmt: skip
    await world.as_owner("update staff set role = 'auditor' where role = 'service_manager'")
    return man


async def _ends(tx: Tx, man: Followed) -> None:
    await end_staff(tx, organisation_id=man.trust.organisation_id, staff_id=man.trust.nurse.id or 0, by=OPERATOR)


async def _looks_on(tx: Tx, man: Followed) -> None:
    await change_role(tx, organisation_id=man.trust.organisation_id, staff_id=man.trust.nurse.id or 0, role=Role.AUDITOR,
                      by=man.trust.lead)  # fmt: skip


async def _moves_on(tx: Tx, man: Followed) -> None:
    await set_places(tx, organisation_id=man.trust.organisation_id, staff_id=man.trust.nurse.id or 0, places={},
                     by=man.trust.lead)  # fmt: skip


DOORS = [_ends, _looks_on, _moves_on]


@pytest.mark.parametrize("leaves", DOORS)
async def test_the_last_of_a_team_with_open_work_stays(world: World, alone: Followed, leaves) -> None:
    with pytest.raises(Refused, match=OWNS):
        async with world.web.transaction(organisation_id=alone.trust.organisation_id) as tx:
            await leaves(tx, alone)
    assert await the(world, "select ended_at is null and role = 'nurse_specialist' from staff where id = $1",
                     alone.trust.nurse.id)  # fmt: skip
    assert await the(world, "select count(*) from staff_team where staff_id = $1", alone.trust.nurse.id) == 1


@pytest.mark.parametrize("leaves", DOORS)
async def test_somebody_else_in_it_lets_them_go(world: World, alone: Followed, leaves) -> None:
    org = alone.trust.organisation_id
    async with world.web.transaction(organisation_id=org) as tx:
        assert alone.trust.lead.id is not None
        await put_into_team(
            tx, organisation_id=org, staff_id=alone.trust.lead.id, team_id=alone.trust.team_id, by=OPERATOR
        )
        await leaves(tx, alone)


async def test_a_team_without_open_work_may_be_empty(world: World, alone: Followed) -> None:
    org, by = alone.trust.organisation_id, alone.trust.nurse
    async with world.web.transaction(organisation_id=org) as tx:
        await close(tx, organisation_id=org, alert_id=await the(world, "select id from alert"),
                    outcome=AlertOutcome.REFERRED, by=by, now=tx.now)  # fmt: skip
        await end(tx, organisation_id=org, plan_id=alone.plan_id, outcome="recurrence", reason=None, by=by, now=tx.now)
    with pytest.raises(Refused, match="has 1 result or answer to review"):
        async with world.web.transaction(organisation_id=org) as tx:
            await _ends(tx, alone)
    await world.as_owner("update result set review_state = 'reviewed', review_due_on = null")
    async with world.web.transaction(organisation_id=org) as tx:
        await _ends(tx, alone)


async def test_another_place_in_the_same_team_is_no_leaving(world: World, alone: Followed) -> None:
    async with world.web.transaction(organisation_id=alone.trust.organisation_id) as tx:
        assert await set_places(tx, organisation_id=alone.trust.organisation_id, staff_id=alone.trust.nurse.id or 0,
                                places={alone.trust.team_id: Place.LEAD}, by=OPERATOR)  # fmt: skip


async def test_the_command_line_says_what_the_team_owns(world: World, alone: Followed) -> None:
    name = await the(world, "select sign_in_name from staff where id = $1", alone.trust.nurse.id)
    code, out, said = await run(world, "user", "end", name, "--organisation", "RAA")
    assert (code, out) == (3, "")
    assert OWNS in said
