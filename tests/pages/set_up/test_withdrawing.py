"""A sign-off taken back: said which plans run on it, none of them changed, none started after it."""

import httpx
import pytest

from rms.errors import Refused
from rms.followup.actions import start_plan
from rms.questionnaires.moves import ask
from tests.asked import follow, load
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site

PROTOCOL = "/set-up/protocols/prostate-after-prostatectomy/1"
QUESTIONS = "/set-up/questionnaires/symptom-check-prostate/1"


@pytest.fixture
async def trust(world: World) -> Trust:
    await load(world)
    return await a_trust(world)


@pytest.fixture
async def lead(site: Site, trust: Trust) -> httpx.AsyncClient:
    assert trust.lead.id is not None
    return await site.signed_in(trust.organisation_id, trust.lead.id)


async def test_a_protocol_is_withdrawn_with_a_reason_and_running_plans_stay(site: Site, world: World, trust, lead):
    await follow(world, trust, wait=False)
    before = await world.as_owner("select * from plan")
    page = (await lead.get(PROTOCOL)).text
    assert f"{PROTOCOL}/withdraw" in page
    page = (await lead.get(f"{PROTOCOL}/withdraw")).text
    for words in ("No plan can start with this version any more", "1 plan runs on it. Nothing about it changes",
                  "Urology follow-up team", "1 active"):  # fmt: skip
        assert words in page, words
    empty = await site.post(lead, f"{PROTOCOL}/withdraw", {"why": ""})
    assert empty.status_code == 422
    assert "Say why it is withdrawn" in empty.text
    done = await site.post(lead, f"{PROTOCOL}/withdraw", {"why": "The limit is under review"})
    assert done.headers["location"] == "/set-up/protocols?done=withdrawn"
    assert await world.as_owner("select * from plan") == before
    [row] = await world.as_owner("select withdrawn_why, withdrawn_by_staff_id from protocol_sign_off")
    assert tuple(row) == ("The limit is under review", trust.lead.id)
    assert "Not signed off" in (await lead.get(PROTOCOL)).text
    again = await site.post(lead, f"{PROTOCOL}/withdraw", {"why": "Twice"})
    assert again.status_code == 422
    assert "there is nothing to withdraw" in again.text
    [line] = await world.as_owner(
        "select actor_name, reason from audit_entry where verb = 'protocol.withdraw_sign_off'"
    )
    assert tuple(line) == ("Lena Lead", "The limit is under review")


async def test_no_plan_starts_after_it(site: Site, world: World, trust, lead):
    him = await follow(world, trust, wait=False)
    await site.post(lead, f"{PROTOCOL}/withdraw", {"why": "The limit is under review"})
    [version] = await world.as_owner("select id, protocol_version_id, case_id from plan where id = $1", him.plan_id)
    with pytest.raises(Refused, match="not signed off here"):
        await start_plan(
            world.web, organisation_id=trust.organisation_id, patient_id=him.patient_id, case_id=version["case_id"],
            team_id=trust.team_id, nurse_staff_id=None, protocol_version_id=version["protocol_version_id"],
            anchors={"surgery": (him.due_on, "register")}, by=trust.nurse,
        )  # fmt: skip


async def test_a_questionnaire_is_withdrawn_and_who_has_it_can_still_answer(site: Site, world: World, trust, lead):
    him = await follow(world, trust, wait=False)
    async with world.worker.transaction() as tx:
        await ask(tx, organisation_id=trust.organisation_id, occurrence_id=him.occurrence_id, by=trust.nurse)
    page = (await lead.get(f"{QUESTIONS}/withdraw")).text
    for words in ("From now on nobody is sent them", "the team gets a task instead", "can still answer"):
        assert words in page, words
    done = await site.post(lead, f"{QUESTIONS}/withdraw", {"why": "One question is misread"})
    assert done.headers["location"] == "/set-up/protocols?done=withdrawn#questionnaires"
    rows = await world.as_owner("select state, occurrence_id, organisation_id from assignment")
    assert [row["state"] for row in rows] == ["asked"]
    async with world.worker.transaction() as tx:
        with pytest.raises(Refused, match="its sign-off was withdrawn"):
            await ask(tx, organisation_id=rows[0]["organisation_id"], occurrence_id=rows[0]["occurrence_id"],
                      by=trust.nurse)  # fmt: skip
    again = await site.post(lead, f"{QUESTIONS}/withdraw", {"why": "Twice"})
    assert again.status_code == 422
