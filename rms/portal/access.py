"""Who may see a person's pages: whoever gave the date of birth that belongs to a link, for half an hour at most.

A visit is a session of kind `answering` for one assignment: it can answer it and send it, and nothing else of the person
is within reach. The application leaves the web's database in `app.state["database"]`.
"""

import hashlib
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.people.permissions import Permission
from rms.people.sign_in.sessions import SessionKind, find_session
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.guard import ALLOWED, Connection, Standing, Verdict

DATABASE: Final = "database"
_KEY: Final = "rms_visit"


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One person's visit to the questions of one assignment. `token` is the cookie's value, for ending the visit."""

    organisation_id: int
    assignment_id: int
    token: str

    @property
    def name(self) -> str:
        """Who gives the answers of this visit, as it stands beside them; two visits have different names."""
        return f"the person, visit {hashlib.sha256(self.token.encode()).hexdigest()[:8]}"

    def actor(self, patient_id: int) -> Actor:
        """The person, as audit knows them."""
        return Actor(kind=ActorKind.PERSON, name=self.name, id=patient_id)


class _Portal(msgspec.Struct, frozen=True, kw_only=True):
    """The policy of every page behind the date of birth."""

    name: str = Permission.PORTAL.value
    cookie: SessionCookie | None = SessionCookie.PERSON

    async def allows(self, connection: Connection) -> Verdict:
        token = web_config(connection).cookies.read(connection, cookie=SessionCookie.PERSON)
        if token is None:
            return _OUT
        async with database_of(connection).transaction() as tx:
            found = await find_session(tx, token=token)
        if found is None or found.kind is not SessionKind.ANSWERING:
            return _OUT
        connection.scope["state"][_KEY] = Visit(
            organisation_id=found.organisation_id, assignment_id=found.subject_id, token=token
        )
        return ALLOWED


_OUT: Final = Verdict(standing=Standing.SIGN_IN_FIRST)
PORTAL: Final = _Portal()


def visit_of(request: Request[Any, Any, Any]) -> Visit:
    """The visit that the policy found for this request."""
    found = request.scope["state"][_KEY]
    assert isinstance(found, Visit)
    return found


def database_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Database:
    """The web's database, from any request."""
    found = connection.app.state[DATABASE]
    assert isinstance(found, Database)
    return found
