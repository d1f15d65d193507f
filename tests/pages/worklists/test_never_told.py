"""A death was a mistake: the alert lists what never left, and a nurse sends each again that still makes sense, once."""

import re

import pytest

from rms.alerts.moves import DecisionKind
from rms.dates import PartialDate
from rms.followup import actions
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site
from tests.worklists import nurse, other_team

RESEND = r'action="(/messages/[0-9a-f-]+/resend)"'


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    """His result was called in range; then a death was recorded that was none."""
    man = await followed(world, trust=trust)
    org = {"organisation_id": trust.organisation_id, "by": trust.nurse}
    filed = await file_psa(world, man, "0.03", on=man.today)
    await actions.decide(
        world.web, **org, subject_kind="result", subject_id=filed.result_id, kind=DecisionKind.IN_RANGE
    )
    await actions.record_death(world.web, **org, patient_id=man.patient_id, formal=True, source="The register",
                               died_on=PartialDate.of(man.today))  # fmt: skip
    await actions.reverse_death(world.web, **org, patient_id=man.patient_id, why="wrong person")
    return man


async def _alert(world: World) -> str:
    ref = await the(world, "select ref from alert where rule_key = 'never-told'")
    return f"/alerts/{ref}"


async def _waiting(world: World) -> list[str]:
    rows = await world.as_owner("select channel from message where cause_kind = 'decision' and recipient = 'person'"
                                " and state = 'queued' order by channel")  # fmt: skip
    return [row["channel"] for row in rows]


async def test_each_is_sent_again_by_its_button_once_and_the_audit_says_who(site: Site, world: World, trust, man):
    browser, path = await nurse(site, trust), await _alert(world)
    page = (await browser.get(path)).text
    buttons = re.findall(RESEND, page)
    assert len(buttons) == 2
    assert await _waiting(world) == []
    for address, way, left in zip(buttons, ("sms", "letter"), (1, 0), strict=True):
        for _ in range(2):
            answer = await site.post(browser, address, {"way": way, "alert": path.rsplit("/", 1)[-1]})
            assert answer.headers["location"] == path
        page = (await browser.get(path)).text
        assert len(re.findall(RESEND, page)) == left
        assert page.count("Sent again: see what became of it") == 2 - left
    assert await _waiting(world) == ["letter", "sms"]
    rows = await world.as_owner("select actor_id from audit_entry where verb = 'message.resend'")
    assert [row["actor_id"] for row in rows] == [trust.nurse.id] * 2


async def test_what_was_decided_and_does_not_hold_any_more_is_not_sent(site: Site, world: World, trust, man):
    browser, path = await nurse(site, trust), await _alert(world)
    address = re.findall(RESEND, (await browser.get(path)).text)[0]
    await world.as_owner("update decision set overtaken_at = now()")
    page = (await browser.get(path)).text
    assert page.count("What was decided does not hold any more, so it is not sent.") == 2
    assert re.findall(RESEND, page) == []
    assert (await site.post(browser, address, {"way": "sms"})).status_code == 422
    assert await _waiting(world) == []


async def test_a_message_that_was_taken_back_for_another_reason_stays_so(site: Site, world: World, trust, man):
    """Undone by the nurse, or taken back while no reversal listed it: not one of these."""
    await world.as_owner("delete from alert_cause where cause_kind = 'message'")
    ref = await the(
        world, "select ref from message where state = 'void' and cause_kind = 'decision' order by id limit 1"
    )
    browser = await nurse(site, trust)
    assert "Send it again" not in (await browser.get(f"/messages/{ref}")).text
    assert (await site.post(browser, f"/messages/{ref}/resend", {"way": "sms"})).status_code == 422
    assert await _waiting(world) == []


async def test_another_team_cannot_send_it(site: Site, world: World, trust, man):
    address = re.findall(RESEND, (await (await nurse(site, trust)).get(await _alert(world))).text)[0]
    _, bea = await other_team(world, trust)
    browser = await site.signed_in(trust.organisation_id, bea)
    assert (await site.post(browser, address, {"way": "sms"})).status_code == 404
    assert await _waiting(world) == []


async def test_a_way_that_does_not_work_any_more_is_said_on_the_message(site: Site, world: World, trust, man):
    await world.as_owner("update contact_point set dead_at = now(), dead_why = 'x' where kind = 'mobile'")
    browser = await nurse(site, trust)
    path = await _alert(world)
    address = re.findall(RESEND, (await browser.get(path)).text)[0]
    answer = await site.post(browser, address, {"way": "sms", "alert": "no reference"})
    assert answer.status_code == 422
    assert "There is no number or address for this way that works." in answer.text
