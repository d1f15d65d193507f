"""What staff of the demo do besides reviewing: drafts, reasons against follow-up, pauses, deaths, ends, alerts in hand."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from rms.alerts.model import Anchor
from rms.alerts.moves import take
from rms.caseload.helpline.doors import log_call
from rms.caseload.helpline.model import Call, Caller, Outcome, Reason
from rms.caseload.notes.doors import write
from rms.caseload.notes.forms import Written
from rms.caseload.starting import doors
from rms.caseload.starting.model import AnchorGiven, Choice, Draft
from rms.dates import PartialDate
from rms.db.database import Database
from rms.followup import actions
from rms.followup.moves.ending import end_follow_up
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.staff import set_leave
from rms.people.store import lock_people
from rms.plans.moves import pause as pause_plan
from rms.plans.moves import suspend as suspend_plan
from rms.rehearsal.demo.people import Someone
from rms.rehearsal.demo.settled import Versions

_LEFT_OUT = (Choice.DECLINED, Choice.NOT_SUITABLE, Choice.ELSEWHERE, Choice.TOO_EARLY)
_ENDS = (("completed", "Ten years over, discharged to the practice."), ("moved", "Moved away; the new trust has taken over."),
         ("declined", "Wants no more tests."), ("other", "Follow-up goes on in the clinic."))  # fmt: skip


def as_nurse(one: Someone) -> Asker:
    """The nurse of somebody, as a page knows her."""
    return Asker(staff_id=one.nurse_id, organisation_id=one.organisation_id, name=one.nurse_name,
                 role=Role.NURSE_SPECIALIST, team_ids=(one.team_id,))  # fmt: skip


async def _case_ref(owner: asyncpg.Connection, one: Someone) -> UUID:
    ref: UUID = await owner.fetchval("select ref from register_case where id = $1", one.case_id)
    return ref


async def draft(web: Database, owner: asyncpg.Connection, *, one: Someone, versions: Versions, dated: bool) -> None:
    """A plan is being written: only the first page, or up to its dates."""
    version_id, _ = versions.protocols[one.protocol]
    anchor = Anchor(one.course.counts_from)
    on = one.dates.diagnosed_on if anchor is Anchor.DIAGNOSIS else one.dates.treated_on
    given = Draft(
        protocol_version_id=version_id, choice=Choice.AGREED, answers={},
        anchors={anchor: AnchorGiven(on=on, source="register")} if dated else {},
        nurse_staff_id=one.nurse_id if dated else None, prefers="letter" if dated else None,
    )  # fmt: skip
    await doors.keep_draft(web, asks=as_nurse(one), ref=await _case_ref(owner, one), draft=given, revision=0)


async def leave_out(web: Database, owner: asyncpg.Connection, *, one: Someone, number: int, day: date) -> None:
    """Somebody was asked and follow-up does not begin."""
    what = _LEFT_OUT[number % len(_LEFT_OUT)]
    until = day + timedelta(days=90) if what is Choice.TOO_EARLY else None
    await doors.leave_out(web, asks=as_nurse(one), ref=await _case_ref(owner, one), what=what, until_on=until,
                          note="Talked about it at the end of treatment.")  # fmt: skip


async def pause(web: Database, *, one: Someone, until: date, suspend: bool) -> None:
    """The plan stands still for a time; a suspended one until somebody has seen them and decides."""
    assert one.plan_id is not None
    async with web.transaction(organisation_id=one.organisation_id) as tx:
        await lock_people(tx, [one.patient_id])
        if suspend:
            await suspend_plan(tx, organisation_id=one.organisation_id, plan_id=one.plan_id, seen_by=until,
                               reason="A scan shows something that may be a recurrence.", by=one.nurse,
                               now=tx.now)  # fmt: skip
        else:
            await pause_plan(tx, organisation_id=one.organisation_id, plan_id=one.plan_id, until=until,
                             reason="Is in hospital for another reason.", by=one.nurse, now=tx.now)  # fmt: skip


async def record_death(web: Database, *, one: Someone, formal: bool, day: date) -> None:
    """Somebody died; the plan is held until a nurse confirms."""
    await actions.record_death(
        web, organisation_id=one.organisation_id, patient_id=one.patient_id, formal=formal,
        died_on=PartialDate.of(day - timedelta(days=4)) if formal else None,
        source="register" if formal else "a call of the family", by=one.nurse,
    )  # fmt: skip


async def end(web: Database, *, one: Someone, number: int) -> None:
    """A nurse ends the plan with an outcome."""
    assert one.plan_id is not None
    outcome, reason = _ENDS[0 if number % 2 else number // 2 % len(_ENDS)]
    async with web.transaction(organisation_id=one.organisation_id) as tx:
        await lock_people(tx, [one.patient_id])
        await end_follow_up(tx, organisation_id=one.organisation_id, plan_id=one.plan_id, outcome=outcome, reason=reason,
                            by=one.nurse, now=tx.now)  # fmt: skip


async def take_alerts(web: Database, owner: asyncpg.Connection, *, people: Mapping[int, Someone]) -> None:
    """One alert in four is in a nurse's hands already."""
    rows = await owner.fetch("select id, patient_id from alert where state = 'open' and id % 4 = 0 order by id")
    for row in rows:
        one = people.get(row["patient_id"])
        if one is not None:
            async with web.transaction(organisation_id=one.organisation_id) as tx:
                await lock_people(tx, [one.patient_id])
                await take(tx, organisation_id=one.organisation_id, alert_id=row["id"], by=one.nurse, now=tx.now)


async def desk_work(web: Database, owner: asyncpg.Connection, *, people: Sequence[Someone], today: date) -> None:
    """In each team somebody rang and a note was handed over; one nurse is away, and the lead covers for her."""
    lead = await owner.fetchrow("select * from staff where organisation_id = $1 and role = 'team_lead'",
                                people[0].organisation_id)  # fmt: skip
    assert lead is not None
    by_team = {one.team_id: one for one in people}
    as_lead = Asker(staff_id=lead["id"], organisation_id=lead["organisation_id"], name=lead["display_name"],
                    role=Role.TEAM_LEAD, team_ids=tuple(by_team))  # fmt: skip
    for one in by_team.values():
        person: UUID = await owner.fetchval("select ref from patient where id = $1", one.patient_id)
        nurse: UUID = await owner.fetchval("select ref from staff where id = $1", one.nurse_id)
        await log_call(web, asks=as_nurse(one), ref=person, call=Call(
            caller=Caller.PERSON, caller_name=None, reason=Reason.TEST, details="Asks where the next blood test can be had.",
            advice="The surgery does it; we send the form again.", outcome=Outcome.CALL_BACK, today=False,
            back_on=today + timedelta(days=3)))  # fmt: skip
        await write(
            web, asks=as_lead, ref=person, note=Written(words="Please ring about the new address.", to=str(nurse))
        )
    away = next((one for one in by_team.values() if one.course.kind == "radiotherapy"), people[0])
    async with web.transaction(organisation_id=away.organisation_id) as tx:
        await set_leave(tx, organisation_id=away.organisation_id, staff_id=away.nurse_id, from_on=today,
                        until_on=today + timedelta(days=5), cover_staff_id=lead["id"], by=as_lead.actor)  # fmt: skip
