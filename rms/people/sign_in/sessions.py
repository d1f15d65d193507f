"""Sessions: who a cookie's value stands for, and until when. The value itself is never kept, only its SHA-256.

A session begins here only: a value that somebody brings along is looked up and never adopted. Limits are counted by the
database's real clock, in the statement that finds the session.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from rms.db.engine import Tx


class SessionKind(StrEnum):
    """What a session allows. HALF_WAY: the first factor was right, the second is to come; it opens nothing else.

    ANSWERING: a person at one questionnaire. VISITING: a person at their own pages, without one.
    """

    STAFF = "staff"
    HALF_WAY = "staff_half_way"
    ANSWERING = "answering"
    VISITING = "visiting"


class Ending(StrEnum):
    """How a session came to its end: somebody ended it, its whole time was up, or nobody used it for too long."""

    ENDED = "ended"
    OVER = "over"
    IDLE = "idle"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a session lives without use, and how long at most."""

    idle: timedelta
    absolute: timedelta


LIMITS: Mapping[SessionKind, Limits] = {
    SessionKind.STAFF: Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=12)),
    SessionKind.HALF_WAY: Limits(idle=timedelta(minutes=10), absolute=timedelta(minutes=10)),
    SessionKind.ANSWERING: Limits(idle=timedelta(minutes=10), absolute=timedelta(minutes=30)),
    SessionKind.VISITING: Limits(idle=timedelta(minutes=10), absolute=timedelta(minutes=30)),
}
STAFF_KINDS = (SessionKind.STAFF, SessionKind.HALF_WAY)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is valid now. `subject_id` is a member of staff, an assignment for `answering`, and a
    person for `visiting`.
    """

    kind: SessionKind
    organisation_id: int
    subject_id: int
    second_factor_at: datetime | None
    created_at: datetime


def token_hash(token: str) -> bytes:
    """What is kept of a cookie's value."""
    return hashlib.sha256(token.encode()).digest()


async def open_session(
    tx: Tx, *, kind: SessionKind, organisation_id: int, subject_id: int, second_factor: bool = False
) -> str:
    """Begin a session; returns the 256-bit value for the cookie, which nobody can read again."""
    token = secrets.token_urlsafe(32)
    limits = LIMITS[kind]
    await tx.execute(
        "select door_session_open($1, $2, $3, $4, $5, $6, $7)", token_hash(token), kind, organisation_id, subject_id,
        int(limits.idle.total_seconds()), limits.absolute, second_factor,
    )  # fmt: skip
    return token


async def find_session(tx: Tx, *, token: str) -> Session | None:
    """The valid session of a cookie's value; None for a value that is unknown, idle for too long, over or ended."""
    row = await tx.fetchrow("select * from door_session_find($1)", token_hash(token))
    if row is None:
        return None
    return Session(kind=SessionKind(row["kind"]), organisation_id=row["organisation_id"], subject_id=row["subject_id"],
                   second_factor_at=row["second_factor_at"], created_at=row["created_at"])  # fmt: skip


async def how_it_ended(tx: Tx, *, token: str) -> Ending | None:
    """Why a cookie's value opens nothing any more; None for one that is valid, and for one that was never ours."""
    found = await tx.fetchval("select door_session_ending($1)", token_hash(token))
    return None if found is None else Ending(found)


async def end_session(tx: Tx, *, token: str, why: str) -> None:
    """End one session."""
    await tx.execute("select door_session_end($1, $2)", token_hash(token), why)


async def end_staff_sessions(tx: Tx, *, organisation_id: int, staff_id: int, why: str) -> int:
    """End every session of a member of staff, on every machine; how many there were."""
    ended: int = await tx.fetchval("select door_session_end_all($1, $2, $3, $4)", list(STAFF_KINDS), organisation_id,
                                   staff_id, why)  # fmt: skip
    return ended
