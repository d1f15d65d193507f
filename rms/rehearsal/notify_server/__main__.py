"""The command line of the stand-in. Prints one line of JSON with port and address, then serves until it is killed.

The token that proves its receipts comes from the environment, by the name under which RMS knows it: a command line can be
read by everybody on the machine, and a random token may begin with a hyphen.
"""

import argparse
import asyncio
import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from rms.rehearsal.notify_server.app import REHEARSAL_KEY, REHEARSAL_SID, REHEARSAL_TOKEN, Options, running
from rms.rehearsal.notify_server.script import PRESETS

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m rms.rehearsal.notify_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--key", default=REHEARSAL_KEY)
    parser.add_argument("--twilio-sid", default=REHEARSAL_SID)
    parser.add_argument("--twilio-token", default=REHEARSAL_TOKEN)
    parser.add_argument("--callback-url")
    parser.add_argument("--receipts", choices=sorted(PRESETS), default="deliver")
    parser.add_argument("--retry-seconds", type=float, default=1.0)
    parser.add_argument("--die-with-parent", action="store_true")
    given = parser.parse_args(arguments)
    if given.die_with_parent:
        _die_with_parent(os.getppid())
    options = Options(
        port=given.port,
        log=given.log,
        key=given.key,
        twilio_sid=given.twilio_sid,
        twilio_token=given.twilio_token,
        callback_url=given.callback_url,
        callback_token=os.environ.get("RMS_NOTIFY_CALLBACK_TOKEN") or REHEARSAL_TOKEN,
        receipts=PRESETS[given.receipts],
        retry_seconds=given.retry_seconds,
    )
    try:
        asyncio.run(_serve(options))
    except KeyboardInterrupt:
        sys.exit(130)


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(options) as stand_in:
        port = int(stand_in.url.rpartition(":")[2])
        sys.stdout.write(json.dumps({"port": port, "url": stand_in.url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def _die_with_parent(parent: int) -> None:
    """Have the kernel kill us when our parent ends, however it ends. Linux only; elsewhere the flag does nothing."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended between our start and the call
        sys.exit(1)


if __name__ == "__main__":
    main()
