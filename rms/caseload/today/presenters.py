"""Today as strings: a count for each kind of work with the age of the oldest, each a link to its list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.today.store import Count, What
from rms.caseload.today.unattended import HEADINGS, KINDS, WHY, Unattended
from rms.caseload.worklist.ages import age
from rms.caseload.worklist.asked import ME, Asked, address_of
from rms.caseload.worklist.feed import silent_words, worker_words
from rms.caseload.worklist.frame import Filter, ListFrame, Option, colleague_words, list_frame
from rms.caseload.worklist.people import PersonCell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.clock import london_date
from rms.people.access import Asker

UNATTENDED_PATH: Final = "/today/unattended"
#: Heading of a group; then of each count: what it counts, its words, and the list it leads to with the filter of that list.
_GROUPS: Final = (
    ("Alerts", (
        (What.ACT_TODAY, "Act today", "/alerts", "act_today"),
        (What.LOOK_SOON, "Look soon", "/alerts", "look_soon"),
        (What.CHASE, "Chase", "/alerts", "chase"),
        (What.FIX_DATA, "Fix data", "/alerts", "fix_data"),
    )),
    ("Results and answers of all your teams", (
        (What.IN_RANGE, "In range: ten at a time", "/review", ""),
        (What.ONE_BY_ONE, "To look at one by one", "/review", ""),
        (What.DUE_BACK, "Of these, set aside and due back", "/review", ""),
    )),
    ("Tests and messages", (
        (What.LATE, "Tests late", "/late", "test"),
        (What.STOPPED, "Messages that failed or are held", "/messages", ""),
        (What.LETTERS, "Letters to print", "/letters", ""),
        (What.UNMATCHED, "Laboratory messages that nobody could file", "/unmatched", ""),
    )),
    ("Notes and safety check", (
        (What.NOTES, "Notes to read", "/notes", ""),
        (What.FINISHED, "Plans whose last date is done, to be ended", UNATTENDED_PATH, "finished"),
        (What.UNATTENDED, "Steps without a next date or an owner", UNATTENDED_PATH, "fault"),
    )),
)  # fmt: skip
#: A list that is a pile of the team: whose work one looks at does not narrow it.
_OF_THE_TEAM: Final = "/review"
#: A count of these is something to do at once.
_URGENT: Final = frozenset({What.ACT_TODAY, What.UNATTENDED})
_UNATTENDED_ORDER: Final = "The oldest first."


class CountLine(msgspec.Struct, frozen=True, kw_only=True):
    """One count. `key` is its code. `oldest` is empty when there is none; `is_urgent`: it must not stay there."""

    key: str
    words: str
    count: str
    oldest: str
    href: str
    is_urgent: bool


class CountGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The counts under one heading."""

    heading: str
    lines: tuple[CountLine, ...]


class TodayPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/today.html`. `first` leads to the first list that is not empty; None when all is done.

    `covering` names the colleagues on leave whom one covers; `stands_still` is empty while the worker runs, `silent` while
    the laboratory feeds send, `without_list` while each team has its downtime list of last night.
    """

    whose: Filter
    team: Filter | None
    groups: tuple[CountGroup, ...]
    first: CountLine | None
    covering: tuple[str, ...]
    stands_still: str
    silent: str
    without_list: str


class UnattendedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that nobody would look at."""

    person: PersonCell
    what: str
    why: str
    age: str


class UnattendedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/unattended.html`."""

    heading: str
    to_do: str
    list: ListFrame
    lines: tuple[UnattendedLine, ...]


def present_today(
    counts: Mapping[What, Count],
    *,
    asked: Asked,
    around: Surroundings,
    asks: Asker,
    now: datetime,
    without_list: Sequence[str] = (),
) -> TodayPage:
    """All kinds are counted, those with none too: a zero is news."""
    groups = tuple(
        CountGroup(heading=heading, lines=tuple(
            _line(counts[what], what=what, words=words, now=now,
                  href=path if path == _OF_THE_TEAM else _to(path, asked, kind=kind))
            for what, words, path, kind in lines))
        for heading, lines in _GROUPS
    )  # fmt: skip
    everything = [line for group in groups for line in group.lines]
    covered = [one for one in around.colleagues if one.covered_by_id == asks.staff_id]
    return TodayPage(
        whose=_whose(asked, around=around, me=asks.staff_id),
        team=_team(asked, around=around),
        groups=groups,
        first=next((line for line in everything if line.count != "0"), None),
        covering=tuple(colleague_words(one, me=asks.staff_id) for one in covered),
        stands_still=worker_words(around.worker, now=now),
        silent=silent_words(around.feeds, now=now),
        without_list=", ".join(without_list),
    )


def _to(path: str, asked: Asked, *, kind: str) -> str:
    return address_of(path, Asked(who=asked.who, team=asked.team, kind=kind))


def _line(count: Count, *, what: What, words: str, now: datetime, href: str) -> CountLine:
    oldest = "" if count.since is None else age(count.since, now=now)
    words = f"{words} (at least so many)" if count.at_least else words
    return CountLine(key=what, words=words, count=f"{count.waiting:,}", oldest=oldest, href=href,
                     is_urgent=what in _URGENT and count.waiting > 0)  # fmt: skip


def _whose(asked: Asked, *, around: Surroundings, me: int) -> Filter:
    """Mine, my teams', and those of each colleague on leave whom I cover."""
    covered = [one for one in around.colleagues if one.covered_by_id == me]
    offered = [("", "My teams"), (ME, "Mine"), *((str(one.ref), colleague_words(one, me=me)) for one in covered)]
    return Filter(name="who", label="Whose work", options=_options(offered, chosen=asked.who))


def _team(asked: Asked, *, around: Surroundings) -> Filter | None:
    if len(around.teams) < 2:
        return None
    offered = [("", "All my teams"), *((team.key, team.name) for team in around.teams)]
    return Filter(name="team", label="Team", options=_options(offered, chosen=asked.team))


def _options(offered: Sequence[tuple[str, str]], *, chosen: str) -> tuple[Option, ...]:
    return tuple(Option(code=code, text=text, chosen=code == chosen) for code, text in offered)


def present_unattended(
    found: Sequence[Unattended], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime
) -> UnattendedPage:
    """The list behind the safety check."""
    heading, thing, to_do = HEADINGS[asked.kind]
    empty = (
        "No plan has come to its last date." if asked.kind == "finished" else "Every step has a next date and an owner."
    )
    fault = "If anything ever stands here, tell whoever looks after RMS: it is a fault, not your work."
    return UnattendedPage(
        heading=heading, to_do=to_do,
        list=list_frame(
            UNATTENDED_PATH, asked, around=around, kinds=KINDS, thing=thing, me=asks.staff_id,
            total=found[0].total if found else 0, on_page=len(found), order=_UNATTENDED_ORDER,
            empty=(f"{empty} This was looked up just now.", "" if asked.kind == "finished" else fault),
        ),
        lines=tuple(
            UnattendedLine(person=person_cell(one, today=london_date(now)), what=one.what, why=WHY[one.why],
                           age=age(one.since, now=now))
            for one in found
        ),
    )  # fmt: skip
