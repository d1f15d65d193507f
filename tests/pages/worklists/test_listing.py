"""What every list of work has in common: who looked at whom is kept with the rows, or nothing is shown."""

import pytest

from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.pages.site import Site
from tests.worklists import alarmed, nurse

LISTS = ("/alerts", "/late", "/letters", "/notes", "/unmatched", "/messages", "/helpline")


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.mark.parametrize("query", ["", "?who=me", "?team=urology", "?team=nobodys"])
async def test_a_list_names_in_the_audit_whom_it_showed_and_nobody_else(
    site: Site, world: World, trust: Trust, query: str
) -> None:
    seen = [await on_file(world, trust, a_person(serial)) for serial in (21, 22)]
    for patient_id in seen:
        await alarmed(world, trust, patient_id, rule=f"r{patient_id}")
    await alarmed(world, trust, None, rule="of nobody")
    await on_file(world, trust, a_person(23))
    await world.as_owner("update alert set owner_staff_id = $1", trust.nurse.id)
    await (await nurse(site, trust)).get(f"/alerts{query}")
    lines = await world.as_owner("select actor_id, subject_kind, details from audit_entry where verb = 'alerts.look'")
    assert [tuple(line) for line in lines] == [(trust.nurse.id, "list", {"shown": seen})]


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_is_not_shown_when_who_looked_cannot_be_kept(
    site: Site, world: World, trust: Trust, path: str
) -> None:
    browser = await nurse(site, trust)
    async with world.trigger("no_audit", on="before insert on audit_entry", body="raise exception 'no line today';"):
        assert (await browser.get(path)).status_code == 500
    assert (await browser.get(path)).status_code == 200
    assert len(await world.as_owner("select from audit_entry where subject_kind = 'list'")) == 1
