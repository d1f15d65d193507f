"""Any sequence of what can happen to a plan leaves every open step with a next day or somebody who is asked (I-8)."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rms.alerts.lifecycle import AlertOutcome
from rms.errors import Refused
from rms.plans.model import Interval, Move, Skip, Stop, WindowChange
from tests.database import World
from tests.shell.plans.following import Followed, start_plan, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong
from tests.shell.plans.test_changes import change, done, looked_again, reopened, repeat
from tests.shell.plans.test_standing_still import (
    closed,
    ended,
    held,
    paused,
    restored,
    resumed,
    seen,
    suspended,
    went_on_with_decisions,
)

#: A tenth of what other properties look at: each example lives through months of database work.
EXAMPLES = max(10, (settings.default or settings()).max_examples // 10)
Act = Callable[[Followed], Awaitable[Any]]


async def _days_pass(man: Followed, days: int) -> None:
    await man.world.move_civil_clock(days)
    await sweep(man.world)


async def _pick(man: Followed, which: int, state: str) -> int | None:
    numbers = [row["number"] for row in await man.occurrences() if row["state"] == state]
    return numbers[which % len(numbers)] if numbers else None


async def _done(man: Followed, which: int) -> None:
    if (number := await _pick(man, which, "open")) is not None:
        await done(man, number)


async def _reopened(man: Followed, which: int) -> None:
    if (number := await _pick(man, which, "done")) is not None:
        await reopened(man, number)


async def _moved(man: Followed, which: int, days: int) -> None:
    if (number := await _pick(man, which, "open")) is not None:
        to = await today_of(man.world) + timedelta(days=days)
        await change(man, Move(step="psa", number=number, due_on=to))


async def _stopped(man: Followed, days: int) -> None:
    await change(man, Stop(step="symptom-check", from_on=await today_of(man.world) + timedelta(days=days)))


async def _alert_closed(man: Followed) -> None:
    for alert in await man.alerts():
        if alert["rule_key"] == "psa-missing" and alert["state"] != "closed":
            await closed(man, alert["id"], AlertOutcome.PERSON_CALLED)


days = st.integers(1, 200)
which = st.integers(0, 5)
acts: st.SearchStrategy[tuple[str, Act]] = st.one_of(
    days.map(lambda n: (f"{n} days pass", lambda man: _days_pass(man, n))),
    which.map(lambda n: (f"done {n}", lambda man: _done(man, n))),
    which.map(lambda n: (f"reopened {n}", lambda man: _reopened(man, n))),
    st.tuples(which, days).map(lambda two: (f"moved {two}", lambda man: _moved(man, *two))),
    days.map(lambda n: (f"repeat in {n}", lambda man: repeat(man, in_days=n))),
    which.map(lambda n: (f"skip {n + 1}", lambda man: change(man, Skip(step="symptom-check", number=n + 1)))),
    st.tuples(which, st.integers(1, 12)).map(
        lambda two: (
            f"interval {two}",
            lambda man: change(man, Interval(step="psa", from_number=two[0] + 1, every_months=two[1])),
        )
    ),
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda two: (
            f"window {two}",
            lambda man: change(man, WindowChange(step="psa", early_days=two[0], late_days=two[1])),
        )
    ),
    days.map(lambda n: (f"stop in {n}", lambda man: _stopped(man, n))),
    st.just(("held", held)),
    st.just(("restored", restored)),
    days.map(lambda n: (f"paused {n}", lambda man: paused(man, days=n))),
    st.just(("resumed", resumed)),
    which.map(lambda n: (f"went on {n}", lambda man: went_on_with_decisions(man, n))),
    days.map(lambda n: (f"suspended {n}", lambda man: suspended(man, days=n))),
    days.map(lambda n: (f"seen, again in {n}", lambda man: seen(man, days=n))),
    st.just(("alert closed", _alert_closed)),
)


@settings(max_examples=EXAMPLES, suppress_health_check=[*HealthCheck], deadline=None)
@given(lived=st.lists(acts, min_size=4, max_size=14), ends=st.booleans())
async def test_whatever_happens_every_open_step_has_a_next_day_or_somebody(
    world: World, lived: list[tuple[str, Act]], ends: bool
) -> None:
    await world.owner.empty()
    man = await start_plan(world, surgery_on=await today_of(world) - timedelta(days=60))
    story = []
    for name, act in [*lived, *([("ended", ended)] if ends else [])]:
        story.append(name)
        with contextlib.suppress(Refused):
            await act(man)
        assert await what_is_wrong(world) == [], story
    if not ends and (await man.rows("select state from plan where id = $1"))[0]["state"] == "active":
        await looked_again(man)
        before = await man.shape()
        await looked_again(man)
        assert await man.shape() == before, story
