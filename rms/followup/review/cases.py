"""One by one: a case is shown with the reason, held, and decided by one of a few buttons; what it is about is checked again."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from rms.alerts.moves import DecisionKind
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound, Refused
from rms.followup.moves import decide
from rms.followup.moves.about import what_is_decided, why_not_in_range
from rms.followup.review import sittings
from rms.followup.review.entry import Bulk, OneByOne, place, versions
from rms.followup.review.gathering import gather_candidates
from rms.followup.review.model import Candidate, Place, RowOutcome, Subject
from rms.followup.review.queue import Asking
from rms.followup.review.tens import seen
from rms.people.store import lock_people

#: What may be decided about each kind of thing, in the order of the buttons.
CHOICES: Mapping[str, tuple[DecisionKind, ...]] = {
    "result": (
        DecisionKind.IN_RANGE,
        DecisionKind.REPEAT,
        DecisionKind.CALL,
        DecisionKind.REFER,
        DecisionKind.SET_ASIDE,
    ),
    "response": (DecisionKind.OTHER, DecisionKind.CALL, DecisionKind.REFER, DecisionKind.SET_ASIDE),
}

#: What a note must say when one of these is decided: nobody else can know it, and the next one to look must.
NOTE_WANTED: Mapping[str, str] = {
    DecisionKind.REFER: "Say to whom you refer, or with whom you discuss it, and about what",
    DecisionKind.CALL: "Say whom you spoke to, and what was said",
}


def why_note_wanted(kind: str, note: str) -> str:
    """What an empty note must say before this is decided; empty when nothing is missing."""
    return "" if note.strip() else NOTE_WANTED.get(kind, "")


class Changed(Conflict):
    """Something changed after the case was shown; nothing was done, and it must be looked at again."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it stands. `token` is empty when the one who looks does not hold it; `held_by` is who does.

    `first_choice_refused` says why the first button is not offered; empty when it is.
    """

    candidate: Candidate
    reason: str
    also: tuple[str, ...]
    token: str
    held_by: str | None
    first_choice_refused: str


async def find_subject(tx: Tx, asking: Asking, *, ref: UUID) -> Subject:
    """What a reference means to the teams of the one who asks; NotFound when nothing."""
    row = await tx.fetchrow(
        "select 'result' as kind, id from result where organisation_id = $2 and team_id = any($1) and ref = $3"
        " union all select 'response', id from assignment where organisation_id = $2 and team_id = any($1) and ref = $3"
        " and submitted_at is not null",
        list(asking.team_ids), asking.organisation_id, ref,
    )  # fmt: skip
    if row is None:
        raise NotFound("There is nothing to review here.")
    return Subject(row["kind"], row["id"])


async def show_case(tx: Tx, asking: Asking, *, ref: UUID, to_decide: bool) -> Case:
    """One case; held, with a token for its form, when it waits, nobody else holds it, and the one who looks decides."""
    subject = await find_subject(tx, asking, ref=ref)
    who: dict[str, Any] = {"organisation_id": asking.organisation_id, "staff_id": asking.staff_id}
    candidate = await _candidate(tx, asking, subject)
    found = place(candidate.facts)
    reason = found.reason if isinstance(found, OneByOne) else "It is in range; you chose to look at it alone."
    token = ""
    if to_decide and candidate.waits and await sittings.claim(tx, **who, subjects=[subject]):
        token = str(await _token(tx, asking, candidate, reason=reason))
    return Case(
        candidate=candidate, reason=reason, also=() if isinstance(found, Bulk) else found.also, token=token,
        held_by=None if token else await sittings.holder(tx, **who, subject=subject),
        first_choice_refused=await _refused(tx, asking, candidate),
    )  # fmt: skip


async def _token(tx: Tx, asking: Asking, candidate: Candidate, *, reason: str) -> UUID:
    """The page of this very state of the case: a second look at the same state is the same page."""
    who: dict[str, Any] = {"organisation_id": asking.organisation_id, "staff_id": asking.staff_id}
    before = await sittings.unused_page(tx, **who, place=Place.ONE_BY_ONE, subject=candidate.subject)
    if before is not None and before.rows[0].fingerprint == candidate.fingerprint:
        return before.ref
    session_id, _ = await sittings.sitting(tx, **who)
    return await sittings.open_page(tx, organisation_id=asking.organisation_id, session_id=session_id,
                                    place=Place.ONE_BY_ONE, rows=[(candidate, reason)])  # fmt: skip


async def _refused(tx: Tx, asking: Asking, candidate: Candidate) -> str:
    if not candidate.waits:
        return ""
    about = await what_is_decided(tx, organisation_id=asking.organisation_id, subject_kind=candidate.subject.kind,
                                  subject_id=candidate.subject.id)  # fmt: skip
    return await why_not_in_range(tx, organisation_id=asking.organisation_id, about=about) or ""


async def decide_case(
    tx: Tx,
    asking: Asking,
    *,
    ref: UUID,
    token: UUID,
    kind: DecisionKind,
    note: str | None,
    until_on: date | None,
    by: Actor,
    now: datetime,
) -> Candidate:
    """Decide about the case that a page showed; Changed when it is not what was shown, Refused when it may not be."""
    who: dict[str, Any] = {"organisation_id": asking.organisation_id, "staff_id": asking.staff_id}
    subject = await find_subject(tx, asking, ref=ref)
    if kind not in CHOICES[subject.kind]:
        raise Refused("This cannot be decided here.")
    if wanted := why_note_wanted(kind, note or ""):
        raise Refused(f"{wanted}.")
    page = await sittings.page_on_file(tx, **who, ref=token, lock=True)
    row = page.rows[0]
    if row.subject != subject:
        raise NotFound("There is no such page.")
    if page.is_used:
        raise Conflict("You have decided about this already. Nothing was done a second time.")
    await lock_people(tx, [row.patient_id])
    if not await sittings.claim(tx, **who, subjects=[subject]):
        raise Changed("A colleague is looking at it.")
    current = await _candidate(tx, asking, subject)
    if not current.waits:
        raise Changed("Somebody has decided about it meanwhile.")
    if current.fingerprint != row.fingerprint:
        raise Changed("Something about it changed after you opened it, and nothing was done. Look again and decide.")
    if kind is DecisionKind.OTHER and (refused := await _refused(tx, asking, current)):
        raise Refused(refused)
    decision_id = await decide(tx, organisation_id=asking.organisation_id, subject_kind=subject.kind, subject_id=subject.id,
                               kind=kind, note=note, until_on=until_on, by=by, now=now)  # fmt: skip
    await sittings.note_row(tx, organisation_id=asking.organisation_id, row_id=row.id, outcome=RowOutcome.DECIDED,
                            decision_id=decision_id)  # fmt: skip
    await sittings.note_used(tx, organisation_id=asking.organisation_id, page_id=page.id)
    await sittings.let_go(tx, **who, subjects=[subject])
    await record(
        tx, by=by, verb="review.decide", subject_kind=subject.kind, subject_id=subject.id, patient_id=row.patient_id,
        organisation_id=asking.organisation_id, reason=row.reason,
        details={"page": str(page.ref), "place": page.place, "kind": kind, "rules": dict(versions()), **seen(row.shown)},
    )  # fmt: skip
    return current


async def _candidate(tx: Tx, asking: Asking, subject: Subject) -> Candidate:
    found = await gather_candidates(
        tx, organisation_id=asking.organisation_id, subjects=[subject], strays=asking.strays
    )
    return found[subject]
