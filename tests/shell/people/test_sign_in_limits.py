"""What is tried too often is not looked at, whoever tries; the true user still gets in where they are known."""

import asyncio

import pytest

from rms.people.sign_in import actions
from rms.people.sign_in.actions import TooManyTries, Visitor, WrongSignIn
from rms.people.sign_in.sessions import SessionKind
from rms.people.sign_in.throttle import BY_ACCOUNT, BY_SOURCE
from tests.accounts import HERE, PASSWORD, kind_of


async def test_a_thousand_wrong_passwords_are_throttled_but_the_true_user_gets_in_where_they_are_known(
    world, means, hands, account
):
    mark = means.throttle.mark_for_browser(account=account.name)
    looked_at = 0
    for serial in range(BY_ACCOUNT + 20):
        try:
            await actions.enter_password(means, name=account.name, password="a wrong password",
                                         visitor=Visitor(source=f"203.0.113.{serial}"))  # fmt: skip
        except TooManyTries:
            continue
        except WrongSignIn:
            looked_at += 1
    assert looked_at == BY_ACCOUNT
    with pytest.raises(TooManyTries):
        await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=Visitor(source="192.0.2.1"))
    known = Visitor(source="192.0.2.1", known_browser=mark)
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=known)
    assert await kind_of(world, half) is SessionKind.HALF_WAY
    forged = Visitor(source="192.0.2.1", known_browser=f"x{mark}")
    with pytest.raises(TooManyTries):
        await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=forged)


async def test_unknown_names_are_throttled_like_known_ones(means):
    outcomes = []
    for _ in range(BY_ACCOUNT + 1):
        try:
            await actions.enter_password(means, name="nobody", password="a wrong password", visitor=HERE)
        except (WrongSignIn, TooManyTries) as refused:
            outcomes.append(type(refused))
    assert outcomes == [WrongSignIn] * BY_ACCOUNT + [TooManyTries]


async def test_one_source_is_throttled_over_all_names(world, means, account):
    for serial in range(BY_SOURCE):
        with pytest.raises(WrongSignIn):
            await actions.enter_password(means, name=f"name{serial}", password="a wrong password", visitor=HERE)
    with pytest.raises(TooManyTries):
        await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    other = Visitor(source="192.0.2.9")
    assert await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=other)


async def test_many_tries_at_once_get_no_further_than_one_after_another(means, account):
    tries = [
        actions.enter_password(means, name=account.name, password="a wrong password", visitor=HERE) for _ in range(40)
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, WrongSignIn) for one in done) == BY_ACCOUNT
    assert sum(isinstance(one, TooManyTries) for one in done) == 40 - BY_ACCOUNT


@pytest.mark.parametrize(("seconds", "looked_at"), [(5, False), (-1, True)])
async def test_the_wait_ends_with_its_window(world, means, account, seconds, looked_at):
    for _ in range(BY_ACCOUNT):
        with pytest.raises(WrongSignIn):
            await actions.enter_password(means, name=account.name, password="a wrong password", visitor=HERE)
    await world.as_owner(
        "update door_sign_in_try set until = clock_timestamp() + make_interval(secs => $1)", float(seconds)
    )
    trying = actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    if looked_at:
        assert await trying
    else:
        with pytest.raises(TooManyTries):
            await trying


async def test_codes_are_throttled(means, account, hands):
    half = await actions.enter_password(means, name=account.name, password=PASSWORD, visitor=HERE)
    for _ in range(BY_ACCOUNT):
        with pytest.raises(WrongSignIn):
            await actions.enter_code(means, token=half, code="000000", visitor=HERE)
    with pytest.raises(TooManyTries):
        await actions.enter_code(means, token=half, code=account.code(hands), visitor=HERE)


async def test_the_table_of_tries_names_nobody(world, means, account):
    with pytest.raises(WrongSignIn):
        await actions.enter_password(means, name=account.name, password="a wrong password", visitor=HERE)
    rows = await world.as_owner("select key from door_sign_in_try")
    assert rows
    assert all(len(row["key"]) == 32 and b"nina" not in row["key"] for row in rows)
