"""What staff do before a plan, each in one transaction: find it in their scope, lock the person, move.

These are doors: called by pages only, never by one another.
"""

from datetime import date
from uuid import UUID

from rms.caseload.starting import moves
from rms.caseload.starting.model import BEGINS, Choice, Draft
from rms.caseload.starting.store import CaseInHand, lock_case
from rms.dates.spoken import clock_words
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import Conflict, Refused
from rms.followup.moves import start_plan
from rms.people.access import Asker
from rms.people.model import RegisterPerson
from rms.people.moves import set_preference
from rms.people.store import cases_of, person
from rms.sync.imports.by_hand import add_by_hand


async def keep_draft(database: Database, *, asks: Asker, ref: UUID, draft: Draft, revision: int) -> None:
    """Save what was typed on one of the pages. Conflict when a colleague was quicker, or a plan was started."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        case = await lock_case(tx, asks=asks, ref=ref)
        _no_plan(case)
        await moves.keep_draft(tx, case=case, draft=draft, revision=revision, by=asks.actor, now=tx.now)


async def leave_out(
    database: Database,
    *,
    asks: Asker,
    ref: UUID,
    what: Choice,
    until_on: date | None = None,
    note: str | None = None,
    workshop_attended: bool = False,
    talked_on: date | None = None,
) -> None:
    """Record why follow-up does not begin: the person leaves the list with a name and a date."""
    if what in BEGINS:
        raise Refused("That is no reason against follow-up.")
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        case = await lock_case(tx, asks=asks, ref=ref)
        _no_plan(case)
        await moves.record_choice(tx, case=case, what=what, until_on=until_on, note=note,
                                  workshop_attended=workshop_attended, talked_on=talked_on, by=asks.actor,
                                  now=tx.now)  # fmt: skip
        await moves.drop_draft(tx, case=case)


async def put_back(database: Database, *, asks: Asker, ref: UUID) -> None:
    """Take a reason back: the person is on the list again. Twice is once."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        case = await lock_case(tx, asks=asks, ref=ref)
        _no_plan(case)
        await moves.withdraw_choice(tx, case=case, by=asks.actor, now=tx.now)


async def start(database: Database, *, asks: Asker, ref: UUID, revision: int) -> UUID:
    """Start the plan as it stood on the page with `revision`; returns the person's reference.

    The same button pressed twice starts one plan. Conflict when a colleague started or changed it meanwhile; Refused,
    with every fault, when something stands in the way. What was chosen, how to reach them, the plan and its messages are
    written together or not at all.
    """
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        case = await lock_case(tx, asks=asks, ref=ref)
        if case.plan is not None and case.plan.started_by_id == asks.staff_id:
            return case.person_ref
        _no_plan(case)
        draft = _as_seen(case, revision=revision)
        await moves.record_choice(tx, case=case, what=draft.choice, note=draft.note, answers=draft.answers,
                                  workshop_attended=draft.workshop_attended, talked_on=draft.talked_on, by=asks.actor,
                                  now=tx.now)  # fmt: skip
        await _prefer(tx, case=case, draft=draft, asks=asks)
        await start_plan(
            tx, organisation_id=asks.organisation_id, patient_id=case.patient_id, case_id=case.id, team_id=case.team_id,
            nurse_staff_id=draft.nurse_staff_id, protocol_version_id=draft.protocol_version_id,
            anchors={anchor: (one.on, one.source) for anchor, one in draft.anchors.items()}, overrides=draft.changes,
            modes=draft.modes, by=asks.actor, now=tx.now,
        )  # fmt: skip
        await moves.drop_draft(tx, case=case)
        return case.person_ref


async def add_person(database: Database, *, asks: Asker, record: RegisterPerson, another: bool) -> UUID:
    """Admit one person typed by hand; returns the reference of their cancer. Refused when they are on file already."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        patient_id = await add_by_hand(tx, organisation_id=asks.organisation_id, record=record, even_if_alike=another,
                                       by=asks.actor)  # fmt: skip
        (case, *_) = await cases_of(tx, organisation_id=asks.organisation_id, patient_id=patient_id)
        ref: UUID = case["ref"]
        return ref


async def _prefer(tx: Tx, *, case: CaseInHand, draft: Draft, asks: Asker) -> None:
    them = await person(tx, organisation_id=asks.organisation_id, patient_id=case.patient_id)
    if draft.prefers is not None and draft.prefers != them.prefers:
        await set_preference(tx, organisation_id=asks.organisation_id, patient_id=case.patient_id,
                             prefers=draft.prefers, by=asks.actor)  # fmt: skip


def _no_plan(case: CaseInHand) -> None:
    if case.plan is not None:
        raise Conflict("There is a plan for this cancer already.")


def _as_seen(case: CaseInHand, *, revision: int) -> Draft:
    if case.draft is None or not case.draft.draft.is_dated:
        raise Conflict("This plan is not written to its end. Nothing was started.")
    if case.draft.revision != revision:
        raise Conflict(
            f"{case.draft.saved_by} changed this plan at {clock_words(case.draft.saved_at)}, after you opened it."
            " Nothing was started: look again."
        )
    return case.draft.draft
