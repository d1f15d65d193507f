"""A page of ten, a sitting and a decision of one nurse, so that every address of a review leads somewhere."""

from datetime import date
from uuid import UUID

import msgspec

from rms.followup.review.model import Shown
from tests.database import World

_SHOWN = Shown(
    subject_ref=UUID(int=1), person_ref=UUID(int=2), name="ASHDOWN, Peter (Mr)", born_text="1950-04-03", nhs_number=None,
    test="PSA", value="0.02 ug/L", sampled_on=date(2027, 3, 1), trend=(), line=None, limits=(), questionnaires="",
    next_test="", next_due_on=None, told="letter", protocol="",
)  # fmt: skip


async def review_refs(world: World, *, result: UUID, staff_id: int) -> dict[str, UUID]:
    """What the nurse was shown an hour ago about a result, and a decision of hers that can still be undone."""
    [about] = await world.as_owner("select organisation_id, id, patient_id from result where ref = $1", result)
    organisation_id = about["organisation_id"]
    [session] = await world.as_owner("insert into review_session (organisation_id, staff_id, started_at) values ($1, $2, now())"
                                     " returning id, ref", organisation_id, staff_id)  # fmt: skip
    [page] = await world.as_owner(
        "insert into review_page (organisation_id, session_id, place, shown_at)"
        " values ($1, $2, 'in_range', now() - interval '1 hour') returning id, ref",
        organisation_id, session["id"],
    )  # fmt: skip
    await world.as_owner(
        "insert into review_row (organisation_id, page_id, position, subject_kind, subject_id, patient_id, fingerprint, shown)"
        " values ($1, $2, 1, 'result', $3, $4, sha256('x'), $5)",
        organisation_id, page["id"], about["id"], about["patient_id"], msgspec.to_builtins(_SHOWN),
    )  # fmt: skip
    [decision] = await world.as_owner(
        "insert into decision (organisation_id, patient_id, subject_kind, subject_id, kind, decided_at, decided_by_staff_id,"
        " takes_effect_at) select $1, $2, 'result', $3, 'call', d.now, $4, d.now + interval '15 minutes'"
        " from (select clock_timestamp() + civil_offset as now from database_state) d returning ref",
        organisation_id, about["patient_id"], about["id"], staff_id,
    )  # fmt: skip
    return {"review/cases": result, "review/tens": page["ref"], "review/sessions": session["ref"],
            "review/decisions": decision["ref"]}  # fmt: skip
