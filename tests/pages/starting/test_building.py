"""From a protocol to a running plan in three pages, with every error, the back button, and two who press at once."""

import asyncio
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from rms.dates import PartialDate
from rms.people.model import Diagnosis, Role, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.moves import mark_dead, put_case, put_treatment, stop_messages
from rms.plans.model import Course
from rms.plans.protocol import load_library
from rms.plans.schedule import preview
from rms.plans.store import plans_of
from rms.questionnaires.store import symptoms_of_plans
from rms.questionnaires.symptoms import Symptoms
from tests import asked
from tests.cast import Trust
from tests.database import World
from tests.followed import Followed, file_psa, followed
from tests.pages.site import Site, a_member
from tests.pages.starting.cast import AGREED, PROTOCOL, Waiting, a_day, second_page, sign, waiting


async def rows(world: World, sql: str) -> list[Any]:
    return [tuple(row) for row in await world.as_owner(sql)]


async def agreed(site: Site, browser: httpx.AsyncClient, man: Waiting, version_id: int, **more: str) -> httpx.Response:
    return await site.post(browser, man.address, {**AGREED, "protocol": str(version_id), **more})


async def ready_to_start(site, browser, man, trust, version_id, **more: str) -> dict[str, str]:
    """Fill in both pages; what the third page sends."""
    assert (await agreed(site, browser, man, version_id)).headers["location"] == f"{man.address}/dates"
    dated = await site.post(browser, f"{man.address}/dates", second_page(man, trust, **more))
    assert dated.headers.get("location") == f"{man.address}/check", dated.text
    return {"revision": "2"}


async def test_the_register_suggests_with_reason_and_what_to_settle(nurse, man, version_id):
    page = (await nurse.get(man.address)).text
    assert re.search(rf'name="protocol" type="radio" value="{version_id}"[^>]* checked', page)
    assert "The register has a cancer coded C61, treated by surgery on" in page
    for words in ("ASHDOWN, Peter (Mr)", "Urology cancer (C61)", "Was the whole prostate removed", "page 1 of 3"):
        assert words in page, words
    order = [page.index(words) for words in ("Born <strong>", "Sex <strong>", "NHS number <strong>")]
    assert order == sorted(order)


async def test_a_protocol_that_nobody_signed_is_named_with_what_is_missing_and_cannot_be_chosen(
    site, world, trust, nurse
):
    man = await waiting(world, trust)
    page = (await nurse.get(man.address)).text
    assert "No protocol that is signed off here fits this cancer." in page
    assert re.search(
        r"<strong>Prostate cancer after removal of the prostate</strong> fits as well.*signs it off first", page
    )
    unsigned = await world.as_owner("select id from protocol_version where key = $1", PROTOCOL)
    answer = await agreed(site, nurse, man, unsigned[0]["id"])
    assert (answer.status_code, "Choose a protocol that is signed off here" in answer.text) == (422, True)


async def test_another_signed_protocol_of_the_site_can_be_chosen_and_says_that_the_register_does_not_speak_for_it(
    world, trust, nurse, man
):
    await sign(world, trust, key="prostate-after-radiotherapy")
    page = (await nurse.get(man.address)).text
    assert "The register does not speak for it" in page
    assert "Only for Prostate cancer after radiotherapy" in page
    assert page.count("Is there any sign that the cancer has come back") == 1


async def test_everything_wrong_with_the_first_page_is_said_at_once(site, nurse, man, version_id):
    nothing = await site.post(nurse, man.address, {"protocol": str(version_id)})
    assert (nothing.status_code, "<title>Error: Choose a protocol" in nothing.text) == (422, True)
    summary = nothing.text.split('class="nhsuk-error-summary"')[1].split("</ul>")[0]
    assert summary.count("<li>") == 4
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{target}"' in nothing.text, target
    wrong = await agreed(site, nurse, man, version_id, **{"q-no-sign-of-return": "yes"})
    assert (wrong.status_code, "This protocol is for people for whom the answer is no." in wrong.text) == (422, True)
    assert re.search(r'id="q-understands-plan"[^>]* checked', wrong.text), "what was typed is kept"


@pytest.mark.parametrize(("choice", "note", "status"), [("declined", "", 303), ("not_suitable", "", 422),
                                                       ("not_suitable", "Cannot be reached.", 303)])  # fmt: skip
async def test_a_conversation_that_ends_otherwise_ends_here(site, world, nurse, man, choice, note, status):
    answer = await site.post(nurse, man.address, {"choice": choice, "note": note, "workshop": "yes"})
    assert answer.status_code == status
    if status == 303:
        assert answer.headers["location"] == f"/starting?left={man.ref}"
        kept = await rows(world, "select what, workshop_attended, made_by_staff_id is not null from follow_up_choice")
        assert kept == [(choice, True, True)]


async def test_the_second_page_is_filled_in_from_the_register_and_the_file(site, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id)
    page = (await nurse.get(f"{man.address}/dates")).text
    for name, value in a_day("on-surgery", man.ended_on).items():
        assert re.search(rf'name="{name}"[^>]* value="{value}"', page), name
    assert re.search(rf'<option value="{trust.nurse.id}" selected>Nora Nurse', page)
    assert re.search(r'value="sms" checked', page)
    assert "Text message to 07700 900001" in page
    assert "usual limit: 0.2 ug/L" in page
    assert "PSA blood test, number 2: due" in page
    assert "Not on record: email." in page
    assert (await site.post(nurse, f"{man.address}/dates", second_page(man, trust))).status_code == 303


async def test_everything_wrong_with_the_second_page_is_said_at_once(site, world, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id)
    tomorrow = man.ended_on + timedelta(days=91)
    typed = second_page(
        man, trust, **a_day("on-surgery", tomorrow), nurse="0", prefers="email",
        **{"limit-value": "-1", "skip-which": "psa:1", "skip-reason": "Away", **a_day("skip-review", tomorrow),
           "interval-months": "99", "stop-of": "symptom-check"},
    )  # fmt: skip
    answer = await site.post(nurse, f"{man.address}/dates", typed)
    assert answer.status_code == 422
    for words in ("must be today or in the past", "Enter the limit as a number", "must not be left out",
                  "whole number from 1 to 60", "Choose which one", "Enter the day from which on none is due",
                  "Say why this person needs something else", "Choose the nurse", "Choose how to reach them"):  # fmt: skip
        assert words in answer.text, words
    summary = answer.text.split('class="nhsuk-error-summary"')[1].split("</ul>")[0]
    for target in re.findall(r'href="#([^"]+)"', summary):
        assert f'id="{target}"' in answer.text, target
    assert answer.text.count(" open>") == 3, "a group with something in it is open"
    assert (await rows(world, "select revision from plan_draft")) == [(1,)]


async def test_a_date_that_is_not_the_registers_says_where_it_comes_from(site, world, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id)
    other = a_day("on-surgery", man.ended_on - timedelta(days=2))
    answer = await site.post(nurse, f"{man.address}/dates", second_page(man, trust, **other))
    assert (answer.status_code, "say where it comes from" in answer.text) == (422, True)
    said = second_page(man, trust, **other, **{"source-surgery": "Operation note"})
    assert (await site.post(nurse, f"{man.address}/dates", said)).status_code == 303
    assert "(from: Operation note)" in (await nurse.get(f"{man.address}/check")).text


async def test_every_kind_of_change_is_kept_and_one_is_taken_out(site, world, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    review = today + timedelta(days=200)
    reasons = {f"{one}-reason": f"Because of {one}" for one in ("limit", "skip", "move", "interval", "channel", "stop")}
    reviews = {name: value for one in ("limit", "skip", "move", "interval", "channel", "stop")
               for name, value in a_day(f"{one}-review", review).items()}  # fmt: skip
    first = second_page(
        man, trust, do="stay", **reasons, **reviews,
        **{"limit-value": "0.1", "skip-which": "symptom-check:2", "move-which": "psa:3",
           **a_day("move-to", today + timedelta(days=150)), "interval-from": "psa:5", "interval-months": "4",
           "channel-by": "letter", "stop-of": "symptom-check", **a_day("stop-on", today + timedelta(days=900))},
    )  # fmt: skip
    kept = await site.post(nurse, f"{man.address}/dates", first)
    assert kept.headers.get("location") == f"{man.address}/dates", kept.text
    page = (await nurse.get(f"{man.address}/dates")).text
    for words in ("PSA above the limit: 0.1 ug/L instead of 0.2", "number 2: left out", "every 4 months from number 5 on",
                  "Everything: by letter", "none from", "Because of move (by Nora Nurse, looked at again on"):  # fmt: skip
        assert words in page, words
    out = second_page(man, trust, out="1", revision="2")
    assert (await site.post(nurse, f"{man.address}/dates", out)).headers["location"] == f"{man.address}/check"
    check = (await nurse.get(f"{man.address}/check")).text
    assert ("number 2: left out" in check, "Everything: by letter" in check) == (False, True)
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "3"})).status_code == 303
    stored = await rows(world, "select content->>'kind', reason, author_name from plan_override order by id")
    assert stored == [
        (kind, f"Because of {kind}", "Nora Nurse") for kind in ("limit", "move", "interval", "channel", "stop")
    ]


async def test_the_third_page_shows_every_date_with_why_and_who_is_told(site, world, nurse, man, trust, version_id):
    await ready_to_start(site, nurse, man, trust, version_id)
    page = (await nurse.get(f"{man.address}/check")).text
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        whole = preview(load_library()[PROTOCOL], today=tx.today,
                        course=Course(anchors={"surgery": man.ended_on}, started_on=tx.today))  # fmt: skip
    table = page.split("<tbody")[1].split("</tbody>")[0]
    assert table.count("<tr") == len(whole.lines) > 20
    for line in whole.lines:
        assert line.occurrence.reason in table
    assert page.count("<circle") == len(whole.lines)
    assert " style=" not in page
    for words in ("The person gets a text message to 07700 900001", "Mill Lane Surgery", "cancer register is told",
                  "Nora Nurse, Urology follow-up team", "Nothing: the protocol as it stands", "Start this plan"):  # fmt: skip
        assert words in page, words
    assert await rows(world, "select 1 from plan") == []


async def test_starting_writes_plan_choice_wish_and_messages_at_once(site, world, nurse, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id, prefers="letter")
    answer = await site.post(nurse, f"{man.address}/check", sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/people/{man.person_ref}")
    assert (await nurse.get(answer.headers["location"])).status_code == 200
    assert await rows(world, "select state, nurse_staff_id from plan") == [("active", trust.nurse.id)]
    assert await rows(world, "select on_date, source from plan_anchor") == [(man.ended_on, "The register")]
    assert await rows(world, "select prefers from patient") == [("letter",)]
    assert await rows(world, "select what, answers->>'no-sign-of-return' from follow_up_choice") == [
        ("agreed", "false")
    ]
    assert sorted(await rows(world, "select purpose, channel from message")) == [
        ("plan_started", "letter"), ("plan_started_gp", "letter")]  # fmt: skip
    assert await rows(world, "select 1 from plan_draft") == []
    assert "ASHDOWN" not in (await nurse.get("/starting")).text.upper().split("<MAIN")[1]


async def test_whoever_is_texted_gets_the_welcome_letter_too_and_the_practice_the_limit(
    site, world, nurse, man, trust, version_id
):
    await asked.load(world)
    await asked.sign(world, trust)
    sent = await ready_to_start(site, nurse, man, trust, version_id, **{"limit-value": "0.1", "limit-reason": "Margin",
                                **a_day("limit-review", man.ended_on + timedelta(days=400))})  # fmt: skip
    await site.post(nurse, f"{man.address}/check", sent)
    assert sorted(await rows(world, "select purpose, channel from message")) == [
        ("plan_started", "letter"), ("plan_started", "sms"), ("plan_started_gp", "letter")]  # fmt: skip
    [(nurse_name, limits, symptoms)] = await rows(
        world,
        "select facts->>'nurse', facts->'limits', facts->'symptom_list' from message where purpose = 'plan_started'"
        " and channel = 'letter'",
    )
    assert (nurse_name, limits[0]) == ("Nora Nurse", "PSA above 0.1 ug/L")
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        plans = await plans_of(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id)
        on_their_pages = await symptoms_of_plans(tx, organisation_id=trust.organisation_id, plans=plans)
    assert msgspec.convert(symptoms, Symptoms) == on_their_pages, "the letter and the person's pages have one list"
    assert any("unable to pee" in asks for asks, _ in symptoms["today"])
    assert symptoms["sources"] == ["symptom-check-prostate version 1"]


async def test_the_day_they_talked_is_kept_and_never_lies_ahead(site, world, nurse, man, trust, version_id):
    ahead = await agreed(site, nurse, man, version_id, **a_day("talked", man.ended_on + timedelta(days=4000)))
    assert (ahead.status_code, "The day you talked must be today or in the past" in ahead.text) == (422, True)
    talked_on = man.ended_on + timedelta(days=3)
    answer = await site.post(nurse, man.address, {"choice": "declined", "revision": "0", **a_day("talked", talked_on)})
    assert answer.status_code == 303
    assert await rows(world, "select what, talked_on from follow_up_choice") == [("declined", talked_on)]


async def test_the_same_button_twice_starts_one_plan(site, world, nurse, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    answers = await asyncio.gather(*(site.post(nurse, f"{man.address}/check", sent) for _ in range(3)))
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, f"/people/{man.person_ref}")] * 3
    assert len(await rows(world, "select 1 from plan")) == 1
    assert len(await rows(world, "select 1 from message")) == 3


async def test_two_nurses_at_once_start_one_plan(site, world, nurse, colleague, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    answers = await asyncio.gather(*(site.post(one, f"{man.address}/check", sent) for one in (nurse, colleague)))
    assert sorted(one.status_code for one in answers) == [303, 409]
    late = next(one for one in answers if one.status_code == 409).text
    assert "There is a plan for this cancer already" in late
    assert re.search(r"(Nora Nurse|Dan Deputy) started it today at ", late)
    assert f'href="/people/{man.person_ref}"' in late
    assert len(await rows(world, "select 1 from plan")) == 1
    for address in ("", "/dates", "/check", "/reason"):
        assert "There is a plan for this cancer already" in (await colleague.get(f"{man.address}{address}")).text
    assert (await site.post(colleague, f"{man.address}/dates", second_page(man, trust))).status_code == 409
    assert (await site.post(colleague, f"{man.address}/back")).status_code == 409


async def test_what_a_colleague_changed_is_not_started_unseen(site, world, nurse, colleague, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    changed = second_page(man, trust, prefers="letter", revision="2")
    assert (await site.post(colleague, f"{man.address}/dates", changed)).status_code == 303
    answer = await site.post(nurse, f"{man.address}/check", sent)
    assert (answer.status_code, "Dan Deputy changed this plan at" in answer.text) == (409, True)
    assert await rows(world, "select 1 from plan") == []
    mine = await site.post(nurse, f"{man.address}/dates", second_page(man, trust, revision="2"))
    assert (mine.status_code, "Nothing of yours was saved" in mine.text) == (409, True)
    assert "Dan Deputy began this plan; it was saved on" in (await nurse.get(man.address)).text
    assert "Begun by Dan Deputy" in (await nurse.get("/starting")).text
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "3"})).status_code == 303


async def test_going_back_keeps_what_was_typed_on_later_pages(site, nurse, man, trust, version_id):
    await ready_to_start(site, nurse, man, trust, version_id, **{"limit-value": "0.1", "limit-reason": "Margin",
                         **a_day("limit-review", man.ended_on + timedelta(days=400))})  # fmt: skip
    first = (await nurse.get(man.address)).text
    assert re.search(r'value="agreed" checked', first)
    # The browser's own Back shows the page as it was made: with the revision of then.
    assert (await agreed(site, nurse, man, version_id, note="Called his wife too.")).status_code == 303
    second = (await nurse.get(f"{man.address}/dates")).text
    assert "0.1 ug/L instead of 0.2" in second
    check = (await nurse.get(f"{man.address}/check")).text
    assert ("Called his wife too." in check, "0.1 ug/L (this person’s own)" in check) == (True, True)
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "3"})).status_code == 303


async def test_a_page_before_its_turn_leads_to_the_one_before(site, nurse, man, version_id):
    assert (await nurse.get(f"{man.address}/dates")).headers["location"] == man.address
    assert (await nurse.get(f"{man.address}/check")).headers["location"] == man.address
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "1"})).headers["location"] == man.address
    await agreed(site, nurse, man, version_id)
    assert (await nurse.get(f"{man.address}/check")).headers["location"] == f"{man.address}/dates"
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "1"})).headers[
        "location"
    ] == f"{man.address}/dates"


async def test_nothing_digital_means_letters_and_telephone_only(site, world, nurse, man, trust, version_id):
    await ready_to_start(site, nurse, man, trust, version_id)
    await agreed(site, nurse, man, version_id, choice="digital_declined")
    assert (await nurse.get(f"{man.address}/check")).headers["location"] == f"{man.address}/dates"
    page = (await nurse.get(f"{man.address}/dates")).text
    assert ('value="sms"' in page, 'value="letter" checked' in page, 'value="phone"' in page) == (False, True, True)
    by_text = second_page(man, trust, prefers="letter", revision="3", **{"channel-by": "sms", "channel-reason": "Asked",
                          **a_day("channel-review", man.ended_on + timedelta(days=400))})  # fmt: skip
    refused = await site.post(nurse, f"{man.address}/dates", by_text)
    assert (refused.status_code, "nothing can go by text or email" in refused.text) == (422, True)
    phoned = second_page(man, trust, prefers="phone", revision="3")
    assert (await site.post(nurse, f"{man.address}/dates", phoned)).status_code == 303
    assert "The person is phoned" in (await nurse.get(f"{man.address}/check")).text
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "4"})).status_code == 303
    assert await rows(world, "select what from follow_up_choice") == [("digital_declined",)]
    assert await rows(world, "select purpose, channel from message where recipient = 'person'") == [
        ("plan_started", "letter")
    ], "the welcome letter"
    assert await rows(world, "select kind from alert") == [("chase",)]


@pytest.mark.parametrize(("kept", "prefers", "says", "goes"), [
    (("mobile",), "sms", ("gets a text message to 07700", "No postal address is on record, so no welcome letter goes out"),
     [("sms",)]),
    (("post",), "letter", ("The person gets a letter to 1 Mill Lane",), [("letter",)]),
    (("post",), "phone", ("No telephone number is on record", "The person gets a welcome letter as well"), [("letter",)]),
    (("mobile", "post"), "phone", ("The person is phoned", "The person gets a welcome letter as well"), [("letter",)]),
    ((), "phone", ("Nothing on record can reach this person", "Find a number or address", "no welcome letter goes out"), []),
])  # fmt: skip
async def test_the_check_says_how_the_person_learns_of_it_or_that_nobody_can_tell_them(
    site, world, nurse, man, trust, version_id, kept, prefers, says, goes
):
    await world.as_owner(
        "update contact_point set dead_at = now(), dead_why = 'gone' where not kind = any($1)", list(kept)
    )
    sent = await ready_to_start(site, nurse, man, trust, version_id, prefers=prefers)
    page = (await nurse.get(f"{man.address}/check")).text
    for words in says:
        assert words in page, words
    assert ("no welcome letter goes out" in page) is ("post" not in kept)
    assert ("person gets a letter" in page or "gets a welcome letter" in page) is ("post" in kept)
    await site.post(nurse, f"{man.address}/check", sent)
    assert await rows(world, "select channel from message where recipient = 'person'") == goes
    assert len(await rows(world, "select 1 from alert where rule_key = 'phone'")) == (prefers == "phone")


async def test_somebody_who_declined_can_change_their_mind(site, world, nurse, man, trust, version_id):
    await site.post(nurse, man.address, {"choice": "declined"})
    assert "Declined: recorded by Nora Nurse" in (await nurse.get(man.address)).text
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    assert (await site.post(nurse, f"{man.address}/check", sent)).status_code == 303
    kept = await rows(world, "select what, withdrawn_at is null from follow_up_choice order by id")
    assert kept == [("declined", False), ("agreed", True)]


async def test_a_sign_off_that_is_gone_leads_back_to_the_choice(site, world, nurse, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    await world.as_owner(
        "update protocol_sign_off set withdrawn_at = now(), withdrawn_by_staff_id = signed_by_staff_id"
    )
    assert (await site.post(nurse, f"{man.address}/check", sent)).headers["location"] == man.address
    assert await rows(world, "select 1 from plan") == []


async def test_for_somebody_who_died_nothing_can_be_started(site, world, nurse, man, trust, version_id):
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await mark_dead(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=True, died_on=None,
                        by=trust.nurse, now=tx.now)  # fmt: skip
    answer = await site.post(nurse, f"{man.address}/check", sent)
    assert (answer.status_code, "recorded as having died" in answer.text) == (409, True)
    assert await rows(world, "select 1 from plan") == []
    assert "No plan can be started" in (await nurse.get(man.address)).text


async def test_somebody_without_messages_is_said_and_starts_all_the_same(site, world, nurse, man, trust, version_id):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await stop_messages(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, why="Asked us to.",
                            by=trust.nurse, now=tx.now)  # fmt: skip
    sent = await ready_to_start(site, nurse, man, trust, version_id)
    assert "asked for no messages" in (await nurse.get(f"{man.address}/check")).text
    assert (await site.post(nurse, f"{man.address}/check", sent)).status_code == 303


async def test_a_support_worker_writes_the_plan_and_a_nurse_starts_it(site, world, nurse, man, trust, version_id):
    sue = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    browser = await site.signed_in(trust.organisation_id, sue)
    await agreed(site, browser, man, version_id)
    dated = await site.post(browser, f"{man.address}/dates", second_page(man, trust))
    page = (await browser.get(dated.headers["location"])).text
    assert ("Start this plan" in page, "It is saved here for them" in page) == (False, True)
    assert (await site.post(browser, f"{man.address}/check", {"revision": "2"})).status_code == 403
    assert (await site.post(nurse, f"{man.address}/check", {"revision": "2"})).status_code == 303


async def test_no_address_names_the_person_and_every_look_is_on_record(site, world, nurse, man, trust, version_id):
    await ready_to_start(site, nurse, man, trust, version_id)
    page = (await nurse.get(f"{man.address}/check")).text
    assert not re.search(r'(href|action)="[^"]*(ashdown|999\d|1950)', page, re.IGNORECASE)
    looks = await rows(world, "select distinct verb, patient_id from audit_entry where verb like 'plan.%' order by 1")
    assert looks == [("plan.build", man.patient_id), ("plan.draft", man.patient_id)]


async def test_what_is_typed_comes_back_as_text(site, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id, note="<script>alert(1)</script>")
    typed = second_page(man, trust, prefers="none", **{"limit-reason": "<i>x</i>", "source-surgery": "<u>y</u>"})
    page = (await site.post(nurse, f"{man.address}/dates", typed)).text + (await nurse.get(man.address)).text
    assert not re.search(r"<script>alert|<i>x|<u>y", page)


async def test_the_ways_of_follow_up_are_suggested_and_may_be_others(site, world, nurse, man, trust, version_id):
    await agreed(site, nurse, man, version_id)
    page = (await nurse.get(f"{man.address}/dates")).text
    assert "How are they followed up?" in page
    for mode in ("patient_initiated", "remote"):
        assert re.search(rf'value="{mode}"[^>]* checked', page), mode
    nothing = await site.post(nurse, f"{man.address}/dates", second_page(man, trust, **{"modes-asked": "yes"}))
    assert (nothing.status_code, "Choose at least one way of follow-up" in nothing.text) == (422, True)
    sent = second_page(man, trust, **{"modes-asked": "yes", "mode": "remote"})
    assert (await site.post(nurse, f"{man.address}/dates", sent)).headers["location"] == f"{man.address}/check"
    check = (await nurse.get(f"{man.address}/check")).text
    assert "How they are followed up" in check
    await site.post(nurse, f"{man.address}/check", {"revision": "2"})
    assert await rows(world, "select modes, reason from plan_mode") == [(["remote"], "Chosen when follow-up started.")]


async def test_a_test_that_another_plan_asks_for_as_well_is_said_on_both_pages(site, world, trust, nurse):
    """And what is said is so: the one test that is named there closes the step of both plans, once each."""
    first = await followed(world, trust=trust, operated_days_ago=85)
    case_ref = await _second_cancer(world, trust, first)
    version_id = (await world.as_owner("select protocol_version_id from plan"))[0][0]
    man = Waiting(patient_id=first.patient_id, case_id=0, ref=case_ref, person_ref=case_ref,
                  ended_on=first.today - timedelta(days=80))  # fmt: skip
    await agreed(site, nurse, man, version_id)
    dated = await site.post(nurse, f"{man.address}/dates", second_page(man, trust, do="stay"))
    assert dated.headers.get("location") == f"{man.address}/dates", dated.text
    for address in (f"{man.address}/dates", f"{man.address}/check"):
        page = (await nurse.get(address)).text
        assert "One test serves two plans." in page, address
        assert "is also asked for by “Prostate cancer after removal of the prostate”" in page
        assert "serves both. They share" in page
    await site.post(nurse, f"{man.address}/check", {"revision": "2"})
    filed = await file_psa(world, first, "0.02", on=first.today)
    assert filed.occurrence_id is not None
    done = await rows(world, "select count(*), count(distinct plan_id), count(distinct closed_by_id) from occurrence"
                             " where state = 'done'")  # fmt: skip
    assert done == [(2, 2, 1)]


async def test_a_person_with_no_other_plan_reads_nothing_about_shared_tests(site, world, trust, nurse, man, version_id):
    await ready_to_start(site, nurse, man, trust, version_id)
    for address in (f"{man.address}/dates", f"{man.address}/check"):
        assert "One test serves two plans" not in (await nurse.get(address)).text


async def _second_cancer(world: World, trust: Trust, first: Followed) -> UUID:
    """Another prostate cancer of the man who has a plan, as a register tells it twice."""
    org, ended_on = trust.organisation_id, PartialDate.of(first.today - timedelta(days=80))
    async with world.web.transaction(organisation_id=org) as tx:
        case_id = await put_case(
            tx, organisation_id=org, patient_id=first.patient_id, source="register", by=trust.nurse,
            diagnosis=Diagnosis(ref="D-second", site=TumourSite.UROLOGY, icd10="C61", diagnosed_on=ended_on),
        )  # fmt: skip
        treatment = Treatment(ref="T-second", kind=TreatmentKind.SURGERY, intent=TreatmentIntent.CURATIVE,
                              diagnosis_ref="D-second", started_on=ended_on)  # fmt: skip
        await put_treatment(tx, organisation_id=org, patient_id=first.patient_id, case_id=case_id, source="register",
                            by=trust.nurse, treatment=treatment)  # fmt: skip
    ref: UUID = (await world.as_owner("select ref from register_case where id = $1", case_id))[0]["ref"]
    return ref
