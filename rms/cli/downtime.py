"""`rms downtime list | make`: is every team's list there, and one as a file when the pages cannot be reached."""

import argparse
from pathlib import Path
from typing import Any

from rms.audit.moves import record
from rms.cli.acting import acting, acting_arguments
from rms.cli.command import Arguments, Command, Context, Exit
from rms.clock import london_time
from rms.errors import BadInput, NotFound
from rms.followup.downtime.making import make_list
from rms.messages.downtime import ListKept, list_behind, newest_lists
from rms.people.permissions import Permission
from rms.people.store import TeamOnFile, team_by_key, teams


async def run_list(context: Context, arguments: Arguments) -> int:
    """Say of each team when its newest list was made; 1 when a team has none of today."""
    async with context.database() as database:
        organisation = await context.organisation(database, arguments.organisation)
        async with database.transaction(organisation_id=organisation.id) as tx:
            found = [one for one in await teams(tx, organisation_id=organisation.id)
                     if arguments.team in (None, one.key)]  # fmt: skip
            newest = await newest_lists(tx, organisation_id=organisation.id, team_ids=[one.id for one in found])
            today = tx.today
    if not found:
        raise BadInput("There is no such team.")
    ok = all((kept := newest.get(one.id)) is not None and kept.for_on == today for one in found)
    lists = [_shown(one, newest.get(one.id)) for one in found]
    lines = [_line(one, newest.get(one.id)) for one in found]
    context.show({"organisation": organisation.code, "today": today, "ok": ok, "lists": lists}, "\n".join(lines))
    return Exit.DONE if ok else Exit.NO


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose lists."""
    parser.add_argument("--organisation", required=True, metavar="CODE", help="the trust, by its ODS code")
    parser.add_argument("--team", metavar="KEY", help="one team (default: all)")


async def run_make(context: Context, arguments: Arguments) -> int:
    """Make a team's list as it stands now and write it to a file. It names people: the look at them is audited."""
    path = Path(arguments.path)
    async with context.database() as database:
        organisation = await context.organisation(database, arguments.organisation)
        by = await acting(database, organisation_id=organisation.id, by=arguments.by, permission=Permission.PERSON_VIEW)
        async with database.transaction(organisation_id=organisation.id) as tx:
            team = await team_by_key(tx, organisation_id=organisation.id, key=arguments.team)
        if team is None:
            raise BadInput("There is no such team.")
        ref = await make_list(database, organisation_id=organisation.id, team_id=team.id, by=by)
        if ref is None:
            raise NotFound("The list was not kept.")
        async with database.transaction(organisation_id=organisation.id) as tx:
            kept, pdf = await list_behind(tx, organisation_id=organisation.id, team_ids=[team.id], ref=ref)
            await record(tx, by=by, verb="downtime.look", subject_kind="downtime_list",
                         details={"shown": list(kept.shown)})  # fmt: skip
    try:
        path.touch(mode=0o600)
        path.write_bytes(pdf)
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}).") from error
    context.show({**_shown(team, kept), "path": str(path)}, f"{path}: {_line(team, kept)}")
    return Exit.DONE


def make_arguments(parser: argparse.ArgumentParser) -> None:
    """Which team, who asks, and the file."""
    parser.add_argument("path", metavar="PATH", help="the PDF file to write")
    parser.add_argument("--team", required=True, metavar="KEY", help="the team")
    acting_arguments(parser)


def _shown(team: TeamOnFile, kept: ListKept | None) -> dict[str, Any]:
    none = {"for_on": None, "made_at": None, "made_by": None, "lines": None, "people": None, "ref": None}
    if kept is None:
        return {"team": team.key, **none}
    return {"team": team.key, "for_on": kept.for_on, "made_at": kept.made_at, "made_by": kept.made_by,
            "lines": kept.lines, "people": len(kept.shown), "ref": kept.ref}  # fmt: skip


def _line(team: TeamOnFile, kept: ListKept | None) -> str:
    if kept is None:
        return f"{team.key}: no list has been made."
    at = f"{london_time(kept.made_at):%Y-%m-%d %H:%M}"
    return f"{team.key}: made {at} by {kept.made_by}, {kept.lines} lines about {len(kept.shown)} people."


COMMANDS = (
    Command(words="downtime list", help="Say when each team's downtime list was made.", run=run_list,
            arguments=list_arguments, reads=True),
    Command(words="downtime make", help="Make a team's downtime list now and write it to a file.", run=run_make,
            arguments=make_arguments, reads=True),
)  # fmt: skip
