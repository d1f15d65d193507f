"""The worker's duty: every night a list of each team, kept as a row and in the folder, and an alert when it is not."""

from datetime import time, timedelta
from pathlib import Path
from typing import Final

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.audit.moves import record
from rms.clock import london_time
from rms.db.database import Database
from rms.db.engine import Tx
from rms.db.pulse import nights_silent_lately
from rms.errors import DatabaseAway, RmsError, Unavailable
from rms.followup.downtime.folder import clear_folder, file_name, put_into_folder
from rms.followup.downtime.making import make_list
from rms.log import get_log
from rms.messages.downtime import (
    ListToFile,
    TeamThatMissed,
    drop_old_lists,
    lists_to_file,
    mark_filed,
    pdf_to_file,
    teams_that_missed_lists,
    teams_without_list,
)
from rms.plans.schedule.words import day

log = get_log(__name__)

#: When the night's list is made: after the sweeps of the new day, before anybody is at work. No clock change falls on it.
FROM: Final = time(3)


async def make_downtime_lists(database: Database, *, folder: Path | None) -> int:
    """Make what this night's lists still lack, put them into the folder, drop what is old; how many were made or filed.

    What fails is told to the team and tried again with the next look; one team's list never holds up another's.
    """
    async with database.transaction() as tx:
        if london_time(tx.now).time() < FROM:
            return 0
        missing, today = await teams_without_list(tx), tx.today
        missed = await _missed_in_silence(tx)
        await drop_old_lists(tx)
    for team in missed:
        await _tell_missed(database, team)
    made = 0
    for one in missing:
        try:
            ref = await make_list(database, organisation_id=one.organisation_id, team_id=one.team_id, by=WORKER,
                                  is_nightly=True)  # fmt: skip
            made += ref is not None
        except DatabaseAway:
            raise
        except Exception as error:  # whatever it was: a team without its list must hear of it
            log.exception("duty_failed", duty="downtime-lists", team_id=one.team_id)
            await _tell(database, organisation_id=one.organisation_id, team_id=one.team_id, why=_why(error))
    if folder is None:
        return made
    clear_folder(folder, today=today)
    return made + await _file(database, folder=folder)


async def _missed_in_silence(tx: Tx) -> list[TeamThatMissed]:
    """The teams whose nights without a list a silence explains; a demo whose clock was moved on has more, and no news."""
    nights = await nights_silent_lately(tx)
    if nights == 0:
        return []
    return [one for one in await teams_that_missed_lists(tx) if (tx.today - one.last_on).days - 1 <= nights]


async def _file(database: Database, *, folder: Path) -> int:
    """Put today's lists into the folder. Whoever can read it is given them: the audit says so before the file is there."""
    async with database.transaction() as tx:
        waiting = await lists_to_file(tx)
    filed = 0
    for one in waiting:
        try:
            await _file_one(database, one=one, folder=folder)
            filed += 1
        except Unavailable as error:
            if isinstance(error, DatabaseAway):
                raise
            await _tell(database, organisation_id=one.organisation_id, team_id=one.team_id, why=str(error))
    return filed


async def _file_one(database: Database, *, one: ListToFile, folder: Path) -> None:
    async with database.transaction(organisation_id=one.organisation_id) as tx:
        pdf, shown = await pdf_to_file(tx, organisation_id=one.organisation_id, list_id=one.id)
        await record(tx, by=WORKER, verb="downtime.file", subject_kind="downtime_list",
                     organisation_id=one.organisation_id, details={"shown": shown})  # fmt: skip
    name = file_name(one.code, team_key=one.team_key, day=one.for_on)
    put_into_folder(folder, name=name, pdf=pdf)
    async with database.transaction(organisation_id=one.organisation_id) as tx:
        await mark_filed(tx, organisation_id=one.organisation_id, list_id=one.id)


async def _tell(database: Database, *, organisation_id: int, team_id: int, why: str) -> None:
    """One alert a day and team, so that somebody mends it before the list is needed."""
    async with database.transaction(organisation_id=organisation_id) as tx:
        await raise_alert(
            tx, organisation_id=organisation_id, team_id=team_id, kind=AlertKind.FIX_DATA, subject_kind="team",
            subject_id=team_id, rule_key="downtime-list",
            sentence=f"Last night’s downtime list was not made or not put into its folder. {why} Tell who runs RMS here.",
            cause_kind=f"downtime:{tx.today.isoformat()}", cause_id=team_id, by=WORKER, now=tx.now,
        )  # fmt: skip


async def _tell_missed(database: Database, team: TeamThatMissed) -> None:
    """The worker is back after nights without it: the team hears of it, whether or not anybody missed the lists."""
    async with database.transaction(organisation_id=team.organisation_id) as tx:
        first, last = team.last_on + timedelta(days=1), tx.today - timedelta(days=1)
        nights = f"for {day(first)}" if first == last else f"from {day(first)} to {day(last)}"
        await raise_alert(
            tx, organisation_id=team.organisation_id, team_id=team.team_id, kind=AlertKind.FIX_DATA, subject_kind="team",
            subject_id=team.team_id, rule_key="downtime-list",
            sentence=f"No downtime list was made {nights}, because the part of RMS that works by itself did not run. What was"
            " due then is being caught up: look through Today. Tell who runs RMS here.",
            cause_kind=f"downtime-missed:{team.last_on.isoformat()}", cause_id=team.team_id, by=WORKER, now=tx.now,
        )  # fmt: skip


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, RmsError) else "The reason stands in the log of the worker."
