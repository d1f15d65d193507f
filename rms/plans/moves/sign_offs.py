"""A named clinician answers for a version or takes that back: one way, for protocols and for what higher rooms version."""

from enum import StrEnum

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound, Refused


class Versioned(StrEnum):
    """What is signed off; its tables are `<name>_version` and `<name>_sign_off`."""

    PROTOCOL = "protocol"
    QUESTIONNAIRE = "questionnaire"


async def sign_version_off(
    tx: Tx, *, what: Versioned, organisation_id: int, version_id: int, note: str, to_note: str,
    for_demonstration_only: bool, by: Actor,
) -> None:  # fmt: skip
    """Signed off already, it stays as it is; `to_note` is what is asked for when the note is empty.

    A real sign-off takes the place of one for demonstration, which a live database does not take.
    """
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused(f"A {what} is signed off by a named clinician.")
    if not note.strip():
        raise Refused(to_note)
    if for_demonstration_only and tx.live:
        raise Refused("This database follows real people: a sign-off for demonstration is not enough.")
    if await tx.fetchval(f"select id from {what}_version where id = $1", version_id) is None:
        raise NotFound(f"There is no such {what} version.")
    if not for_demonstration_only:
        await tx.execute(
            f"update {what}_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4,"
            " withdrawn_why = 'A sign-off for real people took its place.' where organisation_id = $1"
            f" and {what}_version_id = $2 and withdrawn_at is null and for_demonstration_only",
            organisation_id, version_id, tx.now, by.id,
        )  # fmt: skip
    written = await tx.fetchval(
        f"insert into {what}_sign_off (organisation_id, {what}_version_id, signed_by_staff_id, signed_at, note,"
        " for_demonstration_only) values ($1, $2, $3, $4, $5, $6)"
        f" on conflict (organisation_id, {what}_version_id) where withdrawn_at is null do nothing returning id",
        organisation_id, version_id, by.id, tx.now, note, for_demonstration_only,
    )  # fmt: skip
    if written is not None:
        await record(tx, by=by, verb=f"{what}.sign_off", subject_kind=f"{what}_version", subject_id=version_id,
                     organisation_id=organisation_id, reason=note)  # fmt: skip


async def withdraw_version(
    tx: Tx, *, what: Versioned, organisation_id: int, version_id: int, why: str, by: Actor
) -> None:
    """The sign-off does not hold any more. Conflict when there is none."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A sign-off is withdrawn by a named clinician.")
    if not why.strip():
        raise Refused("Say why it is withdrawn.")
    found = await tx.fetchval(
        f"update {what}_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4, withdrawn_why = $5"
        f" where organisation_id = $1 and {what}_version_id = $2 and withdrawn_at is null returning id",
        organisation_id, version_id, tx.now, by.id, why.strip(),
    )  # fmt: skip
    if found is None:
        raise Conflict("This version is not signed off here, so there is nothing to withdraw.")
    await record(tx, by=by, verb=f"{what}.withdraw_sign_off", subject_kind=f"{what}_version", subject_id=version_id,
                 organisation_id=organisation_id, reason=why.strip())  # fmt: skip
