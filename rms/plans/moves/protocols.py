"""Protocol versions: loaded by the owner with the migrations, signed off by a named clinician before a plan may use one."""

import hashlib

import msgspec

from rms.audit.model import Actor
from rms.db.engine import Tx
from rms.errors import Conflict
from rms.plans.moves.sign_offs import Versioned, sign_version_off, withdraw_version
from rms.plans.protocol import Protocol
from rms.plans.protocol import load_library as read_library


def digest_of(protocol: Protocol) -> bytes:
    """What tells two versions apart: the SHA-256 of the content, in one fixed order."""
    return hashlib.sha256(msgspec.json.encode(protocol, order="deterministic")).digest()


async def load_library(tx: Tx) -> list[str]:
    """Store what this release brings and the database has not; returns `key version n` of what is new.

    Conflict when a stored version has the same number and says something else: a changed file is a new version. One that
    was stored before the language had a word, and does without it, says the same.
    """
    added = []
    for protocol in read_library().values():
        digest = digest_of(protocol)
        known = await tx.fetchrow("select digest, content from protocol_version where key = $1 and version = $2",
                                  protocol.key, protocol.version)  # fmt: skip
        if (
            known
            and known["digest"] != digest
            and msgspec.convert(known["content"], Protocol, strict=False) != protocol
        ):
            raise Conflict(
                f"{protocol.key} version {protocol.version} is stored with another content: raise its version."
            )
        if known is None:
            await tx.execute(
                "insert into protocol_version (key, version, title, tumour_site, content, digest)"
                " values ($1, $2, $3, $4, $5, $6)",
                protocol.key, protocol.version, protocol.title, protocol.tumour_site,
                msgspec.json.encode(protocol).decode(), digest,
            )  # fmt: skip
            added.append(f"{protocol.key} version {protocol.version}")
    return added


async def sign_off(
    tx: Tx, *, organisation_id: int, protocol_version_id: int, note: str, for_demonstration_only: bool, by: Actor
) -> None:
    """A named clinician answers for using this version here; signed off already, it stays as it is."""
    await sign_version_off(
        tx, what=Versioned.PROTOCOL, organisation_id=organisation_id, version_id=protocol_version_id, note=note,
        to_note="Say what was checked, and by which group it was agreed.", for_demonstration_only=for_demonstration_only,
        by=by,
    )  # fmt: skip


async def withdraw_sign_off(tx: Tx, *, organisation_id: int, protocol_version_id: int, why: str, by: Actor) -> None:
    """No plan starts with this version any more; plans that run on it stay as they are. Conflict when it is not signed."""
    await withdraw_version(tx, what=Versioned.PROTOCOL, organisation_id=organisation_id, version_id=protocol_version_id,
                           why=why, by=by)  # fmt: skip
