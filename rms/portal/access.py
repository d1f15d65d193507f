"""Who may see a person's pages: whoever gave the date of birth that belongs to a link, for half an hour at most.

A visit is a session for one assignment (`answering`) or for the person's own pages (`visiting`). It may answer and tell
us things; what is the person's own is shown only to a visit that also typed a code sent to the contact on record, which
is the second factor of its session. The application leaves the web's database in `app.state["database"]`.
"""

import hashlib
from enum import StrEnum
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.people.permissions import Permission
from rms.people.sign_in.sessions import Session, SessionKind, find_session, how_it_ended
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.guard import ALLOWED, Connection, Standing, Verdict

DATABASE: Final = "database"
_KEY: Final = "rms_visit"
_OVER: Final = "rms_visit_over"
#: The cookie of somebody who pressed Stop or Finish: it opens nothing and says only that.
STOPPED: Final = "stopped"
#: Where a visit without a code is sent from a page that needs one.
CODE_PAGE: Final = "/code"


class VisitEnding(StrEnum):
    """Why a page behind the date of birth is not shown. STOPPED: by the person; IDLE and OVER: by the clock; ENDED: by us;
    NONE: no visit began in this browser, or it has forgotten it.
    """

    STOPPED = "stopped"
    IDLE = "idle"
    OVER = "over"
    ENDED = "ended"
    NONE = "none"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One person's visit: to the questions of one assignment, or to their own pages (`patient_id`).

    `sees`: a code was typed, so what is the person's own may be shown. `token` is the cookie's value.
    """

    organisation_id: int
    token: str
    assignment_id: int | None = None
    patient_id: int | None = None
    sees: bool = False

    @property
    def name(self) -> str:
        """Who gives the answers of this visit, as it stands beside them; two visits have different names."""
        return f"the person, visit {hashlib.sha256(self.token.encode()).hexdigest()[:8]}"

    @property
    def kind(self) -> SessionKind:
        """The kind of its session."""
        return SessionKind.VISITING if self.assignment_id is None else SessionKind.ANSWERING

    @property
    def subject_id(self) -> int:
        """What its session is for."""
        found = self.patient_id if self.assignment_id is None else self.assignment_id
        assert found is not None
        return found

    def actor(self, patient_id: int) -> Actor:
        """The person, as audit knows them."""
        return Actor(kind=ActorKind.PERSON, name=self.name, id=patient_id)


class Reach(StrEnum):
    """How far a page lets a visit in."""

    ANSWER = "answer"
    TELL = "tell"
    SEE = "see"


_KINDS: Final = {
    Reach.ANSWER: (SessionKind.ANSWERING,),
    Reach.TELL: (SessionKind.ANSWERING, SessionKind.VISITING),
    Reach.SEE: (SessionKind.ANSWERING, SessionKind.VISITING),
}


class _Portal(msgspec.Struct, frozen=True, kw_only=True):
    """The policy of the pages behind the date of birth."""

    reach: Reach
    cookie: SessionCookie | None = SessionCookie.PERSON

    @property
    def name(self) -> str:
        """The name in the reviewed table of routes."""
        return Permission.PORTAL.value if self.reach is not Reach.SEE else f"{Permission.PORTAL}: with a code"

    async def allows(self, connection: Connection) -> Verdict:
        token = web_config(connection).cookies.read(connection, cookie=SessionCookie.PERSON)
        found = await _session(connection, token=token)
        if token is None or found is None or found.kind not in _KINDS[self.reach]:
            connection.scope["state"][_OVER] = await _why_out(connection, token=token)
            return _OUT
        visit = _visit(found, token=token)
        if self.reach is Reach.SEE and not visit.sees:
            return Verdict(standing=Standing.SIGN_IN_FIRST, go_to=CODE_PAGE)
        connection.scope["state"][_KEY] = visit
        return ALLOWED


async def _session(connection: Connection, *, token: str | None) -> Session | None:
    if token is None or token == STOPPED:
        return None
    async with database_of(connection).transaction() as tx:
        return await find_session(tx, token=token)


async def _why_out(connection: Connection, *, token: str | None) -> VisitEnding:
    if token is None:
        return VisitEnding.NONE
    if token == STOPPED:
        return VisitEnding.STOPPED
    async with database_of(connection).transaction() as tx:
        ended = await how_it_ended(tx, token=token)
    return VisitEnding.NONE if ended is None else VisitEnding(ended.value)


_OUT: Final = Verdict(standing=Standing.SIGN_IN_FIRST)
PORTAL: Final = _Portal(reach=Reach.ANSWER)
TELLING: Final = _Portal(reach=Reach.TELL)
SEEING: Final = _Portal(reach=Reach.SEE)


def _visit(found: Session, *, token: str) -> Visit:
    answering = found.kind is SessionKind.ANSWERING
    return Visit(
        organisation_id=found.organisation_id, token=token, sees=found.second_factor_at is not None,
        assignment_id=found.subject_id if answering else None, patient_id=None if answering else found.subject_id,
    )  # fmt: skip


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """The visit that the policy found for this request."""
    found = request.scope["state"][_KEY]
    assert isinstance(found, Visit)
    return found


def ending_of(connection: ASGIConnection[Any, Any, Any, Any]) -> VisitEnding:
    """Why there is no visit; one that was found and shows nothing any more was ended by us."""
    if _KEY in connection.scope["state"]:
        return VisitEnding.ENDED
    found = connection.scope["state"].get(_OVER, VisitEnding.NONE)
    assert isinstance(found, VisitEnding)
    return found


def database_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Database:
    """The web's database, from any request."""
    found = connection.app.state[DATABASE]
    assert isinstance(found, Database)
    return found
