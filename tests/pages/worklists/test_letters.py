"""The print queue as a worklist: its count and age on Today, its filters, the alert about letters that nobody prints."""

import re
from uuid import UUID

import pytest

from rms.messages.jobs import chase_printing
from rms.messages.letter_proof import sample_letter
from rms.messages.letters import letter_catalogue, page_count
from rms.messages.model import Channel, Purpose
from rms.messages.own_proof import Sender
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import followed, the
from tests.pages.site import Site
from tests.worklists import nurse, other_team

SENDER = Sender(organisation_name="North Hospital", team_name="Urology follow-up team", phone="01632 960001",
                phone_hours=None, portal_url="https://followup.example.org")  # fmt: skip


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def a_letter(world: World, trust: Trust, patient_id: int, *, days_ago: float, plan_id: int | None = None) -> str:
    """A letter that was written some days ago and waits; the reference of its message."""
    [message] = await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, plan_id, recipient, cause_kind, cause_id, purpose, channel,"
        " state, not_before, not_after, queued_at) select $1, $2, $3, $4, 'gp_practice', 'test', count(*),"
        " 'plan_started_gp', 'letter', 'accepted', now(), now(), now() from message returning id, ref",
        trust.organisation_id, patient_id, trust.team_id, plan_id,
    )  # fmt: skip
    await world.as_owner(
        "insert into letter (organisation_id, message_id, pdf, made_at) select $1, $2, '%PDF-1.7',"
        " clock_timestamp() + civil_offset - make_interval(secs => $3) from database_state",
        trust.organisation_id, message["id"], days_ago * 86_400,
    )  # fmt: skip
    return str(message["ref"])


def on_today(page: str) -> tuple[str, str]:
    """How many letters Today counts, and how old it says the oldest is."""
    found = re.search(r'id="letters">([\d,]+)</strong>.*?</a>(?:<br><span class="nhsuk-body-s">Oldest: ([^<]+))?', page)
    assert found is not None
    return found[1], found[2] or ""


async def test_today_counts_the_letters_and_says_how_old_the_oldest_is(site: Site, world: World, trust: Trust):
    browser, patient_id = await nurse(site, trust), await on_file(world, trust)
    assert on_today((await browser.get("/today")).text) == ("0", "")
    assert "No letter waits to be printed." in (await browser.get("/letters")).text
    for days in (0.1, 4.2, 1.1):
        await a_letter(world, trust, patient_id, days_ago=days)
    assert on_today((await browser.get("/today")).text) == ("3", "4 days")
    page = (await browser.get("/letters")).text
    assert "<strong>3 letters</strong> The oldest first." in page
    assert re.findall(r">(\d+ \w+) old<", page) == ["4 days", "1 day", "2 hours"]


async def test_the_list_shows_whose_letters_were_asked_for(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust)
    await a_letter(world, trust, man.patient_id, days_ago=1, plan_id=man.plan_id)
    await a_letter(world, trust, man.patient_id, days_ago=9)
    browser = await nurse(site, trust)
    for query, number in (("", 2), ("who=me", 1), ("who=nobody", 1), ("age=7", 1), ("age=28", 0), ("page=9", 2)):
        page = (await browser.get(f"/letters?{query}", follow_redirects=True)).text
        assert len(re.findall(r"/printed\"", page)) == number, query


async def test_the_alert_leads_to_the_queue_and_closes_when_the_letters_are_printed(
    site: Site, world: World, trust: Trust
):
    refs = [await a_letter(world, trust, await on_file(world, trust), days_ago=9)]
    refs.append(await a_letter(world, trust, await the(world, "select id from patient"), days_ago=8.5))
    await chase_printing(world.worker)
    browser, path = await nurse(site, trust), f"/alerts/{await the(world, 'select ref from alert')}"
    listed = (await browser.get("/alerts")).text
    assert "The team’s letters" in listed
    assert "Letters have waited more than 2 working days to be printed." in listed
    shown = (await browser.get(path)).text
    assert '<a href="/letters">Open the letters to print</a>' in shown
    assert "2 letters have waited too long now, the oldest written on " in shown
    for ref, left in zip(refs, ("1 letter has waited too long now, written on ", "Every letter that had"), strict=True):
        assert (await site.post(browser, f"/letters/{ref}/printed")).status_code == 303
        assert left in (await browser.get(path)).text
    closed = (await browser.get(path)).text
    assert "Every letter that had waited too long is printed." in closed
    assert "Open the letters to print" not in closed


@pytest.fixture
async def pile(world: World, trust: Trust) -> list[tuple[int, str]]:
    """Three letters of three people, oldest first, each a real file of one page: the person and the reference."""
    made = []
    for number in range(3):
        patient_id = await on_file(world, trust, a_person(number + 1))
        made.append((patient_id, await a_letter(world, trust, patient_id, days_ago=9 - number)))
    pdf = sample_letter(letter_catalogue()[Purpose.HELPLINE, Channel.LETTER], sender=SENDER, number=0).pdf
    await world.as_owner("update letter set pdf = $1", pdf)
    return made


async def printed_of(world: World) -> list[tuple[str, str | None]]:
    rows = await world.as_owner(
        "select m.ref, l.printed_by from letter l join message m on m.id = l.message_id order by l.made_at"
    )
    return [(str(row["ref"]), row["printed_by"]) for row in rows]


async def test_all_letters_of_the_page_are_one_file_each_on_sheets_of_its_own(site: Site, world, trust, pile):
    browser = await nurse(site, trust)
    page = (await browser.get("/letters")).text
    found = re.search(r'href="(/letters/together[^"]+)">Open the 3 letters of this page as one file', page)
    assert found is not None
    file = await browser.get(found[1].replace("&amp;", "&"))
    assert file.headers["content-type"] == "application/pdf"
    # Three letters of a page: a blank back for each.
    assert page_count(file.content) == 6
    assert await printed_of(world) == [(ref, None) for _, ref in pile]
    looked = await world.as_owner("select details from audit_entry where verb = 'letter.look'")
    assert looked[0]["details"]["shown"] == sorted(patient_id for patient_id, _ in pile)


async def test_nothing_is_recorded_until_somebody_says_that_all_came_out(site: Site, world, trust, pile):
    browser, refs = await nurse(site, trust), [ref for _, ref in pile]
    refused = await site.post(browser, "/letters/together", {"ref": refs})
    assert refused.status_code == 422
    assert "Tick the box when all of them came out of the printer" in refused.text
    assert await printed_of(world) == [(ref, None) for ref in refs]
    late = await a_letter(world, trust, pile[0][0], days_ago=0)
    done = await site.post(browser, "/letters/together", {"ref": refs, "all": "yes"})
    assert done.headers["location"] == "/letters?printed=3"
    assert await printed_of(world) == [*((ref, "Nora Nurse") for ref in refs), (late, None)]
    assert await the(world, "select count(*) from audit_entry where verb = 'letter.printed'") == 3
    assert "3 letters are recorded as printed." in (await browser.get("/letters?printed=3")).text


async def test_a_letter_held_since_it_was_printed_is_named_to_be_taken_out(site: Site, world, trust, pile):
    browser, refs = await nurse(site, trust), [ref for _, ref in pile]
    await world.as_owner("update message set state = 'held', state_reason = 'The person may have died.' where ref = $1",
                         UUID(refs[1]))  # fmt: skip
    done = await site.post(browser, "/letters/together", {"ref": refs, "all": "yes"})
    assert done.headers["location"] == f"/letters?printed=2&stopped={refs[1]}"
    assert [by for _, by in await printed_of(world)] == ["Nora Nurse", None, "Nora Nurse"]
    page = (await browser.get(done.headers["location"])).text
    assert "Take these out of the pile and do not post them" in page
    assert "The person may have died." in page
    file = await browser.get("/letters/together", params={"ref": refs})
    assert page_count(file.content) == 4


async def test_another_teams_letters_are_neither_shown_nor_recorded(site: Site, world, trust, pile):
    _, bea = await other_team(world, trust)
    browser = await site.signed_in(trust.organisation_id, bea)
    refs = [ref for _, ref in pile]
    assert (await browser.get("/letters/together", params={"ref": refs})).status_code == 404
    assert (await site.post(browser, "/letters/together", {"ref": refs, "all": "yes"})).status_code == 404
    assert await printed_of(world) == [(ref, None) for ref in refs]


async def test_a_line_says_what_the_letter_is_about_and_two_people_of_one_name_are_told_apart(
    site: Site, world: World, trust: Trust
):
    for number in (1, 2):
        patient_id = await on_file(world, trust, a_person(number, family="Ashdown"))
        await a_letter(world, trust, patient_id, days_ago=number)
    await world.as_owner(
        "update message set purpose = 'test_reminder_2', recipient = 'person', facts = '{\"test_name\": \"PSA blood test\"}'"
        " where id = (select min(id) from message)"
    )
    page = (await (await nurse(site, trust)).get("/letters")).text
    told = re.findall(r'data-label="About">([^<]+)<br><span class="nhsuk-body-s">([^<]+)</span>', page)
    names, who = zip(*told, strict=True)
    assert len(set(names)) == 1
    assert len(set(who)) == 2
    assert all(re.fullmatch(r"born \d{1,2} \w+ \d{4}, NHS number 999 \d{3} \d{4}", one) for one in who)
    assert re.findall(r'data-label="Letter">([^<]+)<', page) == [
        "Follow-up has started", "A test is due: second reminder, PSA blood test"]  # fmt: skip
    for label in re.findall(r'aria-label="Open to print: ([^"]+)"', page):
        assert any(one in label for one in who), "a screen reader tells them apart as well"
    assert re.search(r'data-label="Written">\d{1,2} \w+ \d{4}, \d{1,2}(:\d\d)?(am|pm)<', page)
