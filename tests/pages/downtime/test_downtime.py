"""The list to work from when RMS is down: what stands on it, who may have it, that there is one every night, and the folder."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from rms.alerts.model import AlertKind
from rms.db.pulse import beat
from rms.followup.downtime.folder import file_name
from rms.followup.downtime.gathering import on_the_list
from rms.followup.downtime.jobs import make_downtime_lists
from rms.followup.downtime.model import OnTheList, Part
from rms.followup.downtime.words import Paper, in_print
from rms.followup.moves import record_death
from rms.plans.schedule.words import day
from rms.settings import read_settings
from tests.cast import Trust, a_trust
from tests.database import World
from tests.followed import Followed, file_psa, followed, the
from tests.pages.site import Site
from tests.worklists import alarmed, late_ref, nurse, other_team


@pytest.fixture
async def after_the_night(world: World) -> None:
    """The lists of a night are made early in the morning: before ten, these tests begin at ten."""
    await world.as_owner(
        "update database_state set civil_offset = greatest(interval '0', (date_trunc('day', clock_timestamp() at time zone"
        " 'Europe/London') + interval '10 hours') at time zone 'Europe/London' - clock_timestamp())"
    )


@pytest.fixture
async def trust(world: World, after_the_night: None) -> Trust:
    return await a_trust(world)


@pytest.fixture
async def man(world: World, trust: Trust) -> Followed:
    return await followed(world, trust=trust)


async def gathered(world: World, trust: Trust, team_id: int | None = None) -> OnTheList:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        return await on_the_list(tx, organisation_id=trust.organisation_id, team_id=team_id or trust.team_id)


async def printed(world: World, trust: Trust) -> Paper:
    return in_print(await gathered(world, trust))


async def test_a_late_test_stands_there_with_number_day_limit_and_last_value(world: World, trust: Trust, man: Followed):
    await file_psa(world, man, "0.02", on=man.today)
    await late_ref(world, man)
    paper = await printed(world, trust)
    alerts, late, _ = paper.sections
    assert alerts.rows == ()
    [row] = late.rows
    assert row.who[0].startswith("ASHDOWN"), row.who
    assert row.call[0].startswith("07700 9"), row.call
    assert "PSA" in row.what[0]
    assert row.when[0] == "10 days late"
    assert row.last[0].startswith("act when above 0.2")
    assert row.last[1].startswith("last 0.02 ug/L, ")


async def test_alerts_stand_first_by_how_soon_somebody_must_act(world: World, trust: Trust, man: Followed):
    await alarmed(world, trust, man.patient_id, kind=AlertKind.CHASE, rule="a", sentence="Has not come back.")
    await alarmed(world, trust, man.patient_id, kind=AlertKind.ACT_TODAY, rule="b", sentence="Bleeding.")
    await alarmed(world, trust, None, kind=AlertKind.FIX_DATA, rule="c", sentence="Whose is it?")
    rows = (await printed(world, trust)).sections[0].rows
    assert [row.when[0] for row in rows] == ["ACT TODAY", "Chase", "Fix data"]
    assert rows[0].what == ("Bleeding.", "Nobody has taken it")
    assert rows[2].who == ("Nobody known",)


async def test_what_is_due_in_two_weeks_stands_there_and_what_is_later_does_not(
    world: World, trust: Trust, man: Followed
):
    due_on = await the(world, "select min(due_on) from occurrence where plan_id = $1 and state = 'open'", man.plan_id)
    for days, stands in ((15, False), (14, True), (0, True)):
        async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
            now = (due_on - tx.today).days
        await world.move_civil_clock(now - days)
        found = await gathered(world, trust)
        assert any(line.part is Part.DUE and line.due_on == due_on for line in found.lines) is stands, days


async def test_nobody_is_told_to_call_somebody_who_died(world: World, trust: Trust, man: Followed):
    await alarmed(world, trust, man.patient_id)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await record_death(tx, organisation_id=trust.organisation_id, patient_id=man.patient_id, formal=False, died_on=None,
                           source="His wife", by=trust.nurse, now=tx.now)  # fmt: skip
    rows = (await printed(world, trust)).sections[0].rows
    assert {row.call for row in rows} == {("MAY HAVE DIED: do not call before you have checked",)}


async def test_a_plan_that_stands_still_asks_nobody(world: World, trust: Trust, man: Followed):
    await late_ref(world, man)
    await world.as_owner(
        "update plan set state = 'suspended', state_reason = 'test', still_since = now()::date, state_until = now()::date + 9"
        " where id = $1",
        man.plan_id,
    )
    assert (await gathered(world, trust)).lines == ()


async def test_only_the_teams_own_people_stand_there(world: World, trust: Trust, man: Followed):
    await late_ref(world, man)
    breast, _ = await other_team(world, trust)
    assert (await gathered(world, trust)).shown == [man.patient_id]
    assert (await gathered(world, trust, breast)).lines == ()


async def test_every_night_each_team_gets_one_list_and_old_ones_go(world: World, trust: Trust, man: Followed):
    await other_team(world, trust)
    assert await make_downtime_lists(world.worker, folder=None) == 2
    assert await make_downtime_lists(world.worker, folder=None) == 0
    for _ in range(8):
        await world.move_civil_clock(1)
        assert await make_downtime_lists(world.worker, folder=None) == 2
    kept = await world.as_owner("select for_on from downtime_list where team_id = $1 order by for_on", trust.team_id)
    assert len(kept) == 8
    pdf = await the(world, "select pdf from downtime_list limit 1")
    assert pdf.startswith(b"%PDF")
    assert b"pdfuaid" in pdf


async def test_before_three_at_night_none_is_made(world: World, trust: Trust):
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        now = tx.now
    night = (now + timedelta(days=1)).replace(hour=1, minute=0)
    await world.move_civil_clock((night - now) / timedelta(days=1))
    assert await make_downtime_lists(world.worker, folder=None) == 0


async def test_two_workers_at_once_keep_one_list(world: World, trust: Trust):
    await asyncio.gather(*(make_downtime_lists(world.worker, folder=None) for _ in range(3)))
    assert await the(world, "select count(*) from downtime_list") == 1


async def test_the_folder_holds_the_list_and_loses_it_after_seven_days(
    world: World, trust: Trust, man: Followed, tmp_path: Path
):
    folder = tmp_path / "lists"
    await late_ref(world, man)
    await make_downtime_lists(world.worker, folder=folder)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        first = folder / file_name("RAA", team_key="urology", day=tx.today)
    assert first.read_bytes() == await the(world, "select pdf from downtime_list")
    assert first.stat().st_mode & 0o077 == 0o040
    assert [path.name for path in folder.iterdir()] == [first.name]
    assert (await the(world, "select details from audit_entry where verb = 'downtime.file'"))["shown"] == [
        man.patient_id
    ]
    (folder / "other.pdf").write_bytes(b"somebody else's")
    for days, there in ((7, True), (1, False)):
        await world.move_civil_clock(days)
        await make_downtime_lists(world.worker, folder=folder)
        assert first.exists() is there, days
    assert (folder / "other.pdf").exists()


async def test_a_folder_that_cannot_be_written_becomes_one_alert_and_is_tried_again(
    world: World, trust: Trust, tmp_path: Path
):
    folder = tmp_path / "lists"
    folder.write_text("a file stands in the way")
    for _ in range(2):
        await make_downtime_lists(world.worker, folder=folder)
    [alert] = await world.as_owner("select kind, sentence, team_id from alert")
    assert (alert["kind"], alert["team_id"]) == ("fix_data", trust.team_id)
    assert "downtime list was not made or not put into its folder" in alert["sentence"]
    folder.unlink()
    assert await make_downtime_lists(world.worker, folder=folder) == 1
    assert len(list(folder.iterdir())) == 1


async def test_a_list_that_cannot_be_made_becomes_an_alert_and_holds_up_no_other_team(
    world: World, trust: Trust, man: Followed
):
    await late_ref(world, man)
    await other_team(world, trust)
    # A date of birth that no calendar has: nothing lets it in, and nothing else stops the list.
    await world.as_owner("update patient set born_text = '1948-13-99' where id = $1", man.patient_id)
    assert await make_downtime_lists(world.worker, folder=None) == 1
    [alert] = await world.as_owner("select sentence, team_id from alert where rule_key = 'downtime-list'")
    assert alert["team_id"] == trust.team_id


async def test_a_nurse_opens_the_list_and_the_audit_says_whom_they_saw(
    site: Site, world: World, trust: Trust, man: Followed
):
    await late_ref(world, man)
    browser = await nurse(site, trust)
    before = await browser.get("/downtime")
    assert "No list has been made yet." in before.text
    answer = await site.post(browser, "/downtime/urology")
    assert answer.headers["location"] == "/downtime?made=1"
    page = (await browser.get("/downtime?made=1")).text
    assert "by Nora Nurse" in page
    assert "1 line about 1 person" in page
    ref = await the(world, "select ref from downtime_list")
    pdf = await browser.get(f"/downtime/{ref}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert "no-store" in pdf.headers["cache-control"]
    [looked] = await world.as_owner("select actor_name, details from audit_entry where verb = 'downtime.look'")
    assert (looked["actor_name"], looked["details"]["shown"]) == ("Nora Nurse", [man.patient_id])


async def test_another_team_gets_neither_the_list_nor_a_new_one(site: Site, world: World, trust: Trust, man: Followed):
    await make_downtime_lists(world.worker, folder=None)
    _, bea = await other_team(world, trust)
    ref = await the(world, "select ref from downtime_list")
    browser = await site.signed_in(trust.organisation_id, bea)
    assert (await browser.get(f"/downtime/{ref}/pdf")).status_code == 404
    assert (await site.post(browser, "/downtime/urology")).status_code == 404
    assert await the(world, "select count(*) from audit_entry where verb in ('downtime.look')") == 0


async def test_a_night_without_a_list_is_said_on_today_and_on_the_page(site: Site, world: World, trust: Trust):
    browser = await nurse(site, trust)
    await make_downtime_lists(world.worker, folder=None)
    assert "was not made" not in (await browser.get("/today")).text
    await world.move_civil_clock(1)
    assert "downtime list was not made: Urology follow-up team." in (await browser.get("/today")).text
    assert "This list is not of today." in (await browser.get("/downtime")).text
    await make_downtime_lists(world.worker, folder=None)
    assert "was not made" not in (await browser.get("/today")).text


def test_the_setting_names_a_folder(tmp_path: Path) -> None:
    assert read_settings({"RMS_DOWNTIME_FOLDER": str(tmp_path)}).downtime_folder == tmp_path
    assert read_settings({}).downtime_folder is None


async def test_nights_that_the_worker_missed_are_told_to_the_team_when_it_is_back(world: World, trust: Trust):
    await world.move_civil_clock(1)
    await make_downtime_lists(world.worker, folder=None)
    await world.move_civil_clock(3)
    await world.as_owner("update worker_pulse set beat_at = clock_timestamp() - interval '3 days'")
    assert await beat(world.worker) == 0
    await make_downtime_lists(world.worker, folder=None)
    last_on = await the(world, "select min(for_on) from downtime_list")
    first, last = day(last_on + timedelta(days=1)), day(last_on + timedelta(days=2))
    assert f"No downtime list was made from {first} to {last}, because" in await the(
        world, "select sentence from alert"
    )
    await make_downtime_lists(world.worker, folder=None)
    assert await the(world, "select count(*) from alert_cause") == 1


@pytest.mark.parametrize("hours_silent", [0, 8])
async def test_nights_that_a_demo_left_out_are_no_news(world: World, trust: Trust, hours_silent: int):
    """Also of one that was started this morning after a night of rest: its clock was moved, nothing was missed."""
    await world.move_civil_clock(1)
    await make_downtime_lists(world.worker, folder=None)
    await world.move_civil_clock(3)
    await world.as_owner(
        "update worker_pulse set beat_at = clock_timestamp() - make_interval(hours => $1)", hours_silent
    )
    await beat(world.worker)
    await make_downtime_lists(world.worker, folder=None)
    assert await the(world, "select count(*) from alert") == 0
