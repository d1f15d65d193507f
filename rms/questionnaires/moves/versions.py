"""Questionnaire versions: loaded by the owner with the migrations, signed off by a named clinician before any is sent."""

import hashlib

import msgspec

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Conflict
from rms.plans.moves.sign_offs import Versioned, sign_version_off, withdraw_version
from rms.questionnaires.library import all_definitions
from rms.questionnaires.model import Definition


def digest_of(definition: Definition) -> bytes:
    """What tells two versions apart: the SHA-256 of the content, in one fixed order."""
    return hashlib.sha256(msgspec.json.encode(definition, order="deterministic")).digest()


async def load_questionnaires(tx: Tx) -> list[str]:
    """Store what this release brings and the database has not; returns `key version n` of what is new.

    Conflict when a stored version has the same number and says something else: a changed file is a new version, because
    answers are read for ever with the version they were given to. One stored before a key existed, which does without it,
    says the same.
    """
    added = []
    for definition in all_definitions():
        digest, name = digest_of(definition), f"{definition.key} version {definition.version}"
        known = await tx.fetchrow("select digest, content from questionnaire_version where key = $1 and version = $2",
                                  definition.key, definition.version)  # fmt: skip
        if known and known["digest"] != digest and msgspec.convert(known["content"], Definition) != definition:
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
    """A named clinician answers for using this version here; signed off already, it stays as it is."""
    await sign_version_off(
        tx, what=Versioned.QUESTIONNAIRE, organisation_id=organisation_id, version_id=questionnaire_version_id, note=note,
        to_note="Say in the note what was checked.", for_demonstration_only=for_demonstration_only, by=by,
    )  # fmt: skip


async def withdraw_sign_off(
    tx: Tx, *, organisation_id: int, questionnaire_version_id: int, why: str, by: Actor
) -> None:
    """Nobody is asked this version any more; who has it now can still answer. Conflict when it is not signed."""
    await withdraw_version(tx, what=Versioned.QUESTIONNAIRE, organisation_id=organisation_id,
                           version_id=questionnaire_version_id, why=why, by=by)  # fmt: skip
