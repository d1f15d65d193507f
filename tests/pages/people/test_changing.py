"""What staff change about a person: each page says what follows, each change has who and why, nothing is done twice."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from rms.db.database import Database
from rms.people.model import Role
from rms.plans.jobs import ask_after_pauses, sweep_reminders
from rms.plans.moves import load_library
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site, a_member


class Scene:
    """A nurse in front of the page of a man on plan."""

    def __init__(self, world: World, site: Site, man: Followed, browser: httpx.AsyncClient) -> None:
        self.world, self.site, self.man, self.browser = world, site, man, browser
        self.person, self.plan = "", ""

    async def find(self) -> "Scene":
        person: UUID = await the(self.world, "select ref from patient where id = $1", self.man.patient_id)
        plan: UUID = await the(self.world, "select ref from plan where id = $1", self.man.plan_id)
        self.person, self.plan = f"/people/{person}", f"/plans/{plan}"
        return self

    async def send(self, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        return await self.site.post(self.browser, path, fields)

    async def page(self, path: str = "") -> str:
        return (await self.browser.get(path or self.person)).text

    async def plan_state(self) -> str:
        return str(await the(self.world, "select state from plan where id = $1", self.man.plan_id))

    async def audited(self, verb: str) -> list[str | None]:
        return [
            row["reason"] for row in await self.world.as_owner("select reason from audit_entry where verb = $1", verb)
        ]


@pytest.fixture
async def trust(world: World) -> Trust:
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
    return await a_trust(world)


@pytest.fixture
async def scene(world: World, site: Site, trust: Trust) -> Scene:
    man = await followed(world, trust=trust)
    return await Scene(world, site, man, await site.signed_in(trust.organisation_id, trust.nurse.id or 0)).find()


def in_boxes(name: str, on: object) -> dict[str, str]:
    year, month, day = str(on).split("-")
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


async def test_a_new_number_takes_the_place_of_the_old_one_which_stays_on_record(scene: Scene):
    sent = {"kind": "telephone", "value": "07700 900777", "told_by": "helper", **in_boxes("right_on", scene.man.today)}
    for _ in range(2):
        assert (await scene.send(f"{scene.person}/contact/detail", sent)).headers[
            "location"
        ] == f"{scene.person}#contact"
    page = await scene.page()
    assert "07700 900777" in page
    assert "07700 900001" in page
    assert "Not used since" in page
    rows = await scene.world.as_owner("select value from contact_point where kind = 'mobile' and valid_until is null")
    assert [row["value"] for row in rows] == ["+447700900777"]
    assert "Said by: somebody who helps them." in str(await scene.audited("contact.said"))


async def test_a_preference_needs_something_to_reach_them_by(scene: Scene):
    here = f"{scene.person}/contact/preference"
    refused = await scene.send(here, {"prefers": "email", "said_by": "person"})
    assert (refused.status_code, "There is no email address" in refused.text) == (422, True)
    assert "<title>Error: How we contact them" in refused.text
    empty = await scene.send(here)
    assert "Choose who said so" in empty.text
    assert (await scene.send(here, {"prefers": "letter", "said_by": "person"})).status_code == 303
    assert await the(scene.world, "select prefers from patient where id = $1", scene.man.patient_id) == "letter"


async def test_messages_are_stopped_and_started_with_who_and_why(scene: Scene):
    assert "nothing more is sent" not in await scene.page()
    why = {"said_by": "person", "why": "Too many texts."}
    for _ in range(2):
        assert (await scene.send(f"{scene.person}/messages/stop", why)).status_code == 303
    assert "Too many texts. (said by: the person)" in await scene.page()
    assert len(await scene.audited("messages.stop")) == 1
    assert (await scene.send(f"{scene.person}/messages/stop")).status_code == 422
    for _ in range(2):
        assert (
            await scene.send(f"{scene.person}/messages/start", {"said_by": "helper", "why": "Wants them."})
        ).status_code == 303
    assert await scene.audited("messages.start") == ["Wants them. (said by: somebody who helps them)"]
    assert "Too many texts." not in (await scene.page()).split('id="history"')[0]


async def test_an_informal_death_holds_a_formal_one_is_confirmed_and_ends_the_plan(scene: Scene):
    page = await scene.page(f"{scene.person}/death")
    assert "Nothing more is sent to this person" in page
    assert (await scene.send(f"{scene.person}/death")).status_code == 422
    told = {"sure": "informal", "source": "His wife"}
    for _ in range(2):
        assert (await scene.send(f"{scene.person}/death", told)).headers["location"] == scene.person
    assert await scene.plan_state() == "held"
    assert len(await scene.audited("death.record")) == 1
    too_soon = await scene.send(f"{scene.plan}/after-death")
    assert (too_soon.status_code, "Record it formally first" in too_soon.text) == (422, True)
    told = {"sure": "formal", "source": "The register", "died_on-year": str(scene.man.today.year)}
    assert (await scene.send(f"{scene.person}/death", told)).status_code == 303
    assert "Confirm the death and end the plan" in await scene.page()
    for _ in range(2):
        assert (await scene.send(f"{scene.plan}/after-death")).headers["location"] == scene.person
    assert await scene.plan_state() == "ended"
    assert await the(scene.world, "select outcome from plan where id = $1", scene.man.plan_id) == "died"


async def test_before_a_death_is_confirmed_the_page_names_the_alerts_that_end_and_those_that_stay(scene: Scene):
    await file_psa(scene.world, scene.man, "0.9", on=scene.man.today)
    await scene.world.as_owner(
        "insert into alert (organisation_id, patient_id, team_id, kind, subject_kind, subject_id, rule_key, episode, sentence,"
        " opened_at, respond_by, next_escalation_at)"
        " select organisation_id, id, $2, 'chase', 'patient', id, 'phone', 1, 'Please phone <him>.', now(), now(), now()"
        " from patient where id = $1", scene.man.patient_id, scene.man.trust.team_id,
    )  # fmt: skip
    await scene.send(f"{scene.person}/death", {"sure": "formal", "source": "The register"})
    page = await scene.page(f"{scene.plan}/after-death")
    assert "This alert will be closed, in your name:" in page
    assert "<li>Please phone &lt;him&gt;.</li>" in page
    assert "This alert stays open, because nobody has looked yet" in page
    assert (await scene.send(f"{scene.plan}/after-death")).status_code == 303
    left = await scene.world.as_owner("select rule_key from alert where state <> 'closed'")
    assert [row["rule_key"] for row in left] == ["psa-above-limit"]


async def test_a_death_that_was_a_mistake_is_taken_back(scene: Scene):
    await scene.send(f"{scene.person}/death", {"sure": "formal", "source": "The register"})
    assert await scene.plan_state() == "held"
    assert (await scene.send(f"{scene.person}/death/reverse")).status_code == 422
    for _ in range(2):
        answer = await scene.send(f"{scene.person}/death/reverse", {"why": "Another man of that name."})
        assert answer.status_code == 303
    assert await scene.plan_state() == "active"
    assert await scene.audited("death.reverse") == ["Another man of that name."]
    page = await scene.page()
    assert "On plan." in page
    assert "rms-standing--dead" not in page


async def test_a_plan_is_paused_until_a_day_and_goes_on(scene: Scene):
    sent = {**in_boxes("until", scene.man.today + timedelta(days=30)), "why": "Abroad", "inside": "ask"}
    assert (await scene.send(f"{scene.plan}/pause", {**sent, **in_boxes("until", scene.man.today)})).status_code == 422
    for _ in range(2):
        assert (await scene.send(f"{scene.plan}/pause", sent)).headers["location"] == f"{scene.person}#plan"
    assert await scene.plan_state() == "paused"
    assert await scene.audited("plan.paused") == ["Abroad"]
    page = await scene.page()
    assert "rms-standing--paused" in page
    assert "Abroad" in page
    for _ in range(2):
        assert (await scene.send(f"{scene.plan}/go-on")).status_code == 303
    assert await scene.plan_state() == "active"


async def test_what_fell_into_a_pause_is_decided_one_by_one_when_the_plan_goes_on(scene: Scene):
    """The rule of the pause fills in what it may; a test that must not be left out is never left out."""
    until = in_boxes("until", scene.man.today + timedelta(days=170))
    assert "Choose what happens" in (await scene.send(f"{scene.plan}/pause", {**until, "why": "Abroad"})).text
    await scene.send(f"{scene.plan}/pause", {**until, "why": "Abroad", "inside": "skip"})
    await scene.world.move_civil_clock(170)
    page = await scene.page(f"{scene.plan}/go-on")
    names = re.findall(r'name="(inside-[^"]+)"', page)
    assert sorted(set(names)) == ["inside-psa-1", "inside-psa-2", "inside-symptom-check-1"]
    assert re.findall(r'name="(inside-[^"]+)"[^>]*value="([^"]+)"[^>]*checked', page) == [
        ("inside-symptom-check-1", "skip")
    ]
    assert 'name="inside-psa-2" type="radio" value="skip"' not in page
    sent = {"inside-psa-1": "late", "inside-psa-2": "move", "inside-symptom-check-1": "skip"}
    for missing in sent:
        answer = await scene.send(f"{scene.plan}/go-on", {k: v for k, v in sent.items() if k != missing})
        assert (answer.status_code, "Choose what becomes of" in answer.text) == (422, True)
    assert (await scene.send(f"{scene.plan}/go-on", {**sent, "inside-psa-1": "skip"})).status_code == 422
    assert await scene.plan_state() == "paused"
    assert (await scene.send(f"{scene.plan}/go-on", sent)).status_code == 303
    assert await scene.plan_state() == "active"
    today = scene.man.today + timedelta(days=170)
    rows = await scene.world.as_owner(
        "select step_key, number, state, due_on from occurrence where number < 3 order by 1, 2"
    )
    assert [(row["step_key"], row["number"], row["state"], row["due_on"] >= today) for row in rows] == [
        ("psa", 1, "open", False), ("psa", 2, "open", True), ("symptom-check", 1, "skipped", False),
        ("symptom-check", 2, "open", True),
    ]  # fmt: skip
    changes = await scene.world.as_owner("select reason, author_name from plan_override")
    assert {(row["reason"], row["author_name"]) for row in changes} == {
        ("because it fell due while the plan stood still (Abroad)", scene.man.trust.nurse.name)
    }


async def test_a_suspended_plan_asks_that_somebody_confirms_they_were_seen(scene: Scene):
    assert "Suspend it: the cancer may be back" in await scene.page()
    seen_by = scene.man.today + timedelta(days=14)
    sent = {**in_boxes("seen_by", seen_by), "why": "PSA 0.9 and a lump."}
    assert (await scene.send(f"{scene.plan}/suspend", {"why": "x"})).status_code == 422
    for _ in range(2):
        assert (await scene.send(f"{scene.plan}/suspend", sent)).status_code == 303
    assert await scene.audited("plan.suspended") == ["PSA 0.9 and a lump."]
    page = await scene.page()
    assert "Next: confirm that they were seen, by" in page
    assert "Confirm that they were seen" in page
    assert await ask_after_pauses(scene.world.worker) == 0
    await scene.world.move_civil_clock(14)
    assert await ask_after_pauses(scene.world.worker) == 1
    alert = (await scene.world.as_owner("select kind, sentence from alert"))[0]
    assert (alert["kind"], alert["sentence"].split(".")[0]) == ("act_today", "Nobody has confirmed that they were seen")
    assert "Overdue: nobody has confirmed that they were seen" in await scene.page()
    seen = {"said": "Seen by Mr Hall on Monday; a scan next week.", **in_boxes("again", seen_by + timedelta(days=10))}
    assert (await scene.send(f"{scene.plan}/seen", {"said": "Seen."})).status_code == 422
    assert (await scene.send(f"{scene.plan}/seen", seen)).status_code == 303
    assert await the(scene.world, "select state from alert") == "closed"
    assert await ask_after_pauses(scene.world.worker) == 0
    await scene.world.move_civil_clock(10)
    assert await ask_after_pauses(scene.world.worker) == 1
    assert (await scene.send(f"{scene.plan}/go-on", {})).status_code == 303
    assert await scene.plan_state() == "active"
    assert await the(scene.world, "select count(*) from alert where state <> 'closed'") == 0
    assert (await scene.send(f"{scene.plan}/seen", seen)).status_code == 422


async def test_a_plan_goes_to_another_team_with_all_that_is_open(scene: Scene):
    """Nobody stands between two teams: dates, alerts, what waits for review and what is queued go along."""
    team_id = await scene.world.as_owner(
        "insert into team (organisation_id, key, name, phone) values ($1, 'north', 'North team', '01') returning id",
        scene.man.trust.organisation_id,
    )
    there, here = team_id[0]["id"], scene.man.trust.team_id
    await scene.world.move_civil_clock(45)
    await file_psa(scene.world, scene.man, "0.03", on=scene.man.today + timedelta(days=20))
    await sweep_reminders(scene.world.worker)
    await file_psa(scene.world, scene.man, "9.5", on=scene.man.today + timedelta(days=30))
    tables = ("plan", "occurrence", "alert", "result", "message")
    before = {one: await the(scene.world, f"select count(*) from {one} where team_id = $1", here) for one in tables}
    assert all(before.values()), before
    assert (await scene.send(f"{scene.plan}/transfer", {"to": "north"})).status_code == 422
    assert (await scene.send(f"{scene.plan}/transfer", {"to": "nowhere", "why": "x"})).status_code == 422
    answer = await scene.send(f"{scene.plan}/transfer", {"to": "north", "why": "He moved north."})
    assert answer.headers["location"] == "/today"
    assert (await scene.browser.get(scene.person)).status_code == 404
    left = {
        "plan": "true", "occurrence": "state = 'open'", "alert": "state <> 'closed'", "message": "state in ('queued', 'held')",
        "result": "review_state in ('to_review', 'set_aside')",
    }  # fmt: skip
    for one, still in left.items():
        assert await the(scene.world, f"select count(*) from {one} where team_id = $1 and {still}", here) == 0, one
    alerts = await scene.world.as_owner(
        "select sentence, owner_staff_id, next_escalation_at from alert where team_id = $1", there
    )
    assert any("came to your team from" in row["sentence"] and "He moved north" in row["sentence"] for row in alerts)
    assert all(row["owner_staff_id"] is None and row["next_escalation_at"] for row in alerts)
    assert await scene.audited("plan.to_team") == ["He moved north."]
    assert await the(scene.world, "select nurse_staff_id from plan") is None


async def test_a_plan_held_because_of_a_death_does_not_go_on_by_another_door(scene: Scene):
    assert f'href="{scene.plan}/change"' in await scene.page()
    await scene.send(f"{scene.person}/death", {"sure": "informal", "source": "His wife", "died_on-year": "2026"})
    page = await scene.page()
    assert "The person may have died in 2026 (told by: His wife)." in page
    for way in (f"{scene.plan}/change", f"{scene.plan}/go-on", f"{scene.plan}/end", "/arrange"):
        assert f'{way}"' not in page, way
    for path, fields in (("go-on", {}), ("end", {"outcome": "other", "why": "x"})):
        answer = await scene.send(f"{scene.plan}/{path}", fields)
        assert (answer.status_code, "death" in answer.text.lower()) == (422, True), path
    assert await scene.plan_state() == "held"


async def test_a_plan_ends_with_an_outcome_and_the_register_is_told(scene: Scene):
    assert (await scene.send(f"{scene.plan}/end", {"outcome": "died", "why": "x"})).status_code == 422
    assert (await scene.send(f"{scene.plan}/end", {"outcome": "moved"})).status_code == 422
    sent = {"outcome": "moved", "why": "He lives by the sea now."}
    assert (await scene.send(f"{scene.plan}/end", sent)).headers["location"] == f"{scene.person}#plan"
    again = await scene.send(f"{scene.plan}/end", sent)
    assert (again.status_code, "has ended already" in again.text) == (422, True)
    events = await scene.world.as_owner("select payload from event where kind = 'follow_up_ended'")
    assert [row["payload"]["reason"] for row in events] == ["Moved: He lives by the sea now."]
    letters = await scene.world.as_owner(
        "select cause_kind, state, facts->>'ended_because' as why from message where purpose = 'follow_up_ended_gp'"
    )
    assert [tuple(row) for row in letters] == [("plan_end", "queued", "the person is followed up elsewhere now")]
    to_him = await scene.world.as_owner("select channel from message where purpose = 'follow_up_ended'")
    assert len(to_him) == 1
    page = await scene.page()
    assert "rms-standing--ended" in page
    assert "Followed up elsewhere now" in page


async def test_only_the_team_of_a_plan_changes_it_and_a_support_worker_ends_none(
    scene: Scene, world: World, trust: Trust
):
    breast = await the(world, "insert into team (organisation_id, key, name, phone)"
                       " values ($1, 'breast', 'B', '1') returning id",
                       trust.organisation_id)  # fmt: skip
    bea = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=breast, name="bea")
    other = await scene.site.signed_in(trust.organisation_id, bea)
    assert (await scene.site.post(other, f"{scene.plan}/end", {"outcome": "moved", "why": "x"})).status_code == 404
    sue = await a_member(world, trust.organisation_id, role=Role.SUPPORT_WORKER, team_id=trust.team_id, name="sue")
    helper = await scene.site.signed_in(trust.organisation_id, sue)
    page = (await helper.get(scene.person)).text
    assert "End this plan" not in page
    assert "Record a death" not in page
    assert "Change how we contact them" in page
    assert await scene.plan_state() == "active"
