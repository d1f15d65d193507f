"""What a person needs when we speak or write to them, and who helps them, as they told us."""

from collections.abc import Sequence

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import NotFound
from rms.people.model import Helper, Need

_SAID = """
update patient set language = $3, interpreter_needed = $4, needs = $5, needs_said_on = $6, needs_said_by = $7
 where organisation_id = $1 and id = $2 returning id
"""

_STANDS = """
select exists (select from person_helper where organisation_id = $1 and patient_id = $2 and valid_until is null
                  and name = $3 and relation is not distinct from $4 and phone is not distinct from $5 and may_be_told = $6)
"""


async def set_needs(
    tx: Tx,
    *,
    organisation_id: int,
    patient_id: int,
    language: str | None,
    interpreter_needed: bool,
    needs: Sequence[Need],
    said_by: str,
    by: Actor,
) -> None:
    """Keep what was said about language and needs today; from then on the register does not take it away."""
    found = await tx.fetchval(
        _SAID, organisation_id, patient_id, language, interpreter_needed, tuple(needs), tx.today, said_by
    )
    if found is None:
        raise NotFound("There is no such person.")
    await record(tx, by=by, verb="person.needs", subject_kind="patient", subject_id=patient_id, patient_id=patient_id,
                 details={"said_by": said_by})  # fmt: skip


async def set_helper(
    tx: Tx, *, organisation_id: int, patient_id: int, helper: Helper | None, said_by: str, by: Actor
) -> None:
    """Say who helps the person from today on, or that nobody does; the one before stays on record."""
    who = (organisation_id, patient_id)
    if helper is not None and await tx.fetchval(
        _STANDS, *who, helper.name, helper.relation, helper.phone, helper.may_be_told
    ):
        return
    ended = await tx.fetchval(
        "update person_helper set valid_until = $3 where organisation_id = $1 and patient_id = $2"
        " and valid_until is null returning id", *who, tx.today,
    )  # fmt: skip
    if helper is not None:
        await tx.execute(
            "insert into person_helper (organisation_id, patient_id, name, relation, phone, may_be_told, said_by, valid_from,"
            " recorded_by_staff_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *who, helper.name, helper.relation, helper.phone, helper.may_be_told, said_by, tx.today, by.id,
        )  # fmt: skip
    if helper is not None or ended is not None:
        await record(tx, by=by, verb="person.helper" if helper else "person.helper_gone", subject_kind="patient",
                     subject_id=patient_id, patient_id=patient_id, details={"said_by": said_by})  # fmt: skip
