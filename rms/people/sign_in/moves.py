"""What the steps of a sign-in keep, inside an open transaction."""

from datetime import datetime

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.log import get_log
from rms.people.sign_in.second_factor import opened, step_of
from rms.people.staff import set_up_code_hash
from rms.people.store import Credentials

log = get_log(__name__)


async def use_code(tx: Tx, known: Credentials, *, code: str, seed_key: bytes, real_now: datetime) -> bool:
    """Whether a code is right and new; one statement keeps its step, so of two at once only one is new."""
    if known.totp_seed is None:
        return False
    seed = opened(known.totp_seed, key=seed_key, staff_id=known.id)
    step = step_of(code, seed=seed, now=real_now)
    if step is None:
        return False
    used = await tx.fetchval(
        "update staff set totp_last_step = $3, totp_confirmed_at = coalesce(totp_confirmed_at, clock_timestamp()),"
        " set_up_code_hash = null, set_up_code_until = null"
        " where organisation_id = $1 and id = $2 and totp_seed = $4 and (totp_last_step is null or totp_last_step < $3)"
        " returning id",
        known.organisation_id, known.id, step, known.totp_seed,
    )  # fmt: skip
    return used is not None


async def is_set_up_code(tx: Tx, known: Credentials, *, code: str) -> bool:
    found: bool = await tx.fetchval(
        "select exists (select from staff where organisation_id = $1 and id = $2 and set_up_code_hash = $3"
        " and set_up_code_until > clock_timestamp() and totp_confirmed_at is null)",
        known.organisation_id, known.id, set_up_code_hash(code),
    )  # fmt: skip
    return found


async def keep_password(tx: Tx, known: Credentials, *, password_hash: str) -> None:
    await tx.execute("update staff set password_hash = $3 where organisation_id = $1 and id = $2",
                     known.organisation_id, known.id, password_hash)  # fmt: skip


async def keep_seed(tx: Tx, known: Credentials, *, seed: bytes) -> None:
    await tx.execute(
        "update staff set totp_seed = $3, totp_last_step = null where organisation_id = $1 and id = $2",
        known.organisation_id, known.id, seed,
    )  # fmt: skip


async def note_here(tx: Tx, known: Credentials) -> None:
    """When somebody was last here, by the real clock: an account that nobody uses should be ended."""
    await tx.execute("update staff set last_signed_in_at = clock_timestamp() where organisation_id = $1 and id = $2",
                     known.organisation_id, known.id)  # fmt: skip


async def note_refused(tx: Tx, known: Credentials | None, *, why: str) -> None:
    log.warning("sign_in_refused", reason_code=why)
    if known is not None:
        await record(
            tx, by=actor_of(known), verb="sign_in.refused", subject_kind="staff", subject_id=known.id, reason=why
        )


def actor_of(known: Credentials) -> Actor:
    return Actor(kind=ActorKind.STAFF, name=known.display_name, id=known.id)
