"""A caseload in mid-course comes in: people, cancers and plans that go on where the spreadsheet stood."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from rms.audit.model import Actor, ActorKind
from rms.dates import PartialDate
from rms.errors import BadInput, Conflict
from rms.followup.moves import record_death
from rms.people.model import Diagnosis, TumourSite
from rms.people.moves import put_case
from rms.plans.jobs import sweep_late
from rms.plans.moves import sign_off
from rms.plans.store import protocol_by_key
from rms.sync.caseload_csv import COLUMNS
from rms.sync.imports import actions
from rms.sync.imports.model import Batch, BatchState, ImportKind
from tests.cast import Trust, a_person, a_trust, nhs_number, on_file
from tests.database import World

OPERATOR = Actor(kind=ActorKind.OPERATOR, name="operator")
PROSTATECTOMY, RADIOTHERAPY = "prostate-after-prostatectomy", "prostate-after-radiotherapy"


@pytest.fixture
async def trust(world: World) -> Trust:
    trust = await a_trust(world)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        for key in (PROSTATECTOMY, RADIOTHERAPY):
            found = await protocol_by_key(tx, organisation_id=trust.organisation_id, key=key)
            assert found is not None
            await sign_off(tx, organisation_id=trust.organisation_id, protocol_version_id=found.id, note="Agreed.",
                           for_demonstration_only=True, by=trust.nurse)  # fmt: skip
    return trust


@pytest.fixture
async def today(world: World) -> date:
    async with world.worker.transaction() as tx:
        return tx.today


def line(trust: Trust, today: date, serial: int = 1, **cells: str) -> dict[str, str]:
    """One row of a man whose prostate was removed two years ago and whose next PSA is due in forty days."""
    return {
        "NHS number": nhs_number(serial).shown,
        "First names": "Peter",
        "Last name": "Ashdown",
        "Date of birth": "1950-04-03",
        "Protocol": PROSTATECTOMY,
        "Anchor": "surgery",
        "Anchor date": str(today - timedelta(days=730)),
        "Step": "psa",
        "Last done": str(today - timedelta(days=140)),
        "Next due": str(today + timedelta(days=40)),
        "Named nurse": f"nora.{trust.organisation_id}",
    } | cells


def written(path: Path, *rows: dict[str, str]) -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    return path


async def look(world: World, trust: Trust, path: Path) -> Batch:
    incoming = await actions.read_path(world.web, organisation_id=trust.organisation_id, path=path,
                                       kind=ImportKind.CASELOAD)  # fmt: skip
    return await actions.look_at(world.web, organisation_id=trust.organisation_id, incoming=incoming, by=OPERATOR)


async def stage(world: World, trust: Trust, path: Path) -> Batch:
    incoming = await actions.read_path(world.web, organisation_id=trust.organisation_id, path=path,
                                       kind=ImportKind.CASELOAD)  # fmt: skip
    return await actions.stage(world.web, organisation_id=trust.organisation_id, incoming=incoming, by=OPERATOR)


async def brought_in(world: World, trust: Trust, path: Path, *, by: Actor = OPERATOR) -> Batch:
    batch = await stage(world, trust, path)
    assert batch.ref is not None
    return await actions.approve(world.web, organisation_id=trust.organisation_id, ref=batch.ref, by=by)


def counted(batch: Batch) -> dict[str, int]:
    return {str(action): number for action, number in batch.counts.items() if number}


async def the(world: World, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.as_owner(sql)]


async def test_a_plan_goes_on_where_the_spreadsheet_stood(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    limit = {"Personal limit": "0.1", "Limit unit": "ug/L", "Limit reason": "Positive margin."}
    questions = {"Step": "symptom-check", "Last done": "", "Next due": str(today - timedelta(days=9))}
    path = written(tmp_path / "c.csv", line(trust, today, **limit), line(trust, today, **questions))
    dry = await look(world, trust, path)
    assert (counted(dry), dry.state) == ({"add": 1}, BatchState.DRY_RUN)
    assert await the(world, "select id from patient") == []
    batch = await brought_in(world, trust, path)
    assert counted(batch) == {"add": 1}
    assert await the(world, "select family_name, flags from patient") == [("Ashdown", [])]
    assert await the(world, "select source, tumour_site from register_case") == [("caseload", "urology")]
    plan = await the(world, "select state, nurse_staff_id, started_by_staff_id, team_id from plan")
    assert plan == [("active", trust.nurse.id, trust.nurse.id, trust.team_id)]
    due = dict(await the(world, "select step_key, min(due_on) from occurrence where state = 'open' group by 1"))
    assert due == {"psa": today + timedelta(days=40), "symptom-check": today - timedelta(days=9)}
    made = await the(world, "select content->>'kind', content->>'value', reason from plan_override order by id")
    assert ("limit", "0.1", "Positive margin.") in made
    assert [kind for kind, _, _ in made].count("mid_course") == 2


async def test_nobody_is_written_to_about_a_plan_they_have_had_for_years(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    await on_file(world, trust)
    await brought_in(world, trust, written(tmp_path / "c.csv", line(trust, today)))
    assert await the(world, "select purpose from message") == []
    assert await the(world, "select kind from event") == [("follow_up_started",)]


async def test_a_second_import_changes_nothing_and_the_plan_of_somebody_on_file_is_a_change(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    patient_id = await on_file(world, trust)
    path = written(tmp_path / "c.csv", line(trust, today))
    first = await brought_in(world, trust, path, by=trust.lead)
    assert (counted(first), first.rows[0].patient_id) == ({"change": 1}, patient_id)
    assert await the(world, "select sex, started_by_staff_id from patient, plan") == [("male", trust.lead.id)]
    second = await brought_in(world, trust, path)
    assert counted(second) == {"same": 1}
    assert second.changes_nothing
    assert len(await the(world, "select id from plan")) == 1


async def test_the_plan_is_put_on_the_cancer_that_the_protocol_is_for(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    patient_id = await on_file(world, trust)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        prostate, _bladder = [
            await put_case(
                tx, organisation_id=trust.organisation_id, patient_id=patient_id, source="register", by=trust.nurse,
                diagnosis=Diagnosis(ref=code, site=TumourSite.UROLOGY, icd10=code),
            )
            for code in ("C61", "C67.9")
        ]  # fmt: skip
    await brought_in(world, trust, written(tmp_path / "c.csv", line(trust, today)))
    assert await the(world, "select case_id from plan") == [(prostate,)]
    assert len(await the(world, "select id from register_case")) == 2


async def test_what_cannot_be_told_is_asked(world: World, trust: Trust, today: date, tmp_path: Path) -> None:
    died = await on_file(world, trust, a_person(7, family="Gone"))
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await record_death(tx, organisation_id=trust.organisation_id, patient_id=died, formal=True,
                           died_on=PartialDate(year=2026), source="The ward", by=trust.nurse, now=tx.now)  # fmt: skip
    two = {"NHS number": nhs_number(21).shown, "Last name": "Twice"}
    rows = (
        line(trust, today, serial=7, **{"Last name": "Gone"}),
        line(trust, today, **two),
        line(trust, today, **two, Protocol=RADIOTHERAPY, Anchor="end of treatment"),
        line(trust, today, serial=35, **{"Named nurse": "nobody.here"}),
        line(trust, today, serial=42, **{"Named nurse": f"max.{trust.organisation_id}"}),
        line(trust, today, serial=49, **{"Personal limit": "1", "Limit unit": "mmol/L", "Limit reason": "x"}),
        line(trust, today, serial=56, Protocol="breast-after-primary-treatment", Step="mammogram"),
        line(trust, today, serial=63, Anchor="diagnosis"),
    )
    batch = await brought_in(world, trust, written(tmp_path / "c.csv", *rows))
    told = {
        row.place: (str(row.action), " ".join((*row.reasons, *(f.sentence for f in row.faults)))) for row in batch.rows
    }
    for place, action, words in (
        ("row 2", "ask", "recorded as having died"),
        ("row 3", "ask", "more than one plan"),
        ("row 4", "ask", "more than one plan"),
        ("row 5", "fault", "Nobody who works here"),
        ("row 6", "fault", "may not start plans"),
        ("row 7", "fault", "No single rule"),
        ("row 8", "ask", "not signed off"),
        ("row 9", "ask", "The date of surgery is not known"),
    ):
        assert told[place][0] == action, (place, told[place])
        assert words in told[place][1], (place, told[place])
    assert await the(world, "select id from plan") == []
    assert len(await the(world, "select id from patient")) == 1
    assert len(await the(world, "select id from alert where subject_kind = 'import' and kind = 'fix_data'")) >= 1


async def test_faults_hold_back_their_plan_and_nobody_else(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "c.csv", line(trust, today), line(trust, today, serial=7, **{"Last name": "Late", "Next due": ""})
    )
    batch = await brought_in(world, trust, path)
    assert counted(batch) == {"add": 1, "fault": 1}
    assert (batch.read.read, batch.read.used, batch.read.held_back) == (2, 1, 1)
    assert batch.rows[1].place == "row 3, column Next due"


async def test_a_plan_that_was_started_meanwhile_stops_the_approval(
    world: World, trust: Trust, today: date, tmp_path: Path
) -> None:
    path = written(tmp_path / "c.csv", line(trust, today))
    staged = await stage(world, trust, path)
    await brought_in(world, trust, path)
    assert staged.ref is not None
    with pytest.raises(Conflict, match="something else holds"):
        await actions.approve(world.web, organisation_id=trust.organisation_id, ref=staged.ref, by=OPERATOR)
    assert len(await the(world, "select id from plan")) == 1


async def test_a_register_file_is_not_a_caseload(world: World, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("NHS number,Last name,Date of birth\n")
    with pytest.raises(BadInput, match="column Protocol: This column is missing"):
        await stage(world, trust, tmp_path / "r.csv")


@pytest.mark.parametrize("days", [14, 40, 100])
async def test_who_comes_in_overdue_is_chased_at_the_next_look(
    world: World, trust: Trust, today: date, tmp_path: Path, days: int
) -> None:
    overdue = today - timedelta(days=days)
    row = line(trust, today) | {"Last done": str(today - timedelta(days=200)), "Next due": str(overdue)}
    await brought_in(world, trust, written(tmp_path / "caseload.csv", row))
    waits = await world.as_owner(
        "select due_on from occurrence where step_key = 'psa' and state = 'open' order by due_on"
    )
    assert waits[0]["due_on"] == overdue
    await sweep_late(world.worker)
    chased = await world.as_owner("select count(*) as n from alert where kind = 'chase' and state = 'open'")
    assert chased[0]["n"] == (1 if days > 21 else 0)
