"""Who acts at the command line: a member of staff who is named, within what their role may do, or the operator."""

import argparse
import getpass

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.errors import BadInput, NotAllowed
from rms.people.permissions import Permission, Relation, may
from rms.people.store import staff_by_name


def acting_arguments(parser: argparse.ArgumentParser) -> None:
    """`--organisation` and `--by`."""
    parser.add_argument("--organisation", required=True, metavar="CODE", help="the trust, by its ODS code")
    parser.add_argument(
        "--by", metavar="SIGN_IN_NAME", help="the member of staff who does this (default: the operator of this machine)"
    )


async def acting(database: Database, *, organisation_id: int, by: str | None, permission: Permission) -> Actor:
    """The actor of a command. BadInput when nobody has the name, NotAllowed when their role may not."""
    if by is None:
        return operator()
    async with database.transaction(organisation_id=organisation_id) as tx:
        staff = await staff_by_name(tx, organisation_id=organisation_id, sign_in_name=by)
    if staff is None or staff.ended_at is not None:
        raise BadInput(f"Nobody who works here has the sign-in name {by}.")
    if not may(staff.role, permission, relation=Relation.OWN_TEAM):
        raise NotAllowed(f"{staff.display_name} may not do this: the role {staff.role} is not for it.")
    return Actor(kind=ActorKind.STAFF, name=staff.display_name, id=staff.id)


def operator() -> Actor:
    """Whoever has the command line: named by their account on this machine."""
    try:
        return Actor(kind=ActorKind.OPERATOR, name=getpass.getuser())
    except (OSError, KeyError):  # an account without a name
        return Actor(kind=ActorKind.OPERATOR, name="operator")
