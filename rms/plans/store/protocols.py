"""Protocol versions as stored: they never change, so each is decoded once a process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from rms.db.engine import Tx
from rms.plans.protocol import Protocol


class ProtocolOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One stored version, and whether the organisation has signed it off."""

    id: int
    protocol: Protocol
    signed_by: str | None
    signed_at: datetime | None
    for_demonstration_only: bool | None


_decoded: dict[tuple[int, bytes], Protocol] = {}


def decoded(version_id: int, *, digest: bytes, content: Mapping[str, Any]) -> Protocol:
    """The protocol of a stored version. The digest is part of the key: another database may count anew."""
    key = (version_id, digest)
    if key not in _decoded:
        _decoded[key] = msgspec.convert(content, Protocol, strict=False)
    return _decoded[key]


async def protocol_of(tx: Tx, *, version_id: int, digest: bytes) -> Protocol:
    """The protocol of a stored version by its digest; its text is read from the database once a process."""
    key = (version_id, digest)
    if key not in _decoded:
        content = await tx.fetchval("select content from protocol_version where id = $1", version_id)
        return decoded(version_id, digest=digest, content=content)
    return _decoded[key]


_VERSIONS = """
select v.id, v.content, v.digest, o.signed_at, o.for_demonstration_only, s.display_name as signed_by
  from protocol_version v
  left join protocol_sign_off o on o.protocol_version_id = v.id and o.organisation_id = $1 and o.withdrawn_at is null
  left join staff s on s.organisation_id = o.organisation_id and s.id = o.signed_by_staff_id
"""


def _on_file(row: Mapping[str, Any]) -> ProtocolOnFile:
    return ProtocolOnFile(
        id=row["id"], protocol=decoded(row["id"], digest=row["digest"], content=row["content"]),
        signed_by=row["signed_by"], signed_at=row["signed_at"], for_demonstration_only=row["for_demonstration_only"],
    )  # fmt: skip


async def protocol_versions(tx: Tx, *, organisation_id: int) -> list[ProtocolOnFile]:
    """Every version, by key and version."""
    return [_on_file(row) for row in await tx.fetch(f"{_VERSIONS} order by v.key, v.version", organisation_id)]


async def signed_protocols(tx: Tx, *, organisation_id: int) -> list[ProtocolOnFile]:
    """The versions an organisation may start plans with."""
    rows = await tx.fetch(f"{_VERSIONS} where o.id is not null order by v.key, v.version", organisation_id)
    return [_on_file(row) for row in rows]


async def protocol_version(tx: Tx, *, organisation_id: int, protocol_version_id: int) -> ProtocolOnFile | None:
    """One version by its id, or None."""
    row = await tx.fetchrow(f"{_VERSIONS} where v.id = $2", organisation_id, protocol_version_id)
    return None if row is None else _on_file(row)


async def protocol_by_key(
    tx: Tx, *, organisation_id: int, key: str, version: int | None = None
) -> ProtocolOnFile | None:
    """One version; the latest when none is named."""
    row = await tx.fetchrow(
        f"{_VERSIONS} where v.key = $2 and ($3::integer is null or v.version = $3) order by v.version desc limit 1",
        organisation_id, key, version,
    )  # fmt: skip
    return None if row is None else _on_file(row)
