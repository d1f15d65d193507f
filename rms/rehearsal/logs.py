"""Where the log of a rehearsal goes: into its folder, so that the terminal shows the events and nothing else."""

from pathlib import Path

from rms.log import configure_logging


def log_into(folder: Path | str, *, name: str) -> None:
    """From now on this process logs into a file of the folder, what libraries such as the database's driver say too."""
    configure_logging((Path(folder) / f"{name}.log").open("a", buffering=1, encoding="utf-8"))
