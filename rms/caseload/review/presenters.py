"""The start of a review and a page of ten as strings."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from rms.caseload.identity import born_words
from rms.caseload.review.store import Around, SittingRow
from rms.caseload.review.words import Done, done_words
from rms.caseload.words import number
from rms.caseload.worklist.ages import age, counted, when
from rms.followup.review.model import RowOutcome, Shown
from rms.followup.review.queue import Counts
from rms.followup.review.sittings import PageOnFile, RowOnFile
from rms.web.charts import Chart, Limit, Mark, Series, small_chart
from rms.web.forms import NO_ERRORS, FieldErrors


class Pile(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two piles. `start` is where its button leads; empty when there is nothing to start."""

    count: str
    oldest: str
    order: str
    notes: tuple[str, ...]
    start: str
    button: str


class StartPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/review/start.html`. `empty`: why nothing waits; `summary` leads to one's sitting of today."""

    in_range: Pile
    one_by_one: Pile
    colleagues: tuple[str, ...]
    empty: tuple[str, ...]
    summary: str | None


class TenRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a page of ten. `dropped` says what became of it on a page that was used."""

    ref: str
    href: str
    name: str
    born: str
    nhs_number: str
    test: str
    value: str
    taken: str
    past: tuple[str, ...]
    chart: Chart | None
    limits: tuple[str, ...]
    questionnaires: str
    following: str
    told: str
    left_out: bool
    became: str


class TenPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/review/ten.html`. `used`: it was confirmed before, and the rows say what became of each."""

    heading: str
    confirm: str
    button: str
    rows: tuple[TenRow, ...]
    used: bool
    done: Done | None
    summary: str
    errors: FieldErrors = NO_ERRORS


def present_start(found: Counts, *, around: Around, decides: bool, now: datetime) -> StartPage:
    """What waits in the two piles."""
    more = "" if found.all_counted else "At least "
    nothing = found.in_range + found.one_by_one == 0
    last = around.last_filed_at
    came = "No result has come yet." if last is None else f"The last result came {when(last, now=now)}."
    return StartPage(
        in_range=Pile(
            count=more + counted(found.in_range, "result") + " in range", oldest=_oldest(found.in_range_since, now=now),
            order="Ten at a time, what came first, first.", notes=(), button=_next_words(found.in_range),
            start="/review/in-range" if decides and found.in_range else "",
        ),
        one_by_one=Pile(
            count=more + f"{found.one_by_one:,} to look at one by one", oldest=_oldest(found.one_by_one_since, now=now),
            order="Act today first, then what is due back, then look soon, then what came first.",
            notes=tuple(filter(None, (
                f"{found.due_back:,} set aside and due back" if found.due_back else "",
                f"{found.later:,} set aside to a later day" if found.later else ""))),
            button="Open the first", start="/review/one-by-one" if decides and found.one_by_one else "",
        ),
        colleagues=tuple(f"{one.name} is looking at {counted(one.holds, 'result')}" for one in around.colleagues),
        empty=("Nothing waits for a look in your teams.", came) if nothing else (),
        summary=f"/review/sessions/{around.sitting}" if around.sitting else None,
    )  # fmt: skip


def _oldest(since: datetime | None, *, now: datetime) -> str:
    return "" if since is None else f"The oldest has waited {age(since, now=now)}."


def _next_words(waiting: int) -> str:
    return "Look at the first 10" if waiting > 10 else f"Look at {'it' if waiting == 1 else f'these {waiting}'}"


def present_ten(
    page: PageOnFile,
    *,
    before: Sequence[SittingRow],
    left_out: Collection[UUID] = (),
    errors: FieldErrors = NO_ERRORS,
    today: date,
    now: datetime,
) -> TenPage:
    """A page as it was shown: what is kept of it is what is drawn, so that what is confirmed is what was seen."""
    how_many = len(page.rows)
    what = "this result" if how_many == 1 else f"these {how_many} results"
    summary = f"/review/sessions/{page.session_ref}"
    return TenPage(
        heading=f"You have confirmed {what} already" if page.is_used else f"{counted(how_many, 'result')} in range",
        confirm=f"/review/tens/{page.ref}/confirm",
        button="Confirm it" if how_many == 1 else f"Confirm these {how_many}",
        rows=tuple(_row(one, key=f"row-{n}", left_out=left_out, today=today) for n, one in enumerate(page.rows, start=1)),
        used=page.is_used, done=None if page.is_used else done_words(before, undo=summary, now=now), summary=summary,
        errors=errors,
    )  # fmt: skip


def _row(row: RowOnFile, *, key: str, left_out: Collection[UUID], today: date) -> TenRow:
    shown = row.shown
    own = "own limit: " if any(one.personal for one in shown.limits) else ""
    return TenRow(
        ref=str(shown.subject_ref), href=f"/review/cases/{shown.subject_ref}", name=shown.name,
        born=born_words(shown.born_text, today=today), nhs_number=number(shown.nhs_number), test=shown.test,
        value=shown.value, taken=short_day(shown.sampled_on),
        past=tuple(f"{one.value}, {short_day(one.sampled_on)}" for one in shown.past), chart=_chart(shown, key=key),
        limits=tuple(own + one.words for one in shown.limits), questionnaires=shown.questionnaires or "None asked",
        following=f"{shown.next_test}, {short_day(shown.next_due_on)}" if shown.next_due_on else "None planned",
        told=shown.told, left_out=shown.subject_ref in left_out, became=_became(row),
    )  # fmt: skip


def _chart(shown: Shown, *, key: str) -> Chart | None:
    marks = tuple(Mark(on=one.sampled_on, number=one.number, comparator=one.comparator) for one in shown.trend)
    limits = () if shown.line is None else (Limit(number=shown.line),)
    return small_chart(Series(key=key, name=shown.test, unit="", marks=marks, limits=limits))


def short_day(on: date) -> str:
    """`3 Feb 2027`: short months are for dense tables only."""
    return f"{on.day} {on:%b %Y}"


def _became(row: RowOnFile) -> str:
    if row.outcome is RowOutcome.DECIDED:
        return "Confirmed as in range"
    return "" if row.outcome is None else f"Not confirmed: {row.outcome_why}"
