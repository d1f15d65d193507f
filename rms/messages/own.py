"""An organisation's own wordings as stored: who wrote each, who approved it, and which is in force."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from rms.db.engine import Tx
from rms.messages.catalogue import Template
from rms.messages.model import Channel, Purpose
from rms.messages.places import Words, own_template


class WordingOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """One version. In force: approved and not withdrawn. A draft: neither."""

    id: int
    organisation_id: int
    purpose: Purpose
    channel: Channel
    version: int
    standard_version: int
    subject: str | None
    body: str
    drafted_at: datetime
    drafted_by: str
    drafted_by_staff_id: int
    approved_at: datetime | None
    approved_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None

    @property
    def words(self) -> Words:
        """What it says."""
        return Words(subject=self.subject, body=self.body)

    @property
    def in_force(self) -> bool:
        """Whether messages go out in these words."""
        return self.approved_at is not None and self.withdrawn_at is None

    @property
    def is_draft(self) -> bool:
        """Whether somebody has still to approve it."""
        return self.approved_at is None and self.withdrawn_at is None

    def template(self, standard: Template) -> Template:
        """These words where the standard ones stand."""
        return own_template(self.words, standard=standard, version=self.version)


_WORDINGS: Final = """
select w.id, w.organisation_id, w.purpose, w.channel, w.version, w.standard_version, w.subject, w.body, w.drafted_at,
       d.display_name as drafted_by, w.drafted_by_staff_id, w.approved_at, a.display_name as approved_by, w.withdrawn_at,
       x.display_name as withdrawn_by, w.withdrawn_why
  from wording w
  join staff d on d.organisation_id = w.organisation_id and d.id = w.drafted_by_staff_id
  left join staff a on a.organisation_id = w.organisation_id and a.id = w.approved_by_staff_id
  left join staff x on x.organisation_id = w.organisation_id and x.id = w.withdrawn_by_staff_id
 where w.organisation_id = $1
"""
# Each message asks this as it is claimed: no names, one look into the index.
_IN_FORCE: Final = """
select version, subject, body, id from wording
 where organisation_id = $1 and purpose = $2 and channel = $3 and approved_at is not null and withdrawn_at is null
"""
_ONE: Final = """
select version, subject, body, id from wording where organisation_id = $1 and purpose = $2 and channel = $3 and version = $4
"""


class OwnWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a message needs of a version."""

    id: int
    version: int
    words: Words

    def template(self, standard: Template) -> Template:
        """These words where the standard ones stand."""
        return own_template(self.words, standard=standard, version=self.version)


def _own_words(row: Mapping[str, Any] | None) -> OwnWords | None:
    if row is None:
        return None
    return OwnWords(id=row["id"], version=row["version"], words=Words(subject=row["subject"], body=row["body"]))


async def words_in_force(tx: Tx, *, organisation_id: int, purpose: Purpose, channel: Channel) -> OwnWords | None:
    """The approved own words for a message; None: the standard ones are used."""
    return _own_words(await tx.fetchrow(_IN_FORCE, organisation_id, purpose, channel))


async def words_of_version(
    tx: Tx, *, organisation_id: int, purpose: Purpose, channel: Channel, version: int
) -> OwnWords | None:
    """The words a message went out in, whatever became of them since."""
    return _own_words(await tx.fetchrow(_ONE, organisation_id, purpose, channel, version))


async def wordings(
    tx: Tx, *, organisation_id: int, purpose: Purpose | None = None, channel: Channel | None = None
) -> list[WordingOnFile]:
    """Every version, or those of one message; the newest first."""
    rows = await tx.fetch(
        f"{_WORDINGS} and ($2::text is null or w.purpose = $2) and ($3::text is null or w.channel = $3)"
        " order by w.purpose, w.channel, w.version desc",
        organisation_id, purpose, channel,
    )  # fmt: skip
    return [
        WordingOnFile(**dict(row) | {"purpose": Purpose(row["purpose"]), "channel": Channel(row["channel"])})
        for row in rows
    ]
