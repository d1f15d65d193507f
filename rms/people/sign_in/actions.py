"""The doors of signing in. There are three ways to a whole session, and each passes a second factor outside a demo:

    password, then a code            enter_password  → enter_code
    set-up code and a new password,  set_up → enrolment → enter_code
      then the new app's first code
    a name from the list of a demo   enter_demo, only where the database says demo

Between the steps stands a half-way session that opens nothing else. Every step gives a new cookie value and ends the one
before. Wrong and unknown names get the same words and cost the same work. Nobody learns why a try was refused.
"""

from datetime import datetime

import msgspec

from rms.audit.model import Actor
from rms.audit.moves import record
from rms.clock import Clock
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import BadInput, NotFound, Refused
from rms.log import get_log
from rms.people.sign_in.moves import (
    actor_of,
    is_set_up_code,
    keep_password,
    keep_seed,
    note_here,
    note_refused,
    use_code,
)
from rms.people.sign_in.passwords import Passwords, why_not
from rms.people.sign_in.second_factor import address_for_app, new_seed, opened, sealed
from rms.people.sign_in.sessions import (
    Session,
    SessionKind,
    end_session,
    end_staff_sessions,
    find_session,
    open_session,
)
from rms.people.sign_in.throttle import Counted, Throttle
from rms.people.store import Credentials, credentials, door_of

log = get_log(__name__)


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What the doors work with. `database` has the web's role, `clock` is the real one, `seed_key` seals seeds."""

    database: Database
    passwords: Passwords
    throttle: Throttle
    seed_key: bytes
    clock: Clock
    service_name: str


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a try comes from: the address of the connection, and the mark of a browser that was here before."""

    source: str
    known_browser: str | None = None


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """A whole session for the cookie, and the mark for the browser."""

    token: str
    browser_mark: str


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app must be told: as a square code, and as letters to type."""

    address: str
    seed: str


class WrongSignIn(Refused):
    """What was given is not right; it does not say which part."""


class TooManyTries(Refused):
    """So many tries that none is looked at until `wait_until` (real clock)."""

    def __init__(self, *, wait_until: datetime) -> None:
        super().__init__("Too many tries.")
        self.wait_until = wait_until


class StartAgain(Refused):
    """The half-way session is over or never was: begin with the password."""


async def enter_password(means: Means, *, name: str, password: str, visitor: Visitor) -> str:
    """First factor. Gives the half-way session's value. Raises WrongSignIn or TooManyTries."""
    async with means.database.transaction() as tx:
        counted = await _count(means, tx, what="password", account=name, visitor=visitor)
        organisation_id, staff_id = await door_of(tx, sign_in_name=name)
    _refuse_too_many(counted)
    async with means.database.transaction(organisation_id=organisation_id) as tx:
        known = await credentials(tx, organisation_id=organisation_id, staff_id=staff_id)
    # A password alone is worth nothing before the second factor was confirmed: the set-up code is the only way on.
    kept = known.password_hash if known is not None and known.totp_confirmed_at is not None else None
    right = await means.passwords.matches(kept, password=password)
    fresh = await means.passwords.hashed(password) if right and kept and means.passwords.is_outdated(kept) else None
    async with means.database.transaction(organisation_id=organisation_id) as tx:
        if known is None or not right:
            await note_refused(tx, known, why="password")
        else:
            if fresh is not None:
                await keep_password(tx, known, password_hash=fresh)
            await means.throttle.passed(tx, counted)
            return await _half_way(tx, known)
    raise WrongSignIn("The sign-in name or password is not right.")


async def enter_code(means: Means, *, token: str, code: str, visitor: Visitor) -> Entered:
    """Second factor. Ends the half-way session, gives a whole one. Raises WrongSignIn, TooManyTries or StartAgain.

    The first right code of a new authenticator confirms it. A code counts once: the step it belongs to is kept.
    """
    async with means.database.transaction() as tx:
        session = await _half_way_session(tx, token=token)
        counted = await _count(means, tx, what="code", account=f"staff {session.subject_id}", visitor=visitor)
    _refuse_too_many(counted)
    async with means.database.transaction(organisation_id=session.organisation_id) as tx:
        known = await _known(tx, session)
        if await use_code(tx, known, code=code, seed_key=means.seed_key, real_now=means.clock.now()):
            await means.throttle.passed(tx, counted)
            return await _enter(means, tx, known, half_way=token)
        await note_refused(tx, known, why="code")
    raise WrongSignIn("The code is not right, or it was used before. Wait for the next one.")


async def set_up(means: Means, *, name: str, code: str, password: str, visitor: Visitor) -> str:
    """Choose a password with the one-time code; gives a half-way session that leads to the second factor only.

    The code stays good until the second factor is confirmed, so that somebody who is interrupted can begin again.
    Raises BadInput for a password that is not taken, WrongSignIn, TooManyTries.
    """
    if (fault := why_not(password, sign_in_name=name)) is not None:
        raise BadInput(fault)
    async with means.database.transaction() as tx:
        counted = await _count(means, tx, what="set up", account=name, visitor=visitor)
        organisation_id, staff_id = await door_of(tx, sign_in_name=name)
    _refuse_too_many(counted)
    password_hash = await means.passwords.hashed(password)
    async with means.database.transaction(organisation_id=organisation_id) as tx:
        known = await credentials(tx, organisation_id=organisation_id, staff_id=staff_id)
        if known is not None and await is_set_up_code(tx, known, code=code):
            await end_staff_sessions(tx, organisation_id=organisation_id, staff_id=staff_id, why="set up")
            await keep_password(tx, known, password_hash=password_hash)
            await keep_seed(tx, known, seed=sealed(new_seed(), key=means.seed_key, staff_id=staff_id))
            await record(tx, by=actor_of(known), verb="sign_in.set_up", subject_kind="staff", subject_id=staff_id)
            await means.throttle.passed(tx, counted)
            return await _half_way(tx, known)
        await note_refused(tx, known, why="set_up_code")
    raise WrongSignIn("The sign-in name or set-up code is not right, or the code is too old.")


async def enrolment(means: Means, *, token: str) -> Enrolment | None:
    """What the new authenticator must be told; None when this account has one already. Raises StartAgain."""
    async with means.database.transaction() as tx:
        session = await _half_way_session(tx, token=token)
    async with means.database.transaction(organisation_id=session.organisation_id) as tx:
        known = await _known(tx, session)
    if known.totp_confirmed_at is not None or known.totp_seed is None:
        return None
    seed = opened(known.totp_seed, key=means.seed_key, staff_id=known.id)
    return Enrolment(address=address_for_app(seed, name=known.sign_in_name, issuer=means.service_name), seed=seed)


async def enter_demo(means: Means, *, name: str) -> str:
    """Sign in by name where everybody is made up. Raises NotFound wherever the database does not say demo."""
    async with means.database.transaction() as tx:
        if tx.live:
            raise NotFound("No such page.")
        organisation_id, staff_id = await door_of(tx, sign_in_name=name)
    async with means.database.transaction(organisation_id=organisation_id) as tx:
        known = await credentials(tx, organisation_id=organisation_id, staff_id=staff_id)
        if known is None:
            raise NotFound("There is no such member of staff.")
        await note_here(tx, known)
        await record(tx, by=actor_of(known), verb="sign_in.demo", subject_kind="staff", subject_id=known.id)
        return await open_session(tx, kind=SessionKind.STAFF, organisation_id=organisation_id, subject_id=known.id)


async def sign_out(means: Means, *, token: str) -> None:
    """End this session, or nothing when there is none."""
    async with means.database.transaction() as tx:
        await end_session(tx, token=token, why="signed out")


async def sign_out_everywhere(means: Means, *, organisation_id: int, by: Actor) -> int:
    """End all sessions of the one who asks, on every machine; how many."""
    assert by.id is not None
    async with means.database.transaction(organisation_id=organisation_id) as tx:
        await record(tx, by=by, verb="sign_out.everywhere", subject_kind="staff", subject_id=by.id)
        return await end_staff_sessions(
            tx, organisation_id=organisation_id, staff_id=by.id, why="signed out everywhere"
        )


async def _count(means: Means, tx: Tx, *, what: str, account: str, visitor: Visitor) -> Counted:
    return await means.throttle.count(
        tx, what=what, account=account, source=visitor.source, known_browser=visitor.known_browser
    )


def _refuse_too_many(counted: Counted) -> None:
    if counted.wait_until is not None:
        log.warning("sign_in_refused", reason_code="too_many")
        raise TooManyTries(wait_until=counted.wait_until)


async def _half_way_session(tx: Tx, *, token: str) -> Session:
    session = await find_session(tx, token=token)
    if session is None or session.kind is not SessionKind.HALF_WAY:
        raise StartAgain("Your time to sign in ran out. Begin again.")
    return session


async def _known(tx: Tx, session: Session) -> Credentials:
    known = await credentials(tx, organisation_id=session.organisation_id, staff_id=session.subject_id)
    if known is None:
        raise StartAgain("Your time to sign in ran out. Begin again.")
    return known


async def _half_way(tx: Tx, known: Credentials) -> str:
    return await open_session(tx, kind=SessionKind.HALF_WAY, organisation_id=known.organisation_id, subject_id=known.id)


async def _enter(means: Means, tx: Tx, known: Credentials, *, half_way: str) -> Entered:
    await end_session(tx, token=half_way, why="second factor given")
    token = await open_session(
        tx, kind=SessionKind.STAFF, organisation_id=known.organisation_id, subject_id=known.id, second_factor=True
    )
    await note_here(tx, known)
    await record(tx, by=actor_of(known), verb="sign_in.done", subject_kind="staff", subject_id=known.id)
    log.info("signed_in", organisation_id=known.organisation_id, staff_id=known.id)
    return Entered(token=token, browser_mark=means.throttle.mark_for_browser(account=known.sign_in_name))
