"""Questionnaire versions: loaded by the owner with the migrations, signed off by a named clinician before any is sent."""

import hashlib

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound, Refused
from rms.questionnaires.library import all_definitions
from rms.questionnaires.model import Definition


def digest_of(definition: Definition) -> bytes:
    """What tells two versions apart: the SHA-256 of the content, in one fixed order."""
    return hashlib.sha256(msgspec.json.encode(definition, order="deterministic")).digest()


async def load_questionnaires(tx: Tx) -> list[str]:
    """Store what this release brings and the database has not; returns `key version n` of what is new.

    Conflict when a stored version has the same number and another content: a changed file is a new version, because
    answers are read for ever with the version they were given to.
    """
    added = []
    for definition in all_definitions():
        digest, name = digest_of(definition), f"{definition.key} version {definition.version}"
        known = await tx.fetchval("select digest from questionnaire_version where key = $1 and version = $2",
                                  definition.key, definition.version)  # fmt: skip
        if known is not None and known != digest:
            raise Conflict(f"{name} is stored with another content: raise its version.")
        if known is None:
            await tx.execute(
                "insert into questionnaire_version (key, version, title, content, digest) values ($1, $2, $3, $4, $5)",
                definition.key, definition.version, definition.title, msgspec.json.encode(definition).decode(), digest,
            )  # fmt: skip
            added.append(name)
    return added


async def sign_off(
    tx: Tx,
    *,
    organisation_id: int,
    questionnaire_version_id: int,
    note: str,
    for_demonstration_only: bool,
    by: Actor,
) -> None:
    """A named clinician answers for using this version here. A live database takes no sign-off for demonstration.

    A real sign-off takes the place of one for demonstration.
    """
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A questionnaire is signed off by a named clinician.")
    if for_demonstration_only and tx.live:
        raise Refused("This database follows real people: a sign-off for demonstration is not enough.")
    if not note.strip():
        raise Refused("Say in the note what was checked.")
    if await tx.fetchval("select id from questionnaire_version where id = $1", questionnaire_version_id) is None:
        raise NotFound("There is no such questionnaire version.")
    if not for_demonstration_only:
        await tx.execute(
            "update questionnaire_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4,"
            " withdrawn_why = 'A sign-off for real people took its place.' where organisation_id = $1"
            " and questionnaire_version_id = $2 and withdrawn_at is null and for_demonstration_only",
            organisation_id, questionnaire_version_id, tx.now, by.id,
        )  # fmt: skip
    await tx.execute(
        "insert into questionnaire_sign_off (organisation_id, questionnaire_version_id, signed_by_staff_id, signed_at,"
        " note, for_demonstration_only) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (organisation_id, questionnaire_version_id) where withdrawn_at is null do nothing",
        organisation_id, questionnaire_version_id, by.id, tx.now, note, for_demonstration_only,
    )  # fmt: skip
    await record(tx, by=by, verb="questionnaire.sign_off", subject_kind="questionnaire_version",
                 subject_id=questionnaire_version_id, organisation_id=organisation_id, reason=note)  # fmt: skip


async def withdraw_sign_off(
    tx: Tx, *, organisation_id: int, questionnaire_version_id: int, why: str, by: Actor
) -> None:
    """Nobody is asked this version any more; who has it now can still answer. Conflict when it is not signed."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A sign-off is withdrawn by a named clinician.")
    if not why.strip():
        raise Refused("Say why it is withdrawn.")
    found = await tx.fetchval(
        "update questionnaire_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4, withdrawn_why = $5"
        " where organisation_id = $1 and questionnaire_version_id = $2 and withdrawn_at is null returning id",
        organisation_id, questionnaire_version_id, tx.now, by.id, why.strip(),
    )  # fmt: skip
    if found is None:
        raise Conflict("This version is not signed off here, so there is nothing to withdraw.")
    await record(tx, by=by, verb="questionnaire.withdraw_sign_off", subject_kind="questionnaire_version",
                 subject_id=questionnaire_version_id, organisation_id=organisation_id, reason=why.strip())  # fmt: skip
