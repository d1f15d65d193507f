"""The page on which a running plan is changed, and what it shows before it is done, as strings."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from rms.alerts.rules import limit_of
from rms.alerts.rules.sentences import amount
from rms.caseload.changing.moved import moved_dates
from rms.caseload.identity import IdentityBar
from rms.caseload.starting.forms.changes import GROUPS, filled_groups
from rms.caseload.starting.presenters.dates import REVIEW_AFTER_MONTHS, OneOf
from rms.caseload.starting.presenters.words import BY, Choice, ModeBox, change_words, mode_boxes, step_choices
from rms.caseload.words import day
from rms.dates import add_months
from rms.errors import Refused
from rms.messages.model import Channel
from rms.plans.model import LimitChange, Override
from rms.plans.modes import asks_for_reviews, in_words
from rms.plans.schedule import EffectiveStep, occurrences
from rms.plans.store import ModesOnFile, PlanOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

_NOT_CARRIED = ("csrf_token", "sure", "revision")


class MovedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date that moves."""

    title: str
    before: str
    after: str


class ChangingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/changing.html`. `changes` is empty until the dates were looked up; `carried` is what was typed till then."""

    bar: IdentityBar
    here: str
    back: str
    protocol: str
    revision: int
    changes: tuple[str, ...]
    moved: tuple[MovedLine, ...]
    judged: bool
    carried: tuple[tuple[str, str], ...]
    limits: tuple[Choice, ...]
    ones: Mapping[str, tuple[OneOf, ...]]
    everything: tuple[Choice, ...]
    steps: tuple[Choice, ...]
    channels: tuple[Choice, ...]
    opened: frozenset[str]
    modes_here: str
    modes_now: str
    modes: tuple[ModeBox, ...]
    no_review: bool
    typed: Submitted
    errors: FieldErrors


def present_changing(
    plan: PlanOnFile,
    *,
    bar: IdentityBar,
    today: date,
    typed: Submitted | None = None,
    errors: FieldErrors = NO_ERRORS,
    changes: Sequence[Override] = (),
    modes: ModesOnFile,
) -> ChangingPage:
    """The page; with `changes`, what they would do."""
    sent = typed or _before(today)
    if sent.one("modes-asked"):  # the other form on this page was sent
        sent = Submitted(pairs=(*sent.pairs, *_before(today).pairs))
    ticked = sent.all("mode") if sent.one("modes-asked") else modes.modes
    protocol = plan.protocol
    moved = () if not changes else moved_dates(
        protocol, course=plan.course, before=plan.overrides, after=(*plan.overrides, *changes), today=today
    )  # fmt: skip
    return ChangingPage(
        bar=bar, here=f"/plans/{plan.ref}/change", back=bar.href, protocol=protocol.title, revision=plan.revision,
        changes=tuple(_in_a_line(one, plan=plan) for one in changes),
        moved=tuple(MovedLine(title=one.title, before=day(one.before) if one.before else "Not asked for",
                              after=day(one.after) if one.after else "Left out") for one in moved),
        judged=any(isinstance(one.change, LimitChange) for one in changes),
        carried=tuple(pair for pair in sent.pairs if pair[0] not in _NOT_CARRIED),
        limits=_limits(plan, typed=sent.one("limit-of")),
        ones={name: _ones(plan, typed=sent.one(name), today=today)
              for name in ("skip-which", "move-which", "interval-from")},
        everything=step_choices(protocol, everything=True, typed=sent.one("channel-of")),
        steps=step_choices(protocol, everything=False, typed=sent.one("stop-of")),
        channels=tuple(Choice(code=one, text=BY[one].capitalize(), chosen=sent.one("channel-by") == one) for one in Channel),
        opened=frozenset(filled_groups(sent)), modes_here=f"/plans/{plan.ref}/modes", modes_now=in_words(modes.modes),
        modes=mode_boxes(ticked), no_review=not asks_for_reviews(plan.effective), typed=sent, errors=errors,
    )  # fmt: skip


def _in_a_line(one: Override, *, plan: PlanOnFile) -> str:
    what, why = change_words(one, protocol=plan.protocol), one.reason.rstrip(".")
    return f"{what}. {why}. Looked at again on {day(one.review_on)}."


def _before(today: date) -> Submitted:
    """What is filled in when the page is opened: a year until it is looked at again."""
    on = add_months(today, REVIEW_AFTER_MONTHS)
    parts = (("day", on.day), ("month", on.month), ("year", on.year))
    return Submitted(pairs=tuple((f"{group}-review-{part}", str(value)) for group in GROUPS for part, value in parts))


def _limits(plan: PlanOnFile, *, typed: str) -> tuple[Choice, ...]:
    """The limits that may be another, with the one that holds for this person now."""
    found = []
    for rule in plan.effective.rules:
        holds = limit_of(rule.when)
        if holds is not None:
            unit = getattr(rule.when, "unit", None)
            text = f"{rule.title} (limit now: {amount(holds)}{f' {unit}' if unit else ''})"
            found.append(Choice(code=rule.key, text=text, chosen=rule.key == typed))
    return tuple(found)


def _ones(plan: PlanOnFile, *, typed: str, today: date) -> tuple[OneOf, ...]:
    """Every instance that is not done and not over."""
    return tuple(
        OneOf(title=step.step.title, choices=tuple(_dated(step, plan=plan, typed=typed, today=today)))
        for step in plan.effective.steps
    )


def _dated(step: EffectiveStep, *, plan: PlanOnFile, typed: str, today: date) -> list[Choice]:
    done = {one.number for one in plan.course.done if one.step == step.step.key}
    try:
        dated = [
            one for one in occurrences(step, course=plan.course) if one.number not in done and one.latest_on >= today
        ]
    except Refused:  # its date is not known yet
        return []
    return [
        Choice(code=code, text=f"{step.step.title}, due {day(one.due_on)}", chosen=code == typed)
        for one in dated
        if not one.skipped_because and (code := f"{step.step.key}:{one.number}")
    ]
