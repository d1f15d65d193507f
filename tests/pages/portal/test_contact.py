"""How a person is reached: shown behind a code, and a new number is used only when a code has proved it."""

import re

import pytest

from rms.people.model import Need
from rms.portal.forms_contact import needs_after

from .conftest import Asked, Browser, code_of, person_link, see

pytestmark = pytest.mark.anyio


async def rows(world, sql, *values):
    return [tuple(row.values()) for row in await world.as_owner(sql, *values)]


@pytest.fixture
async def seeing(world, browser, him: Asked) -> Browser:
    await browser.come_in(await person_link(world, him))
    assert (await browser.get("/contact")).headers["location"] == "/code?for=contact"
    page = await see(world, browser, "/contact")
    assert page.url.path == "/contact"
    assert "07700 900001" in page.text
    return browser


async def send(browser: Browser, page: str, fields: dict[str, str], path: str | None = None):
    return await browser.post(await browser.get(page), path or page, fields)


async def mobiles(world):
    return [row[0] for row in await rows(
        world, "select value from contact_point where kind = 'mobile' and valid_until is null")]  # fmt: skip


async def test_a_new_number_is_proved_by_a_code_that_goes_there_and_nowhere_else(world, seeing, him):
    assert (await send(seeing, "/contact/new/mobile", {"value": "01632 960123"})).status_code == 422
    sent = await send(seeing, "/contact/new/mobile", {"value": "07700 900 777"})
    assert sent.headers["location"] == "/contact/check"
    assert await mobiles(world) == ["+447700900001"]
    [(purpose, facts)] = await rows(
        world, "select purpose, facts from message where cause_kind = 'code' order by id desc limit 1"
    )
    assert (purpose, facts) == ("code_new_contact", {"to": "+447700900777"})
    code = await code_of(world, purpose="contact")
    wrong = await send(seeing, "/contact/check", {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert "This is not the code we sent" in wrong.text
    # A code for a new number opens nothing, and shows nothing to anybody who only has the number.
    assert (await send(seeing, "/code/enter", {"code": code})).status_code == 422
    assert await mobiles(world) == ["+447700900001"]
    done = await send(seeing, "/contact/check", {"code": code})
    assert done.headers["location"] == "/contact?saved=detail"
    assert await mobiles(world) == ["+447700900777"]
    assert await rows(world, "select source from contact_point where value = '+447700900777'") == [("person",)]
    assert (await send(seeing, "/contact/check", {"code": code})).status_code == 422


async def test_the_code_of_a_new_number_is_sent_to_it_by_the_worker(world, seeing):
    """What the worker reads when it sends: the new number, and never the one on file."""
    await send(seeing, "/contact/new/email", {"value": "peter@example.org"})
    [(to, channel)] = await rows(world, "select facts->>'to', channel from message where purpose = 'code_new_contact'")
    assert (to, channel) == ("peter@example.org", "email")
    assert (await seeing.get("/contact/new/pigeon")).status_code == 404


async def test_a_way_needs_a_detail(world, seeing):
    assert (
        "We have no email address for you"
        in (await send(seeing, "/contact", {"prefers": "email"}, "/contact/way")).text
    )
    kept = await send(seeing, "/contact", {"prefers": "letter"}, "/contact/way")
    assert kept.headers["location"] == "/contact?saved=way"
    assert await rows(world, "select prefers from patient") == [("letter",)]
    assert "We have kept how you want to hear from us" in (await seeing.get("/contact?saved=way")).text


async def test_needs_and_language_are_kept_and_letters_are_printed_large(world, seeing):
    await world.as_owner("""update patient set needs = '[{"text": "Wheelchair", "code": null}]'""")
    fields = {"needs": "large_print", "language": "pl", "interpreter": "yes"}
    assert (await send(seeing, "/contact", fields, "/contact/needs")).headers["location"] == "/contact?saved=needs"
    [(needs, language, interpreter, said_by)] = await rows(
        world, "select needs, language, interpreter_needed, needs_said_by from patient"
    )
    assert [need["text"] for need in needs] == ["Wheelchair", "Large print"]
    assert (language, interpreter, said_by) == ("pl", True, "person")


def test_needs_that_are_not_on_our_list_stay():
    before = (Need(text="Wheelchair"), Need(text="Large print", code="x"), Need(text="Easy read"))
    after = needs_after(before, ticked=("large_print", "braille"))
    assert after == (Need(text="Wheelchair"), Need(text="Large print", code="x"), Need(text="Braille"))


async def test_a_helper_is_told_to_staff_who_ask_first(world, seeing):
    assert (await send(seeing, "/contact", {"name": ""}, "/contact/helper")).status_code == 422
    fields = {"name": "Ann O’Brien <b>", "relation": "my daughter", "phone": "07700 900555"}
    for _ in range(2):
        assert (await send(seeing, "/contact", fields, "/contact/helper")).status_code == 303
    [(kind, sentence)] = await rows(world, "select kind, sentence from alert where rule_key = 'names-helper'")
    assert kind == "fix_data"
    assert "Ann O’Brien <b>, my daughter, +447700900555" in sentence
    assert await rows(world, "select count(*) from person_helper") == [(0,)]


async def test_one_of_its_three_buttons_is_the_first(seeing):
    page = (await seeing.get("/contact")).text
    buttons = re.findall(r'<button[^>]*class="([^"]*)"[^>]*>\s*(.*?)\s*</button>', page.split("<main")[1], re.DOTALL)
    assert [words for kinds, words in buttons if "secondary" not in kinds] == ["Save how we contact you"]
    assert len(buttons) == 3
