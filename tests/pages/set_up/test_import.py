"""A file on its way in: checked, reviewed, approved, reported; nothing about anybody is written before the approval."""

import time
from datetime import date

import httpx
import msgspec
import pytest

from rms.people.model import Role
from rms.rehearsal.people import people, story_people
from rms.rehearsal.register_files import bundle, csv_file
from tests.cast import Trust, a_trust
from tests.database import World
from tests.pages.site import Site, a_member

TODAY = date(2026, 3, 1)
PATH = "/set-up/import"


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def lead(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.lead.id or 0)


async def send(
    site: Site, browser: httpx.AsyncClient, raw: bytes, *, name: str = "register.csv", kind: str = "register"
):
    form = {"csrf_token": site.csrf(browser), "kind": kind}
    return await browser.post(PATH, data=form, files={"file": (name, raw, "application/octet-stream")})


async def on_file(world: World) -> int:
    [row] = await world.as_owner("select count(*) as people from patient")
    return int(row["people"])


async def test_upload_check_review_approve_report(site: Site, world: World, trust, lead):
    raw = csv_file(story_people(today=TODAY)).decode("utf-8-sig") + '"x",' + "," * 40 + "\r\n"
    staged = await send(site, lead, raw.encode())
    assert staged.status_code == 303
    review = staged.headers["location"]
    page = (await lead.get(review)).text
    assert await on_file(world) == 0
    for words in ("Check what would change", "Nothing has been changed yet.", "Cannot be read", "Row "):
        assert words in page, words
    new = (await lead.get(f"{review}?part=add")).text
    assert "HARTLEY" in new.upper()
    assert "Born 17 April 1953" in new
    assert (await site.post(lead, f"{review}/approve")).headers["location"] == review
    report = (await lead.get(review)).text
    assert "What the import changed" in report
    assert "Approved by Lena Lead" in report
    assert "<button" not in report.split("<main")[1]
    assert await on_file(world) == len(story_people(today=TODAY))
    again = await site.post(lead, f"{review}/approve")
    assert (again.status_code, "was approved by Lena Lead already" in again.text) == (422, True)


async def test_the_same_file_twice_waits_once_and_can_be_put_away(site: Site, world: World, trust, lead):
    raw = csv_file(story_people(today=TODAY))
    first, second = [await send(site, lead, raw) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    done = await site.post(lead, f"{first.headers['location']}/discard")
    assert done.headers["location"] == f"{PATH}?done=discarded"
    assert "No file waits." in (await lead.get(PATH)).text
    assert await on_file(world) == 0


async def test_what_is_here_already_is_said_and_changes_nothing(site: Site, world: World, trust, lead):
    raw = msgspec.json.encode(bundle(story_people(today=TODAY)))
    review = (await send(site, lead, raw, name="bundle.json")).headers["location"]
    await site.post(lead, f"{review}/approve")
    again = (await send(site, lead, raw, name="bundle.json")).headers["location"]
    page = (await lead.get(again)).text
    assert "There is nothing to approve" in page
    assert "Already here" in page


async def test_an_integrator_sends_and_a_team_lead_approves(site: Site, world: World, trust, lead):
    staff_id = await a_member(world, trust.organisation_id, role=Role.INTEGRATOR, name="ian")
    integrator = await site.signed_in(trust.organisation_id, staff_id)
    review = (await send(site, integrator, csv_file(story_people(today=TODAY)))).headers["location"]
    page = (await integrator.get(review)).text
    assert "A team lead approves it." in page
    assert f"{review}/approve" not in page
    assert (await site.post(integrator, f"{review}/approve")).status_code == 403
    assert "register.csv" in (await lead.get(PATH)).text


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"", "register.csv", "is empty"),
        (b"\x00\xff\xfe", "register.csv", "cannot be read"),
        (b"{", "bundle.json", "cannot be read"),
        (b"x", "people.xlsx", "Only files that end in .csv, .json or .json.gz are read."),
    ],
)
async def test_a_file_that_is_none_is_refused_in_words(
    site: Site, world: World, trust, lead, raw: bytes, name: str, words: str
):
    page = await send(site, lead, raw, name=name)
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert words in page.text
    assert await world.as_owner("select id from import_batch") == []


async def test_no_file_and_one_that_is_too_large_are_said_on_the_page(site: Site, world: World, trust, lead):
    form = {"csrf_token": site.csrf(lead)}
    page = await lead.post(PATH, data=form, files={"other": ("x", b"x")})
    assert page.status_code == 422
    assert "Choose a file" in page.text
    assert "Choose what the file holds" in page.text
    large = await send(site, lead, b"x" * 20_000_001)
    assert (large.status_code, "The file must be 20 MB or smaller" in large.text) == (422, True)
    larger = await send(site, lead, b"x" * 26_000_000)
    assert (larger.status_code, "This is too large" in larger.text) == (413, True)


async def test_the_name_of_the_file_is_shown_as_it_is_and_names_no_folder(site: Site, world: World, trust, lead):
    review = (await send(site, lead, csv_file(story_people(today=TODAY)), name="C:\\x\\<b>list.csv")).headers[
        "location"
    ]
    page = (await lead.get(review)).text
    assert "&lt;b&gt;list.csv" in page
    assert "C:" not in page


async def test_a_thousand_people_come_in_with_three_requests_after_the_form(site: Site, world: World, trust, lead):
    """J13: open the form, choose the file, check it, approve it."""
    raw = csv_file(people(1000, seed=3, today=TODAY))
    began = time.monotonic()
    review = (await send(site, lead, raw)).headers["location"]
    page = (await lead.get(f"{review}?part=add&page=2")).text
    assert "Showing 51 to 100 of " in page
    done = await site.post(lead, f"{review}/approve")
    assert done.status_code == 303, done.text
    assert await on_file(world) > 900
    assert time.monotonic() - began < 60


async def test_another_trusts_file_is_not_there(site: Site, world: World, trust, lead):
    other = await a_trust(world, code="RBB", name="South Hospital")
    theirs = await site.signed_in(other.organisation_id, other.lead.id or 0)
    review = (await send(site, theirs, csv_file(story_people(today=TODAY)))).headers["location"]
    assert (await lead.get(review)).status_code == 404
    assert (await site.post(lead, f"{review}/approve")).status_code == 404
