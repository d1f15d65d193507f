"""The pages of set-up at both widths, scripts off: nothing that axe finds, nothing that sticks out, one heading each."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from rms.db.database import Database
from rms.people.model import Role
from rms.plans.moves import load_library
from rms.questionnaires.moves.versions import load_questionnaires
from rms.rehearsal.people import story_people
from rms.rehearsal.register_files import csv_file
from tests.cast import a_trust
from tests.database import World
from tests.pages.site import a_member

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: A folder to leave pictures in, for whoever looks at the pages; none are kept otherwise.
PICTURES = os.environ.get("RMS_PICTURES", "")


async def a_trust_that_sets_up(world: World) -> None:
    """Two trusts' staff, one of them away without cover, one with a very long name, one who has left."""
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
        await load_questionnaires(tx)
    trust = await a_trust(world)
    await world.as_owner("insert into door_sign_in (sign_in_name, organisation_id, staff_id)"
                         " select sign_in_name, organisation_id, id from staff")  # fmt: skip
    await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    await a_member(world, trust.organisation_id, role=Role.INTEGRATOR, name="ian")
    long = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="a" * 60)
    await world.as_owner(
        "update staff set display_name = $2 where id = $1", long, "Llanfairpwllgwyngyll-" * 3 + "Jones"
    )
    gone = await a_member(world, trust.organisation_id, role=Role.CONSULTANT, team_id=trust.team_id, name="gone")
    await world.as_owner("update staff set ended_at = now(), ended_by = 'Ada' where id = $1", gone)
    await world.as_owner(
        "insert into staff_leave (organisation_id, staff_id, from_on, until_on, created_by)"
        " values ($1, $2, now()::date, now()::date + 5, 'Ada')",
        trust.organisation_id, trust.nurse.id,
    )  # fmt: skip


@pytest.fixture(params=[(320, 640), (1366, 768)], ids=["320", "1366"])
def page(request: pytest.FixtureRequest, chromium: Browser, site: str, clean, outside) -> Iterator[Page]:
    del clean
    outside(a_trust_that_sets_up)
    width, height = request.param
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": width, "height": height}, base_url=site
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def be(page: Page, name: str) -> None:
    """Sign in by name, as a demo allows."""
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def look_over(page: Page, name: str) -> None:
    """Axe finds nothing, nothing sticks out, one heading, no script. Axe looks at a copy that runs scripts."""
    if PICTURES:
        width = (page.viewport_size or {})["width"]
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    shown = page.content()
    assert page.context.browser is not None
    scripted = page.context.browser.new_context(viewport=page.viewport_size)
    copy = scripted.new_page()
    copy.route(page.url, lambda route: route.fulfill(body=shown, content_type="text/html"))
    copy.goto(page.url)
    found = Axe().run(copy)
    scripted.close()
    assert found.violations_count == 0, (name, found.generate_report())
    assert page.evaluate(OVERFLOW) <= 0, name
    assert page.locator("h1").count() == 1, name
    assert page.locator("script").count() == 0, name


def open_and_look(page: Page, path: str, name: str) -> None:
    page.goto(path)
    look_over(page, name)


def test_people_teams_leave_and_the_checklist(page: Page) -> None:
    be(page, "Some administrator")
    assert page.url.endswith("/set-up")
    look_over(page, "checklist")
    open_and_look(page, "/set-up/people", "people")
    open_and_look(page, "/set-up/people?state=gap", "people-gap")
    page.get_by_role("link", name="Nora Nurse", exact=True).click()
    look_over(page, "person")
    page.get_by_role("link", name="Lost telephone or forgotten password").click()
    look_over(page, "code")
    page.get_by_role("button", name="Give a new code").click()
    look_over(page, "code-fault")
    page.get_by_label("I saw them").check()
    page.get_by_role("button", name="Give a new code").click()
    look_over(page, "codes")
    # A code is copied by hand: none of it may lie beyond the edge of its region.
    edge = "document.querySelector({!r}).getBoundingClientRect().right"
    assert page.evaluate(edge.format(".rms-codes strong")) <= page.evaluate(edge.format(".rms-scroll"))
    page.goto("/set-up/people")
    page.get_by_role("link", name="Dan Deputy", exact=True).click()
    page.get_by_role("link", name="They have left").click()
    look_over(page, "end")
    page.goto("/set-up/people?state=ended")
    page.get_by_role("link", name="Some consultant", exact=True).click()
    look_over(page, "ended")
    page.goto("/set-up/people/add")
    page.get_by_role("button", name="Add and show the set-up code").click()
    look_over(page, "add-fault")
    open_and_look(page, "/set-up/teams", "teams")
    page.goto("/set-up/teams/add")
    page.get_by_role("button", name="Add the team").click()
    look_over(page, "team-fault")
    open_and_look(page, "/set-up/leave", "leave")
    open_and_look(page, "/set-up/back-up", "back-up")
    page.context.clear_cookies()
    open_and_look(page, "/sign-in/help", "help")


def test_what_a_clinician_signs(page: Page) -> None:
    be(page, "Lena Lead")
    open_and_look(page, "/set-up/protocols", "signing")
    page.get_by_role("link", name="Prostate").first.click()
    look_over(page, "protocol")
    page.get_by_role("button", name="Sign off").click()
    look_over(page, "protocol-fault")
    page.goto("/set-up/protocols")
    page.get_by_role("link", name="prostate", exact=False).last.click()
    look_over(page, "questionnaire")
    open_and_look(page, "/set-up/clinical-safety", "safety")
    open_and_look(page, "/set-up/people", "people-lead")


def test_own_words_are_written_by_one_and_approved_by_another(page: Page) -> None:
    be(page, "Some administrator")
    open_and_look(page, "/set-up/wording", "wordings")
    page.get_by_role("link", name="Open: A test is due: first reminder, Text message").click()
    look_over(page, "wording")
    page.get_by_label("Words", exact=True).fill("Your cancer test. {{ clinic }}")
    page.get_by_role("button", name="Preview and count").click()
    look_over(page, "wording-fault")
    body = "{{ opening }}your {{ test }} is due in {{ due_month }}. {{ booking }} Ring {{ phone }}. {{ organisation_name }}"
    page.get_by_label("Words", exact=True).fill(body)
    page.get_by_role("button", name="Preview and count").click()
    assert page.url.endswith("#preview")
    look_over(page, "wording-preview")
    page.get_by_role("button", name="Save as a draft").click()
    look_over(page, "wording-saved")
    be(page, "Lena Lead")
    page.goto("/set-up/wording/test_reminder_1/sms")
    look_over(page, "wording-to-approve")
    page.get_by_role("button", name="Approve version 1").click()
    look_over(page, "wording-approved")
    page.get_by_role("button", name="Withdraw version 1").click()
    look_over(page, "wording-withdraw-fault")
    page.goto("/set-up/wording/plan_started/email")
    look_over(page, "wording-email")


def test_a_file_and_the_connections(page: Page) -> None:
    be(page, "Lena Lead")
    page.goto("/set-up/import")
    page.get_by_role("button", name="Check the file").click()
    look_over(page, "import-fault")
    raw = csv_file(story_people(today=date(2026, 3, 1))) + b'"x",,\r\n'
    page.locator("#file").set_input_files({"name": "register.csv", "mimeType": "text/csv", "buffer": raw})
    page.get_by_role("button", name="Check the file").click()
    look_over(page, "batch-review")
    page.get_by_role("link", name="New (").click()
    look_over(page, "batch-new")
    page.get_by_role("button", name="Approve: add").click()
    look_over(page, "batch-report")
    be(page, "Some administrator")
    page.goto("/set-up/connections/add")
    page.get_by_label("Name for people").fill("Pathology")
    page.get_by_role("button", name="Add it").click()
    look_over(page, "peer-fault")
    page.get_by_label("What it calls itself").fill("LAB")
    page.get_by_role("button", name="Add it").click()
    look_over(page, "connections")
    page.get_by_role("button", name="Test Our listener").click()
    look_over(page, "connections-tested")
