"""Letters that nobody prints: one alert a team, with how many and since when, until they are printed or a person says so."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio

from rms.alerts.lifecycle import AlertOutcome
from rms.alerts.moves import close
from rms.caseload import doors
from rms.messages.jobs import chase_printing
from rms.people.access import Asker
from rms.people.model import Role
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.shell.messages.post_office import set_civil_clock

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""The letters are written on this day: they should be printed by Wednesday evening."""
_ALERTS = (
    "select organisation_id, team_id, kind, state, sentence, patient_id, owner_staff_id, next_escalation_at, outcome,"
    " outcome_note, episode from alert where rule_key = 'letters-waiting' order by id"
)


async def _letter(
    world: World, trust: Trust, patient_id: int, *, state: str = "accepted", team_id: int | None = None
) -> UUID:
    """A letter in the print queue, written now."""
    [message] = await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " state_reason, not_before, not_after, queued_at) select $1, $2, $3, 'gp_practice', 'test', count(*),"
        " 'plan_started_gp', 'letter', $4, 'x', now(), now(), now() from message returning id, ref",
        trust.organisation_id, patient_id, team_id or trust.team_id, state,
    )  # fmt: skip
    await world.as_owner(
        "insert into letter (organisation_id, message_id, pdf, made_at)"
        " select $1, $2, '%PDF-1.7', clock_timestamp() + civil_offset from database_state",
        trust.organisation_id, message["id"],
    )  # fmt: skip
    ref: UUID = message["ref"]
    return ref


async def _day(world: World, days: int) -> None:
    await set_civil_clock(world, MONDAY + timedelta(days=days))


async def _print(world: World, trust: Trust, ref: UUID) -> None:
    asks = Asker(staff_id=trust.nurse.id or 0, organisation_id=trust.organisation_id, name=trust.nurse.name,
                 role=Role.NURSE_SPECIALIST, team_ids=(trust.team_id,))  # fmt: skip
    await doors.letter_printed(world.web, asks=asks, ref=ref)


async def _states(world: World) -> list[tuple[str, int]]:
    return [(row["state"], row["episode"]) for row in await world.as_owner(_ALERTS)]


async def test_one_alert_a_team_says_that_letters_wait_and_no_number_that_grows_old(world: World) -> None:
    await _day(world, 0)
    trust, other = await a_trust(world), await a_trust(world, code="RBB", name="South Hospital")
    for serial in range(3):
        await _letter(world, trust, await on_file(world, trust, a_person(10 * serial)))
    await _letter(world, other, await on_file(world, other))
    await _day(world, 2)
    await _letter(world, trust, await on_file(world, trust, a_person(90)))  # it has its own two days
    assert await chase_printing(world.worker) == 0
    await _day(world, 3)
    assert (await chase_printing(world.worker), await chase_printing(world.worker)) == (2, 0)
    here, there = await world.as_owner(_ALERTS)
    assert (here["team_id"], there["team_id"]) == (trust.team_id, other.team_id)
    assert (here["kind"], here["state"], here["patient_id"], here["owner_staff_id"]) == ("chase", "open", None, None)
    assert here["next_escalation_at"] is not None
    # How many changes with each that is printed, so the sentence that stays says none; the page of the alert counts.
    assert here["sentence"] == there["sentence"]
    assert here["sentence"] == "Letters have waited more than 2 working days to be printed. Print and post what waits."


async def test_the_last_late_letter_that_is_printed_answers_it_and_a_later_one_is_news(world: World) -> None:
    await _day(world, 0)
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    first, second = [await _letter(world, trust, patient_id) for _ in range(2)]
    await _day(world, 3)
    third = await _letter(world, trust, patient_id)
    await chase_printing(world.worker)
    await _print(world, trust, first)
    assert await _states(world) == [("open", 1)]
    await _print(world, trust, second)  # the third is not late yet
    [alert] = await world.as_owner(_ALERTS)
    assert (alert["state"], alert["outcome"]) == ("closed", "no_action_needed")
    assert alert["outcome_note"] == "Every letter that had waited too long is printed."
    assert await the(world, "select closed_by_staff_id from alert") == trust.nurse.id
    await _day(world, 8)
    assert await chase_printing(world.worker) == 1
    assert await _states(world) == [("closed", 1), ("open", 2)]
    await _print(world, trust, third)
    assert await _states(world) == [("closed", 1), ("closed", 2)]


async def test_closed_by_a_person_while_letters_wait_it_comes_back_the_next_day(world: World) -> None:
    await _day(world, 0)
    trust = await a_trust(world)
    await _letter(world, trust, await on_file(world, trust))
    await _day(world, 3)
    await chase_printing(world.worker)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await close(tx, organisation_id=trust.organisation_id, alert_id=await the(world, "select id from alert"),
                    outcome=AlertOutcome.NO_ACTION_NEEDED, note="The printer is mended tomorrow.", by=trust.nurse,
                    now=tx.now)  # fmt: skip
    assert await chase_printing(world.worker) == 0
    await _day(world, 4)
    assert await chase_printing(world.worker) == 1
    assert await _states(world) == [("open", 1)]


async def test_what_must_not_be_printed_is_not_asked_for(world: World) -> None:
    await _day(world, 0)
    trust = await a_trust(world)
    patient_id = await on_file(world, trust)
    for state in ("held", "void", "queued"):
        await _letter(world, trust, patient_id, state=state)
    await _day(world, 8)
    assert await chase_printing(world.worker) == 0


async def test_two_workers_and_the_nurse_who_prints_at_once_leave_no_question_open(world: World) -> None:
    await _day(world, 0)
    trust = await a_trust(world)
    ref = await _letter(world, trust, await on_file(world, trust))
    await _day(world, 3)
    async with anyio.create_task_group() as group:
        group.start_soon(chase_printing, world.worker)
        group.start_soon(_print, world, trust, ref)
        group.start_soon(chase_printing, world.worker)
    assert await the(world, "select count(*) from alert where state <> 'closed'") == 0
