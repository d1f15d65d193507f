"""Protocol versions: loaded by the owner with the migrations, signed off by a named clinician before a plan may use one."""

import hashlib

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import Conflict, NotFound, Refused
from rms.plans.protocol import Protocol
from rms.plans.protocol import load_library as read_library


def digest_of(protocol: Protocol) -> bytes:
    """What tells two versions apart: the SHA-256 of the content, in one fixed order."""
    return hashlib.sha256(msgspec.json.encode(protocol, order="deterministic")).digest()


async def load_library(tx: Tx) -> list[str]:
    """Store what this release brings and the database has not; returns `key version n` of what is new.

    Conflict when a stored version has the same number and another content: a changed file is a new version.
    """
    added = []
    for protocol in read_library().values():
        digest = digest_of(protocol)
        known = await tx.fetchval("select digest from protocol_version where key = $1 and version = $2", protocol.key,
                                  protocol.version)  # fmt: skip
        if known is not None and known != digest:
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
    """A named clinician answers for using this version here; signed off already, it stays as it is.

    A real sign-off takes the place of one for demonstration, which a live database does not take.
    """
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A protocol is signed off by a named clinician.")
    if not note.strip():
        raise Refused("Say what was checked, and by which group it was agreed.")
    if for_demonstration_only and tx.live:
        raise Refused("This database follows real people: a sign-off for demonstration is not enough.")
    if await tx.fetchval("select id from protocol_version where id = $1", protocol_version_id) is None:
        raise NotFound("There is no such protocol version.")
    if not for_demonstration_only:
        await tx.execute(
            "update protocol_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4,"
            " withdrawn_why = 'A sign-off for real people took its place.' where organisation_id = $1"
            " and protocol_version_id = $2 and withdrawn_at is null and for_demonstration_only",
            organisation_id, protocol_version_id, tx.now, by.id,
        )  # fmt: skip
    written = await tx.fetchval(
        "insert into protocol_sign_off (organisation_id, protocol_version_id, signed_by_staff_id, signed_at, note,"
        " for_demonstration_only) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (organisation_id, protocol_version_id) where withdrawn_at is null do nothing returning id",
        organisation_id, protocol_version_id, by.id, tx.now, note, for_demonstration_only,
    )  # fmt: skip
    if written is not None:
        await record(tx, by=by, verb="protocol.sign_off", subject_kind="protocol_version", subject_id=protocol_version_id,
                     organisation_id=organisation_id, reason=note)  # fmt: skip


async def withdraw_sign_off(tx: Tx, *, organisation_id: int, protocol_version_id: int, why: str, by: Actor) -> None:
    """No plan starts with this version any more; plans that run on it stay as they are. Conflict when it is not signed."""
    if by.kind is not ActorKind.STAFF or by.id is None:
        raise Refused("A sign-off is withdrawn by a named clinician.")
    if not why.strip():
        raise Refused("Say why it is withdrawn.")
    found = await tx.fetchval(
        "update protocol_sign_off set withdrawn_at = $3, withdrawn_by_staff_id = $4, withdrawn_why = $5"
        " where organisation_id = $1 and protocol_version_id = $2 and withdrawn_at is null returning id",
        organisation_id, protocol_version_id, tx.now, by.id, why.strip(),
    )  # fmt: skip
    if found is None:
        raise Conflict("This version is not signed off here, so there is nothing to withdraw.")
    await record(tx, by=by, verb="protocol.withdraw_sign_off", subject_kind="protocol_version",
                 subject_id=protocol_version_id, organisation_id=organisation_id, reason=why.strip())  # fmt: skip
