"""A worker killed at a labelled place: what is queued in the end is the same as if it had lived."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from rms.crashpoints import Crashpoint
from tests.cast import Trust, a_trust
from tests.database import World
from tests.shell.plans.following import start_plan, today_of
from tests.shell.plans.oracle import what_is_wrong

RUNNER = Path(__file__).with_name("sweep_runner.py")
PEOPLE = 3


def run_worker(world: World, *, die_at: str | None = None) -> int:
    """The worker's exit code; minus SIGKILL when it died where it was told to."""
    found = subprocess.run(
        [sys.executable, str(RUNNER), world.url("rms_worker")], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(RUNNER.parents[3])} | ({"RMS_CRASHPOINT": die_at} if die_at else {}),
    )  # fmt: skip
    assert found.returncode in (0, -signal.SIGKILL), found.stderr
    return found.returncode


async def queued(world: World) -> set[tuple[object, ...]]:
    """What people and teams are told, by whom it is about, whatever the numbers of the rows."""
    messages = await world.as_owner(
        "select p.family_name, o.step_key, o.number, m.purpose, m.attempt from message m join occurrence o on o.id = m.cause_id"
        " join patient p on p.id = m.patient_id"
    )
    alerts = await world.as_owner(
        "select p.family_name, o.step_key, o.number, c.cause_kind, 0 from alert_cause c join occurrence o on o.id = c.cause_id"
        " join patient p on p.id = o.patient_id"
    )
    found = [tuple(row) for row in (*messages, *alerts)]
    assert len(found) == len(set(found))
    return set(found)


async def people_with_work(world: World, trust: Trust) -> list[str]:
    """Some whose blood test is more than three weeks late today: they are to be reminded and chased. Their names."""
    today, names = await today_of(world), []
    for _ in range(PEOPLE):
        man = await start_plan(world, surgery_on=today - timedelta(days=115), trust=trust)
        names.append(f"Ashdown {man.patient_id}")
        await world.as_owner("update patient set family_name = $2 where id = $1", man.patient_id, names[-1])
    return names


@pytest.mark.parametrize("place", [Crashpoint.SWEEP_BEFORE_COMMIT, Crashpoint.SWEEP_AFTER_COMMIT])
@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.faults)])
async def test_a_worker_killed_in_the_sweep_loses_and_doubles_nothing(
    world: World, place: Crashpoint, kills: int
) -> None:
    trust, names = await a_trust(world), list[str]()
    for kill in range(kills):
        names += await people_with_work(world, trust)
        assert run_worker(world, die_at=f"{place}:{(1, 4, 2, 5)[kill % 4]}") == -signal.SIGKILL
    assert run_worker(world) == run_worker(world) == 0
    assert await what_is_wrong(world) == []
    told = await queued(world)
    assert {row[:4] for row in told if row[3] == "test_late"} == {(name, "psa", 1, "test_late") for name in names}
    assert {row[:3] for row in told if ":chase:" in str(row[3])} == {(name, "psa", 1) for name in names}
    assert len(told) == 2 * len(names)
