"""The plans of a person as strings: every date and why, every change made for them with its reason, author and review date."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from rms.caseload.people.status import NextStep, PlanStands
from rms.caseload.people.store import PlanAround
from rms.caseload.people.words import OUTCOMES, PLAN_STATES
from rms.caseload.starting.presenters.words import change_words
from rms.caseload.words import day, in_words
from rms.clock import london_date
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.plans.model import Standing
from rms.plans.modes import FollowUpMode, in_order, suggest
from rms.plans.modes import in_words as in_words_of_modes
from rms.plans.schedule import PreviewLine, preview
from rms.plans.schedule.words import ANCHOR_WORDS
from rms.plans.store import OccurrenceOnFile, PlanOnFile

_STANDINGS = {
    Standing.AHEAD: "Ahead",
    Standing.OPEN: "Can be done now",
    Standing.LATE: "Late",
    Standing.MISSED: "Missed",
    Standing.DONE: "Done",
    Standing.SKIPPED: "Left out",
}
_CLOSED = {"missed": "Missed", "skipped": "Left out", "void": "Not asked for any more"}


class DateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a plan: what, when, between which days it counts as in time, how it stands, and why then.

    `arrange` leads to where it is requested, booked and placed.
    """

    title: str
    due: str
    window: str
    state: str
    is_late: bool
    why: str
    arrange: str | None = None


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One change made for this person."""

    what: str
    reason: str
    author: str
    made: str
    review: str
    is_over: bool


class PlanAction(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done with the plan; `href` leads to a page that asks first."""

    text: str
    href: str


class PlanBlock(msgspec.Struct, frozen=True, kw_only=True):
    """One plan. `ahead` are the dates that are open or next, `others` all the rest, past and far."""

    title: str
    state: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[ChangeLine, ...]
    ahead: tuple[DateLine, ...]
    others: tuple[DateLine, ...]
    actions: tuple[PlanAction, ...]


def stands(plan: PlanOnFile, *, rows: Sequence[OccurrenceOnFile], around: PlanAround, asks: Asker) -> PlanStands:
    """Where a plan stands, for the line on top of the page."""
    waiting = next((row for row in rows if row.state == "open"), None)
    return PlanStands(
        ref=plan.ref, is_ours=plan.team_id in asks.team_ids, title=plan.protocol.title,
        state=plan.state, reason=plan.state_reason, until=plan.state_until,
        ended_on=london_date(around.ended_at) if around.ended_at else None, outcome=around.outcome,
        followed=in_words_of_modes(_modes(plan, around)),
        next_step=NextStep(title=waiting.title, due_on=waiting.due_on) if waiting else None,
    )  # fmt: skip


def present_plan(
    plan: PlanOnFile,
    *,
    rows: Sequence[OccurrenceOnFile],
    around: PlanAround,
    asks: Asker,
    today: date,
    arranged: Mapping[int, str],
    is_dead: bool = False,
) -> PlanBlock:
    """One plan with everything that holds for this person. Of a recorded death the page's own button is the way on."""
    ahead, others = _dates(plan, rows, today=today, arranged=arranged, asks=asks)
    if is_dead:
        ahead = tuple(msgspec.structs.replace(one, arrange=None) for one in ahead)
    reason = f": {plan.state_reason}" if plan.state_reason else ""
    until = f" until {day(plan.state_until)}" if plan.state_until else ""
    return PlanBlock(
        title=plan.protocol.title,
        state=f"{PLAN_STATES.get(plan.state, in_words(plan.state))}{until}{reason}",
        facts=_facts(plan, around),
        changes=tuple(_change(plan, n, today=today) for n in range(len(plan.overrides))),
        ahead=ahead, others=others, actions=() if is_dead else _actions(plan, asks=asks),
    )  # fmt: skip


def _facts(plan: PlanOnFile, around: PlanAround) -> tuple[tuple[str, str], ...]:
    counted = "; ".join(f"{ANCHOR_WORDS[anchor]} on {day(plan.course.anchors[anchor])}"
                        for anchor in ANCHOR_WORDS if anchor in plan.course.anchors)  # fmt: skip
    facts = [
        ("Team", f"{around.team}, {around.team_phone}"),
        ("Named nurse", around.nurse or "None"),
        ("Followed up", _followed(plan, around)),
        ("Protocol", f"{plan.protocol.key}, version {plan.protocol.version}"),
        ("Started", day(plan.course.started_on)),
        ("Counted from", counted[:1].upper() + counted[1:] if counted else "Not known"),
    ]
    if around.ended_at is not None:
        outcome = OUTCOMES.get(around.outcome or "", around.outcome or "")
        facts.append(("Ended", f"{day(london_date(around.ended_at))} by {around.ended_by}: {outcome}"))
    return tuple(facts)


def _modes(plan: PlanOnFile, around: PlanAround) -> tuple[FollowUpMode, ...]:
    return suggest(plan.protocol) if around.modes is None else in_order(around.modes)


def _followed(plan: PlanOnFile, around: PlanAround) -> str:
    ways = in_words_of_modes(_modes(plan, around))
    if around.modes_set_at is None:
        return f"{ways} (what the protocol suggests)"
    why = (around.modes_reason or "").rstrip(".")
    return f"{ways}. {why}. By {around.modes_author}, {day(london_date(around.modes_set_at))}"


def _change(plan: PlanOnFile, number: int, *, today: date) -> ChangeLine:
    override = plan.overrides[number]
    return ChangeLine(
        what=change_words(override, protocol=plan.protocol), reason=override.reason, author=override.author,
        made=day(override.made_on), review=day(override.review_on), is_over=override.review_on < today,
    )  # fmt: skip


def _dates(
    plan: PlanOnFile, rows: Sequence[OccurrenceOnFile], *, today: date, arranged: Mapping[int, str], asks: Asker
) -> tuple[tuple[DateLine, ...], tuple[DateLine, ...]]:
    """The open rows, then everything else by day. What a plan that has ended would have asked for is left out."""
    known = {(row.step_key, row.number): row for row in rows}
    worked_out = preview(plan.protocol, course=plan.course, today=today, overrides=plan.overrides).lines
    why = {(line.occurrence.step, line.occurrence.number): line for line in worked_out}
    may_arrange = plan.team_id in asks.team_ids and asks.may(Permission.ALERT_OWN)
    ahead = tuple(
        msgspec.structs.replace(
            _row(row, why.get((row.step_key, row.number)), today=today, arranged=arranged.get(row.id, "")),
            arrange=f"/tests/{row.ref}/arrange" if may_arrange and row.kind == "test" else None,
        )
        for row in rows if row.state == "open"
    )  # fmt: skip
    past = [
        (row.due_on, _row(row, why.get((row.step_key, row.number)), today=today)) for row in rows if row.state != "open"
    ]
    far = [] if plan.state == "ended" else [
        (line.occurrence.due_on, _far(line)) for key, line in why.items()
        if key not in known and line.occurrence.due_on >= today
    ]  # fmt: skip
    others = sorted([*past, *far], key=lambda one: one[0])
    return ahead, tuple(line for _, line in others)


def _row(row: OccurrenceOnFile, line: PreviewLine | None, *, today: date, arranged: str = "") -> DateLine:
    late = row.state == "open" and row.due_on < today
    if row.done_on is not None:
        state = f"Done {day(row.done_on)}"
    elif row.state == "open":
        state = "Late" if late else ("Can be done now" if row.earliest_on <= today else "Ahead")
        state = f"{state}. {arranged}" if arranged else state
    else:
        reason = f": {row.state_reason}" if row.state_reason else ""
        state = f"{_CLOSED.get(row.state, in_words(row.state))}{reason}"
    return DateLine(title=row.title, due=day(row.due_on), window=f"{day(row.earliest_on)} to {day(row.latest_on)}",
                    state=state, is_late=late, why=line.occurrence.reason if line else "")  # fmt: skip


def _far(line: PreviewLine) -> DateLine:
    one = line.occurrence
    return DateLine(
        title=one.title, due=day(one.due_on), window=f"{day(one.earliest_on)} to {day(one.latest_on)}",
        state=one.skipped_because or _STANDINGS[line.today.standing], is_late=False, why=one.reason,
    )  # fmt: skip


def _actions(plan: PlanOnFile, *, asks: Asker) -> tuple[PlanAction, ...]:
    """What may be done with it by somebody of its own team."""
    if plan.team_id not in asks.team_ids:
        return ()
    found = []
    if plan.state != "ended" and asks.may(Permission.PLAN_CHANGE):
        found.append(PlanAction(text="Change this plan", href=f"/plans/{plan.ref}/change"))
    if plan.state in ("active", "paused") and asks.may(Permission.PLAN_PAUSE):
        text = "Pause this plan" if plan.state == "active" else "Pause it for longer"
        found.append(PlanAction(text=text, href=f"/plans/{plan.ref}/pause"))
    if plan.state == "suspended" and asks.may(Permission.PLAN_PAUSE):
        found.append(PlanAction(text="Confirm that they were seen", href=f"/plans/{plan.ref}/seen"))
    if plan.state in ("active", "paused") and asks.may(Permission.PLAN_PAUSE):
        found.append(PlanAction(text="Suspend it: the cancer may be back", href=f"/plans/{plan.ref}/suspend"))
    if plan.state in ("paused", "suspended", "held") and asks.may(Permission.PLAN_PAUSE):
        found.append(PlanAction(text="Let it go on", href=f"/plans/{plan.ref}/go-on"))
    if plan.state != "ended" and asks.may(Permission.PLAN_TRANSFER):
        found.append(PlanAction(text="Give it to another team", href=f"/plans/{plan.ref}/transfer"))
    if plan.state != "ended" and asks.may(Permission.PLAN_END):
        found.append(PlanAction(text="End this plan", href=f"/plans/{plan.ref}/end"))
    return tuple(found)
