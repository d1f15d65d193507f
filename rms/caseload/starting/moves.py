"""What can happen before a plan: it is being written, a reason is recorded or taken back. Inside an open transaction."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.caseload.starting.model import NEEDS_NOTE, Choice, Draft
from rms.caseload.starting.store import CaseInHand
from rms.dates.spoken import clock_words
from rms.db.engine import Tx
from rms.errors import Conflict, Refused


async def keep_draft(tx: Tx, *, case: CaseInHand, draft: Draft, revision: int, by: Actor, now: datetime) -> None:
    """Save a plan that is being written. Conflict when a colleague saved it since the page with `revision` was made."""
    there = case.draft
    if there is not None and there.revision != revision and there.saved_by_id != by.id:
        raise Conflict(
            f"{there.saved_by} changed this plan at {clock_words(there.saved_at)} while you had it open."
            " Nothing of yours was saved."
        )
    await tx.execute(
        "insert into plan_draft (organisation_id, case_id, content, revision, saved_at, saved_by_staff_id)"
        " values ($1, $2, $3, 1, $4, $5) on conflict (organisation_id, case_id) do update"
        " set content = excluded.content, revision = plan_draft.revision + 1, saved_at = excluded.saved_at,"
        " saved_by_staff_id = excluded.saved_by_staff_id",
        tx.organisation, case.id, msgspec.to_builtins(draft), now, by.id,
    )  # fmt: skip
    await record(tx, by=by, verb="plan.draft", subject_kind="register_case", subject_id=case.id,
                 patient_id=case.patient_id)  # fmt: skip


async def drop_draft(tx: Tx, *, case: CaseInHand) -> None:
    """The plan is written, or will not be."""
    await tx.execute("delete from plan_draft where organisation_id = $1 and case_id = $2", tx.organisation, case.id)


async def record_choice(
    tx: Tx,
    *,
    case: CaseInHand,
    what: Choice,
    workshop_attended: bool = False,
    until_on: date | None = None,
    note: str | None = None,
    talked_on: date | None = None,
    answers: Mapping[str, bool] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Keep what was chosen; what was in force before is withdrawn and stays on record. Refused, in words."""
    if (what is Choice.TOO_EARLY) != (until_on is not None):
        raise Refused("“Too early” needs the day on which to look again, and nothing else has one.")
    if until_on is not None and until_on <= tx.today:
        raise Refused("The day on which to look again must lie ahead.")
    if what in NEEDS_NOTE and not (note or "").strip():
        raise Refused("Say why in a few words.")
    await withdraw_choice(tx, case=case, by=by, now=now)
    choice_id = await tx.fetchval(
        "insert into follow_up_choice (organisation_id, patient_id, case_id, what, workshop_attended, until_on, note,"
        " answers, made_at, made_by_staff_id, talked_on)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        tx.organisation, case.patient_id, case.id, what, workshop_attended, until_on, note, dict(answers or {}), now, by.id,
        talked_on or tx.today,
    )  # fmt: skip
    await record(tx, by=by, verb="follow_up.choice", subject_kind="follow_up_choice", subject_id=choice_id,
                 patient_id=case.patient_id, reason=note, details={"what": what})  # fmt: skip


async def withdraw_choice(tx: Tx, *, case: CaseInHand, by: Actor, now: datetime) -> None:
    """Take back what is in force, so that the person is on the list again; nothing when nothing is."""
    choice_id = await tx.fetchval(
        "update follow_up_choice set withdrawn_at = $3, withdrawn_by_staff_id = $4"
        " where organisation_id = $1 and case_id = $2 and withdrawn_at is null returning id",
        tx.organisation, case.id, now, by.id,
    )  # fmt: skip
    if choice_id is not None:
        await record(tx, by=by, verb="follow_up.choice_back", subject_kind="follow_up_choice", subject_id=choice_id,
                     patient_id=case.patient_id)  # fmt: skip
