"""The list of alerts and one alert: order, filters, pages, who has it, handing over several, and every move."""

import re
from datetime import timedelta

import pytest

from rms.alerts.jobs import ring_due
from rms.alerts.model import AlertKind
from rms.people.model import Role
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.followed import the
from tests.pages.site import Site, a_member
from tests.worklists import alarmed, away, nurse, other_team, staff_ref

KINDS = ("Act today", "Look soon", "Chase", "Fix data")


@pytest.fixture
async def trust(world: World) -> Trust:
    return await a_trust(world)


async def test_four_kinds_in_their_order_and_the_oldest_first_in_each(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    for n, (kind, days) in enumerate((kind, days) for kind in reversed(AlertKind) for days in (1, 9, 4)):
        await alarmed(
            world, trust, patient_id, kind=kind, days_ago=days, rule=f"r{n}", sentence=f"{kind} since {days}."
        )
    page = (await (await nurse(site, trust)).get("/alerts")).text
    assert re.findall(r'<h2 class="nhsuk-heading-m">([^<]+ \(\d+\))</h2>', page) == [f"{kind} (3)" for kind in KINDS]
    assert re.findall(r">(\w+ since \d)\.</a>", page) == [
        f"{kind} since {days}" for kind in AlertKind for days in (9, 4, 1)
    ]
    order = "The most urgent kind first; of those to act on, answers that are red flags first, then the oldest."
    assert f"<strong>12 alerts</strong> {order}" in page
    assert "NHS number 999" in page


async def test_what_is_wanted_tomorrow_is_not_headed_act_today_and_a_red_flag_comes_first(site, world, trust):
    patient_id = await on_file(world, trust)
    refs = {rule: await alarmed(world, trust, patient_id, kind=AlertKind.ACT_TODAY, rule=rule, sentence=f"It is {rule}.")
            for rule in ("old", "new", "flag", "later")}  # fmt: skip
    at = "(select date_trunc('day', (now() + civil_offset) at time zone 'Europe/London') at time zone 'Europe/London'"
    for hours, rule in ((16, "old"), (16.2, "new"), (16.5, "flag"), (41, "later")):
        await world.as_owner(f"update alert set respond_by = {at} + make_interval(hours => 17, mins => $2)"
                             " from database_state) where ref = $1", refs[rule], 1440 if hours > 24 else 0)  # fmt: skip
    await world.as_owner(
        "update alert set opened_at = opened_at - interval '1 hour' where rule_key in ('old', 'later')"
    )
    await world.as_owner("update alert_cause set cause_kind = 'answer' where alert_id = (select id from alert"
                         " where rule_key = 'flag')")  # fmt: skip
    browser = await nurse(site, trust)
    page = (await browser.get("/alerts")).text
    assert re.findall(r'<h2 class="nhsuk-heading-m">([^<]+ \(\d+\))</h2>', page) == [
        "Act today (3)", "Act on the next working day (1)",
    ]  # fmt: skip
    assert re.findall(r">It is (\w+)\.</a>", page) == ["flag", "old", "new", "later"]
    assert page.index("Act on the next working day") < page.index("by 5pm tomorrow")
    shown = (await browser.get(f"/alerts/{refs['later']}")).text
    assert "Act today" not in shown[shown.index("<main") :]
    assert "Act on the next working day" in shown
    here = await the(world, "select ref from patient")
    assert "Act on the next working day: It is later." in (await browser.get(f"/people/{here}")).text


async def test_the_reason_of_an_alert_is_said_once_and_its_history_tells_who_was_told_in_words(site, world, trust):
    ref = await alarmed(world, trust, await on_file(world, trust), sentence="PSA was 0.4.", days_ago=9)
    browser = await nurse(site, trust)
    page = (await browser.get(f"/alerts/{ref}")).text
    main = page[page.index("<main") :]
    assert main.count("PSA was 0.4.") == 1
    assert "Why it is here" not in main
    await ring_due(world.worker)
    main = (await browser.get(f"/alerts/{ref}")).text
    assert "Nobody acted in time, so the deputy is told now: nobody has taken it." in main


async def test_a_line_says_by_when_who_has_it_and_that_nobody_covers(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    for rule, days in (("a", 0), ("b", 0), ("c", 30)):
        await alarmed(world, trust, patient_id, rule=rule, days_ago=days, kind=AlertKind.ACT_TODAY)
    lena = (await world.as_owner("select id from staff where display_name = 'Lena Lead'"))[0]["id"]
    await world.as_owner("update alert set state = 'taken', owner_staff_id = (select id from staff where display_name ="
                         " 'Dan Deputy') where rule_key = 'a'")  # fmt: skip
    await away(world, trust, "Dan Deputy")
    browser = await nurse(site, trust)
    page = (await browser.get("/alerts")).text
    assert re.search(r"by 5pm (today|tomorrow|on \d)", page)
    assert "was wanted by 5pm" in page
    assert page.count(">Late</strong>") == 1
    assert page.count(">No cover</strong>") == 1
    assert "no cover</span>" in page
    assert page.count("Nobody has taken it<br>") == 2
    await world.as_owner("update staff_leave set cover_staff_id = $1", lena)
    page = (await browser.get("/alerts")).text
    assert "Lena Lead covers" in page
    assert ">No cover</strong>" not in page
    await away(world, trust, "Lena Lead")
    assert ">No cover</strong>" in (await browser.get("/alerts")).text, "a cover who is away covers nobody"


async def test_filters_are_an_address_that_can_be_shared(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    await alarmed(world, trust, patient_id, rule="a", days_ago=8, sentence="Old and soon.")
    await alarmed(world, trust, patient_id, rule="b", kind=AlertKind.CHASE, sentence="New and chase.")
    browser, dans = await nurse(site, trust), await staff_ref(world, "Dan Deputy")
    await world.as_owner("update alert set state = 'taken', owner_staff_id = $1 where rule_key = 'a'", trust.nurse.id)
    shown = {
        "": {"Old", "New"}, "?kind=chase": {"New"}, "?age=7": {"Old"}, "?age=28": set(), "?who=me": {"Old"},
        "?who=nobody": {"New"}, f"?who={dans}": set(), "?team=urology": {"Old", "New"}, "?kind=set_aside": set(),
        "?kind=<script>&age=-1&who=x&page=zz": {"Old", "New"},
    }  # fmt: skip
    for query, expected in shown.items():
        page = (await browser.get(f"/alerts{query}")).text
        assert set(re.findall(r">(Old|New) and", page)) == expected, query
        assert "<script>" not in page
        assert ("Clear filters" in page) == (query not in ("", "?kind=<script>&age=-1&who=x&page=zz")), query
    page = (await browser.get("/alerts?kind=act_today")).text
    assert "Nothing fits these filters." in page
    assert re.search(r'<form class="rms-filters" action="/alerts" method="get"', page)
    assert '<option value="act_today" selected>Act today</option>' in page


async def test_an_empty_list_says_why_and_what_is_next(site: Site, trust: Trust):
    page = (await (await nurse(site, trust)).get("/alerts")).text
    assert "No alert waits for your teams." in page
    assert "No laboratory feed is connected yet." in page
    assert "what needs a person appears here" in page


async def test_fifty_a_page_with_the_total_and_a_page_too_far_goes_to_the_first(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    await alarmed(world, trust, patient_id, rule="r0")
    await world.as_owner(
        "insert into alert (organisation_id, patient_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence,"
        " opened_at, respond_by, next_escalation_at) select organisation_id, patient_id, team_id, kind, subject_kind,"
        " subject_id, 'r' || n, 1, sentence, opened_at, respond_by, next_escalation_at from alert, generate_series(1, 119) n"
    )
    browser = await nurse(site, trust)
    answers = [await browser.get(f"/alerts?kind=look_soon&page={page}") for page in (1, 2, 3)]
    assert [one.text.count('class="rms-pick"') for one in answers] == [50, 50, 20]
    assert "<title>Alerts (page 2 of 3)" in answers[1].text
    assert "Showing 51 to 100 of 120" in answers[1].text
    assert "<strong>120 alerts</strong>" in answers[1].text
    assert "Look soon (120)" in answers[1].text
    assert 'href="/alerts?kind=look_soon&amp;page=3"' in answers[1].text
    assert answers[1].text.count('aria-current="page"') == 1
    beyond = await browser.get("/alerts?kind=look_soon&page=9")
    assert (beyond.status_code, beyond.headers["location"]) == (303, "/alerts?kind=look_soon")


async def test_several_are_handed_over_at_once_and_none_is_closed(site: Site, world: World, trust: Trust):
    patient_id = await on_file(world, trust)
    refs = [await alarmed(world, trust, patient_id, rule=rule) for rule in ("a", "b", "c")]
    breast, _ = await other_team(world, trust)
    others = await alarmed(world, trust, patient_id, rule="d", team_id=breast)
    browser, dans = await nurse(site, trust), await staff_ref(world, "Dan Deputy")
    await site.post(browser, f"/alerts/{refs[1]}/close", {"outcome": "person_called"})
    fields = {"to": dans, "reason": "I am in clinic.", "back": "kind=look_soon&who=nobody"}
    picked = {"pick": [str(ref) for ref in (*refs, others)]}
    done = await site.post(browser, "/alerts/assign", {**fields, **picked})
    assert (done.status_code, done.headers["location"]) == (303, "/alerts?who=nobody&kind=look_soon&done=2-2")
    said = (await browser.get(done.headers["location"])).text
    assert "2 alerts handed over. 2 alerts stayed: closed meanwhile, or of a team" in said
    rows = await world.as_owner(
        "select rule_key, state, owner_staff_id is not null as owned from alert order by rule_key"
    )
    assert [tuple(row) for row in rows] == [("a", "taken", True), ("b", "closed", False), ("c", "taken", True),
                                            ("d", "open", False)]  # fmt: skip
    moves = await world.as_owner("select by_name, reason from alert_move where move = 'hand_over'")
    assert {tuple(row) for row in moves} == {("Nora Nurse", "I am in clinic.")}
    page = (await browser.get("/alerts")).text
    assert 'formaction="/alerts/assign/close"' not in page
    assert "Each is closed by itself" in page


async def test_every_fault_of_handing_over_is_said_at_once_and_the_ticks_stay(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    browser = await nurse(site, trust)
    none = await site.post(browser, "/alerts/assign", {"back": "kind=look_soon"})
    assert none.status_code == 422
    for fault in ("Tick the alerts to hand over", "Choose who takes them", "Say why you hand them over"):
        assert none.text.count(fault) == 2, fault
    assert '<option value="look_soon" selected>' in none.text
    dans = await staff_ref(world, "Dan Deputy")
    await away(world, trust, "Dan Deputy")
    gone = await site.post(browser, "/alerts/assign", {"pick": str(ref), "to": dans, "reason": "Please."})
    assert (gone.status_code, "Dan Deputy is away until" in gone.text) == (422, True)
    assert re.search(rf'value="{ref}"[^>]* checked', gone.text)
    _, bea = await other_team(world, trust)
    beas = str(await the(world, "select ref from staff where id = $1", bea))
    stranger = await site.post(browser, "/alerts/assign", {"pick": str(ref), "to": beas, "reason": "Please."})
    assert (stranger.status_code, "no such colleague" in stranger.text) == (422, True)
    assert await the(world, "select count(*) from alert_move") == 0


async def test_a_step_is_noted_by_whoever_takes_it_and_the_alert_stays_open(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    browser = await nurse(site, trust)
    none = await site.post(browser, f"/alerts/{ref}/act")
    assert (none.status_code, "Say what you did" in none.text) == (422, True)
    before = await the(world, "select next_escalation_at from alert")
    await world.move_civil_clock(1)
    assert (await site.post(browser, f"/alerts/{ref}/act", {"what": "Asked the practice."})).status_code == 303
    page = (await browser.get(f"/alerts/{ref}")).text
    assert "Nora Nurse: Worked on the alert: Asked the practice." in page
    assert await the(world, "select next_escalation_at from alert") > before
    assert '<dd class="nhsuk-summary-list__value">You' in " ".join(page.split()).replace("> ", ">")


async def test_it_is_set_aside_with_a_reason_and_a_day_and_comes_back_to_the_list(
    site: Site, world: World, trust: Trust
):
    ref = await alarmed(world, trust, await on_file(world, trust))
    browser = await nurse(site, trust)
    none = await site.post(browser, f"/alerts/{ref}/set-aside")
    for fault in ("Enter the day on which it comes back", "Choose the time", "Say why it is set aside"):
        assert fault in none.text
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    form = {"at": "9am", "why": "She is abroad."}
    far, near = today + timedelta(days=60), today + timedelta(days=5)
    refused = await site.post(browser, f"/alerts/{ref}/set-aside", {**form, **boxes("until", far)})
    assert (refused.status_code, "at most 14 days" in refused.text) == (422, True)
    assert (await site.post(browser, f"/alerts/{ref}/set-aside", {**form, **boxes("until", near)})).status_code == 303
    assert "Nothing fits" not in (await browser.get("/alerts?kind=set_aside")).text
    assert "comes back on" in (await browser.get("/alerts?kind=set_aside")).text
    assert "No alert waits" in (await browser.get("/alerts")).text
    assert "She is abroad." in (await browser.get(f"/alerts/{ref}")).text


async def test_what_must_be_done_today_cannot_be_put_off_past_today(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust), kind=AlertKind.ACT_TODAY)
    browser = await nurse(site, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        tomorrow = tx.today + timedelta(days=1)
    answer = await site.post(browser, f"/alerts/{ref}/set-aside",
                             {"at": "9am", "why": "Later.", **boxes("until", tomorrow)})  # fmt: skip
    assert (answer.status_code, "cannot be set aside past today" in answer.text) == (422, True)
    assert f'value="{tomorrow.day}"' in answer.text


async def test_it_is_handed_to_a_colleague_of_its_team_only(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    browser = await nurse(site, trust)
    _, bea = await other_team(world, trust)
    beas = str(await the(world, "select ref from staff where id = $1", bea))
    refused = await site.post(browser, f"/alerts/{ref}/hand-over", {"to": beas, "reason": "x"})
    assert refused.status_code == 422
    dans = await staff_ref(world, "Dan Deputy")
    assert (await site.post(browser, f"/alerts/{ref}/hand-over", {"to": dans, "reason": "Clinic."})).status_code == 303
    assert "Nora Nurse: Alert handed over: Clinic." in (await browser.get(f"/alerts/{ref}")).text


async def test_the_page_of_an_alert_about_somebody_has_the_bar_and_lists_have_none(
    site: Site, world: World, trust: Trust
):
    ref = await alarmed(world, trust, await on_file(world, trust))
    nobodys = await alarmed(world, trust, None, rule="x", kind=AlertKind.FIX_DATA, sentence="A file is broken.")
    browser = await nurse(site, trust)
    page = (await browser.get(f"/alerts/{ref}")).text
    bar = page[page.index('class="rms-identity"') : page.index("<h1")]
    order = [bar.index(words) for words in ("ASHDOWN, Peter (Mr)", "3 April 1950 (", "Male", "999 00")]
    assert order == sorted(order)
    assert re.search(r"3 April 1950 \(\d+y\)", bar)
    assert "rms-identity" not in (await browser.get(f"/alerts/{nobodys}")).text
    assert "rms-identity" not in (await browser.get("/alerts")).text


async def test_a_support_worker_takes_and_neither_hands_over_nor_closes(site: Site, world: World, trust: Trust):
    ref = await alarmed(world, trust, await on_file(world, trust))
    helper = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    browser = await site.signed_in(trust.organisation_id, helper)
    page = (await browser.get(f"/alerts/{ref}")).text
    assert "Take it" in page
    assert 'name="outcome"' not in page
    assert "Hand it over" not in page
    assert "rms-pick" not in (await browser.get("/alerts")).text
    assert (await site.post(browser, f"/alerts/{ref}/close", {"outcome": "person_called"})).status_code == 403
    assert (await site.post(browser, f"/alerts/{ref}/take")).status_code == 303


async def test_a_name_of_html_in_a_list_is_text(site: Site, world: World, trust: Trust):
    await alarmed(world, trust, await on_file(world, trust, a_person(1, family="<b>Ash'down</b>")),
                  sentence="<i>PSA</i>")  # fmt: skip
    page = (await (await nurse(site, trust)).get("/alerts")).text
    assert "<b>" not in page.lower()
    assert "<i>" not in page
    assert "&lt;i&gt;PSA" in page


def boxes(name: str, day) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
