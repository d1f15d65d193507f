"""The parts that every worklist shows in the same place: count, order, filters, pages, and why it is empty. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Request

from rms.caseload.frame import staff_frame
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.asked import AGES, ME, NOBODY, Asked, address_of, query_of
from rms.caseload.worklist.feed import foot_words
from rms.caseload.worklist.paging import Paging, paging
from rms.caseload.worklist.surroundings import Colleague, Surroundings
from rms.db.engine import Tx
from rms.messages.compose import day_in_words
from rms.web.pages import Frame


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of a filter."""

    code: str
    text: str
    chosen: bool = False


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """One drop-down of the filter form; it is sent by the button, never by choosing."""

    name: str
    label: str
    options: tuple[Option, ...]


class ListFrame(msgspec.Struct, frozen=True, kw_only=True):
    """`components/worklist.html`. `empty`: why nothing is there and what is next; `back` is what a form carries along."""

    path: str
    count: str
    order: str
    filters: tuple[Filter, ...]
    clear: str | None
    paging: Paging
    empty: tuple[str, ...]
    back: str


def list_frame(
    path: str,
    asked: Asked,
    *,
    around: Surroundings,
    kinds: Mapping[str, str],
    thing: str,
    total: int,
    on_page: int,
    order: str,
    empty: Sequence[str],
    kind_label: str = "Kind",
    all_kinds: str = "All kinds",
    kinds_are_parts: bool = False,
    ways: Mapping[str, str] | None = None,
    me: int,
) -> ListFrame:
    """Put the common parts together. `thing` is the noun that is counted, `empty` what is said when there is none at all.

    `kinds_are_parts`: each kind is a list of its own, and `empty` speaks of the one that is shown.
    """
    whole = msgspec.structs.replace(asked, kind="") if kinds_are_parts else asked
    narrowed = ("Nothing fits these filters.", "Clear the filters to see the whole list.")
    return ListFrame(
        path=path,
        count=counted(total, thing),
        order=order,
        filters=tuple(
            filters(asked, around=around, kinds={"": all_kinds, **kinds}, kind_label=kind_label, ways=ways or {}, me=me)
        ),
        clear=path if asked.is_filtered else None,
        paging=paging(path, asked, total=total, on_page=on_page),
        empty=() if total else (narrowed if whole.is_filtered else tuple(empty)),
        back=query_of(asked),
    )


def filters(
    asked: Asked,
    *,
    around: Surroundings,
    kinds: Mapping[str, str],
    kind_label: str,
    ways: Mapping[str, str],
    me: int,
) -> list[Filter]:
    """The filters of a list; one that would offer a single choice is left out. `kinds` begins with the one for no code."""
    others = [(str(one.ref), colleague_words(one, me=me)) for one in around.colleagues if one.id != me]
    offered = [
        ("who", "Whose", [("", "Everybody’s"), (ME, "Mine"), (NOBODY, "Nobody has taken it"), *others]),
        ("team", "Team", [("", "All my teams"), *((team.key, team.name) for team in around.teams)]),
        ("kind", kind_label, [*kinds.items()]),
        ("age", "How old", [("", "Any age"), *((days, f"{counted(int(days), 'day')} or more") for days in AGES)]),
        ("way", "Followed up", [("", "In any way"), *ways.items()]),
    ]
    return [
        Filter(name=name, label=label, options=tuple(
            Option(code=code, text=text, chosen=getattr(asked, name) == code) for code, text in options))
        for name, label, options in offered
        if len(options) > 2
    ]  # fmt: skip


def colleague_words(one: Colleague, *, me: int) -> str:
    """A colleague as drop-downs name them, with what must be known before giving them something."""
    if one.away_until is None:
        return one.name
    cover = {None: "no cover", me: "you cover"}.get(one.covered_by_id, f"{one.covered_by} covers")
    return f"{one.name} (away until {day_in_words(one.away_until)}, {cover})"


def worklist_frame(request: Request[Any, Any, Any], *, around: Surroundings, tx: Tx) -> Frame:
    """The frame of a staff page with the state of the laboratory feeds at its foot."""
    return msgspec.structs.replace(
        staff_frame(request), footer_note=foot_words(around.feeds, around.worker, now=tx.now)
    )


def first_page(path: str, asked: Asked) -> str:
    """Where a page number beyond the end leads: to the first page."""
    return address_of(path, msgspec.structs.replace(asked, page=1))
