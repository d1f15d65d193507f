"""The print queue as a worklist: its count and age on Today, its filters, the alert about letters that nobody prints."""

import re

import pytest

from rms.messages.jobs import chase_printing
from tests.cast import Trust, a_trust, on_file
from tests.database import World
from tests.followed import followed, the
from tests.pages.site import Site
from tests.worklists import nurse


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
    assert "2 letters have waited more than 2 working days to be printed" in listed
    shown = (await browser.get(path)).text
    assert '<a href="/letters">Open the letters to print</a>' in shown
    for ref in refs:
        assert (await site.post(browser, f"/letters/{ref}/printed")).status_code == 303
    closed = (await browser.get(path)).text
    assert "Every letter that had waited too long is printed." in closed
    assert "Open the letters to print" not in closed
