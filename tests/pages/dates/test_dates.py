"""The dates on paper for the person: what stands on it, that it says no more than their own pages, and who may print it."""

import re
from datetime import date, timedelta

import msgspec

from rms.caseload.dates.paper import print_dates
from rms.caseload.dates.presenters import DatesPaper, PlanToTell, present_paper
from rms.people.model import PersonName
from rms.people.moves import mark_dead
from rms.people.store import TeamOnFile
from rms.plans.model import Course, MidCourse, Override, Skip
from rms.plans.protocol import load_library
from tests.cast import a_trust
from tests.followed import followed, the
from tests.pages.starting.cast import AGREED, second_page, sign, waiting
from tests.worklists import nurse, other_team

TODAY = date(2026, 3, 1)
TEAM = TeamOnFile(id=1, organisation_id=1, key="urology", name="Urology follow-up team", phone="01632 960001",
                  tumour_site=None, phone_hours="Monday to Friday, 9am to 5pm")  # fmt: skip
NAME = PersonName(family="Ashdown", given=("Peter",))


def told(key: str = "prostate-after-prostatectomy", **more: object) -> PlanToTell:
    protocol = load_library()[key]
    anchors: dict[str, date] = dict.fromkeys(protocol.anchors, date(2026, 1, 31))
    course = Course(anchors=anchors, started_on=TODAY, born_on=date(1950, 4, 3))
    plan = PlanToTell(protocol=protocol, course=course, overrides=(), team=TEAM)
    return msgspec.structs.replace(plan, **more)


def paper(*plans: PlanToTell, begun: bool = True, points: int = 12) -> DatesPaper:
    return present_paper(plans, name=NAME, trust="North Hospital", today=TODAY, points=points, begun=begun)


def test_near_dates_are_told_to_the_day_and_far_ones_by_the_month_with_where_how_and_whom_to_call():
    said = paper(told())
    assert [(one.when, one.what) for one in said.dates[:3]] == [
        ("30 April 2026", ("PSA blood test",)),
        ("July 2026", ("PSA blood test", "Symptom check")),
        ("October 2026", ("PSA blood test",)),
    ]
    psa, check = said.how
    assert psa.where == "Your GP surgery, a blood test clinic near you or the hospital."
    assert psa.how.startswith("Call your GP surgery")
    assert "telephone" in check.where
    [call] = said.calls
    assert (call.number, call.hours) == ("01632 960001", "Monday to Friday, 9am to 5pm, not on bank holidays.")


def test_it_says_nothing_of_limits_rules_or_the_protocol():
    words = str(msgspec.to_builtins(paper(told())))
    for never in ("0.2", "limit", "ug/L", "removal of the prostate", "above"):
        assert never not in words, never


def test_what_the_team_does_itself_is_no_date_of_theirs():
    words = str(msgspec.to_builtins(paper(told("breast-after-primary-treatment"))))
    assert "ammogram" in words
    assert "review" not in words.lower()
    only_reviews = paper(told("melanoma-stage-1a"))
    assert (only_reviews.dates, only_reviews.standing) == ((), ())
    assert len(only_reviews.calls) == 1


def test_what_is_left_out_is_not_asked_for_and_what_is_late_is_not_asked_for_twice():
    by = {"reason": "his own wish", "author": "Nora Nurse", "made_on": TODAY, "review_on": TODAY + timedelta(days=30)}
    late = Override(change=MidCourse(step="psa", next_due_on=TODAY - timedelta(days=9)), **by)
    said = paper(told(overrides=(Override(change=Skip(step="symptom-check", number=1), **by), late)))
    assert said.dates[0].when == "20 February 2026"
    assert said.dates[0].what == ("PSA blood test (it was due, and nothing has come back yet)",)
    assert "Symptom check" not in next(one for one in said.dates if one.when == "July 2026").what


def test_a_test_of_two_plans_on_one_day_stands_there_once_and_each_team_can_be_called():
    other = msgspec.structs.replace(TEAM, id=2, name="Second team", phone="01632 960002")
    said = paper(told(), told("prostate-after-prostatectomy", team=other))
    assert said.dates == paper(told()).dates
    assert [one.number for one in said.calls] == ["01632 960001", "01632 960002"]


def test_a_plan_that_stands_still_says_so_and_what_has_not_begun_says_that():
    said = paper(told(state="paused", until=date(2026, 5, 1)))
    assert (said.dates, said.how) == ((), ())
    assert said.standing[0].startswith("Your follow-up is paused until 1 May 2026.")
    assert "starts when your team starts it" in paper(told(), begun=False).standing[0]
    assert paper(told(), told(state="ended")).standing == ()


def test_every_protocol_comes_out_as_a_tagged_file_in_both_sizes_and_with_the_longest_name():
    for number, key in enumerate(sorted(load_library())):
        if number % 9 == 0:
            pdf = print_dates(paper(told(key), points=18 if number % 2 else 12))
            assert pdf.startswith(b"%PDF")
            assert b"/MarkInfo" in pdf
    long = msgspec.structs.replace(paper(told(), points=18), name="Wolfeschlegelsteinhausenbergerdorff" * 4)
    assert print_dates(long).startswith(b"%PDF")


async def test_it_is_printed_from_the_page_of_the_person_and_the_look_is_kept(world, site):
    trust = await a_trust(world)
    man = await followed(world, trust=trust)
    browser = await nurse(site, trust)
    ref = await the(world, "select ref from patient where id = $1", man.patient_id)
    page = (await browser.get(f"/people/{ref}")).text
    assert f'<a href="/people/{ref}/dates/pdf">Print the dates for them (PDF)</a>' in page
    file = await browser.get(f"/people/{ref}/dates/pdf")
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    assert file.content.startswith(b"%PDF")
    assert "ashdown" not in file.headers["content-disposition"].lower()
    looks = await world.as_owner("select patient_id from audit_entry where verb = 'dates.look'")
    assert [row["patient_id"] for row in looks] == [man.patient_id]
    _, bea = await other_team(world, trust)
    stranger = await site.signed_in(trust.organisation_id, bea)
    assert (await stranger.get(f"/people/{ref}/dates/pdf")).status_code == 404


async def test_nothing_is_printed_for_somebody_who_has_died_or_has_no_plan(world, site):
    trust = await a_trust(world)
    man = await followed(world, trust=trust)
    browser = await nurse(site, trust)
    ref = await the(world, "select ref from patient where id = $1", man.patient_id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await mark_dead(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=True, died_on=None,
                        by=trust.nurse, now=tx.now)  # fmt: skip
    assert "dates/pdf" not in (await browser.get(f"/people/{ref}")).text
    assert (await browser.get(f"/people/{ref}/dates/pdf")).status_code == 404
    nobody = await waiting(world, trust, serial=5)
    assert (await browser.get(f"/people/{nobody.person_ref}/dates/pdf")).status_code == 404


async def test_it_is_printed_from_the_last_page_before_the_plan_starts(world, site):
    trust = await a_trust(world)
    version_id = await sign(world, trust)
    man = await waiting(world, trust)
    browser = await nurse(site, trust)
    early = await browser.get(f"{man.address}/check/pdf")
    assert early.headers["location"] == f"{man.address}/check"
    await site.post(browser, man.address, {**AGREED, "protocol": str(version_id)})
    await site.post(browser, f"{man.address}/dates", second_page(man, trust))
    page = (await browser.get(f"{man.address}/check")).text
    assert re.search(rf'href="{man.address}/check/pdf">Print the dates for them \(PDF\)<', page)
    file = await browser.get(f"{man.address}/check/pdf")
    assert (file.status_code, file.content[:4]) == (200, b"%PDF")
    assert await the(world, "select count(*) from plan") == 0
    assert await the(world, "select count(*) from audit_entry where verb = 'dates.look'") == 1
