"""Where a person stands, in a line, with what comes next; and the one thing that is most likely to be done. Pure.

Somebody who has died, whose plan is paused, on hold or ended must look different before a word is read; the words say it
all the same, first.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec

from rms.caseload.people.words import OUTCOMES
from rms.caseload.words import day
from rms.dates import PartialDate
from rms.people.permissions import Permission


class Tone(StrEnum):
    """How the page of a person looks. On plan is the plain one."""

    DEAD = "dead"
    HELD = "held"
    PAUSED = "paused"
    ENDED = "ended"
    URGENT = "urgent"
    REFERRED = "referred"
    NO_PLAN = "no-plan"
    ON_PLAN = "on-plan"


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a plan waits for."""

    title: str
    due_on: date


class PlanStands(msgspec.Struct, frozen=True, kw_only=True):
    """Where one plan stands. `next_step` is the open row that is due first; `outcome` is set once it ended.

    `is_ours`: it belongs to a team of the one who asks, who may change it. `followed` names the ways of follow-up.
    """

    ref: UUID
    title: str
    state: str
    is_ours: bool = True
    reason: str | None = None
    until: date | None = None
    ended_on: date | None = None
    outcome: str | None = None
    next_step: NextStep | None = None
    followed: str = ""


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """One referral that nobody has closed: who, when and why in `said`; whose it is, and by when somebody must hear."""

    href: str
    said: str
    owner: str
    wanted: str


class PersonStands(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides the line and the button. `urgent_alert`, `late_alert`, `to_review` lead to what waits.

    `urgent` are the alerts to act on today or to look at soon, in words; `referrals` are those whose end nobody knows yet.
    """

    ref: UUID
    death_state: str | None = None
    died_on: str | None = None
    plans: tuple[PlanStands, ...] = ()
    urgent: tuple[str, ...] = ()
    referrals: tuple[Referral, ...] = ()
    urgent_alert: str | None = None
    late_alert: str | None = None
    to_review: str | None = None
    start: str | None = None


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """Where a button leads; it is a link that looks like one, what it leads to asks before anything changes."""

    text: str
    href: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The line on top of the page: what the person's state is called, and a sentence for each plan."""

    tone: Tone
    heading: str
    lines: tuple[str, ...]
    button: Button | None


def status_of(stands: PersonStands, *, may: Callable[[Permission], bool], today: date) -> Status:
    """The line and the button for somebody who may do what `may` says."""
    running = [plan for plan in stands.plans if plan.state != "ended"]
    tone = tone_of(stands)
    stood = _heading(stands, tone)
    first = _comes_first(stands) if tone is not Tone.DEAD else ()
    heading, *others = (*first, stood)
    return Status(
        tone=_louder(stands, tone),
        heading=heading,
        lines=(*others, *_referred(stands), *(_sentence(plan, today=today) for plan in running or stands.plans[-1:])),
        button=_button(stands, running, may=may),
    )


def tone_of(stands: PersonStands) -> Tone:
    """The gravest of what holds; of several plans one that runs counts before one that stands still."""
    if stands.death_state is not None:
        return Tone.DEAD
    states = {plan.state for plan in stands.plans}
    if states & {"active", "draft"}:
        return Tone.ON_PLAN
    if states & {"held", "suspended", "in_transfer"}:
        return Tone.HELD
    if "paused" in states:
        return Tone.PAUSED
    return Tone.ENDED if "ended" in states else Tone.NO_PLAN


def _louder(stands: PersonStands, tone: Tone) -> Tone:
    """A page that would look like anybody's does not while something is urgent, or a referral is open."""
    if tone not in (Tone.ON_PLAN, Tone.NO_PLAN):
        return tone
    if stands.urgent:
        return Tone.URGENT
    return Tone.REFERRED if stands.referrals else tone


def _comes_first(stands: PersonStands) -> tuple[str, ...]:
    """What must be read before where they stand."""
    referred = ("Referred: it is not known yet what came of it.",) if stands.referrals else ()
    return (*stands.urgent, *referred)


def _referred(stands: PersonStands) -> list[str]:
    return [f"{one.said} Next: {one.owner}, by {one.wanted}." for one in stands.referrals]


def _heading(stands: PersonStands, tone: Tone) -> str:
    if tone is Tone.DEAD:
        on = f" ({partial_words(stands.died_on)})" if stands.died_on else ""
        if stands.death_state == "formal":
            return f"Has died{on}. Nothing is sent."
        return f"May have died{on}: not confirmed. Nothing is sent until somebody confirms it or takes it back."
    return {
        Tone.HELD: "On hold. Nothing is sent.",
        Tone.PAUSED: "Paused. Nothing is sent.",
        Tone.ENDED: "Follow-up has ended.",
        Tone.NO_PLAN: "Not in follow-up: there is no plan yet.",
        Tone.ON_PLAN: "On plan.",
    }[tone]


def _sentence(plan: PlanStands, *, today: date) -> str:
    reason = f": {plan.reason.rstrip('.')}" if plan.reason else ""
    match plan.state:
        case "ended":
            outcome = f": {OUTCOMES.get(plan.outcome, plan.outcome)}" if plan.outcome else ""
            return f"{plan.title}: ended on {day(plan.ended_on)}{outcome}."
        case "paused":
            return f"{plan.title}: paused until {day(plan.until)}{reason}."
        case "suspended":
            return f"{plan.title}: suspended{reason}. {_to_be_seen(plan.until, today=today)}"
        case "active":
            followed = f" {plan.followed}." if plan.followed else ""
            return f"{plan.title}. {_next(plan.next_step, today=today)}{followed}"
        case "draft":
            return f"{plan.title}: still being written."
        case state:
            words = {"held": "on hold", "in_transfer": "being handed over"}.get(state, state)
            return f"{plan.title}: {words}{reason}."


def _to_be_seen(by: date | None, *, today: date) -> str:
    if by is None or by <= today:
        return f"Overdue: nobody has confirmed that they were seen{f', by {day(by)}' if by else ''}."
    return f"Next: confirm that they were seen, by {day(by)}."


def _next(step: NextStep | None, *, today: date) -> str:
    if step is None:
        return "Nothing more is due."
    late = (today - step.due_on).days
    if late <= 0:
        return f"Next: {step.title}, due {day(step.due_on)}."
    return f"Late: {step.title}, was due {day(step.due_on)}, {late} {'day' if late == 1 else 'days'} ago."


def _button(stands: PersonStands, running: Sequence[PlanStands], *, may: Callable[[Permission], bool]) -> Button | None:
    """The first thing that applies and that the one who asks may do."""
    offers = _of_the_dead(stands, running) if stands.death_state else _of_the_living(stands, running)
    return next((button for needed, button in offers if all(map(may, needed))), None)


_Offer = tuple[Collection[Permission], Button]


def _of_the_dead(stands: PersonStands, running: Sequence[PlanStands]) -> list[_Offer]:
    needed = (Permission.DEATH_CONFIRM,)
    if stands.death_state == "informal":
        return [(needed, Button(text="Confirm the death, or take it back", href=f"/people/{stands.ref}/death"))]
    return [
        (
            (*needed, Permission.PLAN_END),
            Button(text="Confirm the death and end the plan", href=_plan(one, "after-death")),
        )
        for one in running
        if one.is_ours
    ]


def _of_the_living(stands: PersonStands, running: Sequence[PlanStands]) -> list[_Offer]:
    found: list[_Offer] = []
    if stands.urgent_alert:
        found.append(((Permission.ALERT_VIEW,), Button(text="Look at the alert", href=stands.urgent_alert)))
    if stands.to_review:
        found.append(((Permission.RESULT_VIEW,), Button(text="Look at the result that waits", href=stands.to_review)))
    found += [((Permission.PLAN_PAUSE,), Button(text="Confirm that they were seen", href=_plan(one, "seen")))
              for one in running if one.state == "suspended" and one.is_ours]  # fmt: skip
    still = [one for one in running if one.state in ("held", "paused") and one.is_ours]
    found += [((Permission.PLAN_PAUSE,), Button(text="Let the plan go on", href=_plan(one, "go-on"))) for one in still]
    found += [((Permission.ALERT_VIEW,), Button(text="Say what came of the referral", href=one.href))
              for one in stands.referrals[:1]]  # fmt: skip
    if stands.late_alert:
        found.append(((Permission.ALERT_VIEW,), Button(text="Work on what is late", href=stands.late_alert)))
    if not running and stands.start:
        found.append(((Permission.PLAN_DRAFT,), Button(text="Start follow-up", href=stands.start)))
    found.append(
        ((Permission.CONTACT_CHANGE,), Button(text="Change how we contact them", href=f"/people/{stands.ref}/contact"))
    )
    return found


def _plan(plan: PlanStands, what: str) -> str:
    return f"/plans/{plan.ref}/{what}"


def partial_words(text: str | None) -> str:
    """A date of which only a part may be known, in words."""
    if text is None:
        return "the day is not known"
    return PartialDate.parse(text).in_words()
