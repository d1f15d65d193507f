"""`rms story` and `rms demo`: the main job played through the real doors, and a system that stays up to look at."""

import argparse
import asyncio
import shutil
from pathlib import Path

from rms.cli.command import Arguments, Command, Context, Exit
from rms.cli.parser import port, seconds, whole
from rms.db.embedded import is_held
from rms.errors import BadInput, Refused, RmsError, Unavailable
from rms.rehearsal.logs import log_into
from rms.rehearsal.story.values import values_from


def _playground(home: Path) -> Path:
    """A home that may be thrown away: new, empty, or made by us. Refused for anything else."""
    if home.exists() and not home.is_dir():
        raise BadInput(f"{home} is not a directory.")
    if home.is_dir() and any(home.iterdir()) and not (home / "server.lock").exists():
        raise Refused(f"{home} holds what RMS did not make, and would be thrown away: name another directory.")
    return home


async def run_story(context: Context, arguments: Arguments) -> int:
    """Play the story on a fresh database; 0 when everything outside is as it should be, 1 at the first difference."""
    from rms.rehearsal.story.look import Difference
    from rms.rehearsal.story.scenes import Story
    from rms.rehearsal.story.stage import Stage

    values = values_from(arguments.values)
    home = _playground(arguments.home or context.settings.home / "story")
    if is_held(home):
        raise Unavailable(f"Another story plays in {home} at this moment. Wait for its end, or name another --home.")
    stage = Stage(home)
    try:
        await asyncio.to_thread(stage.open, fresh=True, tick=arguments.tick)
        log_into(stage.logs, name="story")
        context.say(
            f"The web answers at {stage.base_url}, the listener at port {stage.ports.mllp}; everything is in {home}."
        )
        story = Story(stage, values)
        await story.play()
    except Difference as difference:
        context.say(f"The story differs from what the outside saw: {difference}")
        return Exit.NO
    finally:
        await asyncio.to_thread(stage.close)
    context.say(f"The story came to its end: {story.lines} events, nothing differs. Look around with RMS_HOME={home}.")
    return Exit.DONE


def story_arguments(parser: argparse.ArgumentParser) -> None:
    """Other values, another home, another pace."""
    parser.add_argument(
        "--values", type=Path, metavar="PATH", help="other PSA values and dates: a CSV file, or JSON with his limit too"
    )
    parser.add_argument(
        "--home", type=Path, metavar="FOLDER", help="where to play (thrown away first; default: story in RMS_HOME)"
    )
    parser.add_argument(
        "--tick",
        type=seconds,
        metavar="SECONDS",
        default=0.1,
        help="seconds between two looks of the worker (default: 0.1)",
    )


async def run_demo(context: Context, arguments: Arguments) -> int:
    """Bring a demo up: fill its database with made-up people once, then stay up until told to stop."""
    from rms.rehearsal.demo import Demo

    home = _playground(arguments.home or context.settings.home / "demo")
    demo = Demo(home, people=arguments.people, web_port=arguments.port or context.settings.web_port, say=context.say)
    demo.refuse_a_second()
    if arguments.fresh and home.exists():
        shutil.rmtree(home)
    try:
        return await demo.run(once=arguments.once)
    except RmsError as error:
        context.say(str(error))
        return Exit.UNAVAILABLE


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """Where, on which port, anew, and whether to stay."""
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where the demo lives (default: demo in RMS_HOME)")
    parser.add_argument("--port", type=port, help="the port of the web server (default: RMS_WEB_PORT, 8000)")
    parser.add_argument(
        "--people",
        type=whole(least=150, most=20_000),
        metavar="N",
        default=2_000,
        help="how many people to make up when it is new (default: 2000)",
    )
    parser.add_argument("--fresh", action="store_true", help="throw away an earlier demo first")
    parser.add_argument("--once", action="store_true", help="end after it is up, for checks")


COMMANDS = (
    Command(words="story", help="Play the main job end to end through the real doors, and compare.", run=run_story,
            arguments=story_arguments),
    Command(words="demo", help="Bring up a demo with made-up people, and stay up.", run=run_demo, arguments=demo_arguments),
)  # fmt: skip
