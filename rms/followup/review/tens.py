"""Ten in range at a time: shown and held, confirmed once, whatever has changed meanwhile falls out by name."""

from collections.abc import Collection, Sequence
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

import msgspec

from rms.alerts.moves import DecisionKind
from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, Refused
from rms.followup.moves import decide
from rms.followup.review import sittings
from rms.followup.review.entry import Bulk, place, versions
from rms.followup.review.gathering import gather_candidates
from rms.followup.review.model import SECONDS_A_ROW, TEN, Candidate, Place, RowOutcome, Shown
from rms.followup.review.queue import Asking, in_range
from rms.followup.review.sittings import PageOnFile, RowOnFile
from rms.people.store import lock_people


class TooFast(Refused):
    """Confirmed before anybody can have looked; nothing was done."""


class UsedAlready(Conflict):
    """The page was confirmed before; nothing was done again."""


async def show_ten(tx: Tx, asking: Asking) -> UUID | None:
    """Hold the oldest ten that nobody else holds, and keep what is shown of them; None when none waits.

    A page that still waits for its answer is shown again instead of a second one.
    """
    who: dict[str, Any] = {"organisation_id": asking.organisation_id, "staff_id": asking.staff_id}
    before = await sittings.unused_page(tx, **who, place=Place.IN_RANGE)
    if before is not None:
        return before.ref
    ten: list[Candidate] = []
    # A colleague may take some between our look and our hold; then we look again among what is left.
    for _ in range(3):
        found = await in_range(tx, asking, at_most=TEN)
        held = await sittings.claim(tx, **who, subjects=[one.subject for one in found])
        ten = await _still_waiting(tx, asking, [one for one in found if one.subject in held])
        if len(held) == len(found):
            break
    if not ten:
        return None
    # The ten that came first; among them in the order of the dates that stand there, so that nothing seems out of place.
    ten.sort(key=lambda one: one.shown.sampled_on)
    session_id, _ = await sittings.sitting(tx, **who)
    return await sittings.open_page(tx, organisation_id=asking.organisation_id, session_id=session_id,
                                    place=Place.IN_RANGE, rows=[(one, None) for one in ten])  # fmt: skip


async def _still_waiting(tx: Tx, asking: Asking, held: Sequence[Candidate]) -> list[Candidate]:
    """Those that nobody decided between our look and our hold."""
    now = await gather_candidates(tx, organisation_id=asking.organisation_id, subjects=[one.subject for one in held],
                                  strays=asking.strays)  # fmt: skip
    return [now[one.subject] for one in held if one.subject in now and isinstance(place(now[one.subject].facts), Bulk)]


async def confirm_ten(
    tx: Tx, asking: Asking, *, ref: UUID, left_out: Collection[UUID], by: Actor, now: datetime
) -> PageOnFile:
    """Call in range what was shown and is still as it was shown, but for what is left out; the page as it stands after.

    TooFast and UsedAlready, in words, when nothing was done. `left_out` are references of results on the page.
    """
    who: dict[str, Any] = {"organisation_id": asking.organisation_id, "staff_id": asking.staff_id}
    page = await sittings.page_on_file(tx, **who, ref=ref, lock=True)
    if page.is_used or page.place is not Place.IN_RANGE:
        raise UsedAlready("This page was confirmed before. Nothing was done a second time.")
    _not_too_fast(page)
    await lock_people(tx, [row.patient_id for row in page.rows])
    subjects = [row.subject for row in page.rows]
    held = await sittings.claim(tx, **who, subjects=subjects)
    current = await gather_candidates(
        tx, organisation_id=asking.organisation_id, subjects=subjects, strays=asking.strays
    )
    for row in sorted(page.rows, key=lambda one: (one.patient_id, one.subject)):
        if row.shown.subject_ref in left_out:
            await _drop(tx, asking, row, outcome=RowOutcome.LEFT_OUT, why="It was left out.", by=by)
            continue
        why = "A colleague is looking at it." if row.subject not in held else _stale(row, current.get(row.subject))
        if why is None:
            why = await _confirm(tx, asking, row, page=page, by=by, now=now)
        if why is not None:
            await _drop(tx, asking, row, outcome=RowOutcome.STALE, why=why, by=by)
    await sittings.note_used(tx, organisation_id=asking.organisation_id, page_id=page.id)
    await sittings.let_go(tx, **who, subjects=subjects)
    return await sittings.page_on_file(tx, **who, ref=ref)


def _not_too_fast(page: PageOnFile) -> None:
    least = SECONDS_A_ROW * len(page.rows)
    if page.seconds < least:
        took, more = max(1, round(page.seconds)), ceil(least - page.seconds)
        raise TooFast(
            f"You confirmed {_results(len(page.rows))} in {took} {'second' if took == 1 else 'seconds'}, and nothing was"
            f" done. Look again and confirm in {more} {'second' if more == 1 else 'seconds'} or later."
        )


def _results(number: int) -> str:
    return "1 result" if number == 1 else f"{number} results"


def _stale(row: RowOnFile, current: Candidate | None) -> str | None:
    """Why a row is no longer what was shown; None when it is."""
    if current is None or not current.waits:
        return "Somebody has decided about it meanwhile."
    found = place(current.facts)
    if not isinstance(found, Bulk):
        return found.reason
    return None if current.fingerprint == row.fingerprint else "Something about it changed after it was shown."


async def _confirm(tx: Tx, asking: Asking, row: RowOnFile, *, page: PageOnFile, by: Actor, now: datetime) -> str | None:
    """One row through the one door of decisions; the reason when that refuses, with nothing of it left behind."""
    await tx.execute("savepoint one_row")
    try:
        decision_id = await decide(tx, organisation_id=asking.organisation_id, subject_kind=row.subject.kind,
                                   subject_id=row.subject.id, kind=DecisionKind.IN_RANGE, by=by, now=now)  # fmt: skip
    except Refused as refused:
        await tx.execute("rollback to savepoint one_row")
        return str(refused)
    await sittings.note_row(tx, organisation_id=asking.organisation_id, row_id=row.id, outcome=RowOutcome.DECIDED,
                            decision_id=decision_id)  # fmt: skip
    await record(
        tx, by=by, verb="review.confirm", subject_kind=row.subject.kind, subject_id=row.subject.id,
        patient_id=row.patient_id, organisation_id=asking.organisation_id,
        details={"page": str(page.ref), "place": page.place, "shown_at": page.shown_at.isoformat(),
                 "seconds": round(page.seconds, 1), "rules": dict(versions()), **seen(row.shown)},
    )  # fmt: skip
    return None


def seen(shown: Shown) -> dict[str, object]:
    """What stood on the screen, for the audit, which knows the person by their number and needs no name."""
    return {
        "test": shown.test, "value": shown.value, "sampled_on": shown.sampled_on.isoformat(),
        "past": [{"value": one.value, "sampled_on": one.sampled_on.isoformat()} for one in shown.past],
        "limits": [msgspec.to_builtins(one) for one in shown.limits], "questionnaires": shown.questionnaires,
        "next_due_on": shown.next_due_on.isoformat() if shown.next_due_on else None, "told": shown.told,
        "protocol": shown.protocol,
    }  # fmt: skip


async def _drop(tx: Tx, asking: Asking, row: RowOnFile, *, outcome: RowOutcome, why: str, by: Actor) -> None:
    """It goes to one by one, by name and with the reason."""
    await sittings.note_row(tx, organisation_id=asking.organisation_id, row_id=row.id, outcome=outcome, why=why)
    await record(tx, by=by, verb=f"review.{outcome}", subject_kind=row.subject.kind, subject_id=row.subject.id,
                 patient_id=row.patient_id, organisation_id=asking.organisation_id, reason=why)  # fmt: skip
