"""A trust's own words: beside the standard ones, with what is wrong named, a preview for hard names, and four eyes."""

import httpx
import pytest

from rms.people.model import Role
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member

ONE = "/set-up/wording/test_reminder_1/sms"
BODY = "{{ opening }}your {{ test }} is due in {{ due_month }}. {{ booking }} Ring {{ phone }}. {{ organisation_name }}"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def lead(site: Site, trust: Trust) -> httpx.AsyncClient:
    assert trust.lead.id is not None
    return await site.signed_in(trust.organisation_id, trust.lead.id)


@pytest.fixture
async def admin(world: World, site: Site, trust: Trust) -> httpx.AsyncClient:
    staff_id = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    return await site.signed_in(trust.organisation_id, staff_id)


async def test_the_list_has_every_message_and_whose_words_it_goes_out_in(site: Site, trust, lead, admin):
    page = (await admin.get("/set-up/wording")).text
    for words in ("A test is due: first reminder", "A code to see their pages", "Not sent this way", "Standard"):
        assert words in page
    await site.post(admin, ONE, {"body": BODY, "do": "save"})
    assert "1 draft waits to be approved" in (await lead.get("/set-up/wording")).text
    await site.post(lead, f"{ONE}/approve", {"version": "1"})
    page = (await admin.get("/set-up/wording")).text
    assert "Own words" in page
    assert "Approved by Lena Lead" in page


async def test_a_preview_counts_and_saves_nothing(site: Site, world: World, trust, admin):
    page = await site.post(admin, ONE, {"body": BODY, "do": "preview"})
    assert page.status_code == 200
    for words in ("How what is typed below comes out", "Margaret, your blood test is due in September.",
                  "We will send you the appointment.", "A name of 80 letters", "A name in Arabic",
                  "A name with an apostrophe", "D&#39;Arcy-O&#39;Neill, your scan", "The name is left out.",
                  "1 part"):  # fmt: skip
        assert words in page.text, words
    assert BODY in page.text.replace("&#39;", "'")
    assert await world.as_owner("select id from wording") == []


@pytest.mark.parametrize("do", ["preview", "save"])
async def test_every_fault_is_named_at_once_and_nothing_is_saved(site: Site, world: World, trust, admin, do):
    page = await site.post(admin, ONE, {"body": "Your cancer clinic. {{ clinic }} <b>", "do": do})
    assert page.status_code == 422
    for words in ("no place called &#39;clinic&#39;", "{{ phone }} is missing", "{{ organisation_name }} is missing",
                  "{{ test }} is missing", "&#39;cancer&#39; tells a stranger",
                  "{{ due_on }} or {{ due_month }} is missing"):  # fmt: skip
        assert words in page.text, words
    assert "&lt;b&gt;" in page.text
    page = await site.post(admin, ONE, {"body": f"{BODY} It is about cancer. ŵ", "do": do})
    assert page.status_code == 422
    assert "&#39;cancer&#39; tells a stranger" in page.text
    assert "cannot carry &#39;ŵ&#39;" in page.text
    assert "in the short encoding (UCS-2)" in page.text
    assert await world.as_owner("select id from wording") == []


async def test_a_second_person_approves_and_the_author_is_refused(site: Site, trust, lead, world):
    assert (await site.post(lead, ONE, {"body": BODY, "do": "save"})).headers["location"] == f"{ONE}?done=saved"
    page = await lead.get(ONE)
    assert "You wrote this draft. Somebody else approves it." in page.text
    assert "Approve version 1</button>" not in page.text
    refused = await site.post(lead, f"{ONE}/approve", {"version": "1"})
    assert refused.status_code == 422
    assert "Somebody else must approve it" in refused.text
    other = await site.signed_in(
        trust.organisation_id, await a_member(world, trust.organisation_id, role=Role.CONSULTANT, name="cora")
    )
    assert "Approve version 1</button>" in (await other.get(ONE)).text
    assert (await site.post(other, f"{ONE}/approve", {"version": "1"})).headers["location"] == f"{ONE}?done=approved"
    assert "Approved by Some consultant" in (await lead.get(ONE)).text
    # Twice, or after somebody else: an honest page, nothing done twice.
    again = await site.post(other, f"{ONE}/approve", {"version": "1"})
    assert again.status_code == 422
    assert "Somebody has changed this wording meanwhile" in again.text


async def test_back_to_the_standard_with_a_reason(site: Site, trust, lead, admin):
    await site.post(admin, ONE, {"body": BODY, "do": "save"})
    await site.post(lead, f"{ONE}/approve", {"version": "1"})
    without = await site.post(lead, f"{ONE}/withdraw", {"version": "1", "why": ""})
    assert without.status_code == 422
    assert "Say why it is withdrawn" in without.text
    done = await site.post(lead, f"{ONE}/withdraw", {"version": "1", "why": "People misread it"})
    assert done.headers["location"] == f"{ONE}?done=withdrawn"
    page = (await admin.get(f"{ONE}?done=withdrawn")).text
    assert "Messages go out in the standard words again." in page
    assert "People misread it" in page


async def test_a_draft_is_thrown_away(site: Site, trust, admin):
    await site.post(admin, ONE, {"body": BODY, "do": "save"})
    assert (await site.post(admin, f"{ONE}/discard", {"version": "1"})).headers["location"] == f"{ONE}?done=discarded"
    assert "Thrown away before it was approved" in (await admin.get(ONE)).text


async def test_an_email_has_a_subject_too(site: Site, trust, admin):
    address = "/set-up/wording/please_call/email"
    page = await site.post(admin, address, {"subject": "", "body": "x", "do": "save"})
    assert page.status_code == 422
    assert "Write the subject" in page.text
    body = "{{ greeting }},\n\nplease call us on {{ phone }}.\n\n{{ organisation_name }}"
    page = await site.post(admin, address, {"subject": "About your PSA", "body": body, "do": "save"})
    assert page.status_code == 422
    assert "&#39;PSA&#39; tells a stranger" in page.text
    done = await site.post(admin, address, {"subject": "Please call us", "body": body, "do": "save"})
    assert done.headers["location"] == f"{address}?done=saved"


async def test_what_the_words_need_and_a_team_has_not_is_said(site: Site, trust, lead, admin):
    await site.post(admin, ONE, {"body": f"{BODY} {{{{ phone_hours }}}}", "do": "save"})
    page = (await lead.get(ONE)).text
    assert "Teams without hours send the standard words: Urology follow-up team" in page


@pytest.mark.parametrize("address", ["/set-up/wording/nothing/sms", "/set-up/wording/code/letter", f"{ONE}/pdf",
                                     "/set-up/wording/please_call/letter/pdf?version=7",
                                     "/set-up/wording/please_call/letter/pdf?name=99"])  # fmt: skip
async def test_a_wording_that_does_not_exist_is_not_found(trust, admin, address):
    assert (await admin.get(address)).status_code == 404
