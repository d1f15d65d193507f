"""A register that we did not write, behind a line that breaks: each outcome is there exactly once, in order.

Its transactions are not atomic and its answers are its own, so this shows that neither is relied upon.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from rms.events import moves
from rms.events.model import EventKind
from rms.events.payloads import (
    AnyPayload,
    FollowUpEnded,
    FollowUpStarted,
    OutcomeRecorded,
    PlanHeld,
    PlanRestored,
    PlanTold,
    PromScore,
    Subject,
    WaysChanged,
    written,
)
from rms.rehearsal.register import peer
from rms.rehearsal.register.proxy import Cut, running
from rms.sync.register_gateway import FhirRegister
from rms.sync.register_jobs import deliver_events
from tests.database import World

CUTS = 100
PEOPLE = 20
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: The kinds of one person's events in order, and the type each is told as.
COURSE = [
    (EventKind.FOLLOW_UP_STARTED, "CarePlan"),
    (EventKind.OUTCOME_RECORDED, "ClinicalImpression"),
    (EventKind.PLAN_HELD, "CarePlan"),
    (EventKind.PLAN_RESTORED, "CarePlan"),
    (EventKind.WAYS_CHANGED, "CarePlan"),
    (EventKind.PROM_SCORE, "Observation"),
    (EventKind.FOLLOW_UP_ENDED, "CarePlan"),
]


class Wrist:
    """A real clock that a test winds on."""

    def __init__(self) -> None:
        self.instant = AT

    def now(self) -> datetime:
        return self.instant


class Script:
    """Cuts about half of the exchanges, each place equally often, in an order drawn at random.

    Fewer are let through than there are events, so every cut has been made before the last event has arrived.
    """

    def __init__(self, seed: int) -> None:
        places = [cut for cut in Cut if cut is not Cut.NOWHERE]
        cuts = [places[number % len(places)] for number in range(CUTS)]
        self.left = [*cuts, *[Cut.NOWHERE] * (PEOPLE * len(COURSE) - 20)]
        random.Random(seed).shuffle(self.left)

    def __call__(self) -> Cut:
        return self.left.pop() if self.left else Cut.NOWHERE


def _payload(kind: EventKind, person: int, earlier: Sequence[UUID]) -> AnyPayload:
    subject = Subject(hospital_system="https://hospital.example.org", hospital_number=f"H{person}")
    plan = PlanTold(ref=UUID(int=person), title="Follow-up", started_on=date(2026, 1, 5), earlier=tuple(earlier))
    said = {"subject": subject, "by": "A Nurse", "decided_at": AT}
    match kind:
        case EventKind.FOLLOW_UP_STARTED:
            return FollowUpStarted(**said, plan=plan)
        case EventKind.OUTCOME_RECORDED:
            return OutcomeRecorded(**said, plan=plan, outcome="in_range", sentence="In range.")
        case EventKind.PLAN_HELD:
            return PlanHeld(**said, plan=plan, reason="To confirm.")
        case EventKind.PLAN_RESTORED:
            return PlanRestored(**said, plan=plan, reason="It was a mistake.")
        case EventKind.WAYS_CHANGED:
            plan = msgspec.structs.replace(plan, ways=(("remote", "Remote monitoring"), ("timed", "Timed reviews")))
            return WaysChanged(**said, plan=plan, reason="She asked for a call each year.")
        case EventKind.PROM_SCORE:
            return PromScore(
                **said, plan_ref=plan.ref, instrument="check", title="Check", answered_at=AT, score=Decimal("4.50")
            )
        case _:
            return FollowUpEnded(**said, plan=plan, ended_on=date(2026, 3, 2), reason="Five years.")


async def _announce_courses(world: World) -> None:
    await world.as_owner("insert into organisation (id, code, name, phone) values (7, 'RX1', 'Trust', '0115 496 0000')")
    people = await world.as_owner(
        "insert into patient (organisation_id, family_name, given_names, name_key, born_text, sex, interpreter_needed,"
        " needs, restricted, flags, prefers, created_by) select 7, 'Demo', n::text, 'demo', '1950', 'male', false, '[]',"
        " false, '[]', 'sms', 'test' from generate_series(1, $1) n returning id", PEOPLE,
    )  # fmt: skip
    told: dict[int, list[UUID]] = {row["id"]: [] for row in people}
    for number, (kind, type_) in enumerate(COURSE):
        for person, earlier in told.items():
            async with world.worker.transaction() as tx:
                event_id = await moves.announce(
                    tx, organisation_id=7, patient_id=person, kind=kind, cause_kind="course", cause_id=person * 10 + number,
                    payload=written(_payload(kind, person, earlier)), held_until=tx.now, now=tx.now,
                )  # fmt: skip
                if type_ == "CarePlan":
                    earlier.append(await tx.fetchval("select ref from event where id = $1", event_id))


async def _first_seen(client: httpx.AsyncClient, type_: str, ref: UUID) -> str:
    """When the register first had the event; it must have it in exactly one resource."""
    identifier = f"urn:rms:event|{ref}"
    found = (await client.get(f"/{type_}", params={"identifier": identifier})).json()
    [entry] = found["entry"]
    history = (await client.get(f"/{type_}/{entry['resource']['id']}/_history")).json()
    versions: list[dict[str, Any]] = [version["resource"] for version in history["entry"]]
    return min(
        str(version["meta"]["lastUpdated"])
        for version in versions
        if str(ref) in [one["value"] for one in version["identifier"]]
    )


@pytest.mark.register_peer
async def test_each_outcome_arrives_once_and_in_order_over_a_line_that_breaks_a_hundred_times(world: World) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    await _announce_courses(world)
    clock, script = Wrist(), Script(seed)
    async with peer.running() as port, running(target=port, script=script) as (proxy, url):
        gateway = FhirRegister(base_url=url)
        delivered = 0
        for _ in range(600):
            delivered += await deliver_events(world.worker, gateway, clock=clock)
            clock.instant += timedelta(hours=1)
            if delivered == PEOPLE * len(COURSE):
                break
        await gateway.aclose()
        assert script.left == []
        assert min(proxy.made[cut] for cut in Cut) > 5
        events = await world.as_owner("select patient_id, kind, ref, state from event order by id")
        assert {row["state"] for row in events} == {"delivered"}
        types = dict(COURSE)
        seen: dict[int, list[str]] = {}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for row in events:
                when = await _first_seen(client, types[EventKind(row["kind"])], row["ref"])
                seen.setdefault(row["patient_id"], []).append(when)
            plans = (await client.get("/CarePlan", params={"_count": "1000"})).json()["entry"]
        assert all(times == sorted(set(times)) for times in seen.values())
        assert [plan["resource"]["status"] for plan in plans] == ["completed"] * PEOPLE
