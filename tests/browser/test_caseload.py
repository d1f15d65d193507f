"""A nurse's lists and everything about one person, without scripts: axe, no sideways scroll, a heading, awkward names."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.asked import load
from tests.browser.test_review import look_over, signed_in, tab_to
from tests.cast import a_trust
from tests.database import World
from tests.followed import file_psa, followed, the
from tests.worklists import alarmed, away, late_ref, stopped_message

pytestmark = pytest.mark.browser

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswesse"
LISTS = (
    "/today",
    "/alerts",
    "/late",
    "/messages",
    "/unmatched",
    "/notes",
    "/letters",
    "/downtime",
    "/today/unattended",
    "/people",
    "/people/add",
)
ABOUT_ONE = ("", "/contact", "/needs", "/correct", "/note", "/history", "/messages/stop", "/death")


class Work:
    """Where the nurse's work lies."""

    session: str = ""
    person: str = ""
    plan: str = ""
    message: str = ""
    result: str = ""


async def a_full_day(world: World) -> Work:
    """A man with a long name, results, a late test, alerts, a message that failed and a note; a colleague away."""
    await load(world)
    trust = await a_trust(world)
    man = await followed(world, trust=trust, operated_days_ago=100)
    for n, value in enumerate(("0.02", "0.05", "0.3")):
        await file_psa(world, man, value, on=man.today, order=f"o{n}")
    await world.as_owner("update patient set family_name = $1, given_names = 'الأنصاري <b>'", LONG)
    await late_ref(world, man)
    await alarmed(world, trust, man.patient_id)
    message_id = await stopped_message(world, trust, man.patient_id)
    await away(world, trust, "Dan Deputy", cover=trust.nurse.id)
    await world.as_owner(
        "insert into note (organisation_id, patient_id, words, written_at, written_by_staff_id, for_staff_id)"
        " values ($1, $2, 'Please call him.', now(), $3, $3)", trust.organisation_id, man.patient_id, trust.nurse.id,
    )  # fmt: skip
    work = Work()
    work.session = await signed_in(world, trust)
    work.person = str(await the(world, "select ref from patient where id = $1", man.patient_id))
    work.plan = str(await the(world, "select ref from plan where id = $1", man.plan_id))
    work.message = str(await the(world, "select ref from message where id = $1", message_id))
    work.result = str(await the(world, "select ref from result order by id limit 1"))
    return work


@pytest.fixture
def work(clean: None, outside) -> Work:
    """The filled database."""
    del clean
    found: Work = outside(a_full_day)
    return found


@pytest.fixture
def nurse(chromium: Browser, site: str, work: Work) -> Iterator[Page]:
    """Nora's browser, without scripts."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 768}, base_url=site)
    context.add_cookies([{"name": "rms-staff", "value": work.session, "url": site}])
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def named(path: str) -> str:
    return path.strip("/").replace("/", "-") or "person"


def test_every_list_and_every_page_about_one_person_is_whole_at_every_width(nurse: Page, work: Work):
    about = [f"/people/{work.person}{part}" for part in ABOUT_ONE]
    more = [
        f"/plans/{work.plan}/change",
        f"/plans/{work.plan}/pause",
        f"/messages/{work.message}",
        f"/results/{work.result}",
    ]
    for path in (*LISTS, *about, *more):
        nurse.goto(path)
        look_over(nurse, named(path).replace(work.person, "person").replace(work.plan, "plan")[:40])
        # The bar that says who a page is about stands on every page about one person and never on a list.
        bars = nurse.get_by_role("region", name="Who this is about").count()
        assert bars == (path not in LISTS), path


def test_the_faults_of_a_form_are_read_out_first(nurse: Page, work: Work):
    for path, button in (("note", "Save the note"), ("needs", "Save"), ("correct", "Save")):
        nurse.goto(f"/people/{work.person}/{path}")
        if path == "correct":
            nurse.get_by_label("Family name").fill("")
        nurse.get_by_role("button", name=button, exact=True).click()
        assert nurse.title().startswith("Error: ")
        assert nurse.evaluate("document.activeElement.className").startswith("nhsuk-error-summary")
        look_over(nurse, f"{path}-faults")


def test_a_note_is_written_and_read_with_the_keyboard_alone(nurse: Page, work: Work):
    nurse.goto(f"/people/{work.person}/note")
    # A tall box may reach below the window: the line one types into is what must be seen.
    while nurse.evaluate("document.activeElement.name") != "words":
        nurse.keyboard.press("Tab")
    nurse.keyboard.type("Spoke to his wife.")
    tab_to(nurse, "Save the note")
    with nurse.expect_navigation():
        nurse.keyboard.press("Enter")
    assert nurse.get_by_text("Spoke to his wife.").is_visible()
