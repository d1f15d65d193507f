"""A running plan is changed for one person: the dates that move are seen first, and a page that is old changes nothing."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import msgspec
import pytest

from rms.caseload.changing.moved import moved_dates
from rms.dates import add_months
from rms.db.database import Database
from rms.plans.model import Interval, Move, Override, Skip
from rms.plans.moves import load_library
from rms.plans.store import plan_on_file
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, followed, the
from tests.pages.site import Site
from tests.worklists import nurse


@pytest.fixture
async def trust(world: World) -> Trust:
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await followed(world, trust=trust)


@pytest.fixture
async def here(world: World, man: Followed) -> str:
    ref: UUID = await the(world, "select ref from plan where id = $1", man.plan_id)
    return f"/plans/{ref}/change"


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


def dated(name: str, on: object) -> dict[str, str]:
    year, month, day = str(on).split("-")
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


def limit(man: Followed, value: str = "0.1") -> dict[str, str]:
    return {"limit-of": "psa-above-limit", "limit-value": value, "limit-reason": "Positive margin.",
            **dated("limit-review", add_months(man.today, 12))}  # fmt: skip


async def move(world: World, man: Followed, *, days: int) -> dict[str, str]:
    """Move his first test."""
    row = (await world.as_owner(
        "select step_key, number, due_on from occurrence where plan_id = $1 and kind = 'test' and state = 'open'"
        " order by due_on limit 1", man.plan_id))[0]  # fmt: skip
    return {"move-which": f"{row['step_key']}:{row['number']}", **dated("move-to", row["due_on"] + timedelta(days=days)),
            "move-reason": "Abroad.", **dated("move-review", add_months(man.today, 6))}  # fmt: skip


def hidden(page: str) -> dict[str, str]:
    """What the form with the last button sends."""
    form = page.split('name="sure"')[0].rsplit("<form", 1)[1] + page.split('name="sure"')[1].split("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {"sure": "yes"}


async def revision(world: World, man: Followed) -> int:
    found: int = await the(world, "select revision from plan where id = $1", man.plan_id)
    return found


async def test_a_date_that_moves_is_shown_before_anything_is_changed(site, world, man, here, browser):
    sent = await move(world, man, days=14)
    page = await site.post(browser, here, sent)
    assert page.status_code == 200
    assert "Dates that move (1)" in page.text
    assert "PSA blood test, number" in page.text
    assert await revision(world, man) == 1
    done = await site.post(browser, here, hidden(page.text))
    assert done.headers["location"].endswith("#plan")
    person = (await browser.get(done.headers["location"])).text
    assert "Abroad." in person
    assert "Moved from" in person
    assert await revision(world, man) == 2


async def test_the_same_page_sent_twice_changes_once_and_says_so(site, world, man, here, browser):
    """Back after Submit, a second press, or a colleague who was quicker: the plan is another one by now."""
    page = await site.post(browser, here, limit(man))
    assert "The next result is judged by the new limit." in page.text
    assert "No date moves." in page.text
    last = hidden(page.text)
    assert (await site.post(browser, here, last)).status_code == 303
    again = await site.post(browser, here, last)
    assert (again.status_code, "This plan was changed since you opened the page" in again.text) == (422, True)
    assert await the(world, "select count(*) from plan_override") == 1
    value = await the(world, "select content->>'value' from plan_override")
    assert Decimal(value) == Decimal("0.1")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Say what is different for this person"),
        ({"limit-value": "zero", "limit-of": "psa-above-limit"}, "Enter the limit as a number"),
        ({"skip-which": "psa:99", "skip-reason": "x"}, "Enter the day on which this is looked at again"),
    ],
)
async def test_every_fault_comes_back_at_once_and_changes_nothing(site, world, man, here, browser, fields, says):
    for sent in (fields, {**fields, "sure": "yes", "revision": "1"}):
        answer = await site.post(browser, here, sent)
        assert (answer.status_code, says in answer.text) == (422, True)
    assert await revision(world, man) == 1


async def test_what_the_protocol_does_not_allow_is_refused_in_its_words(site, world, man, here, browser):
    sent = await move(world, man, days=-3000)
    answer = await site.post(browser, here, sent)
    assert (answer.status_code, "A date cannot be moved into the past." in answer.text) == (422, True)


async def test_a_plan_that_has_ended_is_changed_no_more(site, world, man, here, browser):
    await site.post(browser, here.replace("/change", "/end"), {"outcome": "moved", "why": "Away."})
    answer = await site.post(browser, here, limit(man))
    assert (answer.status_code, "This plan has ended." in answer.text) == (422, True)


async def test_moved_dates_are_those_that_differ_and_no_other(world, trust, man):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id)
    none = moved_dates(plan.protocol, course=plan.course, before=(), after=(), today=man.today)
    assert none == ()
    step = plan.protocol.steps[0].key
    made = Override(change=Move(step=step, number=2, due_on=man.today + timedelta(days=200)), reason="x", author="N",
                    made_on=man.today, review_on=man.today + timedelta(days=300))  # fmt: skip
    [moved] = moved_dates(plan.protocol, course=plan.course, before=(), after=(made,), today=man.today)
    assert moved.after == man.today + timedelta(days=200)
    [back] = moved_dates(plan.protocol, course=plan.course, before=(made,), after=(), today=man.today)
    assert (back.before, back.after) == (moved.after, moved.before)
    left_out = msgspec.structs.replace(made, change=Skip(step="symptom-check", number=2))
    [gone] = moved_dates(plan.protocol, course=plan.course, before=(), after=(left_out,), today=man.today)
    assert gone.after is None


async def test_another_interval_shows_the_days_that_go_and_the_days_that_come(world, trust, man):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id)
    step = plan.protocol.steps[0].key
    made = Override(change=Interval(step=step, from_number=4, every_months=4), reason="x", author="N", made_on=man.today,
                    review_on=man.today + timedelta(days=300))  # fmt: skip
    moved = moved_dates(plan.protocol, course=plan.course, before=(), after=(made,), today=man.today)
    gone, come = [one.before for one in moved if one.before], [one.after for one in moved if one.after]
    assert gone
    assert come
    assert not set(gone) & set(come)
    assert all((one.before is None) != (one.after is None) for one in moved)
