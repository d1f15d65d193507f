"""How somebody is followed up: any combination, suggested by the protocol, changed with a reason, shown to staff and person."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from rms.audit.model import WORKER
from rms.db.database import Database
from rms.errors import Refused
from rms.plans.modes import FollowUpMode, suggest
from rms.plans.moves import end, load_library, set_modes
from rms.plans.store import modes_of_plan, plan_on_file
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, followed, the
from tests.pages.site import Site
from tests.worklists import alarmed, nurse

WAYS = "select modes from plan_mode order by id desc limit 1"


@pytest.fixture
async def trust(world: World) -> Trust:
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await followed(world, trust=trust)


@pytest.fixture
async def here(world: World, man: Followed) -> str:
    ref: UUID = await the(world, "select ref from plan where id = $1", man.plan_id)
    return f"/plans/{ref}"


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


async def test_a_plan_begins_with_what_the_protocol_suggests(world: World, man: Followed) -> None:
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
    suggested = suggest(plan.protocol)
    assert FollowUpMode.PATIENT_INITIATED in suggested
    assert FollowUpMode.REMOTE in suggested
    assert await the(world, WAYS) == [*suggested]
    assert await the(world, "select reason from plan_mode") == "As the protocol suggests."
    facts = await the(world, "select facts from message where purpose = 'plan_started' limit 1")
    assert len(facts["ways"]) == len(suggested)


async def test_it_is_changed_with_a_reason_kept_and_shown(
    site: Site, world: World, man: Followed, here: str, browser: httpx.AsyncClient
) -> None:
    page = (await browser.get(f"{here}/change")).text
    assert "Ways of follow-up" in page
    sent = {"modes-asked": "yes", "mode": ["remote", "timed"], "mode-reason": "He wants a call each year.",
            "reviews-elsewhere": "yes"}  # fmt: skip
    done = await site.post(browser, f"{here}/modes", sent)
    assert done.status_code == 303
    assert await the(world, WAYS) == ["remote", "timed"]
    row = (await world.as_owner("select author_name, set_by_staff_id from plan_mode order by id desc limit 1"))[0]
    assert row["set_by_staff_id"] is not None
    audited = await world.as_owner("select reason from audit_entry where verb = 'plan.modes' order by id desc limit 1")
    assert audited[0]["reason"] == "He wants a call each year."
    person = (await browser.get(done.headers["location"])).text
    assert "Remote monitoring, timed reviews." in person
    assert f"He wants a call each year. By {row['author_name']}" in person
    told = await the(world, "select payload from event where kind = 'ways_changed'")
    assert told["plan"]["ways"] == [["remote", "Remote monitoring"], ["timed", "Timed reviews"]]
    assert (told["by"], told["reason"], len(told["plan"]["earlier"])) == (
        row["author_name"],
        "He wants a call each year.",
        1,
    )
    started = await the(world, "select payload from event where kind = 'follow_up_started'")
    assert ["patient_initiated", "Patient-initiated"] in started["plan"]["ways"]
    count = await the(world, "select count(*) from plan_mode")
    await site.post(browser, f"{here}/modes", sent)  # the same form once more
    assert await the(world, "select count(*) from plan_mode") == count
    assert await the(world, "select count(*) from event where kind = 'ways_changed'") == 1
    await site.post(browser, f"{here}/modes", {**sent, "mode": ["timed"]})
    assert await the(world, "select count(*) from event where kind = 'ways_changed'") == 2


async def test_every_fault_is_said_at_once_and_nothing_is_lost(
    site: Site, world: World, man: Followed, here: str, browser: httpx.AsyncClient
) -> None:
    before = await the(world, WAYS)
    answer = await site.post(browser, f"{here}/modes", {"modes-asked": "yes"})
    assert answer.status_code == 422
    assert "Choose at least one way of follow-up" in answer.text
    assert "Say why they are followed up in other ways" in answer.text
    answer = await site.post(
        browser, f"{here}/modes", {"modes-asked": "yes", "mode": "made_up", "mode-reason": "Kept."}
    )
    assert (answer.status_code, "Kept." in answer.text) == (422, True)
    assert await the(world, WAYS) == before


async def test_only_staff_choose_and_not_for_a_plan_that_has_ended(world: World, man: Followed) -> None:
    org = man.trust.organisation_id
    what = {"organisation_id": org, "plan_id": man.plan_id, "modes": [FollowUpMode.TIMED], "reason": "x"}
    async with world.web.transaction(organisation_id=org) as tx:
        with pytest.raises(Refused, match="named member of staff"):
            await set_modes(tx, **what, by=WORKER, now=tx.now)
        with pytest.raises(Refused, match="at least one"):
            await set_modes(tx, **{**what, "modes": []}, by=man.trust.nurse, now=tx.now)
        with pytest.raises(Refused, match="Say why"):
            await set_modes(tx, **{**what, "reason": " "}, by=man.trust.nurse, now=tx.now)
        await end(tx, organisation_id=org, plan_id=man.plan_id, outcome="completed", reason=None, by=man.trust.nurse,
                  now=tx.now)  # fmt: skip
        with pytest.raises(Refused, match="has ended"):
            await set_modes(tx, **what, by=man.trust.nurse, now=tx.now)


async def test_what_was_chosen_cannot_be_rewritten_and_a_set_of_nothing_not_stored(world: World, man: Followed) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await world.as_owner("update plan_mode set reason = 'Another.'")
    for modes in ("{}", "{walk_in}"):
        with pytest.raises(asyncpg.CheckViolationError, match="plan_mode_known"):
            await world.as_owner(
                "insert into plan_mode (organisation_id, plan_id, modes, reason, author_name, set_at, set_by_staff_id)"
                f" select organisation_id, plan_id, '{modes}', 'x', 'x', now(), set_by_staff_id from plan_mode"
            )


async def test_a_plan_from_before_has_what_its_protocol_suggests(world: World, man: Followed) -> None:
    await world.behind_triggers("delete from plan_mode")
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
        found = await modes_of_plan(tx, plan=plan)
    assert (found.modes, found.is_recorded) == (suggest(plan.protocol), False)


async def test_timed_reviews_that_no_step_asks_for_are_not_promised_by_oversight(
    site: Site, world: World, man: Followed, here: str, browser: httpx.AsyncClient
) -> None:
    assert "This plan asks for no review" in (await browser.get(f"{here}/change")).text
    before = await the(world, WAYS)
    sent = {"modes-asked": "yes", "mode": ["remote", "timed"], "mode-reason": "A call each year."}
    answer = await site.post(browser, f"{here}/modes", sent)
    assert (answer.status_code, await the(world, WAYS)) == (422, before)
    assert "This plan asks for no review, so nobody is reminded to hold one." in answer.text
    assert 'href="#reviews-elsewhere"' in answer.text
    assert "A call each year." in answer.text
    assert (await site.post(browser, f"{here}/modes", {**sent, "reviews-elsewhere": "yes"})).status_code == 303
    assert await the(world, WAYS) == ["remote", "timed"]


@pytest.mark.parametrize("path", ["/alerts", "/helpline"])
async def test_worklists_may_be_of_one_way_and_leave_nobody_out_whose_way_is_not_known(
    site: Site, world: World, man: Followed, browser: httpx.AsyncClient, path: str
) -> None:
    org, patient_id = man.trust.organisation_id, man.patient_id
    await alarmed(world, man.trust, patient_id, sentence="Of a way.")
    await alarmed(world, man.trust, None, rule="nobody", sentence="Of nobody known.")
    ref = await the(world, "select ref from patient where id = $1", patient_id)
    call = {"caller": "person", "reason": "symptom", "details": "Of a way.", "soon": "today", "advice": "Rest.",
            "outcome": "nurse_asked"}  # fmt: skip
    logged = await site.post(browser, f"/people/{ref}/helpline", call)
    assert logged.status_code == 303, logged.text
    async with world.web.transaction(organisation_id=org) as tx:
        await set_modes(tx, organisation_id=org, plan_id=man.plan_id, modes=[FollowUpMode.TIMED], reason="x",
                        by=man.trust.nurse, now=tx.now)  # fmt: skip
    assert "Of a way." in (await browser.get(f"{path}?way=timed")).text
    page = (await browser.get(f"{path}?way=remote")).text
    assert ("Of a way." in page, '<option value="remote" selected>' in page) == (False, True)
    assert path == "/helpline" or "Of nobody known." in page
    await world.behind_triggers("delete from plan_mode")
    assert "Of a way." in (await browser.get(f"{path}?way=remote")).text
