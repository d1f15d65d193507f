"""What a code of a sender means is said on a page, once for all messages; that it is not ours can be taken back."""

from typing import Any

import httpx
import pytest

from rms.people.model import Role
from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust, on_file
from tests.command import run as rms
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
    assert await the(world, "select count(*) from code_map_own") == 0
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
    line = await world.as_owner("select local_code, local_text, analyte, made_by from code_map_own")
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
    line = {"line": f"own-{await the(world, 'select id from code_map_own')}"}
    assert (await site.post(admin, codes, line)).headers["location"] == f"{codes}?done=taken-back"
    assert "Taken back." in (page := (await admin.get(f"{codes}?done=taken-back")).text)
    assert "HK2" not in page
    assert (await site.post(admin, codes, line)).status_code == 422
    await come(world, "u", start=9)
    assert await the(world, "select (state, outcome) from alert") == ("open", None)
    await site.post(browser, f"{path}/check", {"means": "psa"})
    assert await the(world, "select array_agg(analyte order by id) from code_map_own") == ["not-followed", "psa"]


@pytest.fixture
async def other(world: World, trust: Trust) -> Trust:
    """A second trust, which the same laboratory sends for and which follows Paul."""
    other = await a_trust(world, code="RBB", name="South Hospital")
    await world.as_owner("insert into peer_organisation select id, $1 from peer", other.organisation_id)
    await on_file(world, other, PAUL)
    return other


async def of(world: World, trust: Trust) -> str:
    [row] = await world.as_owner("select ref from alert where organisation_id = $1", trust.organisation_id)
    return f"/unmatched/{row['ref']}/code"


async def test_a_trust_answers_for_itself_whoever_else_the_sender_sends_for(
    site: Site, world: World, trust: Trust, other: Trust, browser: httpx.AsyncClient
):
    await come(world, "ug/L", "ug/L")  # of Peter, whom the other trust does not know, and of Paul, whom both follow
    path = await of(world, trust)
    check = (await browser.get(f"{path}/check?means=psa")).text
    assert "The answer counts for this trust alone: nothing of theirs changes by it." in check
    assert (await site.post(browser, f"{path}/check", {"means": "psa"})).headers["location"] == "/unmatched?done=code"
    await file_inbox(world.worker)
    results = "select organisation_id, count(*) as n from result where analyte = 'psa' group by 1 order by 1"
    assert [tuple(row) for row in await world.as_owner(results)] == [(trust.organisation_id, 2)]
    alerts = await world.as_owner("select organisation_id, state from alert order by organisation_id")
    assert [tuple(row) for row in alerts] == [(trust.organisation_id, "closed"), (other.organisation_id, "open")]
    # The other trust says that it is not theirs: here nothing changes, neither of what is filed nor of what comes.
    theirs = await site.signed_in(other.organisation_id, other.nurse.id or 0)
    await site.post(theirs, f"{await of(world, other)}/check", {"means": "not-followed"})
    await file_inbox(world.worker)
    await come(world, "ug/L", "ug/L", start=10)
    assert [tuple(row) for row in await world.as_owner(results)] == [(trust.organisation_id, 4)]
    kept = "select organisation_id, count(*) as n from result where analyte is null group by 1"
    assert [tuple(row) for row in await world.as_owner(kept)] == [(other.organisation_id, 2)]
    assert await the(world, "select count(*) from alert where state <> 'closed'") == 0
    assert await the(world, "select array_agg(distinct state) from inbox") == ["filed"]
    lines = await world.as_owner(
        "select organisation_id, verb from audit_entry where verb = 'code_map.add' order by id"
    )
    assert [row["organisation_id"] for row in lines] == [trust.organisation_id, other.organisation_id]


async def test_an_answer_for_all_goes_behind_a_trust_s_own(
    site: Site, world: World, trust: Trust, other: Trust, browser: httpx.AsyncClient
):
    await come(world, "ug/L", "ug/L")
    await site.post(browser, f"{await of(world, trust)}/check", {"means": "not-followed"})
    assert (await rms(world, "peer", "map", "Mill Lane Laboratory", "HK2", "--means", "psa"))[0] == 0
    await file_inbox(world.worker)
    followed = await world.as_owner("select distinct organisation_id from result where analyte = 'psa'")
    assert [row["organisation_id"] for row in followed] == [other.organisation_id]
    theirs = await site.signed_in(other.organisation_id, other.nurse.id or 0)
    refused = await site.post(theirs, f"{await of(world, other)}/check", {"means": "cea"})
    assert refused.status_code == 422


async def test_a_trust_that_the_sender_does_not_send_for_says_nothing_and_sees_nothing(world: World, trust: Trust):
    await come(world, "ug/L")
    stranger = await a_trust(world, code="RCC", name="West Hospital")
    peer_id = await the(world, "select id from peer")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        said = await tx.fetch("select * from peer_code_say_here($1, 'HK2', 'hk2', null, 'psa', 'x')", peer_id)
        assert [row["again"] for row in said] == [1]
    async with world.web.transaction(organisation_id=stranger.organisation_id) as tx:
        assert await tx.fetch("select * from peer_code_say_here($1, 'X', 'x', null, 'psa', 'x')", peer_id) == []
        assert await tx.fetch("select * from code_map_own") == []
        assert not await tx.fetchval("select peer_code_take_back_here($1, (select max(id) from code_map_own), true, 'x')",
                                     peer_id)  # fmt: skip


async def test_an_administrator_sees_which_codes_wait_and_who_answers_them(
    site: Site, world: World, trust: Trust, other: Trust
):
    await come(world, "ug/L", "ug/L", "ug/L")
    admin = await site.signed_in(
        trust.organisation_id, await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    )
    page = (await admin.get(f"/set-up/connections/{await the(world, 'select id from peer')}/codes")).text
    for words in (
        "Waiting for an answer",
        "HK2",
        "3 messages",
        "Lena Lead, Nora Nurse",
        "a clinical member of the team answers",
    ):
        assert words in page, words
    assert "Peter" not in page
    assert (await admin.get(await of(world, trust))).status_code == 403
    await world.as_owner("update staff set ended_at = now(), ended_by = 'A test' where organisation_id = $1"
                         " and role <> 'administrator'", trust.organisation_id)  # fmt: skip
    page = (await admin.get(f"/set-up/connections/{await the(world, 'select id from peer')}/codes")).text
    assert "Nobody in this team may answer yet." in page


async def test_a_message_that_waits_for_something_else_has_no_question_about_a_code(
    site: Site, world: World, trust: Trust, browser: httpx.AsyncClient
):
    await arrive(world, oru(PETER, obx("0.3", unit="furlongs")))
    await file_inbox(world.worker)
    path = await path_of(world)
    assert (await browser.get(path)).status_code == 404
    assert (await site.post(browser, f"{path}/check", {"means": "psa"})).status_code == 404
    assert path not in (await browser.get(path.removesuffix("/code"))).text
