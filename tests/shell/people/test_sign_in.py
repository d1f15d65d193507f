"""Every way in passes a second factor; a code counts once; a password alone is worth nothing."""

import asyncio
from datetime import timedelta

import msgspec
import pyotp
import pytest

from rms.errors import BadInput, NotFound
from rms.people.sign_in import actions
from rms.people.sign_in.actions import StartAgain, WrongSignIn
from rms.people.sign_in.passwords import QUICK, STRONG, Passwords
from rms.people.sign_in.sessions import SessionKind, token_hash
from rms.people.staff import give_new_set_up_code
from tests.accounts import HERE, OPERATOR, PASSWORD, admit, finish, kind_of, means_of
from tests.cast import a_trust
from tests.database import World


async def whole_sessions(world: World) -> int:
    rows = await world.as_owner(
        "select count(*) as n from door_session where kind = 'staff' and second_factor_at is null"
    )
    return rows[0]["n"]


async def test_password_then_code_gives_a_whole_session_and_a_new_value(world, means, hands, account):
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    assert await kind_of(world, half) is SessionKind.HALF_WAY
    entered = await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)
    assert entered.token != half
    assert await kind_of(world, entered.token) is SessionKind.STAFF
    assert await kind_of(world, half) is None
    with pytest.raises(StartAgain):
        await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)


async def test_only_hashes_of_values_are_kept(world, means, account):
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    rows = await world.as_owner(
        "select token_hash from door_session where ended_at is null and kind = 'staff_half_way'"
    )
    assert [row["token_hash"] for row in rows] == [token_hash(half)]
    assert half.encode() not in rows[0]["token_hash"]
    kept = (await world.as_owner("select password_hash, totp_seed from staff where id = $1", account.staff_id))[0]
    assert kept["password_hash"].startswith("$argon2id$")
    assert account.seed.encode() not in kept["totp_seed"]


def test_passwords_cost_what_they_should() -> None:
    assert (STRONG.memory_cost, STRONG.time_cost, STRONG.parallelism, STRONG.type.name) == (19 * 1024, 2, 1, "ID")


async def test_unknown_names_and_wrong_passwords_get_the_same_words(means, account):
    with pytest.raises(WrongSignIn) as wrong:
        await actions.enter_password(means, name=account.name, password="not the password", visitor=HERE)
    with pytest.raises(WrongSignIn) as unknown:
        await actions.enter_password(means, name="nobody", password="not the password", visitor=HERE)
    assert str(wrong.value) == str(unknown.value)


async def test_unknown_names_cost_the_same_work(world, hands, account):
    """The hasher is asked once for each, and the database as often."""
    asked: list[str] = []

    class Counting:
        def hash(self, password: str) -> str:
            return QUICK.hash(password)

        def verify(self, kept: str, password: str) -> bool:
            asked.append(kept)
            return QUICK.verify(kept, password)

        def check_needs_rehash(self, kept: str) -> bool:
            return False

    means = msgspec.structs.replace(means_of(world.web, hands=hands), passwords=Passwords(Counting()))  # type: ignore[arg-type]
    for name in (account.name, "nobody"):
        with pytest.raises(WrongSignIn):
            await actions.enter_password(means, name=name, password="not the password", visitor=HERE)
    assert len(asked) == 2


async def test_the_same_code_is_taken_once(world, means, hands, account):
    code = account.code(hands)
    first = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    await actions.enter_code(means, token=first, code=code, visitor=HERE)
    again = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    with pytest.raises(WrongSignIn):
        await actions.enter_code(means, token=again, code=code, visitor=HERE)
    assert await kind_of(world, again) is SessionKind.HALF_WAY


async def test_the_same_code_in_parallel_is_taken_once(means, hands, account):
    code = account.code(hands)
    half = [await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE) for _ in range(5)]
    tries = [actions.enter_code(means, token=token, code=code, visitor=HERE) for token in half]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, actions.Entered) for one in done) == 1
    assert sum(isinstance(one, WrongSignIn) for one in done) == 4


@pytest.mark.parametrize(("seconds", "taken"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
async def test_a_code_is_good_for_its_step_and_its_neighbours(means, hands, account, seconds, taken):
    hands.wait(120)
    code = pyotp.TOTP(account.seed).at(hands.now() + timedelta(seconds=seconds))
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    if taken:
        assert (await actions.enter_code(means, token=half, code=code, visitor=HERE)).token
    else:
        with pytest.raises(WrongSignIn):
            await actions.enter_code(means, token=half, code=code, visitor=HERE)


async def test_a_password_before_the_second_factor_was_confirmed_opens_nothing(world, means):
    new = await admit(world, await a_trust(world))
    await actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=PASSWORD, visitor=HERE)
    with pytest.raises(WrongSignIn):
        await actions.enter_password(means, name=new.sign_in_name, password=PASSWORD, visitor=HERE)


async def test_a_set_up_code_is_good_until_the_second_factor_is_confirmed_and_never_again(world, means, hands):
    new = await admit(world, await a_trust(world))
    first = await actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=PASSWORD, visitor=HERE)
    await finish(means, hands, new)  # interrupted, so begun again with the same code
    assert await kind_of(world, first) is None
    with pytest.raises(WrongSignIn):
        await actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=PASSWORD, visitor=HERE)


@pytest.mark.parametrize(("seconds", "taken"), [(-1, False), (5, True)])
async def test_a_set_up_code_ends(world, means, seconds, taken):
    new = await admit(world, await a_trust(world))
    await world.as_owner(
        "update staff set set_up_code_until = clock_timestamp() + make_interval(secs => $1) where id = $2",
        float(seconds), new.staff_id,
    )  # fmt: skip
    trying = actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=PASSWORD, visitor=HERE)
    if taken:
        assert await trying
    else:
        with pytest.raises(WrongSignIn):
            await trying


async def test_beginning_anew_never_skips_the_second_factor(world, means, hands, account):
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    entered = await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)
    organisation_id = (await world.as_owner("select organisation_id from staff where id = $1", account.staff_id))[0][0]
    async with world.web.transaction(organisation_id=organisation_id) as tx:
        code = await give_new_set_up_code(tx, organisation_id=organisation_id, staff_id=account.staff_id, by=OPERATOR)
    assert await kind_of(world, entered.token) is None
    with pytest.raises(WrongSignIn):
        await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    token = await actions.set_up(means, name=account.name, code=code, password=PASSWORD, visitor=HERE)
    assert await kind_of(world, token) is SessionKind.HALF_WAY
    told = await actions.enrolment(means, token=token)
    assert told is not None
    assert told.seed != account.seed


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short but good!", None),
        ("fourteen chars", "15 characters"),
        ("password password", "guess"),
        ("aaaaaaaaaaaaaaaaaaaa", "guess"),
        ("1234 1234 1234 1234", "guess"),
        ("Correct Horse Battery Staple", "guess"),
        ("ninaninanina nina1", "name"),
        ("x" * 201, "fewer"),
    ],
)
async def test_which_passwords_are_taken(world, means, password, why):
    new = await admit(world, await a_trust(world))
    trying = actions.set_up(means, name=new.sign_in_name, code=new.set_up_code, password=password, visitor=HERE)
    if why is None:
        assert await trying
    else:
        with pytest.raises(BadInput, match=why):
            await trying


async def test_a_seed_moved_to_another_row_is_refused(world, means, hands, account):
    other = await finish(means, hands, await admit(world, await a_trust(world, code="RBB"), name="olga"))
    await world.as_owner(
        "update staff set totp_seed = (select totp_seed from staff where id = $1), totp_last_step = null where id = $2",
        account.staff_id, other.staff_id,
    )  # fmt: skip
    half = await actions.enter_password(means, name="olga", password=PASSWORD, visitor=HERE)
    with pytest.raises(Exception, match="secret key"):
        await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)


async def test_what_was_tried_and_done_is_in_the_audit(world, means, hands, account):
    with pytest.raises(WrongSignIn):
        await actions.enter_password(means, name=account.name, password="a wrong password", visitor=HERE)
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)
    rows = await world.as_owner("select verb from audit_entry where subject_id = $1 order by id", account.staff_id)
    assert [row["verb"] for row in rows] == [
        "staff.add", "sign_in.set_up", "sign_in.done", "sign_in.refused", "sign_in.done",
    ]  # fmt: skip


async def test_a_demo_lets_its_staff_in_by_name_and_nobody_else(world, means, account):
    token = await actions.enter_demo(means, name=account.name)
    assert await kind_of(world, token) is SessionKind.STAFF
    with pytest.raises(NotFound):
        await actions.enter_demo(means, name="nobody")
    assert await whole_sessions(world) == 1
