"""The checklist says what is there, what is missing and what is next; sign-offs carry a name and change what it says."""

import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member

KEY = "prostate-after-prostatectomy"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def lead(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.lead.id or 0)


async def status(browser: httpx.AsyncClient, key: str) -> str:
    page = (await browser.get("/set-up")).text
    return page.split(f'id="{key}-status">')[1].split("</div>")[0]


async def test_it_says_what_is_missing_and_what_is_next(site: Site, world: World, trust, lead):
    page = (await lead.get("/set-up")).text
    for words in ("No protocol is signed off, so no plan can start.", "No laboratory may send to us yet.", "a demo",
                  "No clinical safety officer has signed off", "fewer than two administrators"):  # fmt: skip
        assert words in page, words
    assert "Cannot start yet" in await status(lead, "questionnaires")
    assert "Incomplete" in await status(lead, "safety")


async def test_a_team_in_which_nobody_sees_alerts_is_a_problem(site: Site, world: World, trust, lead):
    # A manager is in the second team: she is told, and sees no alerts.
    await world.as_owner("insert into team (organisation_id, key, name, phone) values ($1, 'breast', 'Breast team', '1')",
                         trust.organisation_id)  # fmt: skip
    await world.as_owner(
        "insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy) select s.organisation_id, s.id, t.id,"
        " false, false from staff s join team t on t.organisation_id = s.organisation_id"
        " where s.role = 'service_manager' and t.key = 'breast'"
    )
    said = "Breast team has nobody who sees its alerts."
    assert f"{said} Add somebody to it today." in (await lead.get("/set-up")).text
    await world.as_owner(
        "insert into alert (organisation_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence, opened_at,"
        " respond_by, next_escalation_at) select organisation_id, id, 'fix_data', 'team', id, 'x', 1, 'x', now(), now(), now()"
        " from team where key = 'breast'"
    )
    assert f"{said} 1 alert waits unseen." in (await lead.get("/set-up")).text
    assert "There is a problem" in await status(lead, "teams")
    await world.as_owner("update staff set role = 'support_worker' where role = 'service_manager'")
    assert said not in (await lead.get("/set-up")).text


async def test_a_clock_that_is_wrong_is_a_problem_and_a_right_one_is_not(site: Site, world: World, trust, lead):
    assert "There is a problem" in await status(lead, "clock")
    [row] = await world.as_owner("select clock_timestamp() as at")
    site.hands.at = row["at"]
    assert await status(lead, "clock") == "Completed"


async def test_a_protocol_is_read_and_signed_for_demonstration_only(site: Site, world: World, trust, lead):
    path = f"/set-up/protocols/{KEY}/1"
    page = (await lead.get(path)).text
    for words in (
        "Limit: 0.2 [BCR-S]",
        "Second hand: check it",
        "PSA blood test",
        "Not signed off",
        "What the person reads",
    ):
        assert words in page, words
    empty = await site.post(lead, path, {})
    assert (empty.status_code, "Say what was checked" in empty.text) == (422, True)
    unsure = await site.post(lead, path, {"note": "Read."})
    assert (unsure.status_code, "Tick the box to put your name under it" in unsure.text) == (422, True)
    assert await world.as_owner("select id from protocol_sign_off") == []
    done = await site.post(lead, path, {"note": "Agreed by the urology group.", "sure": "yes"})
    assert done.headers["location"] == "/set-up/protocols?done=protocol"
    [row] = await world.as_owner("select signed_by_staff_id, note, for_demonstration_only from protocol_sign_off")
    assert tuple(row) == (trust.lead.id, "Agreed by the urology group.", True)
    assert "By Lena Lead" in (await lead.get(path)).text
    assert "For demonstration only" in await status(lead, "protocols")
    assert "is asked by a protocol and not signed off, so nobody gets it" in (await lead.get("/set-up")).text
    sent = {"note": "Read aloud with two people.", "sure": "yes"}
    await site.post(lead, "/set-up/questionnaires/symptom-check-prostate/1", sent)
    assert "For demonstration only" in await status(lead, "questionnaires")


async def test_a_nurse_reads_but_does_not_sign(site: Site, world: World, trust):
    nurse = await site.signed_in(trust.organisation_id, trust.nurse.id or 0)
    page = (await nurse.get(f"/set-up/protocols/{KEY}/1")).text
    assert "A consultant or team lead of your organisation signs it off." in page
    sent = {"note": "x", "sure": "yes"}
    assert (await site.post(nurse, f"/set-up/protocols/{KEY}/1", sent)).status_code == 403


@pytest.mark.parametrize("version", ["0", "2", "99999999999"])
async def test_a_version_that_never_was_is_not_there(site: Site, trust, lead, version: str):
    assert (await lead.get(f"/set-up/protocols/{KEY}/{version}")).status_code == 404


async def test_clinical_safety_is_signed_by_a_clinician_and_a_restore_confirmed_by_an_administrator(
    site: Site, world: World, trust, lead
):
    day = {"on_day-day": "1", "on_day-month": "3", "on_day-year": "2026", "sure": "yes"}
    await site.post(lead, "/set-up/clinical-safety", {**day, "said": "Hazard log read with the safety board."})
    assert "For demonstration only" in await status(lead, "safety")
    assert (await site.post(lead, "/set-up/back-up", {**day, "said": "x"})).status_code == 403
    ada = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    admin = await site.signed_in(trust.organisation_id, ada)
    await site.post(admin, "/set-up/back-up", {**day, "said": "Restored onto the test server."})
    page = (await admin.get("/set-up")).text
    assert "A restore was tried on 1 March 2026" in page
    verbs = [
        row["verb"] for row in await world.as_owner("select verb from audit_entry where verb ^@ 'set_up.' order by id")
    ]
    assert verbs == ["set_up.clinical_safety", "set_up.back_up"]


async def test_a_confirmation_of_tomorrow_without_a_name_says_every_fault(site: Site, trust, lead):
    page = await site.post(
        lead, "/set-up/clinical-safety", {"on_day-day": "1", "on_day-month": "3", "on_day-year": "2999"}
    )
    assert page.status_code == 422
    assert "The day must be today or in the past" in page.text
    assert "Say what was read and by which group it was agreed" in page.text


async def test_another_trusts_sign_off_counts_for_nothing_here(site: Site, world: World, trust, lead):
    other = await a_trust(world, code="RBB", name="South Hospital")
    theirs = await site.signed_in(other.organisation_id, other.lead.id or 0)
    await site.post(theirs, f"/set-up/protocols/{KEY}/1", {"note": "Ours.", "sure": "yes"})
    assert "Incomplete" in await status(lead, "protocols")


async def test_staff_without_people_to_follow_begin_at_the_set_up(site: Site, world: World, trust):
    ada = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    admin = await site.signed_in(trust.organisation_id, ada)
    assert (await admin.get("/")).headers["location"] == "/set-up"
