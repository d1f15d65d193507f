"""Whether the worker runs, and the lists that teams work from when RMS is down: made last night, and their folder."""

import os

import asyncpg

from rms.db.pulse import SILENT_AFTER
from rms.settings import Settings
from rms.sync.finding import Finding, fine, wrong

#: Teams without a list of today, from six in the morning, when the night's duty has had hours. One that never had a list
#: counts from the day it was added: where no night ever worked, nobody has a list, and that must not read as all being well.
_MISSED = """
select o.code || ' ' || t.key as team
  from team t join organisation o on o.id = t.organisation_id
  cross join (select (clock_timestamp() + civil_offset) at time zone 'Europe/London' as at from database_state) now
 where coalesce(
         (select max(d.for_on) from downtime_list d where d.organisation_id = t.organisation_id and d.team_id = t.id),
         ((t.created_at + (select civil_offset from database_state)) at time zone 'Europe/London')::date
       ) < (now.at - interval '6 hours')::date
 order by 1
"""


_WORKER = "select beat_at, clock_timestamp() - beat_at > $1 as is_silent from worker_pulse"


async def look_at_worker(owner: asyncpg.Connection) -> Finding:
    """Whether the worker does its rounds."""
    row = await owner.fetchrow(_WORKER, SILENT_AFTER)
    if row is None:
        return wrong("worker", "it has never run on this database: start `rms worker`.")
    if row["is_silent"]:
        last = f"{row['beat_at']:%Y-%m-%d %H:%M} UTC"
        return wrong(
            "worker", f"it last did its round at {last}: nothing is sent, filed or chased. Start `rms worker`."
        )
    return fine("worker", "it does its rounds.")


async def look_at_downtime(owner: asyncpg.Connection, *, settings: Settings) -> list[Finding]:
    """Whether each team has a list of last night, and whether the folder can be written."""
    missed = [row["team"] for row in await owner.fetch(_MISSED)]
    found = [
        wrong("downtime lists", f"none was made last night for {', '.join(missed)}: is the worker running?")
        if missed
        else fine("downtime lists", "no team lacks its list of last night.")
    ]
    folder = settings.downtime_folder
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
        found.append(wrong("downtime folder", "RMS_DOWNTIME_FOLDER names no folder that can be written."))
    return found
