"""Who acts: named on every change, every look and every move. Lowest of all rooms that know people, so it stands here."""

from enum import StrEnum

import msgspec


class ActorKind(StrEnum):
    """Who or what did something."""

    STAFF = "staff"
    SYSTEM = "system"
    PERSON = "person"
    PEER = "peer"
    OPERATOR = "operator"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The one who acts. `id` is None for the system's own duties and for an operator at the command line."""

    kind: ActorKind
    name: str
    id: int | None = None


#: The scheduled duties themselves.
WORKER = Actor(kind=ActorKind.SYSTEM, name="worker")
