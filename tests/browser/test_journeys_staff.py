"""The journeys of a nurse and a team lead, by keyboard alone, with scripts and without, each with its most allowed actions.

The figures are those of the user's experience, section 2.5. What came of each stands in the database.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from rms.people.sign_in.sessions import SessionKind, open_session
from rms.rehearsal.people import people
from rms.rehearsal.register_files import csv_file
from tests.asked import load
from tests.browser.conftest import Outside
from tests.browser.hands import Hands
from tests.cast import Trust, a_trust, nhs_number
from tests.database import World
from tests.followed import file_psa, followed, the
from tests.pages.starting.cast import sign, waiting
from tests.waiting_results import LATER, copies, look_long, waiting_men
from tests.worklists import late_ref

pytestmark = pytest.mark.browser

TODAY = date(2026, 3, 1)
HELD_MINUTES = 15


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def context(request: pytest.FixtureRequest, chromium: Browser, site: str, clean: None) -> Iterator[BrowserContext]:
    del clean
    opened = chromium.new_context(
        java_script_enabled=request.param, viewport={"width": 1366, "height": 768}, base_url=site
    )
    opened.set_default_timeout(30_000)
    yield opened
    assert opened.cookies() == [one for one in opened.cookies() if one["httpOnly"]]
    opened.close()


@pytest.fixture
def sit_down(context: BrowserContext, site: str) -> Callable[[str], Hands]:
    """Sign somebody in and give their hands."""

    def sit(session: str) -> Hands:
        context.add_cookies([{"name": "rms-staff", "value": session, "url": site, "httpOnly": True}])
        return Hands(context.new_page())

    return sit


async def session(world: World, trust: Trust, *, lead: bool = False) -> str:
    staff_id = (trust.lead if lead else trust.nurse).id
    assert staff_id is not None
    async with world.web.transaction() as tx:
        return await open_session(tx, kind=SessionKind.STAFF, organisation_id=trust.organisation_id, subject_id=staff_id,
                                  second_factor=True)  # fmt: skip


async def looked(world: World) -> None:
    """A minute passes before the nurse's eyes."""
    await look_long(world)


async def fifty_in_range(world: World) -> str:
    await load(world)
    trust = await a_trust(world)
    await waiting_men(world, trust, how_many=1)
    await copies(world, how_many=49)
    await tell_apart(world)
    return await session(world, trust)


async def tell_apart(world: World) -> None:
    """Names, birth dates and numbers of their own for the men, so that nobody is taken for another."""
    await world.as_owner(
        "update patient set family_name = n.name, name_key = lower(n.name) || ' peter', born_on = born_on + n.number::int,"
        " nhs_number = ($1::text[])[n.number] from (select id, row_number() over (order by id) as number, 'Family' || chr(65 +"
        " (row_number() over (order by id) / 26)::int) || chr(65 + (row_number() over (order by id) % 26)::int) as name"
        " from patient) n where n.id = patient.id",
        list(dict.fromkeys(str(nhs_number(3 * serial)) for serial in range(1_000, 1_200))),
    )


async def decided(world: World) -> tuple[int, int, int]:
    """Results decided today that stand, letters and texts that wait for them, and those that may go before their time."""
    [row] = await world.as_owner(
        "select count(distinct d.id) as decided, count(distinct m.cause_id) as told,"
        " count(*) filter (where m.state <> 'queued' or m.not_before < d.decided_at + make_interval(mins => $1)) as early"
        " from decision d left join message m on m.cause_kind = 'decision' and m.cause_id = d.id"
        " where d.undone_at is null and d.takes_effect_at > (select clock_timestamp() + civil_offset from database_state)",
        HELD_MINUTES,
    )  # fmt: skip
    return row["decided"], row["told"], row["early"]


def confirm_tens(hands: Hands, outside: Outside) -> None:
    """Look at ten, confirm, and so on until none is left."""
    while hands.page.locator("#confirm").count():
        outside(looked)
        hands.use("confirm")


def test_j1_fifty_results_in_range(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(fifty_in_range))
    hands.start("/today")
    hands.use("In range: ten at a time")
    hands.use("Look at the first 10")
    confirm_tens(hands, outside)
    assert outside(decided) == (50, 50, 0)
    hands.done("J1", most=7)


async def two_beyond(world: World) -> str:
    await load(world)
    trust = await a_trust(world)
    for number, one in enumerate(await waiting_men(world, trust, how_many=2)):
        await file_psa(world, one.man, f"0.3{number}", on=one.man.today + timedelta(days=LATER), order=f"over-{number}")
    return await session(world, trust)


async def called(world: World) -> str:
    return str(await the(world, "select note from decision where kind = 'call'"))


def test_j2_one_result_out_of_range_and_the_next(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(two_beyond))
    hands.start("/today")
    hands.use("To look at one by one")
    hands.use("Open the first")
    assert "above" in hands.page.locator("main").inner_text()
    hands.type("note", "He is well; a repeat in six weeks.")
    hands.use("I called the person")
    assert "/review/cases/" in hands.page.url
    assert hands.page.locator(".rms-just-done").inner_text().count("Decided just now") == 1
    assert outside(called) == "He is well; a repeat in six weeks."
    hands.done("J2", most=4)


async def left_to_review(world: World) -> int:
    found: int = await the(world, "select count(*) from result where review_state = 'to_review'")
    return found


async def twenty(world: World) -> str:
    """Sixteen men in range, and four beyond their limit."""
    await load(world)
    trust = await a_trust(world)
    for one in (await waiting_men(world, trust, how_many=20))[16:]:
        await file_psa(world, one.man, "0.31", on=one.man.today + timedelta(days=LATER), order=f"over-{one.result_id}")
    await tell_apart(world)
    return await session(world, trust)


def test_j3_a_mixed_session_of_twenty(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(twenty))
    hands.start("/today")
    hands.use("In range: ten at a time")
    hands.use("Look at the first 10")
    confirm_tens(hands, outside)
    if not hands.page.url.endswith("/review"):
        hands.use("Back to review")
    hands.use("Open the first")
    while "/review/cases/" in hands.page.url:
        hands.type("note", "He is well.")
        hands.use("I called the person")
    assert outside(left_to_review) == 0
    hands.done("J3", most=30)


async def a_man_who_waits(world: World) -> str:
    trust = await a_trust(world)
    await sign(world, trust)
    await waiting(world, trust)
    return await session(world, trust)


async def limit_of_the_plan(world: World) -> tuple[str, str]:
    [row] = await world.as_owner(
        "select p.state, o.content::text as change from plan p join plan_override o on o.plan_id = p.id"
    )
    return row["state"], row["change"]


def test_j4_a_plan_with_one_personal_change(sit_down, outside: Outside) -> None:
    """Eight inputs, three pages: the pages are sent by their buttons, the inputs are the rest."""
    hands: Hands = sit_down(outside(a_man_who_waits))
    hands.start("/starting")
    hands.use("Build a plan for ASHDOWN")
    hands.actions = 0  # the plan begins here
    for name in ("q-whole-prostate-removed", "q-understands-plan", "choice"):
        if name == "q-understands-plan":
            hands.choose("q-no-sign-of-return", "no")
        hands.tick(name)
    hands.use("Continue")
    hands.type("limit-value", "0.1")
    hands.type("limit-reason", "Positive margin")
    hands.use("Continue")
    assert "0.1 ug/L instead of 0.2" in hands.page.content()
    hands.use("Start this plan")
    state, change = outside(limit_of_the_plan)
    assert (state, "0.1" in change) == ("active", True)
    hands.done("J4", most=8 + 3)


async def a_late_test(world: World) -> str:
    await load(world)
    trust = await a_trust(world)
    man = await followed(world, trust=trust, operated_days_ago=100)
    await followed(world, trust=trust, serial=7, operated_days_ago=100)
    await late_ref(world, man)
    return await session(world, trust)


async def contact_recorded(world: World) -> int:
    found: int = await the(world, "select count(*) from occurrence_event where what = 'contact'")
    return found


def test_j5_a_late_test(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(a_late_test))
    hands.start("/today")
    hands.use("Tests late")
    hands.use("Call")
    numbers = hands.page.get_by_role("list", name="Numbers to call").inner_text()
    assert re.search(r"0\d[\d ]{9}", numbers), numbers
    hands.tick("outcome")
    hands.use("Save")
    assert hands.page.url.partition("?")[0].endswith("/late")
    assert outside(contact_recorded) == 1
    hands.done("J5", most=4)


def test_j6_find_a_person_and_say_the_next_test(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(a_late_test))
    hands.start("/today")
    hands.type("wanted", "ashd")
    hands.enter()
    hands.use("ASHDOWN")
    assert re.search(r"PSA blood test, (was )?due \d", hands.page.locator("main").inner_text())
    hands.done("J6", most=3)


def test_j7_undo_a_wrong_confirm(sit_down, outside: Outside) -> None:
    hands: Hands = sit_down(outside(fifty_in_range))
    hands.start("/review")
    hands.use("Look at the first 10")
    outside(looked)
    hands.use("confirm")
    hands.actions = 0  # now the nurse sees that it was wrong
    hands.use("See what you decided, and undo")
    hands.use("Undo FAMILY")
    decisions, told, early = outside(decided)
    assert (decisions, told, early) == (9, 9, 0)
    hands.done("J7", most=2)


async def a_lead(world: World) -> str:
    trust = await a_trust(world)
    return await session(world, trust, lead=True)


async def on_file(world: World) -> int:
    found: int = await the(world, "select count(*) from patient")
    return found


def test_j13_a_thousand_people_from_a_file(sit_down, outside: Outside, tmp_path: Path) -> None:
    hands: Hands = sit_down(outside(a_lead))
    path = tmp_path / "register.csv"
    path.write_bytes(csv_file(people(1000, seed=3, today=TODAY)))
    hands.start("/set-up")
    hands.use("Import people")
    hands.reach("file")
    hands.page.locator("#file").set_input_files(path)  # the browser's own window stands in between
    hands.actions += 1
    hands.use("Check the file")
    assert outside(on_file) == 0  # nothing is written before approval
    hands.use("Approve: add")
    assert outside(on_file) > 900
    hands.done("J13", most=5)
