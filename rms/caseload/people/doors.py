"""What staff change about a person and their plans, each in one transaction: find it in the scope of the asker, lock, move.

Sent twice, a form changes nothing the second time. Called by pages only, never by one another.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from rms.audit.moves import record
from rms.caseload.people.store import person_in_scope, plan_in_scope
from rms.dates import PartialDate
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Refused
from rms.followup import moves
from rms.followup.moves.ending import end_follow_up
from rms.people.access import Asker
from rms.people.model import ContactKind, ContactPoint
from rms.people.moves import set_contact, set_preference, start_messages, stop_messages
from rms.people.store import contacts_in_force, lock_people, person, teams
from rms.plans import moves as plan_moves
from rms.plans.moves import pause, suspend
from rms.plans.schedule import Inside, PauseRule
from rms.plans.store import PlanOnFile, plan_on_file

_NEEDED = {
    "sms": (ContactKind.MOBILE, "There is no mobile number: enter one below first."),
    "email": (ContactKind.EMAIL, "There is no email address: enter one below first."),
    "letter": (ContactKind.POST, "There is no postal address: enter one below first."),
}


async def prefer(database: Database, *, asks: Asker, ref: UUID, prefers: str, said: str) -> None:
    """Say how a person wants to be reached. Refused when there is no number or address for it."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        kinds = {one.kind for one in await contacts_in_force(tx, **who)}
        if prefers in _NEEDED and _NEEDED[prefers][0] not in kinds:
            raise Refused(_NEEDED[prefers][1])
        await set_preference(tx, **who, prefers=prefers, by=asks.actor)
        await _said(tx, asks=asks, patient_id=who["patient_id"], said=said)


async def reach(database: Database, *, asks: Asker, ref: UUID, contact: ContactPoint, said: str) -> None:
    """Put a new number or address in force; the one of the same kind before it stays on record."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        await set_contact(tx, **who, contact=contact, by=asks.actor, now=tx.now)
        await _said(tx, asks=asks, patient_id=who["patient_id"], said=said)


async def stop(database: Database, *, asks: Asker, ref: UUID, why: str) -> None:
    """Nothing more is sent to the person; what they would have been sent becomes the team's work."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        if (await person(tx, **who)).messages_stopped_at is None:
            await stop_messages(tx, **who, why=why, by=asks.actor, now=tx.now)


async def start_again(database: Database, *, asks: Asker, ref: UUID, why: str) -> None:
    """Messages go out again."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        if (await person(tx, **who)).messages_stopped_at is not None:
            await start_messages(tx, **who, why=why, by=asks.actor)


async def record_death(
    database: Database, *, asks: Asker, ref: UUID, formal: bool, died_on: PartialDate | None, source: str
) -> None:
    """Note a death. A formal one stands: an informal report after it adds nothing."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        known = (await person(tx, **who)).death_state
        if known == "formal" or (known == "informal" and not formal):
            return
        await moves.record_death(tx, **who, formal=formal, died_on=died_on, source=source, by=asks.actor, now=tx.now)


async def reverse_death(database: Database, *, asks: Asker, ref: UUID, why: str) -> None:
    """Take a recorded death back: held plans go on, and the team is told what fell due meanwhile."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        who = await _locked(tx, asks=asks, ref=ref)
        if (await person(tx, **who)).death_state is not None:
            await moves.reverse_death(tx, **who, why=why, by=asks.actor, now=tx.now)


async def end_after_death(database: Database, *, asks: Asker, ref: UUID) -> UUID:
    """Confirm a formal death and end the plan; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        known = (await person(tx, organisation_id=asks.organisation_id, patient_id=plan.patient_id)).death_state
        if known != "formal":
            raise Refused("Only a death that we were told of formally ends a plan. Record it formally first.")
        if plan.state != "ended":
            await moves.end_after_death(
                tx, organisation_id=asks.organisation_id, plan_id=plan.id, by=asks.actor, now=tx.now
            )
        return them


async def pause_plan(
    database: Database, *, asks: Asker, ref: UUID, until: date, why: str, rule: PauseRule = PauseRule.ASK
) -> UUID:
    """Let a plan stand still until a day; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        if (plan.state, plan.state_until, plan.state_reason, plan.pause_rule) != ("paused", until, why, rule):
            await pause(tx, organisation_id=asks.organisation_id, plan_id=plan.id, until=until, reason=why, rule=rule,
                        by=asks.actor, now=tx.now)  # fmt: skip
        return them


async def suspend_plan(database: Database, *, asks: Asker, ref: UUID, seen_by: date, why: str) -> UUID:
    """The cancer may be back: the plan stands still until somebody has seen them; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        if (plan.state, plan.state_until, plan.state_reason) != ("suspended", seen_by, why):
            await suspend(tx, organisation_id=asks.organisation_id, plan_id=plan.id, seen_by=seen_by, reason=why,
                          by=asks.actor, now=tx.now)  # fmt: skip
        return them


async def confirm_seen(database: Database, *, asks: Asker, ref: UUID, said: str, again: date) -> UUID:
    """They were seen; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        await plan_moves.confirm_seen(tx, organisation_id=asks.organisation_id, plan_id=plan.id, said=said,
                                      ask_again_on=again, by=asks.actor, now=tx.now)  # fmt: skip
        return them


async def let_plan_go_on(
    database: Database, *, asks: Asker, ref: UUID, decided: Mapping[tuple[str, int], Inside] | None = None
) -> UUID:
    """Take a plan up again after a pause or a hold; returns the person's reference. `decided`: of what fell inside."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        if (await person(tx, organisation_id=asks.organisation_id, patient_id=plan.patient_id)).death_state is not None:
            raise Refused(
                "A death is recorded. Take it back first if it is a mistake; the plan then goes on by itself."
            )
        if plan.state == "active":
            return them
        await moves.go_on(tx, organisation_id=asks.organisation_id, plan_id=plan.id, decided=decided, by=asks.actor,
                          now=tx.now)  # fmt: skip
        return them


async def transfer_plan(database: Database, *, asks: Asker, ref: UUID, to: str, why: str) -> UUID:
    """Give a plan to another team of the trust, by its key; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        found = next((one for one in await teams(tx, organisation_id=asks.organisation_id) if one.key == to), None)
        if found is None:
            raise Refused("Choose one of the teams.")
        await moves.transfer(tx, organisation_id=asks.organisation_id, plan_id=plan.id, team_id=found.id, reason=why,
                             by=asks.actor, now=tx.now)  # fmt: skip
        return them


async def end_plan(database: Database, *, asks: Asker, ref: UUID, outcome: str, why: str) -> UUID:
    """End a plan with an outcome; returns the person's reference."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        plan, them = await _locked_plan(tx, asks=asks, ref=ref)
        await end_follow_up(tx, organisation_id=asks.organisation_id, plan_id=plan.id, outcome=outcome, reason=why,
                            by=asks.actor, now=tx.now)  # fmt: skip
        return them


async def _locked(tx: Tx, *, asks: Asker, ref: UUID) -> dict[str, int]:
    patient_id = await person_in_scope(tx, asks=asks, ref=ref)
    await lock_people(tx, [patient_id])
    return {"organisation_id": asks.organisation_id, "patient_id": patient_id}


async def _locked_plan(tx: Tx, *, asks: Asker, ref: UUID) -> tuple[PlanOnFile, UUID]:
    """A plan of the asker's own teams, with the reference of its person, who is locked first."""
    found = await plan_in_scope(tx, asks=asks, ref=ref)
    await lock_people(tx, [found.patient_id])
    plan = await plan_on_file(tx, organisation_id=asks.organisation_id, plan_id=found.plan_id, lock=True)
    return plan, found.person_ref


async def _said(tx: Tx, *, asks: Asker, patient_id: int, said: str) -> None:
    await record(tx, by=asks.actor, verb="contact.said", subject_kind="patient", subject_id=patient_id,
                 patient_id=patient_id, reason=said)  # fmt: skip
