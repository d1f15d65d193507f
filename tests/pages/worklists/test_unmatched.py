"""Laboratory messages that nobody could file: seen beside who is on file, read again after a correction, or not ours."""

from datetime import date
from uuid import UUID

import pytest

from rms.people.model import Role
from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.laboratory import a_peer, arrive, oru, pid_of
from tests.pages.site import Site, a_member
from tests.worklists import nurse, other_team

PETER = a_person()
TURNED = oru(PETER, pid=pid_of(PETER, born="19500304"))


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    await on_file(world, trust, PETER)
    await a_peer(world, trust)
    return trust


@pytest.fixture
async def ref(world: World, trust: Trust) -> UUID:
    """A message whose birth date has day and month the other way round."""
    await arrive(world, TURNED)
    await file_inbox(world.worker)
    found: UUID = await the(world, "select ref from alert")
    return found


async def test_the_list_has_the_reason_and_an_empty_one_says_so(site: Site, world: World, trust: Trust):
    browser = await nurse(site, trust)
    empty = (await browser.get("/unmatched")).text
    assert "Every laboratory message for your teams was filed." in empty
    assert "has sent nothing" in empty
    await arrive(world, oru(a_person(7, family="Unknown", born_on=date(1931, 1, 1))))
    await file_inbox(world.worker)
    page = (await browser.get("/unmatched")).text
    assert "Nobody here has the NHS number that was sent." in page
    assert "Nobody known" in page
    assert "<strong>1 message</strong>" in page


async def test_what_was_sent_stands_beside_who_is_on_file(site: Site, world: World, trust: Trust, ref: UUID):
    page = (await (await nurse(site, trust)).get(f"/unmatched/{ref}")).text
    for words in ("day and month of the birth date are the other way round", "4 March 1950", "3 April 1950 (",
                  "same NHS number", "Prostate specific Ag", "0.1 ug/L", "Mill Lane Laboratory",
                  "MSH|^~\\&amp;|LIMS"):  # fmt: skip
        assert words in page, words
    assert "never files a result with somebody on a guess" in page
    looked = await world.as_owner("select verb from audit_entry where verb in ('inbox.look', 'candidates.look')")
    assert {row["verb"] for row in looked} == {"inbox.look", "candidates.look"}


async def test_after_a_correction_it_is_read_again_and_filed(site: Site, world: World, trust: Trust, ref: UUID):
    browser = await nurse(site, trust)
    await world.as_owner("update patient set born_on = '1950-03-04', born_text = '1950-03-04'")
    done = await site.post(browser, f"/unmatched/{ref}/read-again")
    assert (done.status_code, done.headers["location"]) == (303, "/unmatched?done=read-again")
    assert "It is read again" in (await browser.get(done.headers["location"])).text
    assert await the(world, "select state from inbox") == "received"
    await file_inbox(world.worker)
    assert await the(world, "select state from inbox_filing") == "filed"
    assert await the(world, "select count(*) from result_version where number = 0.1") == 1
    assert await the(world, "select (state, outcome) from alert") == ("closed", "data_corrected")
    assert "It has been filed." in (await browser.get(f"/unmatched/{ref}")).text


async def test_read_again_in_vain_it_comes_back(site: Site, world: World, trust: Trust, ref: UUID):
    browser = await nurse(site, trust)
    await site.post(browser, f"/unmatched/{ref}/read-again")
    assert "Every laboratory message" in (await browser.get("/unmatched")).text
    twice = await site.post(browser, f"/unmatched/{ref}/read-again")
    assert (twice.status_code, "dealt with this message already" in twice.text) == (422, True)
    await file_inbox(world.worker)
    assert "other way round" in (await browser.get("/unmatched")).text
    assert await the(world, "select state from alert") == "open"


async def test_not_ours_needs_a_reason_and_ends_the_question(site: Site, world: World, trust: Trust, ref: UUID):
    browser = await nurse(site, trust)
    none = await site.post(browser, f"/unmatched/{ref}/not-ours")
    assert (none.status_code, none.text.count("Say why it is not yours")) == (422, 2)
    done = await site.post(browser, f"/unmatched/{ref}/not-ours", {"why": "A twin, followed elsewhere."})
    assert done.headers["location"] == "/unmatched?done=not-ours"
    assert await the(world, "select state from inbox_filing") == "dealt_with"
    assert await the(world, "select (outcome, outcome_note) from alert") == ("not_ours", "A twin, followed elsewhere.")
    page = (await browser.get(f"/unmatched/{ref}")).text
    assert "Somebody said that it is not yours." in page
    assert "Read it again" not in page
    assert (
        await the(world, "select reason from audit_entry where verb = 'inbox.not_ours'")
        == "A twin, followed elsewhere."
    )
    assert await the(world, "select octet_length(raw) from inbox") == len(TURNED)


async def test_a_support_worker_has_it_read_again_and_closes_nothing(site: Site, world: World, trust: Trust, ref: UUID):
    sue = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    browser = await site.signed_in(trust.organisation_id, sue)
    assert "It is not ours" not in (await browser.get(f"/unmatched/{ref}")).text
    assert (await site.post(browser, f"/unmatched/{ref}/not-ours", {"why": "x"})).status_code == 403
    assert (await site.post(browser, f"/unmatched/{ref}/read-again")).status_code == 303
    assert await the(world, "select state from alert") == "taken"
    assert await the(world, "select state from inbox") == "received"
    again = await site.post(browser, f"/unmatched/{ref}/read-again")
    assert (again.status_code, "being read at this moment" in again.text) == (422, True)


async def test_the_alert_leads_to_the_message_and_is_not_closed_without_it(
    site: Site, world: World, trust: Trust, ref: UUID
):
    page = (await (await nurse(site, trust)).get(f"/alerts/{ref}")).text
    assert f'href="/unmatched/{ref}"' in page
    assert 'name="outcome"' not in page


async def test_people_of_another_team_are_counted_and_not_named(site: Site, world: World, trust: Trust, ref: UUID):
    """Their plan is another team's, so this team does not see them; that somebody is like this is said."""
    team_id, _ = await other_team(world, trust)
    await on_file(world, trust, a_person(40, family="Brook", born_on=date(1950, 3, 4)))
    await world.as_owner(
        "insert into alert (organisation_id, patient_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence,"
        " opened_at, respond_by, next_escalation_at) select organisation_id, id, $1, 'chase', 'x', id, 'x', 1, 'x', now(),"
        " now(), now() from patient where family_name = 'Brook'", team_id,
    )  # fmt: skip
    await world.as_owner(
        "insert into register_case (organisation_id, patient_id, source, source_ref, tumour_site)"
        " select organisation_id, id, 'register', 'D', 'breast' from patient where family_name = 'Brook'"
    )
    page = (await (await nurse(site, trust)).get(f"/unmatched/{ref}")).text
    assert "BROOK" not in page
    assert "1 person of another team is like this too." in page


async def test_nobody_outside_the_organisation_reads_a_message_again(world: World, trust: Trust, ref: UUID):
    other = await a_trust(world, code="RBB", name="South Hospital")
    inbox_id = await the(world, "select id from inbox")
    async with world.web.transaction(organisation_id=other.organisation_id) as tx:
        assert await tx.fetchval("select inbox_read_again($1)", inbox_id) is False
        assert await tx.fetch("select * from feeds_seen()") == []


async def test_messages_that_wait_for_one_answer_are_one_line_and_answered_together(
    site: Site, world: World, trust: Trust
):
    await arrive(
        world, *(oru(PETER, control=f"M{n}", filler=f"F{n}", pid=pid_of(PETER, born="19500304")) for n in (1, 2))
    )
    await file_inbox(world.worker)
    await world.as_owner("update inbox_filing set alert_id = (select min(id) from alert)")
    first = await the(world, "select ref from alert order by id")
    browser = await nurse(site, trust)
    page = (await browser.get("/unmatched")).text
    assert "<strong>1 message</strong>" in page
    assert "2 messages wait for this answer" in page
    page = (await browser.get(f"/unmatched/{first}")).text
    assert "2 messages wait for this answer, and it is given for all of them. This is the first." in page
    await site.post(browser, f"/unmatched/{first}/not-ours", {"why": "A training system of theirs."})
    states = await world.as_owner("select distinct state from inbox_filing")
    assert [row["state"] for row in states] == ["dealt_with"]
