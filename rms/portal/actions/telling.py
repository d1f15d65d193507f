"""The doors for what a person tells us: a worry, a test they had, that they moved or want no more. Each is somebody's task.

Nothing ends and nothing closes by what is told here, and the same thing told twice is told once.
"""

import hashlib
from datetime import date

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.moves import record
from rms.db.database import Database
from rms.db.engine import Tx
from rms.messages.compose import day_in_words
from rms.messages.model import Channel
from rms.messages.moves import reroute
from rms.people.model import ContactKind
from rms.people.moves import set_preference
from rms.people.store import contacts_in_force, lock_people
from rms.plans.moves import hear_it_is_booked, hear_it_was_done
from rms.plans.moves.hearing import RESULT_TAKES
from rms.portal.access import Visit
from rms.portal.behind import Whose, whose
from rms.portal.forms_telling import BookedTest, HadTest, Place
from rms.portal.waiting import WaitingTest, tests_waited_for


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was told, as the alert needs it. `to_all`: every team that looks after the person hears it."""

    rule_key: str
    kind: AlertKind
    sentence: str
    to_all: bool = False


async def tell_worry(database: Database, *, visit: Visit, words: str) -> Whose:
    """A worry about a symptom: an alert to act on today, with every team that looks after the person."""
    said = f"“{words}”" if words else "no words were added"
    told = Told(
        rule_key="symptom-worry", kind=AlertKind.ACT_TODAY, to_all=True,
        sentence=f"Worried about a symptom: {said} Phone the person, and offer a way back to clinic.",
    )  # fmt: skip
    return await _tell(database, visit=visit, told=told)


async def tell_moved(database: Database, *, visit: Visit, words: str) -> Whose:
    """A new address: staff put it in force, because letters with results will go there."""
    told = Told(
        rule_key="moved", kind=AlertKind.FIX_DATA,
        sentence=f"Says that they have moved: “{words}” Check the new address with the person, and who follows them now.",
    )  # fmt: skip
    return await _tell(database, visit=visit, told=told)


async def tell_no_more(database: Database, *, visit: Visit, words: str) -> Whose:
    """They want no follow-up: a nurse talks to them. Nothing of the plan ends by this."""
    said = f" “{words}”" if words else ""
    told = Told(
        rule_key="declines", kind=AlertKind.LOOK_SOON, to_all=True,
        sentence=f"Does not want follow-up any more.{said} Talk to the person, then end the plan or let it go on.",
    )  # fmt: skip
    return await _tell(database, visit=visit, told=told)


async def tell_test(database: Database, *, visit: Visit, had: HadTest) -> Whose:
    """A test they had: the next look at its step waits a little; what nobody waits for, or may not reach us, is asked after."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        waited = await tests_waited_for(tx, of)
        step = next((one for one in waited if one.word == had.which), None)
        if step is not None:
            await hear_it_was_done(tx, organisation_id=visit.organisation_id, occurrence_id=step.occurrence_id,
                                   had_on=had.on, by=visit.actor(of.person.id), now=tx.now)  # fmt: skip
        why = _why_ask(had, step=step, today=tx.today)
        if why is not None:
            told = Told(rule_key="had-it", kind=AlertKind.CHASE,
                        sentence=f"Says that they had a {had.which} on {day_in_words(had.on)}. {why}")  # fmt: skip
            await raise_told(tx, visit=visit, of=of, told=told)
        await _note(tx, visit=visit, of=of, what="test")
        return of


async def tell_booked(database: Database, *, visit: Visit, booked: BookedTest) -> Whose:
    """A test they booked: noted on its step, whose next look waits a little; what nobody waits for is asked after."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        waited = await tests_waited_for(tx, of)
        step = next((one for one in waited if one.word == booked.which), None)
        if step is not None:
            await hear_it_is_booked(tx, organisation_id=visit.organisation_id, occurrence_id=step.occurrence_id,
                                    booked_for=booked.on, by=visit.actor(of.person.id), now=tx.now)  # fmt: skip
        else:
            when = f" for {day_in_words(booked.on)}" if booked.on else ""
            told = Told(rule_key="booked-it", kind=AlertKind.CHASE,
                        sentence=f"Says that they have booked a {booked.which}{when}. No step of the plan waits for one:"
                                 " find out what it is.")  # fmt: skip
            await raise_told(tx, visit=visit, of=of, told=told)
        await _note(tx, visit=visit, of=of, what="booked")
        return of


def _why_ask(had: HadTest, *, step: WaitingTest | None, today: date) -> str | None:
    """Why somebody must look for the result; None when it is only waited for."""
    if step is None:
        return "No step of the plan waits for one: find out what it was, and look for the result."
    if had.place is Place.ELSEWHERE:
        return "It was done somewhere else, so its result may not reach us by itself: find it."
    if today - had.on > RESULT_TAKES:
        return "That is more than a week ago and no result is here: look for it."
    return None


async def stop_texts(database: Database, *, visit: Visit) -> Whose:
    """No more texts: letters from now on, also for what waits to be sent. Without an address somebody is asked to find one."""
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        ids = {"organisation_id": visit.organisation_id, "patient_id": of.person.id}
        await lock_people(tx, [of.person.id])
        kinds = {one.kind for one in await contacts_in_force(tx, **ids)}
        by_post = ContactKind.POST in kinds
        prefers = "letter" if by_post else "phone"
        if of.person.prefers != prefers:
            await set_preference(tx, **ids, prefers=prefers, by=visit.actor(of.person.id))
        await reroute(
            tx, **ids, away_from=Channel.SMS, to=Channel.LETTER, reason="The person wants no texts.", now=tx.now
        )
        if not by_post:
            told = Told(rule_key="no-address", kind=AlertKind.FIX_DATA,
                        sentence="Wants no texts, and no postal address is known: phone and ask for it.")  # fmt: skip
            await raise_told(tx, visit=visit, of=of, told=told)
        await _note(tx, visit=visit, of=of, what="stop texts")
        return of


async def _tell(database: Database, *, visit: Visit, told: Told) -> Whose:
    async with database.transaction(organisation_id=visit.organisation_id) as tx:
        of = await whose(tx, visit)
        await lock_people(tx, [of.person.id])
        await raise_told(tx, visit=visit, of=of, told=told)
        await _note(tx, visit=visit, of=of, what=told.rule_key)
        return of


async def raise_told(tx: Tx, *, visit: Visit, of: Whose, told: Told) -> None:
    """One alert a team. The cause is what was said and the day, so that a form that is sent twice counts once."""
    said = hashlib.sha256(told.sentence.encode()).hexdigest()[:8]
    plans = {plan.team_id: plan.id for plan in of.plans if plan.state != "ended"}
    for team_id in of.teams if told.to_all else of.teams[:1]:
        plan_id = plans.get(team_id, of.behind.plan_id)
        subject = ("plan", plan_id) if plan_id is not None else ("patient", of.person.id)
        await raise_alert(
            tx, organisation_id=visit.organisation_id, team_id=team_id, kind=told.kind, subject_kind=subject[0],
            subject_id=subject[1], rule_key=told.rule_key, patient_id=of.person.id, plan_id=plan_id,
            sentence=told.sentence, cause_kind=f"portal:{tx.today.isoformat()}:{said}", cause_id=of.person.id,
            by=visit.actor(of.person.id), now=tx.now,
        )  # fmt: skip


async def _note(tx: Tx, *, visit: Visit, of: Whose, what: str) -> None:
    await record(tx, by=visit.actor(of.person.id), verb="own_pages.told", subject_kind="patient", subject_id=of.person.id,
                 patient_id=of.person.id, details={"what": what})  # fmt: skip
