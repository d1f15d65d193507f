"""A person added by hand: everything wrong at once, who may be the same, and on to the plan."""

import re

import pytest

from rms.people.model import Role
from tests.cast import a_person, nhs_number, on_file
from tests.pages.site import a_member

MARY = {
    "family": "Newman", "given": "Arthur", "title": "Mr", "born-year": "1948", "born-month": "3", "born-day": "14",
    "sex": "male", "site": "urology", "icd10": "C61", "nhs_number": str(nhs_number(500)), "mobile": "07700 900555",
    "kind-1": "surgery", "intent-1": "curative", "started-1-day": "2", "started-1-month": "feb", "started-1-year": "2024",
    "gp_name": "Mill Lane Surgery",
}  # fmt: skip


async def test_an_empty_page_says_everything_that_lacks(site, nurse):
    answer = await site.post(nurse, "/people/add")
    assert (answer.status_code, "<title>Error: Add a person" in answer.text) == (422, True)
    for words in ("Enter the family name", "Enter the date of birth", "Choose the sex"):
        assert words in answer.text, words


@pytest.mark.parametrize(
    ("typed", "words", "at"),
    [
        ({"nhs_number": "943 476 5918"}, "last digit does not fit", "nhs_number"),
        ({"mobile": "01632 960001"}, "This is not a mobile number", "mobile"),
        ({"email": "x"}, "not an email address", "email"),
        ({"icd10": "Z99"}, "Only cancers", "icd10"),
        ({"born-year": "48"}, "year with 4 numbers", "born-year"),
        ({"born-year": "2090"}, "lies in the future", "born-day"),
        ({"born-day": "", "born-month": "13"}, "real date", "born-month"),
        ({"started-1-year": "2090"}, "lies in the future", "started-1-day"),
        ({"kind-2": "radiotherapy"}, "needs a date", "started-2-day"),
        ({"started-2-year": "2023"}, "not its kind", "kind-2"),
        ({"ended-1-year": "2023"}, "ended before it started", "ended-1-day"),
    ],
)
async def test_a_fault_is_said_where_it_is_and_what_was_typed_stays(site, world, nurse, typed, words, at):
    answer = await site.post(nurse, "/people/add", {**MARY, **typed})
    assert (answer.status_code, words in answer.text) == (422, True), answer.text
    assert f'href="#{at}"' in answer.text
    assert f'id="{at}"' in answer.text
    assert 'value="Newman"' in answer.text
    assert await world.as_owner("select 1 from patient") == []


async def test_somebody_new_is_on_file_and_their_plan_is_next(site, world, nurse, version_id):
    answer = await site.post(nurse, "/people/add", MARY)
    case = await world.as_owner("select ref, source, tumour_site, icd10 from register_case")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/starting/{case[0]['ref']}")
    assert tuple(case[0])[1:] == ("staff", "urology", "C61")
    assert "NEWMAN, Arthur (Mr)" in (await nurse.get(answer.headers["location"])).text
    assert "NEWMAN" in (await nurse.get("/starting")).text
    added = await world.as_owner("select actor_name from audit_entry where verb = 'person.add'")
    assert [row["actor_name"] for row in added] == ["Nora Nurse"]


async def test_a_birth_date_may_be_a_year_and_a_number_may_be_missing(site, world, nurse):
    typed = {**MARY, "born-day": "", "born-month": "", "nhs_number": "", "icd10": ""}
    assert (await site.post(nurse, "/people/add", typed)).status_code == 303
    rows = await world.as_owner("select born_text, born_on, flags from patient")
    assert (rows[0]["born_text"], rows[0]["born_on"]) == ("1948", None)
    assert sorted(rows[0]["flags"]) == ["no_nhs_number", "partial_birth_date"]


async def test_a_number_that_is_on_file_shows_the_person_and_nothing_is_added(site, world, trust, nurse):
    await on_file(world, trust, a_person(500, family="Other"))
    answer = await site.post(nurse, "/people/add", {**MARY, "another": "yes"})
    assert (answer.status_code, "The same number" in answer.text) == (422, True)
    assert re.search(r'<a href="/people/[0-9a-f-]+">OTHER, Peter \(Mr\), born 3 April 1950', answer.text)
    assert 'name="another"' not in answer.text
    assert len(await world.as_owner("select 1 from patient")) == 1


async def test_the_same_name_and_birth_date_must_be_looked_at_first(site, world, trust, nurse):
    first = {**MARY, "nhs_number": ""}
    assert (await site.post(nurse, "/people/add", first)).status_code == 303
    again = await site.post(nurse, "/people/add", {**MARY, "nhs_number": str(nhs_number(800))})
    assert (again.status_code, "The same name and date of birth" in again.text) == (422, True)
    assert 'name="another"' in again.text
    told = await site.post(nurse, "/people/add", {**MARY, "nhs_number": str(nhs_number(800)), "another": "yes"})
    assert told.status_code == 303
    assert len(await world.as_owner("select 1 from patient")) == 2


async def test_another_teams_person_is_not_named(site, world, trust, nurse):
    row = await world.as_owner(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, 'breast', 'Breast', '1', 'breast')"
        " returning id", trust.organisation_id,
    )  # fmt: skip
    bea = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=row[0]["id"], name="bea")
    hers = await site.signed_in(trust.organisation_id, bea)
    assert 'value="urology"' not in (await hers.get("/people/add")).text
    assert (await site.post(nurse, "/people/add", MARY)).status_code == 303
    answer = await site.post(hers, "/people/add", {**MARY, "site": "breast", "icd10": "C50.9", "family": "Else"})
    assert (answer.status_code, "another team here looks after" in answer.text) == (422, True)
    assert "NEWMAN" not in answer.text
