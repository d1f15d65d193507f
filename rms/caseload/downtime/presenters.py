"""The downtime lists of one's teams as strings."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Final

import msgspec

from rms.caseload.words import moment
from rms.caseload.worklist.surroundings import TeamHere
from rms.clock import london_time
from rms.messages.downtime import ListKept
from rms.people.store import TeamOnFile

#: From when on a missing list of the night is worth a word; the night's duty has had hours by then.
MISSED_FROM: Final = time(6)


class TeamLists(msgspec.Struct, frozen=True, kw_only=True):
    """One team. `file` is None when it has no list yet; `warning` is empty while the newest list is of today."""

    team: str
    made: str
    holds: str
    file: str | None
    make: str
    warning: str


class DowntimePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/downtime.html`."""

    teams: tuple[TeamLists, ...]
    said: str


def present_downtime(
    teams: Iterable[TeamOnFile], *, newest: Mapping[int, ListKept], today: date, said: str
) -> DowntimePage:
    """A line a team, with the newest list, whoever made it."""
    return DowntimePage(teams=tuple(_team(one, newest.get(one.id), today=today) for one in teams), said=said)


def missed(teams: Iterable[TeamOnFile | TeamHere], *, newest: Mapping[int, ListKept], now: datetime) -> tuple[str, ...]:
    """The teams that had a list before and none since the day began, by name; nobody before MISSED_FROM."""
    local = london_time(now)
    if local.time() < MISSED_FROM:
        return ()
    return tuple(one.name for one in teams if (kept := newest.get(one.id)) is not None and kept.for_on < local.date())


def _team(one: TeamOnFile, kept: ListKept | None, *, today: date) -> TeamLists:
    if kept is None:
        return TeamLists(team=one.name, made="", holds="", file=None, make=f"/downtime/{one.key}",
                         warning="No list has been made yet. One is made every night; make one now to be safe.")  # fmt: skip
    by = "by itself" if kept.is_nightly else f"by {kept.made_by}"
    old = "This list is not of today. Make a new one now, and tell who runs RMS here that last night’s was not made."
    return TeamLists(
        team=one.name,
        made=f"{moment(kept.made_at)}, {by}",
        holds=f"{_many(kept.lines, 'line')} about {_many(len(kept.shown), 'person', 'people')}",
        file=f"/downtime/{kept.ref}/pdf",
        make=f"/downtime/{one.key}",
        warning="" if kept.for_on == today else old,
    )


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
