"""An alert that waits for a result says when it has come, and is closed in one press; nobody but a person closes it."""

import re
from datetime import timedelta

import pytest

from rms.plans.jobs import sweep_late, sweep_reminders
from rms.results.model import ObservationStatus
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site
from tests.worklists import late_ref, nurse

SAID = r"The result came on \d+ \w+ \d{4}: PSA 0\.03 ug/L, sample of \d+ \w+ \d{4}\. Look at it; nobody need be chased"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def late(world: World, trust: Trust) -> Followed:
    """A man whose first test is a month late; his team was asked to chase it."""
    man = await followed(world, trust=trust)
    await late_ref(world, man)
    await world.move_civil_clock(12)
    await sweep_reminders(world.worker)
    await sweep_late(world.worker)
    assert "has not come back" in await the(world, "select sentence from alert")
    return man


async def today(world: World) -> timedelta:
    return await the(world, "select (clock_timestamp() + civil_offset)::date from database_state")


async def test_the_alert_says_that_it_came_stays_open_and_is_closed_in_one_press(
    site: Site, world: World, trust: Trust, late
):
    await file_psa(world, late, "0.03", on=await today(world))
    [alert] = await world.as_owner("select ref, state, sentence, kind from alert")
    assert alert["state"] == "open"
    assert re.match(SAID, alert["sentence"])
    browser = await nurse(site, trust)
    assert re.search(SAID, (await browser.get("/alerts")).text)
    page = (await browser.get(f"/alerts/{alert['ref']}")).text
    result = await the(world, "select ref from result")
    assert f'What this waited for has come. <a href="/review/cases/{result}">Look at it</a>' in page
    assert re.search(r'<details class="nhsuk-details" open>\s*<summary[^>]*><span[^>]*>Close it with an outcome', page)
    assert re.search(r'value="result_found"[^>]* checked', page)
    assert page.count("has not come back") == 1
    closed = await site.post(browser, f"/alerts/{alert['ref']}/close", {"outcome": "result_found"})
    assert closed.status_code == 303
    assert await the(world, "select state from alert") == "closed"
    assert "What this waited for has come." not in (await browser.get(f"/alerts/{alert['ref']}")).text


async def test_what_was_set_aside_comes_back_and_what_is_taken_back_is_waited_for_again(world: World, late: Followed):
    await world.as_owner(
        "update alert set state = 'snoozed', snoozed_until = now() + interval '9 days', snooze_reason = 'x'"
    )
    await file_psa(world, late, "0.03", on=await today(world))
    assert await the(world, "select state from alert") == "open"
    await file_psa(world, late, "0.03", on=await today(world), status=ObservationStatus.WRONG)
    sentence = await the(world, "select sentence from alert where rule_key <> 'changed-after-decision'")
    assert sentence.startswith("The result that had come was taken back on ")


async def test_a_result_of_an_earlier_date_does_not_hide_that_another_is_waited_for(world: World, late: Followed):
    [one] = await world.as_owner("select id, due_on from occurrence where kind = 'test' order by due_on limit 1")
    [other] = await world.as_owner("select id, title from occurrence where kind <> 'test' and state = 'open' limit 1")
    await world.as_owner(
        "insert into alert_cause (organisation_id, alert_id, cause_kind, cause_id, sentence, added_at)"
        " select organisation_id, id, 'occurrence:chase:x', $1, 'x', now() from alert", other["id"],
    )  # fmt: skip
    await file_psa(world, late, "0.03", on=one["due_on"])
    said = await the(world, "select sentence from alert")
    assert re.search(rf"Still waited for: {other['title']}, due on \d+ \w+ \d{{4}}\.$", said)
