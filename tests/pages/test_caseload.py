"""The staff pages over real rows: whom a team sees, what is done with an alert, the letters."""

import re
from uuid import UUID

import httpx
import pytest

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.people.model import Diagnosis, Role, TumourSite
from rms.people.moves import mark_dead, put_case, stop_messages
from tests.asked import follow
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.pages.site import Site, a_member


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def breast(world: World, trust: Trust) -> tuple[int, int]:
    """A breast team of the same trust and its nurse: (team, nurse)."""
    row = await world.as_owner(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, 'breast', 'Breast', '1', 'breast')"
        " returning id", trust.organisation_id,
    )  # fmt: skip
    nurse = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=row[0]["id"], name="bea")
    return row[0]["id"], nurse


async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    return await site.signed_in(trust.organisation_id, trust.nurse.id or 0)


async def found(site: Site, browser: httpx.AsyncClient, wanted: str = "ash") -> bool:
    return "ASHDOWN" in (await site.post(browser, "/people", {"wanted": wanted})).text


async def diagnosed(world: World, trust: Trust, patient_id: int, site: TumourSite) -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await put_case(tx, organisation_id=trust.organisation_id, patient_id=patient_id, source="register",
                       diagnosis=Diagnosis(ref=f"D{patient_id}", site=site), by=trust.nurse)  # fmt: skip


async def alarmed(world: World, trust: Trust, patient_id: int, *, team_id: int | None = None) -> UUID:
    async with world.worker.transaction() as tx:
        alert_id = await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=team_id or trust.team_id, kind=AlertKind.LOOK_SOON,
            subject_kind="patient", subject_id=patient_id, rule_key="psa", patient_id=patient_id,
            sentence="PSA was 0.4 µg/L, above 0.2 µg/L.", cause_kind="result", cause_id=1, by=WORKER, now=tx.now,
        )  # fmt: skip
    return (await world.as_owner("select ref from alert where id = $1", alert_id))[0]["ref"]


async def ref_of(world: World, patient_id: int) -> UUID:
    return (await world.as_owner("select ref from patient where id = $1", patient_id))[0]["ref"]


@pytest.mark.parametrize(
    ("tumour_site", "seen_by"),
    [(TumourSite.BREAST, "breast"), (TumourSite.UROLOGY, "urology"), (TumourSite.LUNG, "urology"), (None, "urology")],
)
async def test_somebody_without_a_plan_is_seen_by_exactly_one_team(site, world, trust, breast, tumour_site, seen_by):
    patient_id = await on_file(world, trust)
    if tumour_site is not None:
        await diagnosed(world, trust, patient_id, tumour_site)
    seen = {
        "urology": await found(site, await nurse(site, trust)),
        "breast": await found(site, await site.signed_in(trust.organisation_id, breast[1])),
    }
    assert seen == {team: team == seen_by for team in seen}


async def test_a_plan_decides_over_the_tumour_site_and_goes_on_to_after_its_end(site, world, trust, breast):
    man = await follow(world, trust)
    await diagnosed(world, trust, man.patient_id, TumourSite.BREAST)
    bea = await site.signed_in(trust.organisation_id, breast[1])
    address = f"/people/{await ref_of(world, man.patient_id)}"
    assert await found(site, await nurse(site, trust))
    assert not await found(site, bea)
    assert (await bea.get(address)).status_code == 404
    await world.as_owner(
        "update plan set state = 'ended', ended_at = now(), ended_by_staff_id = $1, outcome = 'completed'",
        trust.nurse.id,
    )
    assert (await (await nurse(site, trust)).get(address)).status_code == 200
    assert (await bea.get(address)).status_code == 404
    await alarmed(world, trust, man.patient_id, team_id=breast[0])
    assert (await bea.get(address)).status_code == 200


async def test_a_person_is_found_by_number_and_by_any_writing_of_the_name(site, world, trust):
    await on_file(world, trust, a_person(1, family="O’Brien"))
    person = a_person(1)
    browser = await nurse(site, trust)
    number = str(person.nhs_number)
    for wanted in ("OBR", "o'b", number, f"{number[:3]} {number[3:6]} {number[6:]}"):
        assert "BRIEN" in (await site.post(browser, "/people", {"wanted": wanted})).text, wanted
    for wanted, sentence in (
        ("o", "at least 2 letters"),
        ("1234567890", "last digit"),
        ("", "Enter a name, an NHS number"),
    ):
        answer = await site.post(browser, "/people", {"wanted": wanted})
        assert (answer.status_code, sentence in answer.text) == (422, True), wanted
    assert "Nobody of your teams" in (await site.post(browser, "/people", {"wanted": "zz%"})).text


async def test_a_name_searched_for_never_stands_in_an_address(site, world, trust):
    browser = await nurse(site, trust)
    page = (await browser.get("/people")).text
    assert re.search(r'<form action="/people" method="post"', page)
    assert (await browser.get("/people?wanted=ash")).text == (await browser.get("/people")).text


async def test_the_page_of_a_person_says_what_must_not_be_overlooked(site, world, trust):
    man = await follow(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        who = {"organisation_id": trust.organisation_id, "patient_id": man.patient_id, "by": trust.nurse, "now": tx.now}
        await stop_messages(tx, why="He asked us to.", **who)
        await mark_dead(tx, formal=False, died_on=None, **who)
    page = (await (await nurse(site, trust)).get(f"/people/{await ref_of(world, man.patient_id)}")).text
    for words in ("ASHDOWN, Peter (Mr)", "3 April 1950", "May have died", "No messages: He asked us to.", "Mill Lane Surgery",
                  "Late", "No results yet."):  # fmt: skip
        assert words in page, words


async def test_an_alert_is_taken_and_closed_with_an_outcome(site, world, trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    browser = await nurse(site, trust)
    assert (await site.post(browser, f"/alerts/{ref}/take")).headers["location"] == f"/alerts/{ref}"
    page = (await browser.get(f"/alerts/{ref}")).text
    assert "Nora Nurse: Alert taken" in page
    assert "Take it" not in page
    none = await site.post(browser, f"/alerts/{ref}/close")
    assert (none.status_code, "Choose an outcome" in none.text) == (422, True)
    unexplained = await site.post(browser, f"/alerts/{ref}/close", {"outcome": "no_action_needed"})
    assert (unexplained.status_code, "Say why nothing more is needed" in unexplained.text) == (422, True)
    unfit = await site.post(browser, f"/alerts/{ref}/close", {"outcome": "not_ours", "note": "x"})
    assert unfit.status_code == 422
    done = await site.post(browser, f"/alerts/{ref}/close", {"outcome": "person_called", "note": "He is well."})
    assert done.status_code == 303
    page = (await browser.get(f"/alerts/{ref}")).text
    assert "Person called: He is well." in page
    assert 'name="outcome"' not in page
    assert "No alert waits for your teams." in (await browser.get("/alerts")).text
    assert (await site.post(browser, f"/alerts/{ref}/take")).status_code == 422


async def test_a_page_that_is_old_takes_nothing_from_a_colleague_and_a_new_one_takes_it_over(site, world, trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    helper = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    sue, nora = await site.signed_in(trust.organisation_id, helper), await nurse(site, trust)
    assert (await site.post(nora, f"/alerts/{ref}/take", {"had_by": ""})).status_code == 303
    late = await site.post(sue, f"/alerts/{ref}/take", {"had_by": ""})
    assert (late.status_code, "A colleague took this alert after you opened the page" in late.text) == (422, True)
    assert "Nora Nurse" in late.text
    assert (await world.as_owner("select owner_staff_id from alert"))[0][0] == trust.nurse.id
    assert "Take it over" in late.text
    assert (await site.post(sue, f"/alerts/{ref}/take", {"had_by": str(trust.nurse.id)})).status_code == 303
    assert (await world.as_owner("select owner_staff_id from alert"))[0][0] == helper


async def test_what_a_role_may_not_do_is_not_offered(site, world, trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    helper = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    page = (await (await site.signed_in(trust.organisation_id, helper)).get(f"/alerts/{ref}")).text
    assert "Take it" in page
    assert 'name="outcome"' not in page


async def test_a_letter_is_opened_printed_and_gone_from_the_queue(site, world, trust):
    patient_id = await on_file(world, trust)
    message = await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " not_before, not_after, queued_at) values ($1, $2, $3, 'gp_practice', 'test', 1, 'plan_started_gp', 'letter',"
        " 'accepted', now(), now(), now()) returning id, ref", trust.organisation_id, patient_id, trust.team_id,
    )  # fmt: skip
    await world.as_owner(
        "insert into letter (organisation_id, message_id, pdf, made_at) values ($1, $2, '%PDF-1.7', now())",
        trust.organisation_id, message[0]["id"],
    )  # fmt: skip
    browser, address = await nurse(site, trust), f"/letters/{message[0]['ref']}"
    assert f"{address}/pdf" in (await browser.get("/letters")).text
    file = await browser.get(f"{address}/pdf")
    assert (file.content, file.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert "ashdown" not in file.headers["content-disposition"].lower()
    for _ in range(2):
        assert (await site.post(browser, f"{address}/printed")).status_code == 303
    assert "No letter waits" in (await browser.get("/letters")).text
    rows = await world.as_owner("select printed_by from letter")
    assert [row["printed_by"] for row in rows] == ["Nora Nurse"]
    assert len(await world.as_owner("select 1 from audit_entry where verb = 'letter.printed'")) == 1


async def test_a_letter_that_is_held_is_shown_with_the_reason_and_cannot_be_printed_and_a_taken_back_one_is_gone(
    site, world, trust
):
    patient_id = await on_file(world, trust)
    [message] = await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " not_before, not_after, queued_at) values ($1, $2, $3, 'person', 'decision', 1, 'result_in_range_person', 'letter',"
        " 'accepted', now(), now(), now()) returning id, ref", trust.organisation_id, patient_id, trust.team_id,
    )  # fmt: skip
    await world.as_owner(
        "insert into letter (organisation_id, message_id, pdf, made_at) values ($1, $2, '%PDF-1.7', now())",
        trust.organisation_id, message["id"],
    )  # fmt: skip
    browser, address = await nurse(site, trust), f"/letters/{message['ref']}"
    assert f"{address}/pdf" in (await browser.get("/letters")).text
    # Another trust was told of a death: that counts at once, before anything here was changed.
    await world.as_owner("insert into death (nhs_number, state, source, recorded_at)"
                         " select nhs_number, 'informal', 'A neighbour', now() from patient")  # fmt: skip
    shown = (await browser.get("/letters")).text
    assert "The person may have died." in shown
    assert address not in shown
    await world.as_owner("delete from death")
    await world.as_owner("update message set state = 'held', state_reason = 'His wife rang: he may have died.'")
    shown = (await browser.get("/letters")).text
    assert "Held, do not print.</strong> His wife rang: he may have died." in shown
    assert address not in shown
    assert b"%PDF" not in (await browser.get(f"{address}/pdf")).content
    assert (await site.post(browser, f"{address}/printed")).status_code == 422
    assert await world.as_owner("select from letter where printed_at is not null") == []
    await world.as_owner("update message set state = 'void', state_reason = 'The person died.', settled_at = now()")
    assert "No letter waits" in (await browser.get("/letters")).text
    assert b"%PDF" not in (await browser.get(f"{address}/pdf")).content


async def test_what_people_type_is_shown_as_text(site, world, trust):
    person = a_person(1, family="Ashdown<script>alert(1)</script>")
    await on_file(world, trust, person)
    page = (await site.post(await nurse(site, trust), "/people", {"wanted": "ash"})).text
    assert "<script>alert" not in page.lower()
    assert "&lt;SCRIPT&gt;" in page
