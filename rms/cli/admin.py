"""`rms organisation | team | user | peer`: who is here, who may sign in, which systems may send.

Organisations and peers are the owner's business; teams and users are added in the web's role, in their organisation.
"""

import argparse
from typing import Any

from rms.cli.acting import operator
from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import filled
from rms.db.database import Database
from rms.db.engine import Tx
from rms.errors import NotFound, Usage
from rms.people import staff as moves
from rms.people.model import Role, TumourSite
from rms.people.staff import SET_UP_CODE_LIVES, NewStaff
from rms.people.store import (
    OrganisationOnFile,
    StaffOnFile,
    TeamOnFile,
    organisations,
    staff_by_name,
    staff_of,
    team_by_key,
    teams,
)
from rms.sync.codes import MEANINGS, peer_named, say_what_a_code_means
from rms.sync.peers import PeerOnFile, add_peer, peers


async def organisation_add(context: Context, arguments: Arguments) -> int:
    """Found an organisation."""
    code = arguments.code.upper()
    async with context.database("owner") as database, database.transaction() as tx:
        await moves.add_organisation(tx, code=code, name=arguments.name, phone=arguments.phone,
                                     address=arguments.address, by=operator())  # fmt: skip
    context.show({"code": code, "name": arguments.name}, f"{arguments.name} ({code}) was added.")
    return Exit.DONE


async def organisation_list(context: Context, arguments: Arguments) -> int:
    """Every organisation."""
    del arguments
    async with context.database("web") as database, database.transaction() as tx:
        found = await organisations(tx)
    text = "\n".join(f"{one.code}  {one.name}  {one.phone}" for one in found)
    context.show({"organisations": [_organisation(one) for one in found]}, text or "There is no organisation yet.")
    return Exit.DONE


async def team_add(context: Context, arguments: Arguments) -> int:
    """Found a team."""
    async with context.database("web") as database:
        here = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=here.id) as tx:
            site = TumourSite(arguments.site) if arguments.site else None
            await moves.add_team(tx, organisation_id=here.id, key=arguments.key, name=arguments.name,
                                 phone=arguments.phone, site=site, by=operator())  # fmt: skip
    context.show({"organisation": here.code, "key": arguments.key}, f"The team {arguments.key} was added.")
    return Exit.DONE


async def team_list(context: Context, arguments: Arguments) -> int:
    """Every team of an organisation."""
    async with context.database("web") as database:
        here = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=here.id) as tx:
            found = await teams(tx, organisation_id=here.id)
    text = "\n".join(f"{one.key}  {one.name}  {one.phone}  {one.tumour_site or 'all sites'}" for one in found)
    context.show({"organisation": here.code, "teams": [_team(one) for one in found]}, text or "There is no team yet.")
    return Exit.DONE


async def user_add(context: Context, arguments: Arguments) -> int:
    """Admit a member of staff and print the set-up code, once."""
    async with context.database("web") as database:
        here = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=here.id) as tx:
            new = await _admit(tx, arguments, here)
    _show_code(context, new)
    return Exit.DONE


async def _admit(tx: Tx, arguments: Arguments, here: OrganisationOnFile) -> NewStaff:
    name = arguments.name or arguments.sign_in_name
    if arguments.first_administrator:
        if arguments.role or arguments.team:
            raise Usage("The first administrator has no other role and no team.")
        return await moves.add_first_administrator(
            tx, organisation_id=here.id, sign_in_name=arguments.sign_in_name, display_name=name, by=operator()
        )
    if not arguments.role:
        raise Usage("Say which role the user has: --role nurse_specialist, for example.")
    team_ids = [(await _team_of(tx, here, key)).id for key in arguments.team]
    return await moves.add_staff(
        tx, organisation_id=here.id, sign_in_name=arguments.sign_in_name, display_name=name,
        role=Role(arguments.role), team_ids=team_ids, leads=arguments.lead, deputises=arguments.deputy, by=operator(),
    )  # fmt: skip


async def _team_of(tx: Tx, here: OrganisationOnFile, key: str) -> TeamOnFile:
    found = await team_by_key(tx, organisation_id=here.id, key=key)
    if found is None:
        raise NotFound(f"There is no team {key} in {here.code}. `rms team list --organisation {here.code}` shows them.")
    return found


def _show_code(context: Context, new: NewStaff) -> None:
    address = f"{context.settings.base_url}/sign-in/set-up"
    context.show(
        {"sign_in_name": new.sign_in_name, "set_up_code": new.set_up_code, "set_up_at": address},
        f"{new.sign_in_name} sets up their account at {address}\nwith this code, once, within {SET_UP_CODE_LIVES.days}"
        f" days: {new.set_up_code}\nIt is not shown again.",
    )


async def user_list(context: Context, arguments: Arguments) -> int:
    """Everybody who works or worked in an organisation."""
    async with context.database("web") as database:
        here = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=here.id) as tx:
            found = await staff_of(tx, organisation_id=here.id)
    text = "\n".join(
        f"{one.sign_in_name}  {one.display_name}  {one.role}  {', '.join(one.team_keys)}  {_state(one)}"
        for one in found
    )
    context.show({"organisation": here.code, "users": [_user(one) for one in found]}, text or "There is no user yet.")
    return Exit.DONE


async def user_end(context: Context, arguments: Arguments) -> int:
    """Somebody leaves."""
    async with context.database("web") as database:
        here, known = await _user_behind(context, database, arguments)
        async with database.transaction(organisation_id=here.id) as tx:
            await moves.end_staff(tx, organisation_id=here.id, staff_id=known.id, by=operator())
    context.show({"sign_in_name": known.sign_in_name, "ended": True}, f"{known.sign_in_name} cannot sign in any more.")
    return Exit.DONE


async def user_set_up_again(context: Context, arguments: Arguments) -> int:
    """A new set-up code after a lost telephone or password; both factors are chosen anew."""
    async with context.database("web") as database:
        here, known = await _user_behind(context, database, arguments)
        async with database.transaction(organisation_id=here.id) as tx:
            code = await moves.give_new_set_up_code(tx, organisation_id=here.id, staff_id=known.id, by=operator())
    _show_code(context, NewStaff(staff_id=known.id, sign_in_name=known.sign_in_name, set_up_code=code))
    return Exit.DONE


async def peer_map(context: Context, arguments: Arguments) -> int:
    """Say once what a code of a sender means; the messages that waited for it are read again."""
    async with context.database("owner") as database, database.transaction() as tx:
        peer_id = await peer_named(tx, arguments.name)
        again = await say_what_a_code_means(
            tx, peer_id=peer_id, code=arguments.code, means=arguments.means, by=operator()
        )
    context.show({"peer": arguments.name, "code": arguments.code, "means": arguments.means, "read_again": again},
                 f"{arguments.code} of {arguments.name} means {arguments.means}. {again} messages that waited for this are"
                 " read again; whoever has the alert closes it.")  # fmt: skip
    return Exit.DONE


async def _user_behind(
    context: Context, database: Database, arguments: Arguments
) -> tuple[OrganisationOnFile, StaffOnFile]:
    here = await context.organisation(database, arguments.organisation)
    async with database.transaction(organisation_id=here.id) as tx:
        known = await staff_by_name(tx, organisation_id=here.id, sign_in_name=arguments.sign_in_name)
    if known is None:
        raise NotFound(f"There is no user {arguments.sign_in_name} in {here.code}.")
    return here, known


async def peer_add(context: Context, arguments: Arguments) -> int:
    """Admit a system that sends to us."""
    async with context.database("owner") as database:
        known = [await context.organisation(database, code) for code in arguments.organisation]
        async with database.transaction() as tx:
            await add_peer(tx, name=arguments.name, organisation_ids=[one.id for one in known],
                           application=arguments.application, facility=arguments.facility,
                           addresses=arguments.address, by=operator())  # fmt: skip
    codes = [one.code for one in known]
    context.show({"name": arguments.name, "organisations": codes}, f"{arguments.name} may send for {', '.join(codes)}.")
    return Exit.DONE


async def peer_list(context: Context, arguments: Arguments) -> int:
    """Every system that may send to us."""
    del arguments
    async with context.database("web") as database, database.transaction() as tx:
        found = await peers(tx)
    text = "\n".join(f"{one.name}  for {', '.join(one.organisations)}" for one in found)
    context.show({"peers": [_peer(one) for one in found]}, text or "There is no peer yet.")
    return Exit.DONE


def _organisation(one: OrganisationOnFile) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "phone": one.phone, "address": one.address}


def _team(one: TeamOnFile) -> dict[str, Any]:
    return {"key": one.key, "name": one.name, "phone": one.phone, "tumour_site": one.tumour_site}


def _state(one: StaffOnFile) -> str:
    return "has left" if one.ended_at else "can sign in" if one.is_set_up else "not set up yet"


def _user(one: StaffOnFile) -> dict[str, Any]:
    return {"sign_in_name": one.sign_in_name, "name": one.display_name, "role": one.role, "teams": one.team_keys,
            "is_set_up": one.is_set_up, "ended_at": one.ended_at}  # fmt: skip


def _peer(one: PeerOnFile) -> dict[str, Any]:
    return {"name": one.name, "organisations": one.organisations, "application": one.sending_application,
            "facility": one.sending_facility, "addresses": one.addresses}  # fmt: skip


def _organisation_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE", help="its ODS code, such as RAA")
    parser.add_argument("--name", type=filled, required=True, help="as it stands in messages and letters")
    parser.add_argument("--phone", type=filled, required=True, help="the number in messages, when no team's is better")
    parser.add_argument("--address", help="for letters")


def _in_organisation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--organisation", required=True, metavar="CODE", help="the ODS code of the organisation")


def _team_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", help="a short word, such as urology")
    _in_organisation(parser)
    parser.add_argument("--name", type=filled, required=True, help="as it stands in messages and letters")
    parser.add_argument("--phone", type=filled, required=True, help="the number in messages")
    parser.add_argument("--site", choices=[str(site) for site in TumourSite], help="the tumour site it looks after")


def _user_add_arguments(parser: argparse.ArgumentParser) -> None:
    _user_arguments(parser)
    parser.add_argument("--name", type=filled, help="the name colleagues see (default: the sign-in name)")
    parser.add_argument("--role", choices=[str(role) for role in Role], help="what they may do")
    parser.add_argument("--team", action="append", default=[], metavar="KEY", help="a team; may be repeated")
    parser.add_argument("--lead", action="store_true", help="leads these teams")
    parser.add_argument("--deputy", action="store_true", help="deputises in these teams")
    parser.add_argument(
        "--first-administrator", action="store_true", help="the one who adds the others; refused when there is one"
    )


def _user_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sign_in_name", metavar="NAME", help="what they type to sign in")
    _in_organisation(parser)


def _peer_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", type=filled, help="a name for people")
    parser.add_argument("--organisation", required=True, action="append", metavar="CODE", help="may be repeated")
    parser.add_argument("--application", help="what it calls itself (MSH-3)")
    parser.add_argument("--facility", help="where it says it is (MSH-4)")
    parser.add_argument("--address", action="append", default=[], help="an address or network it connects from")


def _map_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", type=filled, help="the peer, as `rms peer list` shows it")
    parser.add_argument("code", metavar="CODE", type=filled, help="its code, or its words where it sends no code")
    parser.add_argument("--means", choices=MEANINGS, required=True, help="what the code means")


COMMANDS = (
    Command(words="organisation add", help="Add an organisation.", run=organisation_add,
            arguments=_organisation_arguments, reads=True, founds=True),
    Command(words="organisation list", help="List the organisations.", run=organisation_list, reads=True),
    Command(words="team add", help="Add a team.", run=team_add, arguments=_team_arguments, reads=True),
    Command(words="team list", help="List the teams.", run=team_list, arguments=_in_organisation, reads=True),
    Command(words="user add", help="Add a member of staff; prints a set-up code.", run=user_add,
            arguments=_user_add_arguments, reads=True),
    Command(words="user list", help="List the staff.", run=user_list, arguments=_in_organisation, reads=True),
    Command(words="user end", help="Somebody has left.", run=user_end, arguments=_user_arguments, reads=True),
    Command(words="user set-up-again", help="A new set-up code, after a lost telephone or password.",
            run=user_set_up_again, arguments=_user_arguments, reads=True),
    Command(words="peer add", help="Add a system that sends to us.", run=peer_add, arguments=_peer_arguments, reads=True),
    Command(words="peer map", help="Say what a code of a system means.", run=peer_map, arguments=_map_arguments, reads=True),
    Command(words="peer list", help="List the systems that send to us.", run=peer_list, reads=True),
)  # fmt: skip
