"""What a code of a sender means is said on a page, once for all messages; that it is not ours can be taken back."""

from typing import Any

import httpx
import pytest

from rms.people.model import Role
from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import a_peer, arrive, obx, oru
from tests.pages.site import Site, a_member

PETER, PAUL = a_person(), a_person(2, family="Brook")
CODE = "HK2^Prostate specific Ag^L"


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await on_file(world, trust, PAUL)
    await a_peer(world, trust)
    return trust


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id or 0)


async def come(world: World, *units: str, code: str = CODE, start: int = 0) -> None:
    await arrive(world, *(oru([PETER, PAUL][n % 2], obx("0.3", code=code, unit=unit), filler=f"F{start + n}",
                              control=f"M{start + n}") for n, unit in enumerate(units)))  # fmt: skip
    await file_inbox(world.worker)


async def the(world: World, query: str) -> Any:
    [row] = await world.as_owner(query)
    return row[0]


async def path_of(world: World) -> str:
    return f"/unmatched/{await the(world, 'select ref from alert')}/code"


async def test_the_question_shows_sender_code_and_messages_and_a_choice(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await come(world, "ug/L", "ng/mL", "furlongs")
    path = await path_of(world)
    assert f'href="{path}"' in (await browser.get(path.removesuffix("/code"))).text
    page = (await browser.get(path)).text
    for words in ("What does “HK2” mean?", "Mill Lane Laboratory", "Prostate specific Ag", "3 messages wait for this answer.",
                  "0.3 furlongs", "PSA, kept in ug/L", "CEA, kept in ug/L", "It is not ours"):  # fmt: skip
        assert words in page, words
    empty = await site.post(browser, path, {})
    assert (empty.status_code, empty.text.count("Choose what the code means")) == (422, 2)
    assert (await site.post(browser, path, {"means": "mammogram"})).status_code == 422
    chosen = await site.post(browser, path, {"means": "psa"})
    assert chosen.headers["location"] == f"{path}/check?means=psa"
    check = (await browser.get(chosen.headers["location"])).text
    assert "“HK2” from Mill Lane Laboratory is PSA" in check
    assert "3 messages wait for this answer. 2 can be filed; 1 will need you for another reason." in check
    assert await the(world, "select count(*) from code_map") == 0
    assert await the(world, "select count(*) from audit_entry where verb = 'inbox.look'") == 5


async def test_the_answer_is_the_one_of_the_command_line_and_files_what_waited(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await come(world, "ug/L", "ug/L")
    path = await path_of(world)
    done = await site.post(browser, f"{path}/check", {"means": "psa"})
    assert done.headers["location"] == "/unmatched?done=code"
    assert "Noted, once for all." in (await browser.get("/unmatched?done=code")).text
    await file_inbox(world.worker)
    assert await the(world, "select count(*) from result where analyte = 'psa'") == 2
    assert await the(world, "select array_agg(distinct state) from inbox") == ["filed"]
    assert await the(world, "select (state, outcome) from alert where subject_kind = 'peer'") == (
        "closed",
        "data_corrected",
    )
    line = await world.as_owner("select local_code, local_text, analyte, made_by from code_map")
    assert [tuple(row) for row in line] == [("HK2", "Prostate specific Ag", "psa", "Nora Nurse")]
    assert await the(world, "select count(*) from audit_entry where verb = 'code_map.add'") == 1
    again = await site.post(browser, f"{path}/check", {"means": "cea"})
    assert (again.status_code, "dealt with this message already" in again.text) == (422, True)
    assert "Somebody has answered this already." in (await browser.get(path)).text


async def test_not_ours_closes_the_question_for_good_until_it_is_taken_back(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await come(world, "u")
    path = await path_of(world)
    check = (await browser.get(f"{path}/check?means=not-followed")).text
    assert "nobody is asked about this code of this sender again" in check
    await site.post(browser, f"{path}/check", {"means": "not-followed"})
    await file_inbox(world.worker)
    await come(world, "u", "u", start=5)
    assert await the(world, "select (state, outcome) from alert") == ("closed", "not_ours")
    assert await the(world, "select array_agg(distinct state) from inbox") == ["filed"]
    admin = await site.signed_in(
        trust.organisation_id, await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    )
    codes = f"/set-up/connections/{await the(world, 'select id from peer')}/codes"
    assert f'href="{codes}"' in (await admin.get("/set-up/connections")).text
    page = (await admin.get(codes)).text
    for words in ("HK2", "Not one of ours", "Nora Nurse", "Take it back"):
        assert words in page, words
    assert (await site.post(admin, codes, {"line": "x"})).status_code == 422
    line = {"line": str(await the(world, "select id from code_map"))}
    assert (await site.post(admin, codes, line)).headers["location"] == f"{codes}?done=taken-back"
    assert "Taken back." in (page := (await admin.get(f"{codes}?done=taken-back")).text)
    assert "HK2" not in page
    assert (await site.post(admin, codes, line)).status_code == 422
    await come(world, "u", start=9)
    assert await the(world, "select (state, outcome) from alert") == ("open", None)
    await site.post(browser, f"{path}/check", {"means": "psa"})
    assert await the(world, "select array_agg(analyte order by id) from code_map") == ["not-followed", "psa"]


async def test_a_sender_of_several_trusts_is_the_operator_s_matter(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await come(world, "ug/L")
    other = await a_trust(world, code="RBB", name="South Hospital")
    await world.as_owner("insert into peer_organisation select id, $1 from peer", other.organisation_id)
    path = await path_of(world)
    page = (await browser.get(path)).text
    assert "also sends for other trusts" in page
    assert 'name="means"' not in page
    assert (await browser.get(f"{path}/check?means=psa")).headers["location"] == path
    refused = await site.post(browser, f"{path}/check", {"means": "psa"})
    assert (refused.status_code, "rms peer map" in refused.text) == (422, True)
    assert await the(world, "select count(*) from code_map") == 0
    assert "It is not ours" in (await browser.get(path.removesuffix("/code"))).text
    async with world.web.transaction(organisation_id=other.organisation_id) as tx:
        peer_id = await tx.fetchval("select id from peer")
        said = await tx.fetch("select * from peer_code_say_here($1, 'X', 'x', null, 'psa', 'x')", peer_id)
    assert said == []


async def test_a_message_that_waits_for_something_else_has_no_question_about_a_code(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await arrive(world, oru(PETER, obx("0.3", unit="furlongs")))
    await file_inbox(world.worker)
    path = await path_of(world)
    assert (await browser.get(path)).status_code == 404
    assert (await site.post(browser, f"{path}/check", {"means": "psa"})).status_code == 404
    assert path not in (await browser.get(path.removesuffix("/code"))).text
