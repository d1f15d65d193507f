"""Who asks, and what they may do: the policies of staff pages for the guard in `rms/web`.

A policy reads the session behind the cookie, then the member of staff as they are now, so a change of role or the end of
an account counts with the next request. What a permission reaches (`team`, `org`) is a matter of the store: each look-up
is given the teams of the one who asks, and what lies outside is not found, like what never was.
"""

from typing import Any, Final

import msgspec
from litestar import Request

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.db.engine import Began
from rms.people.model import Role
from rms.people.permissions import Permission, Relation, may
from rms.people.sign_in.sessions import Session, SessionKind, find_session, token_hash
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.guard import ALLOWED, Connection, Policy, Standing, Verdict

SIGN_IN: Final = "/sign-in"
_ASKER: Final = "rms_asker"
_DATABASE: Final = "database"
_SIGN_IN_FIRST = Verdict(standing=Standing.SIGN_IN_FIRST, go_to=SIGN_IN)


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The member of staff behind a request. `team_ids`: their teams today, with those of colleagues they cover.

    `began`: what a transaction that only looks may begin with, read with the rest when they asked.
    """

    staff_id: int
    organisation_id: int
    name: str
    role: Role
    team_ids: tuple[int, ...]
    began: Began | None = None

    @property
    def actor(self) -> Actor:
        """Who the audit names."""
        return Actor(kind=ActorKind.STAFF, name=self.name, id=self.staff_id)

    def may(self, permission: Permission) -> bool:
        """Whether to offer something that is about people of their own teams, or about nobody."""
        return may(self.role, permission, relation=Relation.OWN_TEAM)


class _StaffMay(msgspec.Struct, frozen=True, kw_only=True):
    """Staff who are signed in and whose role has the permission."""

    permission: Permission
    name: str
    cookie: SessionCookie | None = SessionCookie.STAFF

    async def allows(self, connection: Connection) -> Verdict:
        asks = await _asker_behind(connection)
        if asks is None:
            return _SIGN_IN_FIRST
        connection.scope["state"][_ASKER] = asks
        return ALLOWED if asks.may(self.permission) else Verdict(standing=Standing.NOT_ALLOWED)


class _HalfWay(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever has given the first factor; the handler's door looks at the session itself."""

    name: str = "half way in"
    cookie: SessionCookie | None = SessionCookie.STAFF

    async def allows(self, connection: Connection) -> Verdict:
        session = await _session_behind(connection)
        return ALLOWED if session is not None and session.kind is SessionKind.HALF_WAY else _SIGN_IN_FIRST


HALF_WAY: Policy = _HalfWay()


def may_do(permission: Permission) -> Policy:
    """The policy of a staff page. Raises ValueError for a permission that no role can have."""
    if not any(may(role, permission, relation=Relation.OWN_TEAM) for role in Role):
        raise ValueError(f"No role has the permission {permission}.")
    return _StaffMay(permission=permission, name=f"staff: {permission}")


def asker(request: Request[Any, Any, Any]) -> Asker:
    """The one whom the route's policy let in."""
    found = request.scope["state"][_ASKER]
    assert isinstance(found, Asker)
    return found


def cookie_value(connection: Connection) -> str | None:
    """The value of the staff cookie, whatever it is worth."""
    return web_config(connection).cookies.read(connection, cookie=SessionCookie.STAFF)


def remember(state: Any, *, database: Database) -> None:
    """Leave the database (the web's role) where the policies find it."""
    state[_DATABASE] = database


async def _session_behind(connection: Connection) -> Session | None:
    token = cookie_value(connection)
    if token is None:
        return None
    async with _database(connection).transaction(planned_once=True) as tx:
        return await find_session(tx, token=token)


async def _asker_behind(connection: Connection) -> Asker | None:
    """Who asks, as they are now: the session and the member of staff in its organisation, in one round trip."""
    token = cookie_value(connection)
    return None if token is None else await find_asker(_database(connection), token=token)


async def find_asker(database: Database, *, token: str) -> Asker | None:
    """The member of staff behind a cookie's value; None when it is worth nothing or they have left."""
    row = await database.ask_door(
        "select kind, second_factor_at is not null as proven, live, id, organisation_id, display_name, role, team_ids,"
        " now, sending_on from door_asker($1)", token_hash(token),
    )  # fmt: skip
    if row is None or row["kind"] != SessionKind.STAFF or not _is_proven(row["proven"], live=row["live"]):
        return None
    return Asker(staff_id=row["id"], organisation_id=row["organisation_id"], name=row["display_name"],
                 role=Role(row["role"]), team_ids=tuple(row["team_ids"]),
                 began=Began(now=row["now"], live=row["live"], sending_on=row["sending_on"]))  # fmt: skip


def _is_proven(second_factor: bool, *, live: bool) -> bool:
    """The database refuses to open a session without a second factor outside a demo; this is the second wall."""
    return second_factor or not live


def _database(connection: Connection) -> Database:
    found = connection.app.state[_DATABASE]
    assert isinstance(found, Database)
    return found
