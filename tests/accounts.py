"""A member of staff with an account, and a clock whose hands a test moves."""

from datetime import UTC, datetime, timedelta

import msgspec
import pyotp

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.people.model import Role
from rms.people.sign_in import actions
from rms.people.sign_in.actions import Means, Visitor
from rms.people.sign_in.passwords import QUICK, Passwords
from rms.people.sign_in.sessions import SessionKind, find_session
from rms.people.sign_in.throttle import Throttle
from rms.people.staff import NewStaff, add_staff
from tests.cast import Trust
from tests.database import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")
PASSWORD = "seven blue lamps in a row"
HERE = Visitor(source="198.51.100.7")


class Hands:
    def __init__(self) -> None:
        self.at = datetime(2027, 3, 1, 9, 0, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def means_of(database: Database, *, hands: Hands) -> Means:
    return Means(database=database, passwords=Passwords(QUICK), throttle=Throttle(key=b"k" * 32), seed_key=b"s" * 32,
                 clock=hands, service_name="Remote monitoring")  # fmt: skip


async def admit(world: World, trust: Trust, *, name: str = "nina") -> NewStaff:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await add_staff(
            tx, organisation_id=trust.organisation_id, sign_in_name=name, display_name="Nina New",
            role=Role.NURSE_SPECIALIST, team_ids=[trust.team_id], by=OPERATOR,
        )  # fmt: skip


class Account(msgspec.Struct):
    """A finished account and the authenticator that belongs to it."""

    staff_id: int
    name: str
    seed: str

    def code(self, hands: Hands) -> str:
        return pyotp.TOTP(self.seed).at(hands.now())


async def finish(means: Means, hands: Hands, new: NewStaff) -> Account:
    token = await actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=PASSWORD, visitor=HERE)
    told = await actions.enrolment(means, token=token)
    assert told is not None
    account = Account(staff_id=new.staff_id, name=new.sign_in_name, seed=told.seed)
    await actions.enter_code(means, token=token, code=account.code(hands), visitor=HERE)
    hands.wait(60)
    return account


async def kind_of(world: World, token: str) -> SessionKind | None:
    async with world.web.transaction() as tx:
        found = await find_session(tx, token=token)
    return None if found is None else found.kind
