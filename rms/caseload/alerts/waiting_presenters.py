"""The list of alerts as strings: the four kinds in their order, the oldest first inside each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec

from rms.alerts.model import AlertState
from rms.caseload.alerts.waiting import SET_ASIDE, WaitingAlert
from rms.caseload.words import KINDS, kind_words
from rms.caseload.worklist.ages import age, target, when
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.feed import feed_words
from rms.caseload.worklist.frame import ListFrame, Option, colleague_words, list_frame
from rms.caseload.worklist.people import OwnerCell, PersonCell, owner_cell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.caseload.worklist.ways import WAYS
from rms.clock import london_date
from rms.messages.moves.printing import PRINT_QUEUE
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/alerts"
#: The codes of the filter and their words; the kinds have the words they have everywhere.
KIND_CHOICES: Final[Mapping[str, str]] = {
    **{str(kind): words for kind, words in KINDS.items()},
    SET_ASIDE: "Set aside for now",
}
_ORDER = "The most urgent kind first; of those to act on, answers that are red flags first, then the oldest."
NOTHING_TYPED = Submitted(pairs=())
NOBODY_IN_PARTICULAR: Final = PersonCell(name="The team’s letters", href=None, born="", nhs_number="")


class AlertLine(msgspec.Struct, frozen=True, kw_only=True):
    """One alert. `take` is None when somebody has it or one may not; `picked` keeps a tick after a fault in the form."""

    ref: str
    href: str
    sentence: str
    person: PersonCell
    owner: OwnerCell
    team: str
    age: str
    target: str
    is_over: bool
    set_aside: str
    take: str | None
    picked: bool


class KindBlock(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of one kind on this page."""

    kind: str
    count: int
    is_urgent: bool
    alerts: tuple[AlertLine, ...]


class AlertsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/alerts.html`. `receivers` is empty for those who may not hand alerts over."""

    list: ListFrame
    blocks: tuple[KindBlock, ...]
    receivers: tuple[Option, ...]
    said: str
    typed: Submitted = NOTHING_TYPED
    errors: FieldErrors = NO_ERRORS


def present_alerts(
    alerts: Sequence[WaitingAlert],
    *,
    asked: Asked,
    around: Surroundings,
    asks: Asker,
    now: datetime,
    said: str = "",
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> AlertsPage:
    """One page of the list."""
    picked = frozenset(typed.all("pick"))
    lines = [(one, _line(one, asks=asks, now=now, picked=picked)) for one in alerts]
    return AlertsPage(
        list=list_frame(
            PATH, asked, around=around, kinds=KIND_CHOICES, all_kinds="All that waits", thing="alert", me=asks.staff_id,
            ways=WAYS, total=alerts[0].total if alerts else 0, on_page=len(alerts), order=_ORDER,
            empty=("No alert waits for your teams.", feed_words(around.feeds, now=now),
                   "New results, answers and silence are judged as they come; what needs a person appears here."),
        ),
        blocks=tuple(
            KindBlock(kind=words, count=group[0][0].of_kind, is_urgent=group[0][0].kind == "act_today",
                      alerts=tuple(line for _, line in group))
            for words, group in (
                (words, list(found))
                for words, found in groupby(
                    lines, key=lambda pair: kind_words(pair[0].kind, respond_by=pair[0].respond_by, today=london_date(now))
                )
            )
        ),
        receivers=_receivers(around, asks=asks, chosen=typed.one("to")),
        said=said, typed=typed, errors=errors,
    )  # fmt: skip


def _line(one: WaitingAlert, *, asks: Asker, now: datetime, picked: frozenset[str]) -> AlertLine:
    can_take = one.owner_id != asks.staff_id and asks.may(Permission.ALERT_OWN)
    set_aside = ""
    if one.state is AlertState.SNOOZED and one.snoozed_until is not None:
        set_aside = f"Set aside, comes back {when(one.snoozed_until, now=now)}: {one.snooze_reason}"
    return AlertLine(
        ref=str(one.ref), href=f"/alerts/{one.ref}", sentence=one.sentence,
        person=NOBODY_IN_PARTICULAR if one.subject_kind == PRINT_QUEUE else person_cell(one, today=london_date(now)),
        owner=owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.owner_away_until, covered_by=one.covered_by,
                         me=asks.staff_id),
        team=one.team, age=age(one.opened_at, now=now), target=target(one.respond_by, now=now),
        is_over=one.respond_by < now, set_aside=set_aside,
        take=f"/alerts/{one.ref}/take" if can_take and one.owner_id is None else None,
        picked=str(one.ref) in picked,
    )  # fmt: skip


def _receivers(around: Surroundings, *, asks: Asker, chosen: str) -> tuple[Option, ...]:
    if not asks.may(Permission.ALERT_REASSIGN):
        return ()
    mine_first = sorted(around.colleagues, key=lambda one: one.id != asks.staff_id)
    return tuple(
        Option(code=str(one.ref), chosen=str(one.ref) == chosen,
               text="Me" if one.id == asks.staff_id else colleague_words(one, me=asks.staff_id))
        for one in mine_first
    )  # fmt: skip
