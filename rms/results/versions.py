"""Which of a result's versions holds: decided from the versions alone, never from the order in which they came.

Two messages that say the same thing give the same digest, so that a copy is no new version. Of the others the most
settled status holds (a correction stands over a final result, a withdrawal over both), then the one reported last, then
the one with a number; the digest itself breaks the last tie, so that every order of arrival ends in the same record.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec

from rms.results.model import Observation, ObservationStatus

STATUS_RANK: Mapping[ObservationStatus, int] = MappingProxyType({
    ObservationStatus.NOT_ASKED: 0,
    ObservationStatus.PENDING: 1,
    ObservationStatus.PARTIAL: 2,
    ObservationStatus.PRELIMINARY: 3,
    ObservationStatus.NOT_VERIFIED: 4,
    ObservationStatus.FINAL: 5,
    ObservationStatus.FINAL_NOT_RESENT: 5,
    ObservationStatus.CORRECTED: 6,
    ObservationStatus.NOT_OBTAINED: 7,
    ObservationStatus.WRONG: 8,
    ObservationStatus.DELETED: 9,
})  # fmt: skip


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One stored version, with what decides whether it holds. `says` is what it means to a reader; see `meaning_of`."""

    id: int
    status: ObservationStatus
    reported_at: datetime
    has_number: bool
    digest: bytes
    says: tuple[object, ...]

    @property
    def weight(self) -> tuple[int, datetime, bool, bytes]:
        """What versions of one result are ordered by."""
        return (STATUS_RANK[self.status], self.reported_at, self.has_number, self.digest)


def holding(versions: Iterable[Version]) -> Version:
    """The version that holds; there must be one at least."""
    return max(versions, key=lambda version: version.weight)


def comments_of(observation: Observation) -> str | None:
    """The comments as they are stored: one text, None without any."""
    return "\n".join(observation.comments) or None


def meaning_of(observation: Observation) -> tuple[object, ...]:
    """What an observation means to a reader: two versions that say the same are no change, whatever their letters."""
    quantity = observation.quantity
    return (
        observation.status.is_final, observation.status.takes_back, observation.value_as_sent,
        *(("", "", "") if quantity is None else (str(quantity.number.normalize()), quantity.comparator.value, quantity.unit)),
        observation.reference_range, observation.flags, observation.method, comments_of(observation),
    )  # fmt: skip


def digest_of(observation: Observation, *, reported_at: datetime) -> bytes:
    """What two copies of one version share: everything that is stored of it, and when the sender says it was reported."""
    told = [observation.status, observation.unit_as_sent, reported_at.isoformat(), *meaning_of(observation)]
    return hashlib.sha256(msgspec.json.encode(told)).digest()
