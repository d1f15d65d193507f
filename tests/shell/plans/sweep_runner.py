"""A worker of its own process for fault tests: `python sweep_runner.py URL` runs the sweep once and says `done`.

With `RMS_CRASHPOINT` in its environment it kills itself at that place, as suddenly as a power cut.
"""

import asyncio
import sys

from rms.db.database import Database
from rms.plans import jobs
from rms.plans.jobs import sweep_late, sweep_reminders


async def run(url: str) -> None:
    """One sweep, a few rows at a time, so that there are many places to die at."""
    async with Database(url, name="worker", size=1) as database:
        await sweep_late(database)
        await sweep_reminders(database)


if __name__ == "__main__":
    jobs.CHUNK, jobs.CHUNK_OF_ALERTS = 2, 2
    asyncio.run(run(sys.argv[1]))
    print("done")
