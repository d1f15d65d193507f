"""Who stands on an older version of a protocol, what a move would do for each, and the moves: a few first, then the rest."""

import re
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from rms.people.model import Role
from rms.plans.protocol.checks import months_of
from tests.asked import Followed, follow, load
from tests.cast import Trust, a_person, a_trust
from tests.database import World
from tests.pages.site import Site, a_member
from tests.shell.plans.versions import second, stored, the_first, with_months

PSA = the_first().steps[0]
PEOPLE = "/set-up/protocols/prostate-after-prostatectomy/2/people"
REASON = {"reason": "The site group agreed on it"}


@pytest.fixture
async def trust(world: World) -> Trust:
    await load(world)
    return await a_trust(world)


@pytest.fixture
async def lead(site: Site, trust: Trust) -> httpx.AsyncClient:
    assert trust.lead.id is not None
    return await site.signed_in(trust.organisation_id, trust.lead.id)


@pytest.fixture
async def people(world: World, trust: Trust, lead) -> list[Followed]:
    """Five people on version 1: they are there before version 2 is."""
    return [await follow(world, trust, person=a_person(one * 11), wait=False) for one in range(1, 6)]


@pytest.fixture
async def him(people: list[Followed]) -> Followed:
    return people[0]


@pytest.fixture
async def more(world: World, trust: Trust, people) -> AsyncIterator[int]:
    """Version 2 asks for the blood test in two more months."""
    async with stored(world, trust, second(with_months(PSA, *sorted({*months_of(PSA.schedule), 1, 15})))) as version:
        yield version


@pytest.fixture
async def less(world: World, trust: Trust, people) -> AsyncIterator[int]:
    """Version 2 asks for it once a year."""
    async with stored(world, trust, second(with_months(PSA, 12, 24, 36))) as version:
        yield version


async def ref_of(world: World, plan_id: int) -> str:
    [row] = await world.as_owner("select ref from plan where id = $1", plan_id)
    return str(row["ref"])


async def version_of(world: World, plan_id: int) -> int:
    [row] = await world.as_owner(
        "select v.version from plan p join protocol_version v on v.id = p.protocol_version_id where p.id = $1", plan_id
    )
    return int(row["version"])


def hidden(page: str) -> dict[str, str]:
    """What the first form of the page carries."""
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("revision", "to")}  # type: ignore[index]


async def test_the_list_of_protocols_says_who_is_on_an_older_version(world: World, trust, lead, people, him, more):
    page = (await lead.get("/set-up/protocols")).text
    assert "5 plans of your teams on an older version" in page
    assert PEOPLE in page


async def test_a_few_go_first_and_then_the_rest(site: Site, world: World, trust, lead, people, him, more):
    page = (await lead.get(PEOPLE)).text
    assert "5 plans of your teams: 0 moved, 0 stay or wait, 5 to decide." in page
    assert "Nobody has moved yet" in page
    assert "2 added" in page
    values = re.findall(r'name="plan" type="checkbox" value="([^"]+)"', page)
    assert len(values) == 5
    too_many = await site.post(lead, PEOPLE, {"plan": values, **REASON})
    assert too_many.status_code == 422
    assert "Nobody has moved yet: tick 3 at most" in too_many.text
    assert too_many.text.count(" checked") == 5
    empty = await site.post(lead, PEOPLE, {})
    assert empty.status_code == 422
    for words in ("Tick whose plans move", "Say why"):
        assert words in empty.text
    first = await site.post(lead, PEOPLE, {"plan": values[:2], **REASON})
    assert first.headers["location"] == f"{PEOPLE}?moved=2&refused=0"
    page = (await lead.get(first.headers["location"])).text
    assert "2 plans moved." in page
    assert "5 plans of your teams: 2 moved, 0 stay or wait, 3 to decide." in page
    await world.as_owner("update plan set revision = revision + 1 where id = $1", people[4].plan_id)
    rest = await site.post(lead, PEOPLE, {"plan": values[2:], **REASON})
    assert rest.headers["location"] == f"{PEOPLE}?moved=2&refused=1"
    assert "1 did not, because something changed in between" in (await lead.get(rest.headers["location"])).text
    assert [await version_of(world, him.plan_id) for him in people] == [2, 2, 2, 2, 1]


async def test_what_asks_for_less_needs_a_tick_for_this_person(site: Site, world: World, trust, lead, him, less):
    path = f"/plans/{await ref_of(world, him.plan_id)}/version"
    everybody = (await lead.get(PEOPLE)).text
    assert "a clinician answers for it" in everybody
    assert 'type="checkbox"' not in everybody
    page = (await lead.get(path)).text
    for words in ("Move this plan to version 2?", "Version 2 asks for less", "fall away", "Removed", "more dates"):
        assert words in page, words
    form = {**hidden(page), "choice": "move", **REASON}
    faults = await site.post(lead, path, {"choice": "move", "to": form["to"]})
    assert faults.status_code == 422
    assert "Say why, so that a colleague can follow it" in faults.text
    no_tick = await site.post(lead, path, form)
    assert no_tick.status_code == 422
    assert "Tick the box to answer for what is asked for less" in no_tick.text
    assert "The site group agreed on it" in no_tick.text
    assert await version_of(world, him.plan_id) == 1
    done = await site.post(lead, path, {**form, "sure": "yes"})
    assert done.headers["location"] == f"{path}?done=move"
    page = (await lead.get(done.headers["location"])).text
    assert "The plan moved." in page
    assert "Undo the move" in page
    assert await version_of(world, him.plan_id) == 2
    no_reason = await site.post(lead, f"{path}/undo", {"why": ""})
    assert no_reason.status_code == 422
    back = await site.post(lead, f"{path}/undo", {"why": "the wrong person", "revision": hidden_revision(page)})
    assert back.headers["location"] == f"{path}?done=undone"
    assert await version_of(world, him.plan_id) == 1


def hidden_revision(page: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found is not None
    return found[1]


async def test_a_plan_that_changed_since_the_page_was_opened_does_not_move(
    site: Site, world: World, trust, lead, people, him, more
):
    path = f"/plans/{await ref_of(world, him.plan_id)}/version"
    form = {**hidden((await lead.get(path)).text), "choice": "move", **REASON}
    await world.as_owner("update plan set revision = revision + 1 where id = $1", him.plan_id)
    late = await site.post(lead, path, form)
    assert late.status_code == 422
    assert "This plan was changed since you opened the page" in late.text
    assert await version_of(world, him.plan_id) == 1


async def test_who_stays_comes_up_again_on_their_day(site: Site, world: World, trust, lead, people, him, more):
    path = f"/plans/{await ref_of(world, him.plan_id)}/version"
    form = {**hidden((await lead.get(path)).text), "choice": "later", "reason": "Radiotherapy is not over"}
    no_day = await site.post(lead, path, form)
    assert no_day.status_code == 422
    assert "Enter the day to look again" in no_day.text
    async with world.worker.transaction() as tx:
        on = tx.today.replace(year=tx.today.year + 1)
    done = await site.post(
        lead, path, {**form, "again-day": str(on.day), "again-month": str(on.month), "again-year": str(on.year)}
    )
    assert done.headers["location"] == f"{path}?done=later"
    page = (await lead.get(PEOPLE)).text
    assert "0 moved, 1 stays or waits, 4 to decide" in page
    assert "Decided later: Radiotherapy is not over. Looked at again on" in page
    await world.move_civil_clock(370)
    assert "5 to decide" in (await lead.get(PEOPLE)).text


async def test_only_consultants_and_leads_and_only_their_own_teams(
    site: Site, world: World, trust, lead, people, him, more
):
    path = f"/plans/{await ref_of(world, him.plan_id)}/version"
    assert trust.nurse.id is not None
    nurse = await site.signed_in(trust.organisation_id, trust.nurse.id)
    assert (await nurse.get(path)).status_code == 403
    assert (await nurse.get(PEOPLE)).status_code == 403
    elsewhere = await site.signed_in(
        trust.organisation_id, await a_member(world, trust.organisation_id, role=Role.TEAM_LEAD, name="elsewhere")
    )
    assert (await elsewhere.get(path)).status_code == 404


async def test_a_version_that_nobody_signed_moves_nobody(site: Site, world: World, trust, lead, him):
    async with stored(world, trust, msgspec.structs.replace(second(), title="Prostate cancer, anew"), signed=False):
        page = (await lead.get(PEOPLE)).text
        assert "not signed off here" in page
        assert 'type="checkbox"' not in page
        path = f"/plans/{await ref_of(world, him.plan_id)}/version"
        page = (await lead.get(path)).text
        assert "No newer version is signed off here" in page
        assert "There is nothing to decide" in page


async def test_twenty_five_are_worked_out_at_once_and_the_others_stand_on_the_next_page(
    site: Site, world: World, trust, lead
):
    for one in range(1, 28):
        await follow(world, trust, person=a_person(one * 11), wait=False)
    async with stored(world, trust, second(with_months(PSA, *sorted({*months_of(PSA.schedule), 15})))):
        page = (await lead.get(PEOPLE)).text
        assert page.count('name="plan" type="checkbox"') == 25
        assert "Page 1 of 2" in page
        page = (await lead.get(f"{PEOPLE}?page=2")).text
        assert page.count('name="plan" type="checkbox"') == 2
        assert "Earlier people" in page
        faults = await site.post(lead, f"{PEOPLE}?page=2", {})
        assert faults.text.count('name="plan" type="checkbox"') == 2
