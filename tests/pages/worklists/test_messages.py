"""Messages by part: what stopped with its reason until somebody dealt with it, what waits, what was sent."""

import pytest

from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.pages.site import Site
from tests.worklists import nurse, other_team, stopped_message


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_what_failed_has_its_reason_in_words_and_is_there_until_its_alert_is_closed(site, world, trust):
    patient_id = await on_file(world, trust)
    await stopped_message(world, trust, patient_id, reason="The provider reported 'permanent-failure'.")
    browser = await nurse(site, trust)
    page = (await browser.get("/messages")).text
    assert "Not delivered: the number or address does not work" in page
    assert "ASHDOWN" in page
    assert "Open the alert" in page
    assert "<strong>1 message</strong> The oldest first." in page
    ref = (await world.as_owner("select ref from alert"))[0]["ref"]
    await site.post(browser, f"/alerts/{ref}/close", {"outcome": "person_called"})
    page = (await browser.get("/messages")).text
    assert "failed or is held." in page
    assert "appears here by itself" in page


async def test_a_message_that_is_held_for_a_death_has_no_alert_of_its_own_and_is_there(site, world, trust):
    await stopped_message(world, trust, await on_file(world, trust), state="held", reason="The person may have died.")
    await world.as_owner("delete from alert_cause")
    page = (await (await nurse(site, trust)).get("/messages")).text
    assert "Held: not sent until somebody decides: The person may have died." in page
    assert "Open the alert" not in page


@pytest.mark.parametrize(
    ("state", "part", "words"),
    [
        ("queued", "waiting", "Waiting to be sent"),
        ("sending", "waiting", "Being sent now"),
        ("unknown", "waiting", "Not known whether it was sent"),
        ("accepted", "sent", "arrival not confirmed yet"),
        ("delivered", "sent", "Delivered"),
        ("void", "taken_back", "Taken back before it was sent"),
    ],
)
async def test_each_message_stands_in_one_part(site: Site, world: World, trust: Trust, state, part, words):
    patient_id = await on_file(world, trust)
    await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " state_reason, not_before, not_after, queued_at, lease_until, address) values ($1, $2, $3, 'person', 'test', 1,"
        " 'test_reminder_1', 'sms', $4, 'x', now(), now(), now() - interval '1 day', now(), 'x')",
        trust.organisation_id, patient_id, trust.team_id, state,
    )  # fmt: skip
    browser = await nurse(site, trust)
    for one in ("", "waiting", "sent", "taken_back"):
        page = (await browser.get(f"/messages?kind={one}")).text
        assert (words in page and "ASHDOWN" in page) == (one == part), one
        assert ("Clear the filters" in page) is False, one


async def test_another_teams_messages_are_not_there(site: Site, world: World, trust: Trust):
    await stopped_message(world, trust, await on_file(world, trust, a_person(4)))
    _, bea = await other_team(world, trust)
    assert "ASHDOWN" not in (await (await site.signed_in(trust.organisation_id, bea)).get("/messages")).text
