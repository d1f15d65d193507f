"""Organisations, teams, staff: who is admitted, who may act for whom while somebody is away, who has left."""

from datetime import timedelta

import pytest

from rms.audit.model import Actor, ActorKind
from rms.errors import BadInput, Conflict, NotFound, Refused
from rms.people import staff as moves
from rms.people.access import find_asker
from rms.people.model import Role, TumourSite
from rms.people.sign_in.sessions import SessionKind, open_session
from rms.people.store import staff_of, teams
from tests.cast import Trust, a_trust
from tests.database import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_an_organisation_is_founded_once_by_the_owner(world: World):
    from rms.db.database import Database

    async with Database(world.url(), name="owner", size=1) as owner:
        async with owner.transaction() as tx:
            await moves.add_organisation(tx, code="RZZ", name="Zed", phone="01632 960009", address=None, by=OPERATOR)
        with pytest.raises(Conflict, match="RZZ"):
            async with owner.transaction() as tx:
                await moves.add_organisation(
                    tx, code="RZZ", name="Zed", phone="01632 960009", address=None, by=OPERATOR
                )
        with pytest.raises(BadInput, match="ODS"):
            async with owner.transaction() as tx:
                await moves.add_organisation(
                    tx, code="r z", name="Zed", phone="01632 960009", address=None, by=OPERATOR
                )
    assert len(await world.as_owner("select 1 from audit_entry where verb = 'organisation.add'")) == 1


async def test_a_team_is_founded_once(world: World, trust: Trust):
    async def add(key: str) -> int:
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            return await moves.add_team(tx, organisation_id=trust.organisation_id, key=key, name="Breast team",
                                        phone="01632 960002", site=TumourSite.BREAST, by=OPERATOR)  # fmt: skip

    await add("breast")
    with pytest.raises(Conflict):
        await add("breast")
    with pytest.raises(BadInput):
        await add("Breast Team")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        assert [one.key for one in await teams(tx, organisation_id=trust.organisation_id)] == ["breast", "urology"]


async def admit(world: World, trust: Trust, name: str, *, role: Role = Role.NURSE_SPECIALIST) -> moves.NewStaff:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await moves.add_staff(tx, organisation_id=trust.organisation_id, sign_in_name=name, display_name=name,
                                     role=role, team_ids=[trust.team_id], by=OPERATOR)  # fmt: skip


async def signed_in(world: World, *, organisation_id: int, staff_id: int) -> str:
    async with world.web.transaction() as tx:
        return await open_session(tx, kind=SessionKind.STAFF, organisation_id=organisation_id, subject_id=staff_id,
                                  second_factor=True)  # fmt: skip


async def test_sign_in_names_are_given_once_over_all_organisations(world: World, trust: Trust):
    await admit(world, trust, "Nina")
    other = await a_trust(world, code="RBB")
    with pytest.raises(Conflict, match="taken"):
        await admit(world, other, "NINA")
    with pytest.raises(BadInput):
        await admit(world, other, "a b")


async def test_the_first_administrator_is_added_once(world: World, trust: Trust):
    async def first(name: str) -> moves.NewStaff:
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            return await moves.add_first_administrator(
                tx, organisation_id=trust.organisation_id, sign_in_name=name, display_name=name, by=OPERATOR
            )

    new = await first("anna")
    with pytest.raises(Refused, match="already"):
        await first("bert")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await moves.end_staff(tx, organisation_id=trust.organisation_id, staff_id=new.staff_id, by=OPERATOR)
    with pytest.raises(Refused):
        await first("carl")


async def test_who_has_left_cannot_come_back_by_any_door(world: World, trust: Trust):
    new = await admit(world, trust, "nina")
    cookie = await signed_in(world, organisation_id=trust.organisation_id, staff_id=new.staff_id)
    assert await find_asker(world.web, token=cookie) is not None
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await moves.end_staff(tx, organisation_id=trust.organisation_id, staff_id=new.staff_id, by=OPERATOR)
        with pytest.raises(NotFound):
            await moves.give_new_set_up_code(
                tx, organisation_id=trust.organisation_id, staff_id=new.staff_id, by=OPERATOR
            )
        with pytest.raises(NotFound):
            await moves.end_staff(tx, organisation_id=trust.organisation_id, staff_id=new.staff_id, by=OPERATOR)
    # A session that somehow outlived its owner lets nobody in either.
    await world.as_owner("update door_session set ended_at = null, ended_why = null")
    assert await find_asker(world.web, token=cookie) is None
    rows = await world.as_owner(
        "select set_up_code_hash, password_hash, totp_seed from staff where id = $1", new.staff_id
    )
    assert [tuple(row) for row in rows] == [(None, None, None)]


async def test_only_a_hash_of_the_set_up_code_is_kept(world: World, trust: Trust):
    new = await admit(world, trust, "nina")
    kept = (await world.as_owner("select set_up_code_hash from staff where id = $1", new.staff_id))[0][0]
    assert kept == moves.set_up_code_hash(new.set_up_code.lower().replace("-", " "))
    assert new.set_up_code.replace("-", "").encode() not in kept
    assert len(set(new.set_up_code.replace("-", ""))) > 4


async def test_cover_lends_the_teams_of_a_colleague_for_the_days_of_leave(world: World, trust: Trust):
    organisation_id = trust.organisation_id
    async with world.web.transaction(organisation_id=organisation_id) as tx:
        breast = await moves.add_team(tx, organisation_id=organisation_id, key="breast", name="Breast", phone="01632 960010",
                                      site=TumourSite.BREAST, by=OPERATOR)  # fmt: skip
        cover = await moves.add_staff(tx, organisation_id=organisation_id, sign_in_name="cora", display_name="Cora",
                                      role=Role.NURSE_SPECIALIST, team_ids=[breast], by=OPERATOR)  # fmt: skip
        today = tx.today
        leave_id = await moves.set_leave(
            tx, organisation_id=organisation_id, staff_id=trust.nurse.id or 0, from_on=today,
            until_on=today + timedelta(days=2), cover_staff_id=cover.staff_id, by=OPERATOR,
        )  # fmt: skip
    cookie = await signed_in(world, organisation_id=organisation_id, staff_id=cover.staff_id)

    async def teams_now() -> set[int]:
        asks = await find_asker(world.web, token=cookie)
        assert asks is not None
        return set(asks.team_ids)

    seen = []
    for days in (-1, 1, 2, 1, -2):
        await world.move_civil_clock(days)
        seen.append(await teams_now())
    both = {breast, trust.team_id}
    assert seen == [{breast}, both, both, {breast}, both]
    async with world.web.transaction(organisation_id=organisation_id) as tx:
        await moves.cancel_leave(tx, organisation_id=organisation_id, leave_id=leave_id, by=OPERATOR)
    assert await teams_now() == {breast}


async def test_nobody_covers_for_themselves_or_backwards(world: World, trust: Trust):
    nurse = trust.nurse.id or 0
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for until, cover in ((tx.today, nurse), (tx.today - timedelta(days=1), None)):
            with pytest.raises(BadInput):
                await moves.set_leave(tx, organisation_id=trust.organisation_id, staff_id=nurse, from_on=tx.today,
                                      until_on=until, cover_staff_id=cover, by=OPERATOR)  # fmt: skip


async def test_another_organisations_staff_are_out_of_reach(world: World, trust: Trust):
    other = await a_trust(world, code="RBB")
    async with world.web.transaction(organisation_id=other.organisation_id) as tx:
        for organisation_id in (trust.organisation_id, other.organisation_id):
            with pytest.raises(NotFound):
                await moves.end_staff(tx, organisation_id=organisation_id, staff_id=trust.nurse.id or 0, by=OPERATOR)
        assert await staff_of(tx, organisation_id=trust.organisation_id) == []
