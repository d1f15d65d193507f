"""The page of a person and of a result over real rows: what must be seen at once, and that the chart and the table agree."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from rms.alerts.moves import DecisionKind
from rms.audit.moves import record
from rms.db.database import Database
from rms.followup import actions
from rms.people.model import Role
from rms.plans.moves import load_library
from rms.results.model import ObservationStatus
from tests.asked import asked
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site, a_member


@pytest.fixture
async def trust(world: World) -> Trust:
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    return await a_trust(world)


async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id or 0)


async def ref_of(world: World, man: Followed) -> UUID:
    return await the(world, "select ref from patient where id = $1", man.patient_id)


async def page_of(world: World, site: Site, man: Followed) -> str:
    answer = await (await nurse(site, man.trust)).get(f"/people/{await ref_of(world, man)}")
    assert answer.status_code == 200
    return answer.text


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_the_line_on_top_says_where_they_stand_and_what_is_next(site, world, trust):
    man = await followed(world, trust=trust)
    page = await page_of(world, site, man)
    assert re.search(r"<h1[^>]*>On plan\.</h1>", page)
    assert re.search(r"Next: PSA blood test, due \d{1,2} [A-Z][a-z]+ \d{4}\.", page)
    assert page.count('role="button"') == 1
    for section in ("results", "plan", "questionnaires", "messages", "contact", "history"):
        assert f'href="#{section}"' in page
        assert f'id="{section}"' in page


async def test_the_chart_names_its_finding_and_the_table_has_the_same_numbers(site, world, trust):
    man = await followed(world, trust=trust, operated_days_ago=400, limit=Decimal("0.15"))
    values = (("0.01", "<", 300), ("0.02", "", 200), ("0.03", "", 100), ("0.02", "", 10))
    for value, comparator, ago in values:
        await file_psa(world, man, value, comparator=comparator, on=man.today - timedelta(days=ago), order=f"o{ago}")
    page = await page_of(world, site, man)
    assert '<title id="test-1-title">PSA over 4 tests, last 0.02, highest 0.03, own limit 0.15</title>' in page
    table = plain(page[page.index("PSA: 4 results, newest first") :].split("</table>")[0])
    numbers = re.findall(r"(?:less than )?\d\.\d+ ug/L", table)
    assert numbers == ["0.02 ug/L", "0.03 ug/L", "0.02 ug/L", "less than 0.01 ug/L"]
    assert page.count("<circle") >= len(values)
    assert "Follow-up began" in page


async def test_a_result_says_who_reviewed_it_and_with_what(site, world, trust):
    man = await followed(world, trust=trust, operated_days_ago=100)
    filed = await file_psa(world, man, "0.02", on=man.today)
    assert "Waits for review" in await page_of(world, site, man)
    await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.IN_RANGE, note="As expected.", by=trust.nurse)  # fmt: skip
    assert "In range, Nora Nurse," in await page_of(world, site, man)


async def test_the_plan_has_every_date_with_why_and_every_change_with_its_reason(site, world, trust):
    man = await followed(world, trust=trust, limit=Decimal("0.1"))
    page = plain(await page_of(world, site, man))
    assert "PSA above the limit: 0.1 ug/L instead of 0.2 Positive margin. Nora Nurse," in page
    assert "3 months after surgery on" in page
    assert "10 years after surgery on" in page


async def test_answers_are_shown_in_words(site, world, trust):
    man = await asked(world, trust)
    ref = await the(world, "select ref from patient where id = $1", man.patient_id)
    page = (await (await nurse(site, trust)).get(f"/people/{ref}")).text
    assert "Sent, not opened yet" in page


@pytest.mark.parametrize(
    ("formal", "tone", "words"),
    [(True, "dead", "Has died"), (False, "dead", "May have died: not confirmed")],
)
async def test_somebody_who_has_died_looks_different_at_once(site, world, trust, formal, tone, words):
    man = await followed(world, trust=trust)
    await actions.record_death(world.web, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=formal,
                               died_on=None, source="His wife", by=trust.nurse)  # fmt: skip
    page = await page_of(world, site, man)
    assert f"rms-standing--{tone}" in page
    assert re.search(rf"<h1[^>]*>{words}", page)


async def test_the_history_tells_everything_once_newest_first_a_page_at_a_time(site, world, trust):
    man = await followed(world, trust=trust, operated_days_ago=100)
    filed = await file_psa(world, man, "0.4", on=man.today)
    await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="result", subject_id=filed.result_id,
                         kind=DecisionKind.CALL, note="Called him.", by=trust.nurse)  # fmt: skip
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for number in range(60):
            await record(tx, by=trust.nurse, verb="person.prefer", subject_kind="patient", patient_id=man.patient_id,
                         reason=f"Reason {number}.")  # fmt: skip
    browser, here = await nurse(site, trust), f"/people/{await ref_of(world, man)}/history"
    first, second = (await browser.get(here)).text, (await browser.get(f"{here}?page=2")).text
    assert "<title>History (page 1 of 2)" in first
    assert first.index("Reason 59.") < first.index("Reason 20.")
    assert "Reason 59." not in second
    told = plain(second)
    assert "Decided about a result: call the person Nora Nurse Called him." in told
    assert told.count("Called him.") == 1
    assert re.search(r"Alert closed: PSA 0.4 ug/L .* Nora Nurse Person called", told)
    assert "Follow-up started" in told
    assert "look" not in [line.casefold() for line in re.findall(r"\S+\.look", told)]
    assert (await browser.get(f"{here}?page=99")).text == (await browser.get(f"{here}?page=x")).text


async def test_a_result_shows_its_versions_side_by_side_and_the_rule_that_judged_it(site, world, trust):
    man = await followed(world, trust=trust, operated_days_ago=100)
    filed = await file_psa(world, man, "0.02", on=man.today, order="one")
    await file_psa(world, man, "0.35", on=man.today, order="one", status=ObservationStatus.CORRECTED)
    ref = await the(world, "select ref from result where id = $1", filed.result_id)
    page = (await (await nurse(site, trust)).get(f"/results/{ref}")).text
    told = plain(page)
    assert "The laboratory changed this result." in told
    assert "Value (changed) 0.35 ug/L 0.02 ug/L" in told
    assert "Status (changed) Corrected Final" in told
    assert re.search(r"PSA 0.35 ug/L on .+ is above the limit of 0.2 ug/L", told)
    assert "PSA above the limit, protocol prostate-after-prostatectomy, version 1" in told
    assert "LAB" in told
    assert "(this one)" in told


async def test_the_raw_message_is_for_those_who_match_results_and_each_look_is_recorded(site, world, trust):
    man = await followed(world, trust=trust, operated_days_ago=100)
    filed = await file_psa(world, man, "0.02", on=man.today)
    ref = await the(world, "select ref from result where id = $1", filed.result_id)
    browser = await nurse(site, trust)
    assert (await browser.get(f"/results/{ref}/raw")).status_code == 404, "typed in: there is no message"
    inbox_id = await the(world, "insert into inbox (peer_address, raw, sha256, answered, received_civil_at) values"
                         " ('10.0.0.1', $1, $2, 'AA', now()) returning id",
                         b"MSH|^~\\&|LAB\rOBX|1|NM|PSA", b"0" * 32)  # fmt: skip
    await world.as_owner("insert into inbox_filing (organisation_id, inbox_id, state, at) values ($1, $2, 'filed', now())",
                         trust.organisation_id, inbox_id)  # fmt: skip
    await world.as_owner("insert into result_version (organisation_id, result_id, digest, status, status_rank, reported_at,"
                         " value_text, comparator, unit_sent, inbox_id, received_at)"
                         " values ($1, $2, 'd', 'P', 3, now(), 'x', '', '', $3, now())",
                         trust.organisation_id, filed.result_id, inbox_id)  # fmt: skip
    raw = (await browser.get(f"/results/{ref}/raw")).text
    assert "MSH|^~\\&amp;|LAB\nOBX|1|NM|PSA" in raw
    assert f"/results/{ref}/raw" in (await browser.get(f"/results/{ref}")).text
    assert await the(world, "select count(*) from audit_entry where verb = 'result.raw.look'") == 1
    manager = await a_member(
        world, trust.organisation_id, role=Role.SERVICE_MANAGER, team_id=trust.team_id, name="max2"
    )
    assert (await (await site.signed_in(trust.organisation_id, manager)).get(f"/results/{ref}/raw")).status_code == 403


async def test_what_others_typed_is_shown_as_text(site, world, trust):
    man = await followed(world, trust=trust)
    await world.as_owner("update patient set gp_name = '<script>alert(1)</script>', family_name = $1 where id = $2",
                         "شمس" + "<b>" + "x" * 80, man.patient_id)  # fmt: skip
    page = await page_of(world, site, man)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "شمس" in page
