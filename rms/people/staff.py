"""What can happen to organisations, teams, staff and their leave inside an open transaction."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from rms.audit.model import Actor, ActorKind
from rms.audit.moves import record
from rms.db.engine import Tx
from rms.errors import BadInput, Conflict, NotFound, Refused
from rms.people.contact_points import uk_number
from rms.people.model import Role, TumourSite
from rms.people.moves.leaving import LOOK_AFTER, keep_somebody
from rms.people.sign_in.sessions import end_staff_sessions
from rms.people.store import organisation_by_code, team_by_key

SET_UP_CODE_LIVES = timedelta(days=3)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read as another
_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9.@_-]{2,99}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9-]{1,39}", re.ASCII)


class NewStaff(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff who may set up their account with `set_up_code`, once; it is shown now and never again."""

    staff_id: int
    sign_in_name: str
    set_up_code: str


async def add_organisation(tx: Tx, *, code: str, name: str, phone: str, address: str | None, by: Actor) -> int:
    """Found an organisation (as the owner). BadInput for a code that is no ODS code, Conflict when it exists."""
    if not _CODE.fullmatch(code):
        raise BadInput(f"{code} is not an ODS code: 3 to 10 capital letters and digits, such as RAA.")
    if await organisation_by_code(tx, code) is not None:
        raise Conflict(f"There is an organisation with the code {code} already.")
    uk_number(phone)  # it stands in texts to people: they must be able to call it
    organisation_id: int = await tx.fetchval(
        "insert into organisation (code, name, phone, address) values ($1, $2, $3, $4) returning id",
        code, name, phone, address,
    )  # fmt: skip
    await record(tx, by=by, verb="organisation.add", subject_kind="organisation", subject_id=organisation_id,
                 organisation_id=organisation_id)  # fmt: skip
    return organisation_id


async def add_team(
    tx: Tx, *, organisation_id: int, key: str, name: str, phone: str, site: TumourSite | None, by: Actor
) -> int:
    """Found a team. BadInput for a key that is no short word, Conflict when the organisation has it already."""
    if not _KEY.fullmatch(key):
        raise BadInput(
            f"{key} is not a team's key: a short word of small letters, digits and hyphens, such as urology."
        )
    if await team_by_key(tx, organisation_id=organisation_id, key=key) is not None:
        raise Conflict(f"There is a team {key} in this organisation already.")
    uk_number(phone)
    team_id: int = await tx.fetchval(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, $2, $3, $4, $5) returning id",
        organisation_id, key, name, phone, site,
    )  # fmt: skip
    await record(tx, by=by, verb="team.add", subject_kind="team", subject_id=team_id, organisation_id=organisation_id)
    return team_id


async def add_staff(
    tx: Tx,
    *,
    organisation_id: int,
    sign_in_name: str,
    display_name: str,
    role: Role,
    team_ids: Iterable[int],
    leads: bool = False,
    deputises: bool = False,
    by: Actor,
) -> NewStaff:
    """Admit a member of staff; they choose password and second factor themselves, with the code given back.

    `leads` and `deputises` say where they stand on the ladder of each of their teams.
    """
    name = sign_in_name.strip().casefold()
    if not _SIGN_IN_NAME.fullmatch(name):
        raise BadInput(f"{sign_in_name} cannot be a sign-in name: 3 to 100 letters, digits and . @ _ -")
    if await tx.fetchval("select staff_id from door_sign_in_find($1)", name) is not None:
        raise Conflict(f"The sign-in name {name} is taken. Names are never given twice.")
    staff_id: int = await tx.fetchval(
        "insert into staff (organisation_id, sign_in_name, display_name, role) values ($1, $2, $3, $4) returning id",
        organisation_id, name, display_name, role,
    )  # fmt: skip
    await tx.execute("select door_sign_in_add($1, $2, $3)", name, organisation_id, staff_id)
    for team_id in team_ids:
        await tx.execute(
            "insert into staff_team (organisation_id, staff_id, team_id, is_lead, is_deputy) values ($1, $2, $3, $4, $5)",
            organisation_id, staff_id, team_id, leads, deputises,
        )  # fmt: skip
    await _record(tx, verb="staff.add", organisation_id=organisation_id, staff_id=staff_id, by=by, role=role)
    code = await _give_set_up_code(tx, organisation_id=organisation_id, staff_id=staff_id)
    return NewStaff(staff_id=staff_id, sign_in_name=name, set_up_code=code)


async def add_first_administrator(
    tx: Tx, *, organisation_id: int, sign_in_name: str, display_name: str, by: Actor
) -> NewStaff:
    """Admit the one who admits the others. Refused as soon as the organisation has, or ever had, an administrator."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('first administrator', $1))", organisation_id)
    there_is_one = await tx.fetchval(
        "select exists (select from staff where organisation_id = $1 and role = $2)",
        organisation_id, Role.ADMINISTRATOR,
    )  # fmt: skip
    if there_is_one:
        raise Refused("This organisation has an administrator already; they add the others.")
    return await add_staff(tx, organisation_id=organisation_id, sign_in_name=sign_in_name, display_name=display_name,
                           role=Role.ADMINISTRATOR, team_ids=(), by=by)  # fmt: skip


async def give_new_set_up_code(
    tx: Tx, *, organisation_id: int, staff_id: int, by: Actor, checked: str | None = None
) -> str:
    """Begin an account anew, after a lost telephone or password: both factors go, every session ends, a new code.

    `checked` says how whoever gives the code made sure who asks; the audit keeps it.
    """
    found = await tx.fetchval(
        "update staff set password_hash = null, totp_seed = null, totp_confirmed_at = null"
        " where organisation_id = $1 and id = $2 and ended_at is null returning id",
        organisation_id, staff_id,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such member of staff.")
    await end_staff_sessions(tx, organisation_id=organisation_id, staff_id=staff_id, why="set up again")
    await record(tx, by=by, verb="staff.set_up_again", subject_kind="staff", subject_id=staff_id,
                 organisation_id=organisation_id, reason=checked)  # fmt: skip
    return await _give_set_up_code(tx, organisation_id=organisation_id, staff_id=staff_id)


async def change_role(tx: Tx, *, organisation_id: int, staff_id: int, role: Role, by: Actor) -> None:
    """Give somebody another role. Their sessions end: what they may do was decided for the old one.

    Refused to staff when nobody would be left who gives access, and to all when a team with open work would be left with
    nobody who can look after it.
    """
    await _one_at_a_time(tx, organisation_id=organisation_id)
    if role is not Role.ADMINISTRATOR:
        await _keep_an_administrator(tx, organisation_id=organisation_id, staff_id=staff_id, by=by)
    if role not in LOOK_AFTER:
        await keep_somebody(tx, organisation_id=organisation_id, staff_id=staff_id)
    changed = await tx.fetchval(
        "update staff set role = $3 where organisation_id = $1 and id = $2 and ended_at is null returning id",
        organisation_id, staff_id, role,
    )  # fmt: skip
    if changed is None:
        raise NotFound("There is no such member of staff.")
    await end_staff_sessions(tx, organisation_id=organisation_id, staff_id=staff_id, why="role changed")
    await _record(tx, verb="staff.role", organisation_id=organisation_id, staff_id=staff_id, by=by, role=role)


async def end_staff(tx: Tx, *, organisation_id: int, staff_id: int, by: Actor) -> None:
    """Somebody leaves: no sign-in any more, every session ends. Their alerts climb to the next person by themselves.

    Refused to staff when nobody would be left who gives access; refused to all when a team with open work would be left
    with nobody. An account that was broken into is made safe by a new set-up code, which ends its sessions at once.
    """
    await _one_at_a_time(tx, organisation_id=organisation_id)
    await _keep_an_administrator(tx, organisation_id=organisation_id, staff_id=staff_id, by=by)
    await keep_somebody(tx, organisation_id=organisation_id, staff_id=staff_id)
    ended = await tx.fetchval(
        "update staff set ended_at = clock_timestamp(), ended_by = $3, password_hash = null, totp_seed = null,"
        " totp_confirmed_at = null, set_up_code_hash = null, set_up_code_until = null"
        " where organisation_id = $1 and id = $2 and ended_at is null returning id",
        organisation_id, staff_id, by.name,
    )  # fmt: skip
    if ended is None:
        raise NotFound("There is no such member of staff, or they have left already.")
    await end_staff_sessions(tx, organisation_id=organisation_id, staff_id=staff_id, why="left")
    await _record(tx, verb="staff.end", organisation_id=organisation_id, staff_id=staff_id, by=by)


async def take_back(tx: Tx, *, organisation_id: int, staff_id: int, by: Actor) -> str:
    """Somebody works here again, with role and teams as they were; gives a set-up code, because both factors are gone."""
    found = await tx.fetchval(
        "update staff set ended_at = null, ended_by = null where organisation_id = $1 and id = $2 and ended_at is not null"
        " returning id", organisation_id, staff_id,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such member of staff, or they work here already.")
    await _record(tx, verb="staff.take_back", organisation_id=organisation_id, staff_id=staff_id, by=by)
    return await _give_set_up_code(tx, organisation_id=organisation_id, staff_id=staff_id)


async def _one_at_a_time(tx: Tx, *, organisation_id: int) -> None:
    """Two administrators who end one another in the same moment would leave nobody."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('administrators', $1))", organisation_id)


async def _keep_an_administrator(tx: Tx, *, organisation_id: int, staff_id: int, by: Actor) -> None:
    """Refuse, before it happens, to take the last one who gives access out of that role.

    The operator of the machine may: an account that was broken into must be ended at once, and they can add another.
    """
    if by.kind is not ActorKind.STAFF:
        return
    is_last = await tx.fetchval(
        "select exists (select from staff where organisation_id = $1 and id = $2 and role = $3 and ended_at is null)"
        " and not exists (select from staff where organisation_id = $1 and id <> $2 and role = $3 and ended_at is null)",
        organisation_id, staff_id, Role.ADMINISTRATOR,
    )  # fmt: skip
    if is_last:
        raise Refused("Nobody would be left who can give access. Make somebody else an administrator first.")


async def set_leave(
    tx: Tx, *, organisation_id: int, staff_id: int, from_on: date, until_on: date, cover_staff_id: int | None, by: Actor
) -> int:
    """Somebody is away, both days included; who covers for them sees their teams' people meanwhile."""
    if until_on < from_on:
        raise BadInput("The last day of leave lies before the first.")
    if cover_staff_id == staff_id:
        raise BadInput("Nobody can cover for themselves.")
    leave_id: int = await tx.fetchval(
        "insert into staff_leave (organisation_id, staff_id, from_on, until_on, cover_staff_id, created_by)"
        " values ($1, $2, $3, $4, $5, $6) returning id",
        organisation_id, staff_id, from_on, until_on, cover_staff_id, by.name,
    )  # fmt: skip
    await record(tx, by=by, verb="leave.set", subject_kind="staff", subject_id=staff_id, organisation_id=organisation_id,
                 details={"from_on": from_on.isoformat(), "until_on": until_on.isoformat()})  # fmt: skip
    return leave_id


async def cancel_leave(tx: Tx, *, organisation_id: int, leave_id: int, by: Actor) -> None:
    """The leave does not happen."""
    staff_id = await tx.fetchval(
        "delete from staff_leave where organisation_id = $1 and id = $2 returning staff_id", organisation_id, leave_id
    )
    if staff_id is None:
        raise NotFound("There is no such leave.")
    await _record(tx, verb="leave.cancel", organisation_id=organisation_id, staff_id=staff_id, by=by)


def set_up_code_hash(code: str) -> bytes:
    """What is kept of a set-up code; typed with or without hyphens and spaces, in any case."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(b"set-up code " + plain.encode()).digest()


async def _give_set_up_code(tx: Tx, *, organisation_id: int, staff_id: int) -> str:
    """A code of 100 random bits, good once and for a few days of the real clock."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    await tx.execute(
        "update staff set set_up_code_hash = $3, set_up_code_until = clock_timestamp() + $4"
        " where organisation_id = $1 and id = $2",
        organisation_id, staff_id, set_up_code_hash(code), SET_UP_CODE_LIVES,
    )  # fmt: skip
    return code


async def _record(
    tx: Tx, *, verb: str, organisation_id: int, staff_id: int, by: Actor, role: Role | None = None
) -> None:
    await record(tx, by=by, verb=verb, subject_kind="staff", subject_id=staff_id, organisation_id=organisation_id,
                 details={"role": role} if role else None)  # fmt: skip
