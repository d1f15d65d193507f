"""Who is told of an alert can open it: every rung of the ladder, over HTTP; the last one without anybody's record."""

import pytest

from rms.alerts.lifecycle import Rung
from rms.alerts.model import AlertKind
from rms.alerts.store import ladder_of
from rms.people.model import Role
from tests.cast import Trust, a_trust, on_file
from tests.database import World
from tests.pages.site import Site
from tests.worklists import alarmed, away, staff_id


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_whoever_stands_on_a_rung_may_open_the_alert_that_climbed_to_them(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust), kind=AlertKind.ACT_TODAY)
    await world.as_owner("update alert set owner_staff_id = $1, state = 'taken'", trust.nurse.id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        ladder = await ladder_of(tx, organisation_id=trust.organisation_id, team_id=trust.team_id,
                                 owner_staff_id=trust.nurse.id)  # fmt: skip
    for rung in Rung:
        if rung is Rung.TEAM:
            continue
        told = ladder.on(rung)
        assert told is not None, rung
        await world.as_owner("update alert set rung = $1", int(rung))
        browser = await site.signed_in(trust.organisation_id, told)
        answer = await browser.get("/escalated" if rung is Rung.SERVICE_MANAGER else f"/alerts/{ref}")
        assert answer.status_code == 200, rung
        assert "Act today" in answer.text, rung


async def test_the_manager_sees_whose_it_is_and_how_long_and_nothing_of_the_person(
    site: Site, world: World, trust: Trust
):
    ref = await alarmed(world, trust, await on_file(world, trust), days_ago=3.5)
    await world.as_owner("update alert set owner_staff_id = $1, state = 'taken', rung = 3", trust.nurse.id)
    await away(world, trust, "Nora Nurse")
    browser = await site.signed_in(trust.organisation_id, await staff_id(world, "Max Manager"))
    assert (await browser.get("/")).headers["location"] == "/escalated"
    assert "Nothing has climbed to you." in (await browser.get("/escalated")).text
    await world.as_owner("update alert set rung = 4")
    page = (await browser.get("/escalated")).text
    for words in ("Urology follow-up team", "01632 960001", "Lead and deputy: Lena Lead, Dan Deputy", "Nora Nurse", "No cover",
                  "Look soon", "3 days"):  # fmt: skip
        assert words in page, words
    [alert] = await world.as_owner("select sentence from alert where ref = $1", ref)
    main = page[page.index("<main") :]
    for hidden in ("ASHDOWN", "Ashdown", alert["sentence"], str(ref), "999 ", "/people/", "/alerts/"):
        assert hidden not in main, hidden
    for path in ("/today", "/alerts", f"/alerts/{ref}", "/people"):
        assert (await browser.get(path)).status_code == 403, path
    assert len(await world.as_owner("select 1 from audit_entry where verb = 'escalated.look'")) == 2


async def test_nobody_stands_on_a_rung_whose_role_could_not_open_the_alert(world: World, trust: Trust):
    await world.as_owner("update staff set role = $1 where display_name in ('Dan Deputy', 'Lena Lead')", Role.AUDITOR)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        ladder = await ladder_of(tx, organisation_id=trust.organisation_id, team_id=trust.team_id, owner_staff_id=None)
    assert (ladder.deputy, ladder.team_lead) == (None, None)
    assert ladder.service_manager == await staff_id(world, "Max Manager")
