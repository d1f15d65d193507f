"""Notes: who wrote what and when, a person handed over to a colleague, and nobody who changes a word of it."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.pages.site import Site, a_member
from tests.worklists import away, nurse, other_team, staff_id, staff_ref


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def person(world: World, trust: Trust) -> str:
    patient_id = await on_file(world, trust, a_person(7))
    ref: UUID = await the(world, "select ref from patient where id = $1", patient_id)
    return f"/people/{ref}"


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


async def dan(site: Site, world: World, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, await staff_id(world, "Dan Deputy"))


async def test_a_note_stands_on_the_page_with_its_author_and_is_kept_once(site, world, browser, person):
    sent = {"words": "Travels to Spain in May.\n<b>Call after</b> the 20th."}
    for _ in range(2):  # Back, and Submit again
        assert (await site.post(browser, f"{person}/note", sent)).headers["location"] == f"{person}#notes"
    page = (await browser.get(person)).text
    assert page.count("Travels to Spain in May.") == 1
    assert "&lt;b&gt;Call after&lt;/b&gt;" in page
    assert "Nora Nurse, " in page.split('id="notes"')[1]
    assert await the(world, "select count(*) from note") == 1
    assert "Note written" in page.split('id="history"')[1]


async def test_a_note_handed_over_waits_on_the_colleagues_today_until_it_is_read(site, world, trust, browser, person):
    sent = {"words": "Please call him on Monday.", "to": await staff_ref(world, "Dan Deputy")}
    await site.post(browser, f"{person}/note", sent)
    assert "For Dan Deputy: not read yet" in (await browser.get(person)).text
    his = await dan(site, world, trust)
    today = (await his.get("/today?who=me")).text
    assert '<strong class="rms-number" id="notes">1</strong>' in today
    listed = (await his.get("/notes?who=me")).text
    assert "Please call him on Monday." in listed
    read = listed.split('action="/notes/')[1].split('"')[0]
    for _ in range(2):
        assert (await site.post(his, f"/notes/{read}", {"back": "who=me"})).headers[
            "location"
        ] == "/notes?who=me&done=read"
    assert "No note waits to be read." in (await his.get("/notes")).text
    assert "For Dan Deputy: read by Dan Deputy," in (await his.get(person)).text
    assert await the(world, "select count(*) from audit_entry where verb = 'note.read'") == 1


async def test_whoever_covers_sees_what_waits_for_the_one_who_is_away(site, world, trust, browser, person):
    await away(world, trust, "Dan Deputy", cover=trust.nurse.id)
    sue = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    hers = await site.signed_in(trust.organisation_id, sue)
    form = (await hers.get(f"{person}/note")).text
    assert "Dan Deputy (away until" in form
    ref = await staff_ref(world, "Dan Deputy")
    await site.post(hers, f"{person}/note", {"words": "For Dan.", "to": ref})
    assert "For Dan." in (await browser.get(f"/notes?who={ref}")).text
    assert "Nora Nurse covers" in (await hers.get("/notes")).text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Write the note"),
        ({"words": "x" * 4001}, "The note must be 4000 characters or fewer"),
        ({"words": "x", "to": "nobody"}, "Choose a colleague of your teams."),
        ({"words": "x", "to": "00000000-0000-4000-8000-000000000000"}, "Choose a colleague of your teams."),
    ],
)
async def test_what_is_wrong_with_a_note_is_said_and_what_was_typed_stays(site, world, browser, person, sent, says):
    answer = await site.post(browser, f"{person}/note", sent)
    assert (answer.status_code, says in answer.text, "<title>Error: " in answer.text) == (422, True, True)
    assert str(sent.get("words", "")) in answer.text
    assert await the(world, "select count(*) from note") == 0


async def test_a_colleague_who_does_not_look_after_the_person_is_not_asked(site, world, trust, person):
    """Bea is in two teams with me, but the man is of the other one."""
    team, bea = await other_team(world, trust)
    await world.as_owner("insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy)"
                         " values ($1, $2, $3, false, false)", trust.organisation_id, trust.nurse.id, team)  # fmt: skip
    hers = await the(world, "select ref from staff where id = $1", bea)
    answer = await site.post(await nurse(site, trust), f"{person}/note", {"words": "x", "to": str(hers)})
    assert (answer.status_code, "works in no team that looks after this person" in answer.text) == (422, True)
    assert (await (await site.signed_in(trust.organisation_id, bea)).get(person)).status_code == 404


async def test_nobody_changes_a_word_of_a_note(world, trust, site, browser, person):
    await site.post(browser, f"{person}/note", {"words": "As it was."})
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute("update note set words = 'As it was not.'")
