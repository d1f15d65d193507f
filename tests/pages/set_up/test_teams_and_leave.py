"""Teams with hours and letterhead that reach messages, and leave whose gaps stand out."""

from datetime import timedelta

import httpx
import pytest

from rms.people.model import Role
from rms.people.store import team
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def admin(world: World, site: Site, trust: Trust) -> httpx.AsyncClient:
    staff_id = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    return await site.signed_in(trust.organisation_id, staff_id)


async def test_a_team_is_added_and_changed_with_hours_and_letterhead(site: Site, world: World, trust, admin):
    sent = {"name": "Breast follow-up team", "key": "Breast", "phone": "01632 960002", "site": "breast",
            "phone_hours": "Monday to Friday, 9am to 5pm", "letterhead": "Level 2\nNorth Hospital\nTO1 1AA"}  # fmt: skip
    assert (await site.post(admin, "/set-up/teams/add", sent)).headers["location"] == "/set-up/teams?done=added"
    done = await site.post(admin, "/set-up/teams/breast", {**sent, "phone": "01632 960003"})
    assert done.headers["location"] == "/set-up/teams?done=changed"
    [row] = await world.as_owner("select id from team where key = 'breast'")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        found = await team(tx, organisation_id=trust.organisation_id, team_id=row["id"])
    assert (found.phone, found.phone_hours, found.letterhead) == (
        "01632 960003", "Monday to Friday, 9am to 5pm", "Level 2\nNorth Hospital\nTO1 1AA",
    )  # fmt: skip


async def test_what_cannot_stand_in_a_message_is_refused_in_words(site: Site, admin, trust):
    page = await site.post(admin, "/set-up/teams/urology", {"name": "", "phone": "ask Sue", "phone_hours": "x" * 61})
    assert page.status_code == 422
    for words in ("Enter the name of the team", "Enter a telephone number with digits", "one line of 60 characters"):
        assert words in page.text, words


def boxes(name: str, on) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


async def test_leave_without_cover_stands_out_until_it_is_cancelled(site: Site, world: World, trust, admin):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    rows = await world.as_owner("select ref, display_name from staff")
    refs = {row["display_name"]: str(row["ref"]) for row in rows}
    days = boxes("from_on", today) | boxes("until_on", today + timedelta(days=7))
    await site.post(admin, "/set-up/leave", {"who": refs["Nora Nurse"], **days})
    page = (await admin.get("/set-up/leave")).text
    assert "Nobody covers for Nora Nurse" in page
    assert "No cover" in (await admin.get("/set-up/people?state=gap")).text
    # Two who cover each other at the same time are no cover either.
    await site.post(admin, "/set-up/leave", {"who": refs["Dan Deputy"], "cover": refs["Nora Nurse"], **days})
    assert "Nora Nurse, who is away too for some of it" in (await admin.get("/set-up/leave")).text
    for row in await world.as_owner("select id from staff_leave"):
        await site.post(admin, "/set-up/leave/cancel", {"leave": str(row["id"])})
    assert await world.as_owner("select id from staff_leave") == []


async def test_a_leave_that_ends_before_it_begins_or_covers_itself_is_refused(site: Site, world: World, trust, admin):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    [row] = await world.as_owner("select ref from staff where id = $1", trust.nurse.id)
    days = boxes("from_on", today + timedelta(days=7)) | boxes("until_on", today)
    page = await site.post(admin, "/set-up/leave", {"who": str(row["ref"]), "cover": str(row["ref"]), **days})
    assert page.status_code == 422
    assert "The last day must be the first day or later" in page.text
    assert "nobody covers for themselves" in page.text


async def test_a_team_lead_writes_down_leave_of_their_team_only(site: Site, world: World, trust):
    lead = await site.signed_in(trust.organisation_id, trust.lead.id or 0)
    await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, name="elsewhere")
    page = (await lead.get("/set-up/leave")).text
    assert "Nora Nurse" in page
    assert "Some nurse_specialist" not in page
