"""The forecast of a plan is what the worker then does: fourteen months on a real database, a day at a time, compared.

Two protocols in every scenario, six people in one world. What they do and the values of their laboratory are written down
here anew; the forecast is only compared with the rows.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from rms.alerts.model import URGENCY, AlertKind, Comparator
from rms.audit.model import WORKER
from rms.clock import london_date
from rms.dates import add_months
from rms.followup.forecast import Event, Scenario, What, forecast
from rms.followup.jobs import judge_due
from rms.followup.moves import file_result
from rms.people.store import lock_people, person
from rms.plans.jobs import make_months, send_forms, sweep_late, sweep_reminders
from rms.plans.model import Course
from rms.plans.moves import close_occurrence, start
from rms.plans.protocol import load_library
from rms.questionnaires.jobs import ask_due
from rms.questionnaires.moves import sign_off as sign_form
from rms.questionnaires.store import version_by_key
from rms.results.model import Code, Observation, ObservationStatus, Quantity
from tests.asked import load
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.shell.plans.following import PROSTATECTOMY, a_case, signed_version, today_of

COLORECTAL = "colorectal-after-curative-surgery"
BORN = date(1950, 4, 3)
MONTHS = 14
#: Surgery was so long ago when the plans begin: the thirtieth month lies within those that are lived.
BEFORE = 20
#: What the laboratory finds: in range, and from the thirtieth month on.
VALUES = {"psa": ("0.01", "0.3", "ug/L"), "cea": ("0.01", "6", "ug/L")}
WATCHED = {PROSTATECTOMY: "psa", COLORECTAL: "cea"}


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """One person with one plan who lives one scenario."""

    protocol: str
    scenario: Scenario
    surgery_on: date
    patient_id: int
    plan_id: int


async def _follower(world: World, trust: Trust, serial: int, protocol: str, scenario: Scenario) -> Follower:
    today = await today_of(world)
    surgery_on = add_months(today, -BEFORE)
    patient_id = await on_file(world, trust, a_person(serial, born_on=BORN))
    case_id = await a_case(world, trust, patient_id)
    version_id = await signed_version(world, trust, protocol)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        plan_id = await start(
            tx, organisation_id=trust.organisation_id, patient_id=patient_id, case_id=case_id, team_id=trust.team_id,
            nurse_staff_id=trust.nurse.id, protocol_version_id=version_id, anchors={"surgery": (surgery_on, "register")},
            by=trust.nurse, now=tx.now,
        )  # fmt: skip
    return Follower(protocol=protocol, scenario=scenario, surgery_on=surgery_on, patient_id=patient_id, plan_id=plan_id)


async def _sign_forms(world: World, trust: Trust) -> None:
    await load(world)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for key in ("symptom-check-prostate", "symptom-check-colorectal"):
            version = await version_by_key(tx, organisation_id=trust.organisation_id, key=key)
            assert version is not None
            await sign_form(tx, organisation_id=trust.organisation_id, questionnaire_version_id=version.id,
                            note="Read.", for_demonstration_only=True, by=trust.lead)  # fmt: skip


async def _work(world: World) -> None:
    """One morning of the worker."""
    await sweep_reminders(world.worker)
    await send_forms(world.worker)
    await ask_due(world.worker)
    await sweep_late(world.worker)
    await judge_due(world.worker)


async def _live(world: World, trust: Trust, people: dict[int, Follower], missed: dict[int, int], today: date) -> None:
    """Everybody does what is due today, but for the second of what they are asked when they miss one."""
    due = await world.as_owner(
        "select id, plan_id, kind, analyte, number from occurrence where state = 'open' and due_on = $1"
        " and kind in ('test', 'questionnaire') order by plan_id, step_key, number",
        today,
    )
    for row in due:
        one = people[row["plan_id"]]
        if missed.get(one.plan_id) == row["id"]:
            continue
        if row["kind"] == "test":
            await _file(world, trust, one, analyte=row["analyte"], today=today)
        else:
            async with world.worker.transaction() as tx:
                await close_occurrence(tx, organisation_id=trust.organisation_id, occurrence_id=row["id"],
                                       by_kind="response", by_id=row["id"], done_on=today, by=WORKER, now=tx.now)  # fmt: skip


async def _file(world: World, trust: Trust, one: Follower, *, analyte: str, today: date) -> None:
    quantity = None
    if values := VALUES.get(analyte):
        rises = one.scenario is Scenario.RISE_AT_MONTH_30 and today >= add_months(one.surgery_on, 30)
        quantity = Quantity(number=Decimal(values[rises]), unit=values[2], comparator=Comparator.EXACT)
    observation = Observation(
        analyte=analyte, sampled_on=today, status=ObservationStatus.FINAL, code=Code(code=analyte.upper()[:8]),
        value_as_sent=str(quantity.number) if quantity else "no-sign", quantity=quantity,
        unit_as_sent=quantity.unit if quantity else "",
    )  # fmt: skip
    async with world.worker.transaction() as tx:
        await lock_people(tx, [one.patient_id])
        them = await person(tx, organisation_id=trust.organisation_id, patient_id=one.patient_id)
        await file_result(
            tx, organisation_id=trust.organisation_id, person=them, observation=observation, by=WORKER, now=tx.now,
            inbox_id=None, source_key=f"LAB|{one.plan_id}|{analyte}|{today}",
        )  # fmt: skip


async def _second_of(world: World, plan_id: int, step: str) -> int:
    rows = await world.as_owner(
        "select id from occurrence where plan_id = $1 and step_key = $2 order by due_on limit 2", plan_id, step
    )
    missed: int = rows[1]["id"]
    return missed


async def _lived(world: World, plan_id: int) -> list[tuple[Any, ...]]:
    """What the rows say was sent, asked again, done and raised, each with its day."""
    messages = await world.as_owner(
        "select m.queued_at, m.purpose, o.step_key, o.number from message m join occurrence o on o.id = m.cause_id"
        " where m.cause_kind = 'occurrence' and o.plan_id = $1",
        plan_id,
    )
    rows = await world.as_owner("select * from occurrence where plan_id = $1", plan_id)
    causes = await world.as_owner(
        "select c.added_at, a.rule_key, c.sentence from alert_cause c join alert a on a.id = c.alert_id"
        " where a.plan_id = $1 or a.team_id = (select team_id from plan where id = $1) and a.plan_id is null",
        plan_id,
    )
    return sorted([
        *((london_date(r["queued_at"]), "sent", r["step_key"], str(r["number"]), r["purpose"]) for r in messages),
        *((london_date(r["created_at"]), "asked", r["step_key"], str(r["number"]), "") for r in rows if r["number"] > 1000),
        *((r["done_on"], "done", r["step_key"], str(r["number"]), "") for r in rows if r["state"] == "done"),
        *((london_date(r["added_at"]), "raised", r["rule_key"], r["sentence"], "") for r in causes),
    ])  # fmt: skip


def _told(events: tuple[Event, ...]) -> list[tuple[Any, ...]]:
    return sorted(
        (e.on, "raised", e.rule, e.sentence, "")
        if e.what is What.RAISED
        else (e.on, str(e.what), e.step, str(e.number), e.purpose or "")
        for e in events
    )


async def _kinds(world: World, plan_id: int) -> dict[str, str]:
    rows = await world.as_owner("select rule_key, kind from alert where plan_id = $1", plan_id)
    return {row["rule_key"]: row["kind"] for row in rows}


def _gravest(events: tuple[Event, ...]) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for one in sorted((e for e in events if e.alert), key=lambda e: URGENCY[AlertKind(e.alert or "")]):
        kinds[one.rule or ""] = one.alert or ""
    return kinds


async def test_the_forecast_is_what_the_worker_does_in_fourteen_months(world: World) -> None:
    trust, began = await a_trust(world), await today_of(world)
    await _sign_forms(world, trust)
    lives = [(protocol, scenario) for protocol in WATCHED for scenario in Scenario]
    people = [await _follower(world, trust, 11 * (n + 1), *life) for n, life in enumerate(lives)]
    until = add_months(began, MONTHS)
    told = {
        one.plan_id: forecast(
            load_library()[one.protocol], scenario=one.scenario, today=began, until=until,
            course=Course(anchors={"surgery": one.surgery_on}, started_on=began, born_on=BORN),
        )
        for one in people
    }  # fmt: skip
    missed = {one.plan_id: await _second_of(world, one.plan_id, WATCHED[one.protocol])
              for one in people if one.scenario is Scenario.ONE_MISSED}  # fmt: skip
    for day in range((until - began).days + 1):
        if day % 28 == 0:
            await make_months(world.worker)
        await _work(world)
        await _live(world, trust, {one.plan_id: one for one in people}, missed, began + timedelta(days=day))
        await world.move_civil_clock(1)
    for one in people:
        assert await _lived(world, one.plan_id) == _told(told[one.plan_id]), f"{one.protocol}, {one.scenario}"
        assert await _kinds(world, one.plan_id) == _gravest(told[one.plan_id])
    rises = [told[one.plan_id] for one in people if one.scenario is Scenario.RISE_AT_MONTH_30]
    assert [[e.what for e in events].count(What.ASKED) for events in rises] == [1, 1]
    assert all("act_today" in _gravest(events).values() for events in rises)
    late = [told[one.plan_id] for one in people if one.scenario is Scenario.ONE_MISSED]
    assert all(sum(e.rule is not None and e.rule.endswith("-missing") for e in events) == 2 for events in late)
