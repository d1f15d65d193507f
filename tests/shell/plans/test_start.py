"""Starting a plan: everything that stands in the way is refused in words, and what was previewed is what is stored."""

from datetime import date, timedelta

import pytest

from rms.audit.model import Actor, ActorKind
from rms.errors import NotFound, Refused
from rms.plans.model import Change, Course, MidCourse, Override, Skip
from rms.plans.moves import start
from rms.plans.protocol import load_library
from rms.plans.schedule import preview
from rms.plans.store import plan_on_file, protocol_versions
from tests.cast import Trust, a_person, a_trust, on_file
from tests.database import World
from tests.shell.plans.following import PROSTATECTOMY, a_case, signed_version, start_plan, sweep, today_of
from tests.shell.plans.oracle import what_is_wrong


def changed(change: Change, *, today: date, reason: str = "his own wish") -> Override:
    return Override(
        change=change, reason=reason, author="Nora Nurse", made_on=today, review_on=today + timedelta(days=90)
    )


async def test_what_is_loaded_is_what_the_files_say(world: World) -> None:
    trust = await a_trust(world)
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        versions = await protocol_versions(tx, organisation_id=trust.organisation_id)
    assert {one.protocol.key: one.protocol for one in versions} == dict(load_library())


async def test_what_was_previewed_is_what_is_stored(world: World) -> None:
    today = await today_of(world)
    surgery_on = today - timedelta(days=400)
    overrides = (changed(Skip(step="symptom-check", number=3), today=today),)
    man = await start_plan(world, surgery_on=surgery_on, overrides=overrides)
    course = Course(anchors={"surgery": surgery_on}, started_on=today, born_on=date(1950, 4, 3))
    shown = preview(load_library()[PROSTATECTOMY], course=course, today=today, overrides=overrides)
    for step in ("psa", "symptom-check"):
        wanted = [line.occurrence for line in shown.lines if line.occurrence.step == step]
        first_two = [one for one in wanted if one.skipped_because is None][:2]
        assert [
            (row["number"], row["earliest_on"], row["due_on"], row["latest_on"], row["state"])
            for row in await man.occurrences(step)
        ] == [(one.number, one.earliest_on, one.due_on, one.latest_on, "open") for one in first_two]
    async with world.web.transaction(organisation_id=man.trust.organisation_id) as tx:
        on_file = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
    assert on_file.course == course
    assert on_file.overrides == overrides
    assert await what_is_wrong(world) == []


async def _try(world: World, trust: Trust, **given: object) -> None:
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        await start(tx, **{"organisation_id": trust.organisation_id, "team_id": trust.team_id, "nurse_staff_id": None,
                           "by": trust.nurse, "now": tx.now, **given})  # type: ignore[arg-type]  # fmt: skip


async def test_every_fault_is_said_at_once_and_nothing_is_written(world: World) -> None:
    trust, today = await a_trust(world), await today_of(world)
    patient_id = await on_file(world, trust)
    case_id = await a_case(world, trust, patient_id)
    version_id = (await world.as_owner("select id from protocol_version where key = $1", PROSTATECTOMY))[0]["id"]
    tomorrow = today + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        await _try(
            world, trust, patient_id=patient_id, case_id=case_id, protocol_version_id=version_id,
            anchors={"surgery": (tomorrow, "register"), "birthday": (today, "a guess")},
            overrides=(changed(Skip(step="psa", number=1), today=today),
                       changed(Skip(step="symptom-check", number=1), today=today, reason=" ")),
        )  # fmt: skip
    for sentence in (
        "not signed off here", "lies in the future", "birthday is no date", "must not be left out", "Say why this person",
    ):  # fmt: skip
        assert sentence in str(refused.value)
    assert await world.as_owner("select from plan") == []


async def test_a_missing_date_a_second_plan_a_death_and_a_stranger_are_refused(world: World) -> None:
    today = await today_of(world)
    man = await start_plan(world, surgery_on=today - timedelta(days=30))
    trust, anchors = man.trust, {"surgery": (today, "register")}
    same = {"patient_id": man.patient_id, "case_id": man.case_id, "protocol_version_id": man.version_id}
    with pytest.raises(Refused, match="There is a plan for this cancer already"):
        await _try(world, trust, **same, anchors=anchors)
    other_case = await a_case(world, trust, man.patient_id)
    with pytest.raises(Refused, match="The date of surgery is not known"):
        await _try(world, trust, **same | {"case_id": other_case}, anchors={})
    with pytest.raises(Refused, match="named member of staff"):
        system = {"by": Actor(kind=ActorKind.SYSTEM, name="clock")}
        await _try(world, trust, **same | {"case_id": other_case} | system, anchors=anchors)
    stranger = await on_file(world, trust, a_person(777))
    for wrong, sentence in (
        ({"patient_id": stranger}, "no such diagnosis"), ({"team_id": 999_999}, "no such team"),
        ({"nurse_staff_id": 999_999}, "no such member of staff"), ({"protocol_version_id": 999_999}, "no such protocol"),
    ):  # fmt: skip
        with pytest.raises(NotFound, match=sentence):
            await _try(world, trust, **same | {"case_id": other_case} | wrong, anchors=anchors)
    await world.as_owner("update patient set death_state = 'informal', death_recorded_at = now() where id = $1",
                         man.patient_id)  # fmt: skip
    with pytest.raises(Refused, match="recorded as having died"):
        await _try(world, trust, **same | {"case_id": other_case}, anchors=anchors)
    assert len(await world.as_owner("select from plan")) == 1


async def test_a_diagnosis_of_another_trust_does_not_exist_here(world: World) -> None:
    man = await start_plan(world, surgery_on=await today_of(world))
    other = await a_trust(world, code="RBB", name="South Hospital")
    await signed_version(world, other)
    with pytest.raises(NotFound):
        await _try(world, other, patient_id=man.patient_id, case_id=man.case_id, protocol_version_id=man.version_id,
                   anchors={"surgery": (date(2026, 1, 5), "register")})  # fmt: skip


async def test_in_mid_course_nobody_is_asked_for_what_is_over_and_a_late_one_is_caught_up_with_one_reminder(
    world: World,
) -> None:
    today = await today_of(world)
    entered = MidCourse(step="psa", last_done_on=today - timedelta(days=170), next_due_on=today - timedelta(days=10))
    man = await start_plan(world, surgery_on=today - timedelta(days=700), overrides=(changed(entered, today=today),))
    late, following = await man.occurrences()
    assert late["due_on"] == today - timedelta(days=10)
    assert following["due_on"] > today
    await sweep(world)
    assert await man.reminded() == [(late["number"], "test_late")]
    assert await what_is_wrong(world) == []


async def test_a_man_whose_birthday_is_partly_known_is_followed_by_its_latest_day(world: World) -> None:
    man = await start_plan(world, surgery_on=await today_of(world) - timedelta(days=30))
    await world.as_owner("update patient set born_on = null, born_text = '1950-02' where id = $1", man.patient_id)
    async with world.worker.transaction() as tx:
        plan = await plan_on_file(tx, organisation_id=man.trust.organisation_id, plan_id=man.plan_id)
    assert plan.course.born_on == date(1950, 2, 28)
