"""A trust's own words in a letter: its parts beside the standard ones, every fault at once, the real PDF, and four eyes."""

import re

import httpx
import pytest

from rms.people.model import Role
from rms.rehearsal import pdf_text
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member

ONE = "/set-up/wording/please_call/letter"
OWN = {
    "block_opening": "We have looked at your {{ the_test }}. It is *not urgent*.\n- First point\n- Second point",
    "block_somebody": "A friend may call for you.", "block_explain": "We will explain.", "block_sign_off": "With best wishes",
}  # fmt: skip


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


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", pdf_text.text_of(pdf).replace("\N{NO-BREAK SPACE}", " "))


async def test_the_page_starts_from_the_standard_words_in_their_parts_and_says_how_long_it_is(trust, admin):
    page = (await admin.get(ONE)).text
    for said in ("How the standard wording comes out", "A name of 80 letters, in large print", "A name in Arabic",
                 "A name with an apostrophe", "A name written like a web page", "1 page",
                 "Needed: {{ the_test }}.", 'name="block_sign_off"', "Yours sincerely",
                 "Preview and count the pages"):  # fmt: skip
        assert said in page, said
    assert 'name="body"' not in page


async def test_every_fault_of_every_part_is_named_at_once_and_nothing_is_saved(site: Site, world: World, trust, admin):
    wrong = {
        "block_opening": "We write to you. {{ clinic }}",
        "block_somebody": "*Alone",
        "block_explain": "",
        "do": "save",
    }
    for address in (ONE, f"{ONE}/pdf"):
        page = await site.post(admin, address, wrong)
        assert page.status_code == 422
        for said in ("Opening: {{ the_test }} is missing.", "Opening: there is no place called &#39;clinic&#39;",
                     "After the telephone number: an asterisk stands alone", "What the call is for: the words are missing",
                     "Before the name of the team: the words are missing", "We write to you. {{ clinic }}"):  # fmt: skip
            assert said in page.text, said
    assert await world.as_owner("select id from wording") == []


async def test_what_is_typed_is_shown_as_the_real_letter_and_saves_nothing(site: Site, world: World, trust, admin):
    page = await site.post(admin, ONE, OWN | {"do": "preview"})
    assert page.status_code == 200
    assert "How what is typed below comes out" in page.text
    assert f'formaction="{ONE}/pdf?name=1"' in page.text
    made = await site.post(admin, f"{ONE}/pdf?name=4", OWN)
    assert made.headers["content-type"] == "application/pdf"
    text = words(made.content)
    for said in ("Preview: not sent yet, do not post", "Dear <b>Ann</b> & Sons", "It is not urgent.", "First point",
                 "With best wishes", "Call us on"):  # fmt: skip
        assert said in text, said
    assert await world.as_owner("select id from wording") == []


async def test_a_second_person_approves_the_parts_and_the_standard_letter_comes_back(site: Site, trust, lead, admin):
    done = await site.post(admin, ONE, OWN | {"do": "save"})
    assert done.headers["location"] == f"{ONE}?done=saved"
    assert "With best wishes" in words((await lead.get(f"{ONE}/pdf?version=1")).content)
    assert "Yours sincerely" in words((await lead.get(f"{ONE}/pdf?version=0")).content)
    assert (await site.post(lead, f"{ONE}/approve", {"version": "1"})).headers["location"] == f"{ONE}?done=approved"
    page = (await admin.get(ONE)).text
    assert "How your own words, version 1 comes out" in page
    assert "Before the name of the team:\nWith best wishes" in page
    await site.post(lead, f"{ONE}/withdraw", {"version": "1", "why": "People misread it"})
    assert "How the standard wording comes out" in (await admin.get(ONE)).text
