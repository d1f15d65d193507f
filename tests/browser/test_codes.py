"""What a code means, without scripts and by keyboard: from the list to the answer, and taken back at the connections."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rms.people.model import Role
from rms.people.sign_in.sessions import SessionKind, open_session
from rms.sync.jobs import file_inbox
from tests.browser.test_review import look_over, signed_in
from tests.cast import a_person, a_trust, on_file
from tests.database import World
from tests.laboratory import a_peer, arrive, obx, oru
from tests.pages.site import a_member

pytestmark = pytest.mark.browser

CODE = "HK2^Prostate specific Ag^L"


async def two_messages(world: World) -> tuple[str, str]:
    """One of them in a unit that nobody knows; the sessions of a nurse and of an administrator."""
    trust = await a_trust(world)
    await on_file(world, trust, a_person())
    await a_peer(world, trust)
    await arrive(world, *(oru(a_person(), obx("0.31", code=CODE, unit=unit), filler=f"F{n}", control=f"M{n}")
                          for n, unit in enumerate(("ug/L", "furlongs"))))  # fmt: skip
    await file_inbox(world.worker)
    ada = await a_member(world, trust.organisation_id, role=Role.ADMINISTRATOR, name="ada")
    async with world.web.transaction() as tx:
        session = await open_session(tx, kind=SessionKind.STAFF, organisation_id=trust.organisation_id, subject_id=ada,
                                     second_factor=True)  # fmt: skip
    return await signed_in(world, trust), session


@pytest.fixture
def pages(chromium: Browser, site: str, clean: None, outside) -> Iterator[list[Page]]:
    """A nurse's browser and an administrator's, without scripts."""
    del clean
    contexts = []
    for session in outside(two_messages):
        context = chromium.new_context(
            java_script_enabled=False, viewport={"width": 1366, "height": 768}, base_url=site
        )
        context.add_cookies([{"name": "rms-staff", "value": session, "url": site}])
        context.set_default_timeout(20_000)
        contexts.append(context)
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


def test_a_code_is_explained_and_taken_back(pages: list[Page]) -> None:
    nurse, administrator = pages
    nurse.goto("/unmatched")
    nurse.locator("main table a").first.click()
    look_over(nurse, "code-message")
    nurse.get_by_role("button", name="Say what this code means").click()
    look_over(nurse, "code")
    nurse.get_by_role("button", name="Continue").click()
    expect(nurse.get_by_role("alert")).to_contain_text("Choose what the code means")
    look_over(nurse, "code-faults")
    nurse.get_by_role("radio", name="PSA, kept in ug/L").focus()
    nurse.keyboard.press("Space")
    nurse.keyboard.press("Enter")
    expect(nurse.locator("h1")).to_contain_text("is PSA")
    look_over(nurse, "code-check")
    nurse.get_by_role("link", name="Change the answer").click()
    expect(nurse.get_by_role("radio", name="PSA, kept in ug/L")).to_be_checked()
    nurse.get_by_role("radio", name="It is not ours").check()
    nurse.get_by_role("button", name="Continue").click()
    look_over(nurse, "code-check-not-ours")
    nurse.get_by_role("button", name="It is not ours").click()
    expect(nurse.locator("main")).to_contain_text("Noted, once for all.")
    administrator.goto("/set-up/connections")
    look_over(administrator, "code-connections")
    administrator.get_by_role("link", name="Codes of Mill Lane Laboratory").click()
    look_over(administrator, "code-list")
    administrator.get_by_role("button", name="Take back: HK2").click()
    expect(administrator.locator("main")).to_contain_text("Taken back.")
    look_over(administrator, "code-list-empty")
