"""Today: every count with the age of its oldest, by the condition of the list it leads to; mine, my team's, a colleague's."""

import re
from datetime import timedelta

import httpx
import pytest

from rms.alerts.model import AlertKind
from rms.db.pulse import beat
from rms.plans.moves import pause
from rms.sync.jobs import file_inbox
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import file_psa, followed
from tests.laboratory import a_peer, arrive, oru
from tests.pages.site import Site
from tests.waiting_results import SPOILT_COPIES, copies, waiting_men
from tests.worklists import alarmed, away, late_ref, nurse, other_team, staff_id, staff_ref, stopped_message

ALL = ("Act today", "Look soon", "Chase", "Fix data", "In range: ten at a time", "To look at one by one",
       "Of these, set aside and due back", "Tests late", "Messages that failed or are held",
       "Letters to print", "Laboratory messages that nobody could file", "Notes to read",
       "Plans whose last date is done, to be ended", "Steps without a next date or an owner")  # fmt: skip


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


def counts(page: str) -> dict[str, int]:
    """What each line of Today counts."""
    found = re.findall(r'<strong class="rms-number" id="\w+">([\d,]+)</strong><span><a [^>]+>([^<]+)</a>', page)
    return {words: int(number.replace(",", "")) for number, words in found}


def links(page: str) -> dict[str, str]:
    found = re.findall(r'</strong><span><a href="([^"]+)" aria-describedby="\w+">([^<]+)</a>', page)
    return {words: href.replace("&amp;", "&") for href, words in found}


async def rows(browser: httpx.AsyncClient, path: str) -> int:
    """How many the list behind a count says it has."""
    answer = await browser.get(path)
    assert answer.status_code == 200, path
    return int(
        re.search(r"<strong>([\d,]+) (?:alert|late item|message|letter|note|step|plan|line)s?</strong>", answer.text)[1]
    )


async def test_an_empty_today_says_so_and_counts_nothing(site: Site, trust: Trust):
    page = (await (await nurse(site, trust)).get("/today")).text
    assert counts(page) == dict.fromkeys(ALL, 0)
    assert "All clear. Nothing waits here." in page
    assert "Oldest:" not in page


async def test_every_count_is_that_of_its_list_and_has_the_age_of_the_oldest(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust)
    await a_peer(world, trust)
    await late_ref(world, man)
    await alarmed(world, trust, man.patient_id, kind=AlertKind.ACT_TODAY, days_ago=0.2)
    await alarmed(world, trust, man.patient_id, kind=AlertKind.CHASE, rule="silence", days_ago=12.5)
    await stopped_message(world, trust, man.patient_id)
    await arrive(world, oru(a_person(7, family="Unknown")))
    await file_inbox(world.worker)
    browser = await nurse(site, trust)
    page = (await browser.get("/today")).text
    found = counts(page)
    assert found == {**dict.fromkeys(ALL, 0), "Act today": 1, "Chase": 2, "Fix data": 1, "Tests late": 1,
                     "Messages that failed or are held": 1, "Laboratory messages that nobody could file": 1}  # fmt: skip
    for words, href in links(page).items():
        if href.split("?")[0] != "/review":
            assert await rows(browser, href) == found[words], words
    assert "Oldest: 12 days" in page
    assert "Oldest: 10 days" in page
    assert "Oldest: 4 hours" in page
    assert re.search(r'role="button" href="/alerts\?kind=act_today">Start: Act today \(1\)', page)


async def test_results_that_wait_are_counted_and_a_breach_is_never_in_range(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust, operated_days_ago=80)
    await file_psa(world, man, "0.03", on=man.today, order="a")
    browser = await nurse(site, trust)
    found = counts((await browser.get("/today")).text)
    assert found["In range: ten at a time"] + found["To look at one by one"] == 1
    await file_psa(world, man, "0.9", on=man.today + timedelta(days=1), order="b")
    found = counts((await browser.get("/today")).text)
    assert (found["In range: ten at a time"], found["To look at one by one"]) == (0, 2)


async def test_today_and_the_review_count_the_same_of_whatever_spoils_a_result(site: Site, world: World, trust: Trust):
    await waiting_men(world, trust, how_many=1)
    await copies(world, how_many=74)
    spoilt = "r.review_state = 'to_review' and (r.id / 10000) % 25 = "
    await world.behind_triggers(*(one.format(f"{spoilt}{rest}") for rest, one in SPOILT_COPIES.items()))
    browser = await nurse(site, trust)
    found = counts((await browser.get("/today?who=me")).text)
    start = (await browser.get("/review")).text
    in_range, one_by_one = found["In range: ten at a time"], found["To look at one by one"]
    assert in_range + one_by_one == 75
    assert one_by_one == 8 * 3
    assert f"{in_range} results in range" in start
    assert f"{one_by_one} to look at one by one" in start
    await site.post(
        await site.signed_in(trust.organisation_id, await staff_id(world, "Dan Deputy")), "/review/in-range"
    )
    found = counts((await browser.get("/today")).text)
    assert found["In range: ten at a time"] == in_range - 10
    assert f"{in_range - 10} results in range" in (await browser.get("/review")).text


async def test_what_was_set_aside_is_counted_when_its_day_has_come(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust)
    filed = await file_psa(world, man, "0.9", on=man.today)
    await world.as_owner("update result set review_state = 'set_aside'")
    await world.as_owner(
        "insert into decision (organisation_id, patient_id, subject_kind, subject_id, kind, note, until_on, decided_at,"
        " decided_by_staff_id, takes_effect_at) values ($1, $2, 'result', $3, 'set_aside', 'x', $4, now(), $5, now())",
        trust.organisation_id, man.patient_id, filed.result_id, man.today + timedelta(days=3), trust.nurse.id,
    )  # fmt: skip
    browser = await nurse(site, trust)
    assert counts((await browser.get("/today")).text)["Of these, set aside and due back"] == 0
    await world.move_civil_clock(3)
    assert counts((await browser.get("/today")).text)["Of these, set aside and due back"] == 1


async def test_mine_my_teams_and_those_of_a_colleague_whom_i_cover(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    refs = [await alarmed(world, trust, patient_id, rule=rule) for rule in ("a", "b", "c")]
    dan = await staff_id(world, "Dan Deputy")
    for ref, owner in zip(refs, (trust.nurse.id, dan, None), strict=True):
        await world.as_owner("update alert set owner_staff_id = $2, state = case when $2::bigint is null then 'open' else"
                             " 'taken' end where ref = $1", ref, owner)  # fmt: skip
    await away(world, trust, "Dan Deputy", cover=trust.nurse.id)
    browser, dans = await nurse(site, trust), await staff_ref(world, "Dan Deputy")
    page = (await browser.get("/today")).text
    assert "You cover for Dan Deputy (away until" in page
    for who, number in (("", 3), ("me", 1), (dans, 1)):
        page = (await browser.get(f"/today?who={who}")).text
        assert counts(page)["Look soon"] == number, who
        assert await rows(browser, links(page)["Look soon"]) == number, who
    assert "you cover" in page


async def test_another_team_is_not_counted_and_its_key_in_an_address_shows_nothing_of_it(site, world, trust):
    team_id, bea = await other_team(world, trust)
    await alarmed(world, trust, await on_file(world, trust), team_id=team_id)
    assert counts((await (await nurse(site, trust)).get("/today?team=breast")).text)["Look soon"] == 0
    assert counts((await (await site.signed_in(trust.organisation_id, bea)).get("/today")).text)["Look soon"] == 1


async def test_the_foot_says_when_the_laboratory_last_sent_and_a_silent_feed_stands_on_top(site, world, trust):
    browser = await nurse(site, trust)
    assert "No laboratory feed is connected yet." in (await browser.get("/today")).text
    await a_peer(world, trust)
    assert "The laboratory feed has sent nothing yet." in (await browser.get("/today")).text
    await on_file(world, trust)
    await arrive(world, oru(a_person()))
    await file_inbox(world.worker)
    await world.as_owner(
        "update inbox set received_civil_at = (select clock_timestamp() + civil_offset from database_state)"
    )
    page = (await browser.get("/today")).text
    assert re.search(r"Last laboratory message received today at \d{1,2}(:\d\d)?[ap]m\.|received today at midday", page)
    assert "nhsuk-notification-banner" not in page
    await world.move_civil_clock(2)
    page = (await browser.get("/today")).text
    assert page.count("The laboratory feed has sent nothing since") == 2
    assert "do not read silence as good news" in page


async def test_a_step_that_nobody_would_look_at_is_found(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust)
    browser = await nurse(site, trust)
    assert counts((await browser.get("/today")).text)["Steps without a next date or an owner"] == 0
    assert "Every step has a next date and an owner." in (await browser.get("/today/unattended")).text
    await world.as_owner("delete from calendar where occurrence_id = (select min(id) from occurrence where plan_id = $1)",
                         man.plan_id)  # fmt: skip
    page = (await browser.get("/today")).text
    assert counts(page)["Steps without a next date or an owner"] == 1
    assert "Urgent" in page
    shown = (await browser.get("/today/unattended")).text
    assert "It has no next date." in shown
    assert "ASHDOWN" in shown


async def test_a_plan_at_its_end_waits_since_its_last_date_was_done(site: Site, world: World, trust: Trust):
    """Not since the plan began, years ago."""
    man = await followed(world, trust=trust, operated_days_ago=400)
    await world.as_owner("delete from calendar where occurrence_id in (select id from occurrence where plan_id = $1)",
                         man.plan_id)  # fmt: skip
    await world.as_owner("update plan set started_at = now() - interval '400 days' where id = $1", man.plan_id)
    await world.as_owner("update occurrence set state = 'missed', state_reason = 'x', closed_by_kind = 'result',"
                         " closed_at = now() - interval '3 days 1 hour' where plan_id = $1", man.plan_id)  # fmt: skip
    browser = await nurse(site, trust)
    page = (await browser.get("/today")).text
    assert counts(page)["Plans whose last date is done, to be ended"] == 1
    assert counts(page)["Steps without a next date or an owner"] == 0
    assert "Oldest: 3 days" in page
    # Ordinary work, and no fault.
    assert "Urgent" not in page
    said = "Its last date is done, and nobody has ended it."
    listed = (await browser.get("/today/unattended?kind=finished")).text
    assert said in listed
    assert '<h1 class="nhsuk-heading-l">Plans whose last date is done</h1>' in listed
    assert "<strong>1 plan</strong>" in listed
    assert "without a next date" not in listed[listed.index("</form>", listed.index("<h1")) :]
    assert said not in (await browser.get("/today/unattended?kind=fault")).text


async def test_a_plan_whose_rows_were_only_taken_away_is_a_fault(site: Site, world: World, trust: Trust):
    man = await followed(world, trust=trust, operated_days_ago=400)
    await world.as_owner("delete from calendar where occurrence_id in (select id from occurrence where plan_id = $1)",
                         man.plan_id)  # fmt: skip
    await world.as_owner("update occurrence set state = 'void', state_reason = 'x', closed_by_kind = 'result',"
                         " closed_at = now() where plan_id = $1",
                         man.plan_id)  # fmt: skip
    browser = await nurse(site, trust)
    page = (await browser.get("/today")).text
    assert counts(page)["Steps without a next date or an owner"] == 1
    assert "Urgent" in page
    assert "It has no date to come." in (await browser.get("/today/unattended?kind=fault")).text


async def test_a_pause_without_an_end_is_as_old_as_the_pause(site: Site, world: World, trust: Trust):
    """Not as old as the plan."""
    man = await followed(world, trust=trust)
    await world.move_civil_clock(20)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await pause(tx, organisation_id=trust.organisation_id, plan_id=man.plan_id, reason="Away",
                    until=tx.today + timedelta(days=60), by=trust.nurse, now=tx.now)  # fmt: skip
    await world.as_owner("update plan set state_until = null where id = $1", man.plan_id)
    await world.move_civil_clock(2)
    browser = await nurse(site, trust)
    page = (await browser.get("/today")).text
    assert counts(page)["Steps without a next date or an owner"] == 1
    assert "Oldest: 2 days" in page


async def test_today_takes_two_questions_of_its_own(site: Site, world: World, trust: Trust):
    """However many wait: one for what stands around it, one for the counts."""
    browser = await nurse(site, trust)
    asked = []
    for number in (0, 12):
        for rule in range(number):
            await alarmed(world, trust, await on_file(world, trust, a_person(40 + 3 * rule)), rule=f"r{rule}")
        before = await world.as_owner("select coalesce(max(id), 0) from audit_entry")
        await browser.get("/today")
        after = await world.as_owner("select verb from audit_entry where id > $1", before[0][0])
        asked.append([row["verb"] for row in after])
    assert asked == [["today.look"], ["today.look"]]


async def test_a_worker_that_stands_still_is_said_on_today_and_at_the_foot_of_each_page(
    site: Site, world: World, trust: Trust
):
    browser = await nurse(site, trust)
    said = "RMS has done nothing by itself"
    pages = ("/today", "/alerts", "/people")
    for path in pages:
        assert said not in (await browser.get(path)).text, path
    await world.as_owner("update worker_pulse set beat_at = clock_timestamp() - interval '11 minutes'")
    for path in pages:
        assert f"{said} since today at" in (await browser.get(path)).text.replace("\n", " "), path
    assert (await browser.get("/today")).text.count(said) == 2
    await world.as_owner("delete from worker_pulse")
    assert f"{said}: no message is sent" in (await browser.get("/today")).text
    await beat(world.worker)
    assert said not in (await browser.get("/today")).text
