"""Questionnaire versions as stored: they never change, so each is decoded once a process."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from rms.db.engine import Tx
from rms.questionnaires.model import Definition


class VersionOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One stored version, and whether the organisation has signed it off."""

    id: int
    definition: Definition
    signed_by: str | None
    signed_at: datetime | None
    for_demonstration_only: bool | None


_decoded: dict[tuple[int, bytes], Definition] = {}


def decoded(version_id: int, *, digest: bytes, content: Mapping[str, Any]) -> Definition:
    """The definition of a stored version. The digest is part of the key: another database may count anew."""
    key = (version_id, digest)
    if key not in _decoded:
        _decoded[key] = msgspec.convert(content, Definition)
    return _decoded[key]


_VERSIONS = """
select v.id, v.content, v.digest, o.signed_at, o.for_demonstration_only, s.display_name as signed_by
  from questionnaire_version v
  left join questionnaire_sign_off o
    on o.questionnaire_version_id = v.id and o.organisation_id = $1 and o.withdrawn_at is null
  left join staff s on s.organisation_id = o.organisation_id and s.id = o.signed_by_staff_id
"""


def _on_file(row: Mapping[str, Any]) -> VersionOnFile:
    return VersionOnFile(
        id=row["id"], definition=decoded(row["id"], digest=row["digest"], content=row["content"]),
        signed_by=row["signed_by"], signed_at=row["signed_at"], for_demonstration_only=row["for_demonstration_only"],
    )  # fmt: skip


async def questionnaire_versions(tx: Tx, *, organisation_id: int) -> list[VersionOnFile]:
    """Every version, by key and version."""
    return [_on_file(row) for row in await tx.fetch(f"{_VERSIONS} order by v.key, v.version", organisation_id)]


async def version_by_key(tx: Tx, *, organisation_id: int, key: str, version: int | None = None) -> VersionOnFile | None:
    """One version, signed off or not; the latest when none is named."""
    row = await tx.fetchrow(
        f"{_VERSIONS} where v.key = $2 and ($3::integer is null or v.version = $3) order by v.version desc limit 1",
        organisation_id, key, version,
    )  # fmt: skip
    return None if row is None else _on_file(row)


async def signed_version(tx: Tx, *, organisation_id: int, key: str) -> VersionOnFile | None:
    """The latest version of a questionnaire that the organisation has signed off; None when it has signed none."""
    row = await tx.fetchrow(
        f"{_VERSIONS} where v.key = $2 and o.id is not null order by v.version desc limit 1", organisation_id, key
    )
    return None if row is None else _on_file(row)


async def is_signed(tx: Tx, *, organisation_id: int, version_id: int) -> bool:
    """Whether the organisation's sign-off of a version is in force."""
    found: bool = await tx.fetchval(
        "select exists (select from questionnaire_sign_off where organisation_id = $1 and questionnaire_version_id = $2"
        " and withdrawn_at is null)",
        organisation_id, version_id,
    )  # fmt: skip
    return found
