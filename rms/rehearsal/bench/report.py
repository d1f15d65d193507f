"""What a benchmark says: figures, ratios against their floor, and what they were taken under; as values and as a table."""

from collections.abc import Mapping

import msgspec


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Medians, in microseconds for one piece of work. `backend_us` is None where the system does not say."""

    wall_us: float
    client_us: float
    backend_us: float | None

    @property
    def cpu_us(self) -> float | None:
        """What both processes computed."""
        return None if self.backend_us is None else self.client_us + self.backend_us


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One side: what was done, what one piece of it is, and what a piece costs."""

    name: str
    piece: str
    cost: Cost


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """Two sides of one run. `wall` and `cpu` are the same ratio of either time; `target` is for the wall's.

    `at_least`: the floor's cost divided by ours, one is the best there is. Else ours divided by the floor's.
    """

    name: str
    wall: float
    cpu: float | None
    target: float | None
    at_least: bool


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures were taken under. `load_average` is of the minute before the end."""

    database: Mapping[str, str]
    versions: Mapping[str, str]
    processors: int
    load_average: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `k` is how many pieces of work a repeat did; `checks` are facts that either hold or not."""

    benchmark: str
    people: int
    k: int
    repeats: int
    figures: tuple[Figure, ...]
    ratios: tuple[Ratio, ...]
    settings: Settings
    checks: Mapping[str, bool] = {}
    counts: Mapping[str, float] = {}


def of_floor(name: str, *, floor: Cost, ours: Cost, target: float | None = None) -> Ratio:
    """How near we come to the least it could cost; one is the best there is."""
    cpu = None if floor.cpu_us is None or ours.cpu_us is None else round(floor.cpu_us / ours.cpu_us, 3)
    return Ratio(name=name, wall=round(floor.wall_us / ours.wall_us, 3), cpu=cpu, target=target, at_least=True)


def times_floor(name: str, *, floor: Cost, ours: Cost, target: float | None = None) -> Ratio:
    """How many times the least it costs; one is the best there is."""
    cpu = None if floor.cpu_us is None or ours.cpu_us is None else round(ours.cpu_us / floor.cpu_us, 3)
    return Ratio(name=name, wall=round(ours.wall_us / floor.wall_us, 3), cpu=cpu, target=target, at_least=False)


def as_table(report: Report) -> str:
    """The report for a person: figures first, then ratios, then what they were taken under."""
    lines = [
        f"{report.benchmark}: {report.people:,} people, K = {report.k:,}, {report.repeats} repeats in turns, medians",
        "",
    ]
    width = max(len(f"{one.name} (a {one.piece})") for one in report.figures)
    lines.append(f"{'us for one':{width}}  {'wall':>10}  {'backend':>10}  {'client':>10}")
    for one in report.figures:
        backend = "?" if one.cost.backend_us is None else f"{one.cost.backend_us:,.1f}"
        lines.append(
            f"{f'{one.name} (a {one.piece})':{width}}  {one.cost.wall_us:>10,.1f}  {backend:>10}  {one.cost.client_us:>10,.1f}"
        )
    lines.append("")
    lines += [_ratio_line(one) for one in report.ratios]
    lines += [f"{name}: {value:g}" for name, value in report.counts.items()]
    lines += [f"{'yes' if held else 'NO '}  {name}" for name, held in report.checks.items()]
    shown = report.settings
    lines += ["", ", ".join(f"{name} {value}" for name, value in shown.database.items()),
              ", ".join(f"{name} {value}" for name, value in shown.versions.items()),
              f"{shown.processors} processors, load {shown.load_average}"]  # fmt: skip
    return "\n".join(lines)


def _ratio_line(one: Ratio) -> str:
    cpu = "?" if one.cpu is None else f"{one.cpu:.2f}"
    goal = "" if one.target is None else f"  (goal {'>=' if one.at_least else '<='} {one.target:g})"
    return f"{one.name}: {one.wall:.2f} of wall time, {cpu} of processor time{goal}"
