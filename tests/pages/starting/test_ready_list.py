"""Who waits for follow-up, in which order, and how somebody leaves the list with a name and a date."""

import re
from datetime import timedelta

import pytest

from rms.dates import PartialDate
from rms.people.model import Role, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.moves import mark_dead
from tests.followed import followed
from tests.pages.site import a_member
from tests.pages.starting.cast import a_day, treated, waiting

LISTS = ("ready", "unclear", "set_aside")


def names(page: str) -> list[str]:
    """The family names in the order of the list."""
    return re.findall(r"<strong>([A-Z’\- ]+), Peter", page)


async def where(browser, family: str) -> list[str]:
    """The lists a person stands on."""
    return [one for one in LISTS if family.upper() in names((await browser.get(f"/starting?show={one}")).text)]


async def test_whose_treatment_ended_first_stands_first_and_nobody_with_a_plan_is_there(site, world, trust, nurse):
    await followed(world, trust=trust, serial=5)
    for serial, (family, days_ago) in enumerate([("Middle", 90), ("Newest", 5), ("Oldest", 400)], start=20):
        await waiting(world, trust, serial=serial, family=family, days_ago=days_ago)
    page = (await nurse.get("/starting")).text
    assert names(page) == ["OLDEST", "MIDDLE", "NEWEST"]
    assert "Treatment finished: 3 people" in page
    assert "Those whose treatment ended first stand first." in page
    for words in ("57 weeks", "5 days", "Born 3 April 1950 (", "NHS number 999 "):
        assert words in page, words
    assert "rms-identity" not in page


@pytest.mark.parametrize(
    ("kind", "started", "ended", "on"),
    [
        ("surgery", 90, None, ["ready"]),
        ("surgery", -3, None, []),
        ("radiotherapy", 90, 40, ["ready"]),
        ("radiotherapy", 10, None, []),
        ("radiotherapy", 10, -20, []),
        ("radiotherapy", 300, None, ["unclear"]),
        ("radiotherapy", None, None, ["unclear"]),
        ("hormone", 400, 300, []),
        ("active_monitoring", 400, None, []),
    ],
)
async def test_what_the_register_says_of_treatment_decides_the_list(world, trust, nurse, kind, started, ended, on):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    began, over = (None if ago is None else PartialDate.of(today - timedelta(days=ago)) for ago in (started, ended))
    await waiting(world, trust, treatments=(treated(TreatmentKind(kind), started=began, ended=over),))
    assert await where(nurse, "Ashdown") == on


async def test_hormones_that_go_on_do_not_hold_somebody_back_but_radiotherapy_does(world, trust, nurse):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        ago = [PartialDate.of(tx.today - timedelta(days=days)) for days in (200, 20)]
    operated = treated(TreatmentKind.SURGERY, started=ago[0])
    await waiting(world, trust, serial=1, family="Hormones",
                  treatments=(operated, treated(TreatmentKind.HORMONE, started=ago[1])))  # fmt: skip
    await waiting(world, trust, serial=40, family="Rays",
                  treatments=(operated, treated(TreatmentKind.RADIOTHERAPY, started=ago[1])))  # fmt: skip
    assert await where(nurse, "Hormones") == ["ready"]
    assert await where(nurse, "Rays") == []


async def test_a_month_or_a_year_counts_as_over_only_on_its_last_day(world, trust, nurse):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        this_month = PartialDate(year=tx.today.year, month=tx.today.month)
        last_year = PartialDate(year=tx.today.year - 1)
    for serial, (family, ended) in enumerate([("Monthly", this_month), ("Yearly", last_year)], start=1):
        one = treated(TreatmentKind.RADIOTHERAPY, started=last_year, ended=ended)
        await waiting(world, trust, serial=serial * 20, family=family, treatments=(one,))
    assert await where(nurse, "Yearly") == ["ready"]
    assert await where(nurse, "Monthly") == []


async def test_those_who_died_are_not_listed_and_a_rumour_is_said(world, trust, nurse):
    dead, rumoured = [await waiting(world, trust, serial=n * 20, family=f) for n, f in ((1, "Dead"), (2, "Rumoured"))]
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for one, formal in ((dead, True), (rumoured, False)):
            await mark_dead(tx, organisation_id=trust.organisation_id, patient_id=one.patient_id, formal=formal,
                            died_on=None, by=trust.nurse, now=tx.now)  # fmt: skip
    page = (await nurse.get("/starting")).text
    assert names(page) == ["RUMOURED"]
    assert "May have died" in page


async def test_treatment_that_only_relieves_is_said(world, trust, nurse):
    one = treated(TreatmentKind.SURGERY, started=PartialDate(year=2020), intent=TreatmentIntent.PALLIATIVE)
    await waiting(world, trust, treatments=(one,))
    assert "Treated to relieve, not to cure" in (await nurse.get("/starting")).text


async def test_each_cancer_has_its_own_team_also_for_somebody_followed_by_another(site, world, trust, nurse):
    man = await followed(world, trust=trust)
    row = await world.as_owner(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, 'breast', 'Breast', '1', 'breast')"
        " returning id", trust.organisation_id,
    )  # fmt: skip
    bea = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=row[0]["id"], name="bea")
    second = await waiting(world, trust, serial=60, family="Second", site=TumourSite.BREAST, icd10="C50.4")
    await world.as_owner("update register_case set patient_id = $1 where id = $2", man.patient_id, second.case_id)
    await world.as_owner("update treatment set patient_id = $1 where case_id = $2", man.patient_id, second.case_id)
    hers = await site.signed_in(trust.organisation_id, bea)
    assert names((await hers.get("/starting")).text) == ["ASHDOWN"]
    assert "/people/" not in re.search(r"<tbody.*?</tbody>", (await hers.get("/starting")).text, re.DOTALL)[0]
    assert (await hers.get(second.address)).status_code == 200
    assert names((await nurse.get("/starting")).text) == []
    assert (await nurse.get(second.address)).status_code == 404
    assert (await nurse.get(f"/starting?left={second.ref}")).text.count("has left the list") == 0


async def test_a_name_leads_to_the_page_of_the_person(world, trust, nurse):
    await waiting(world, trust, family="Linked")
    links = re.findall(r'<a href="(/people/[^"]+)"><strong>(\w+)', (await nurse.get("/starting")).text)
    assert [name for _, name in links] == ["LINKED"]
    assert (await nurse.get(links[0][0])).status_code == 200


async def test_filters_and_pages_stand_in_the_address_and_nothing_about_a_person_does(world, trust, nurse):
    for number in range(27):
        await waiting(
            world, trust, serial=1 + number * 11, family=f"Many {chr(65 + number % 26)}", days_ago=200 + number
        )
    await waiting(world, trust, serial=700, family="Lately", days_ago=10)
    first = await nurse.get("/starting")
    assert (len(names(first.text)), "page 1 of 2" in first.text, "1 to 25 of 28" in first.text) == (25, True, True)
    second = await nurse.get("/starting?show=ready&page=2")
    assert (len(names(second.text)), "26 to 28 of 28" in second.text) == (3, True)
    assert names((await nurse.get("/starting?page=9")).text) == names(first.text)
    filtered = await nurse.get("/starting?show=ready&site=urology&waiting=180")
    assert ("27 people" in filtered.text, "Clear filters" in filtered.text, "LATELY" in filtered.text) == (
        True,
        True,
        False,
    )
    assert "Nobody fits these filters" in (await nurse.get("/starting?show=unclear&waiting=180")).text
    for wild in ("?show=<b>", "?site=%27%3B", "?waiting=-1", "?page=x", "?left=%00", "?left=zz"):
        assert (await nurse.get(f"/starting{wild}")).status_code == 200, wild
    assert not re.search(r"(href|action)=\"[^\"]*(Many|MANY|999\d{7})", first.text)


async def test_an_empty_list_says_why_it_is_empty(trust, nurse):
    for one, words in (("ready", "everybody of your tumour sites"), ("unclear", "knows when treatment ended"),
                       ("set_aside", "No reason is in force")):  # fmt: skip
        assert words in (await nurse.get(f"/starting?show={one}")).text


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ({}, ["Choose the reason"]),
        ({"what": "not_suitable"}, ["Say why in a few words"]),
        ({"what": "too_early"}, ["Enter the day on which to look again"]),
        ({"what": "too_early", "until-day": "3", "until-month": "2"}, ["must include a year"]),
        ({"what": "too_early", **a_day("until", PartialDate(year=2020, month=1, day=1).earliest)}, ["must lie ahead"]),
        ({"what": "declined", **a_day("until", PartialDate(year=2090, month=1, day=1).earliest)}, ["leave the day empty"]),
        ({"what": "elsewhere", **a_day("until", PartialDate(year=2090, month=1, day=1).earliest)},
         ["leave the day empty", "Say why in a few words"]),
    ],
)  # fmt: skip
async def test_a_reason_is_complete_or_everything_that_lacks_is_said(site, nurse, man, typed, faults):
    answer = await site.post(nurse, f"{man.address}/reason", typed)
    assert (answer.status_code, "<title>Error: " in answer.text) == (422, True)
    for words in faults:
        assert words in answer.text, words
    assert await where(nurse, "Ashdown") == ["ready"]


async def test_a_reason_takes_somebody_off_with_name_and_date_and_is_undone_where_it_is_seen(site, world, nurse, man):
    assert "Record a reason" in (await nurse.get("/starting")).text
    sent = await site.post(nurse, f"{man.address}/reason", {"what": "elsewhere", "note": "At South Hospital."})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/starting?left={man.ref}")
    page = (await nurse.get(sent.headers["location"])).text
    assert "ASHDOWN, Peter (Mr) has left the list: already followed elsewhere." in page
    aside = (await nurse.get("/starting?show=set_aside")).text
    assert re.search(r"Already followed elsewhere: At South Hospital\. \(Nora Nurse, \d+ \w+ \d{4}\)", aside)
    assert await where(nurse, "Ashdown") == ["set_aside"]
    for _ in range(2):
        assert (await site.post(nurse, f"{man.address}/back")).status_code == 303
    assert await where(nurse, "Ashdown") == ["ready"]
    verbs = [
        row["verb"]
        for row in await world.as_owner("select verb from audit_entry where verb like 'follow_up%' order by id")
    ]
    assert verbs == ["follow_up.choice", "follow_up.choice_back"]
    kept = await world.as_owner("select what, withdrawn_at is not null as back from follow_up_choice")
    assert [tuple(row) for row in kept] == [("elsewhere", True)]


async def test_too_early_ends_on_its_day(site, world, nurse, man):
    async with world.web.transaction(organisation_id=1) as tx:
        until = tx.today + timedelta(days=10)
    await site.post(nurse, f"{man.address}/reason", {"what": "too_early", **a_day("until", until)})
    assert await where(nurse, "Ashdown") == ["set_aside"]
    await world.move_civil_clock(10)
    assert await where(nurse, "Ashdown") == ["ready"]
    assert "Too early until" in (await nurse.get("/starting")).text


async def test_who_looked_at_the_list_is_on_record(world, nurse, man):
    await nurse.get("/starting")
    rows = await world.as_owner("select actor_name, details from audit_entry where verb = 'starting.list'")
    assert [(row["actor_name"], row["details"]) for row in rows] == [("Nora Nurse", {"shown": [man.patient_id]})]


async def test_a_support_worker_sees_the_list_and_no_way_to_take_anybody_off(site, world, trust, man):
    sue = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    browser = await site.signed_in(trust.organisation_id, sue)
    page = (await browser.get("/starting")).text
    assert ("Build a plan" in page, "Record a reason" in page) == (True, False)
    assert (await site.post(browser, f"{man.address}/reason", {"what": "declined"})).status_code == 403
    declined = await site.post(browser, man.address, {"choice": "declined", "revision": "0"})
    assert (declined.status_code, "ask one of them" in declined.text) == (422, True)


async def test_a_name_that_is_long_foreign_or_html_is_shown_as_text(site, world, trust, nurse):
    for serial, family in ((1, "<b>Bold</b>"), (40, "محمد"), (80, "O’Brien-" + "Long" * 18)):
        await waiting(world, trust, serial=serial, family=family)
    page = (await nurse.get("/starting")).text
    assert "&lt;B&gt;BOLD" in page
    assert "<B>BOLD" not in page
    assert "محمد" in page
