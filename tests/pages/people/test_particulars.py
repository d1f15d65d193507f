"""Language, needs and help as the person told us, and who they are put right by hand; names of every kind on every page."""

import re
from uuid import UUID

import httpx
import msgspec
import pytest

from rms.people.model import Need
from rms.people.moves import change_person
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.pages.site import Site
from tests.worklists import nurse

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswesse"
NAMES = [LONG, "الأنصاري", "O’Brien-D'Arcy", "<script>alert(1)</script>", "李", "Ðuričković"]


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def patient_id(world: World, trust: Trust) -> int:
    return await on_file(world, trust, a_person(7))


@pytest.fixture
async def person(world: World, patient_id: int) -> str:
    ref: UUID = await the(world, "select ref from patient where id = $1", patient_id)
    return f"/people/{ref}"


@pytest.fixture
async def browser(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await nurse(site, trust)


NEEDS = {"language": "ur", "interpreter": "yes", "needs": "large_print", "other": "Calls before noon only",
         "helper_name": "Amna", "helper_relation": "daughter", "helper_phone": "07700 900321", "may_be_told": "yes",
         "said_by": "person"}  # fmt: skip
RIGHT = {"family": "Ashdown", "given": "Peter", "title": "Mr", "born-day": "3", "born-month": "4", "born-year": "1950",
         "sex": "male", "nhs_number": "999 000 0077", "gp_name": "Mill Lane Surgery", "gp_code": "A81001",
         "why": "He spelt it."}  # fmt: skip


async def test_needs_stand_where_one_speaks_to_them_with_who_said_so(site, world, browser, person):
    for _ in range(2):
        assert (await site.post(browser, f"{person}/needs", NEEDS)).headers["location"] == f"{person}#contact"
    page = (await browser.get(person)).text
    assert "Speaks Urdu. Needs an interpreter. Large print. Calls before noon only. Helped by Amna." in page
    assert "Amna (daughter), 07700 900321: may be told about their follow-up. Since " in page
    assert "said by the person" in page
    assert await the(world, "select count(*) from person_helper") == 1
    form = (await browser.get(f"{person}/needs")).text
    assert '<option value="ur" selected>' in form
    assert 'value="large_print" checked' in form
    assert "Calls before noon only</textarea>" in form


async def test_a_helper_who_helps_no_more_ends_and_stays_on_record(site, world, browser, person):
    await site.post(browser, f"{person}/needs", NEEDS)
    await site.post(browser, f"{person}/needs", {"said_by": "helper"})
    page = (await browser.get(person)).text
    assert "Nobody recorded" in page
    assert "Bear in mind" not in page
    assert "Nobody helps them any more" in page
    assert await the(world, "select count(*) from person_helper where valid_until is not null") == 1


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose who said so"),
        ({"said_by": "person", "helper_phone": "07700 900321"}, "Enter the name of who helps"),
        ({"said_by": "person", "helper_name": "A", "helper_phone": "12"}, "This is not a UK telephone number"),
    ],
)
async def test_faults_of_needs_come_back_with_what_was_typed(site, browser, person, sent, says):
    answer = await site.post(browser, f"{person}/needs", {"other": "Kept", **sent})
    assert (answer.status_code, says in answer.text, "Kept</textarea>" in answer.text) == (422, True, True)


async def test_a_register_that_says_nothing_takes_no_interpreter_away(site, world, trust, browser, person, patient_id):
    await site.post(browser, f"{person}/needs", NEEDS)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await change_person(tx, organisation_id=trust.organisation_id, patient_id=patient_id, person=a_person(7),
                            by=trust.nurse, now=tx.now)  # fmt: skip
    assert "Speaks Urdu. Needs an interpreter. Large print." in (await browser.get(person)).text


async def test_without_a_word_from_them_the_register_holds(world, trust, browser, person, patient_id, site):
    told = msgspec.structs.replace(a_person(7), needs=(Need(text="Braille"),))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await change_person(tx, organisation_id=trust.organisation_id, patient_id=patient_id, person=told, by=trust.nurse,
                            now=tx.now)  # fmt: skip
    assert "Braille" in (await browser.get(person)).text


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_of_any_kind_is_kept_found_and_shown_as_it_is(site, world, browser, person, name):
    assert (await site.post(browser, f"{person}/correct", {**RIGHT, "family": name})).status_code == 303
    assert await the(world, "select family_name from patient") == name
    for path in (person, f"{person}/correct", f"{person}/contact", f"{person}/history", f"{person}/note"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page, path
        shown = name.upper().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
        assert shown in page, path
    if not any(letter.isdigit() for letter in name) and len(name) > 1:  # with a digit it is looked up as a number
        assert person in (await site.post(browser, "/people", {"wanted": name})).text


async def test_a_correction_says_what_changed_and_how_one_knows_but_not_the_values(site, world, browser, person):
    for _ in range(2):
        await site.post(browser, f"{person}/correct", {**RIGHT, "family": "Ashdowne", "sex": "female"})
    rows = await world.as_owner("select reason from audit_entry where verb = 'person.correct'")
    assert [row["reason"] for row in rows] == ["name, sex: He spelt it."]
    page = (await browser.get(person)).text
    assert "Corrected by hand" in page
    assert re.search(r"Hospital numbers</dt>\s*<dd[^>]*>H\d{6} \(RAA\)", page), "words, not what the database wrote"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"family": ""}, "Enter the family name"),
        ({"family": "x" * 121}, "The family name must be 120 characters or fewer"),
        ({"born-year": "2999"}, "The date of birth must be today or in the past"),
        ({"nhs_number": "999 000 0042"}, "An NHS number on file is not changed here"),
        ({"nhs_number": ""}, "An NHS number on file is not changed here"),
        ({"hospital_number": "H000009"}, "A hospital number belongs to another person here"),
        ({"gp_code": "12"}, "A practice code has 6 letters and digits"),
        ({"why": ""}, "Say how you know"),
    ],
)
async def test_what_would_make_another_person_of_them_is_refused(site, world, trust, browser, person, change, says):
    await on_file(world, trust, a_person(9, family="Other"))
    answer = await site.post(browser, f"{person}/correct", {**RIGHT, **change})
    assert (answer.status_code, says in answer.text) == (422, True)
    assert await the(world, "select family_name from patient where name_key like 'ash%'") == "Ashdown"


async def test_a_number_that_somebody_else_has_is_not_given_twice(site, world, trust, browser, person, patient_id):
    await on_file(world, trust, a_person(9, family="Other"))
    taken = await the(world, "select nhs_number from patient where family_name = 'Other'")
    await world.as_owner("update patient set nhs_number = null where id = $1", patient_id)
    answer = await site.post(browser, f"{person}/correct", {**RIGHT, "nhs_number": taken})
    assert (answer.status_code, "Somebody else here has this NHS number" in answer.text) == (422, True)
