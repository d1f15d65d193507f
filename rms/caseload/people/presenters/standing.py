"""Pausing, suspending, taking up and ending a plan: what each means, in sentences, before anything changes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from rms.caseload.looking import Look
from rms.caseload.people.asking import Typed, bar_of
from rms.caseload.people.forms.standing import BECOMES, ENDINGS, INSIDE, inside_name
from rms.caseload.people.presenters.acting import ActionPage, Ask, choices
from rms.people.store import PersonOnFile, TeamOnFile
from rms.plans.schedule import FellInside, fell_inside, filled_in
from rms.plans.schedule.words import day
from rms.plans.store import PlanOnFile

_WHY: Final = Ask(sort="text", name="why", label="Why?")


def _example(look: Look) -> str:
    """A day that could be typed here."""
    later = look.tx.today + timedelta(weeks=8)
    return f"For example, {later.day} {later.month} {later.year}"


def inside_of(plan: PlanOnFile, *, today: date) -> tuple[FellInside, ...]:
    """What fell due while a paused or suspended plan stood still; nothing of a plan that is held."""
    if plan.state not in ("paused", "suspended") or plan.still_since is None:
        return ()
    return fell_inside(plan.effective, course=plan.course, from_on=plan.still_since, today=today)


def _becomes(one: FellInside, *, plan: PlanOnFile, chosen: str) -> Ask:
    """The question about one date; the rule of the pause has filled it in, except where a person must be asked."""
    to = "" if one.move_to is None else day(one.move_to)
    options = [(code.value, BECOMES[code].format(move_to=to)) for code in one.choices]
    hints = [f"It cannot be asked for later: {one.why_not}." if one.why_not else "",
             "It must not be left out." if one.must_not_skip else ""]  # fmt: skip
    return Ask(
        sort="choice", name=inside_name(one), label=f"{one.title}, due on {day(one.due_on)}",
        hint=" ".join(filter(None, hints)),
        choices=choices(options, chosen=chosen or str(filled_in(one, rule=plan.pause_rule) or "")),
    )  # fmt: skip


def present_suspend(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    """What a suspension means."""
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="Suspend this plan", stops=True,
        means=(
            "Do this when the cancer may have come back. To stop for another reason, pause the plan.",
            f"“{plan.protocol.title}” stands still: nothing is sent, nothing is chased. Results that come in are looked at.",
            "The next step is that somebody confirms they were seen.",
            "If nobody has by the day you give, your team gets an alert to act on that day.",
        ),
        fields=(Ask(sort="date", name="seen_by", label="By when must they have been seen?", hint=_example(look)),
                _WHY),
        action=f"/plans/{plan.ref}/suspend", button="Suspend this plan", back=f"/people/{them.ref}", typed=sent,
        errors=errors,
    )  # fmt: skip


def present_transfer(
    plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look, *, teams: Sequence[TeamOnFile]
) -> ActionPage:
    """What it means to give a plan to another team; `teams` are the trust's."""
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="Give this plan to another team", stops=True,
        means=(
            f"“{plan.protocol.title}” goes on as it is, on the same dates, with everything that is open about it.",
            "The other team gets an alert that somebody there closes; alerts that you have are theirs from then on.",
            "What is still to be sent leaves with that team’s name and telephone number.",
            "If you do not work in that team, you can no longer open this person’s page.",
        ),
        fields=(
            Ask(sort="choice", name="to", label="Which team follows this person from now on?",
                choices=choices([(one.key, one.name) for one in teams if one.id != plan.team_id], chosen=sent.one("to"))),
            _WHY,
        ),
        action=f"/plans/{plan.ref}/transfer", button="Give it to this team", back=f"/people/{them.ref}", typed=sent,
        errors=errors,
    )  # fmt: skip


def present_seen(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    """What it means to confirm that somebody was seen."""
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="Confirm that they were seen", stops=False,
        means=(
            "This is kept with your name, and nobody is asked before the day you give.",
            "The plan still stands still. If it is decided what comes next, end the plan or let it go on instead.",
        ),
        fields=(Ask(sort="text", name="said", label="Who saw them, when, and what was said?"),
                Ask(sort="date", name="again", label="When does somebody look at this plan again?",
                    hint=_example(look))),
        action=f"/plans/{plan.ref}/seen", button="They were seen", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip


def present_pause(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    """What a pause means."""
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="Pause this plan", stops=True,
        means=(
            f"“{plan.protocol.title}” stands still: nothing is sent, nothing is chased.",
            "Results that still come in are looked at.",
            "On the day the pause ends somebody of the team is asked to let it go on. It does not go on by itself.",
        ),
        fields=(
            Ask(sort="date", name="until", label="Until when?", hint=_example(look)), _WHY,
            Ask(sort="choice", name="inside", label="What falls due during the pause?",
                hint="Whoever lets the plan go on sees this filled in, and decides about each date.",
                choices=choices(INSIDE, chosen=sent.one("inside") or plan.pause_rule)),
        ),
        action=f"/plans/{plan.ref}/pause", button="Pause this plan", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip


def present_go_on(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    """What going on means, with a question for each date that fell into the standstill."""
    sent, errors = typed
    inside = inside_of(plan, today=look.tx.today)
    return ActionPage(
        bar=bar_of(them, look), heading="Let the plan go on", stops=False,
        means=(
            f"“{plan.protocol.title}” runs again from today, on the dates it always had.",
            "You say what becomes of each date that fell into the standstill. Nothing is left out without a word from you."
            if inside else "Nothing fell due meanwhile.",
            "Reminders that never left are sent.",
        ),
        fields=tuple(_becomes(one, plan=plan, chosen=sent.one(inside_name(one))) for one in inside),
        action=f"/plans/{plan.ref}/go-on", button="Let it go on", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip


def present_end(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    """What the end of a plan means."""
    sent, errors = typed
    return ActionPage(
        bar=bar_of(them, look), heading="End this plan", stops=True,
        means=(
            f"Nobody is reminded, chased or asked any more under “{plan.protocol.title}”.",
            "The outcome is kept with your name, and the cancer register and the GP practice are told.",
            "If no other plan of theirs goes on, the person is told that nobody reminds or expects them any more.",
            "That letter waits a quarter of an hour among their messages, where you can look at it.",
            "When the cancer has come back, or the reason is another one, nothing is sent to the person: tell them yourself.",
            "An ended plan is not taken up again. To stop for a while, pause it instead.",
        ),
        fields=(
            Ask(sort="choice", name="outcome", label="How does it end?",
                choices=choices(ENDINGS, chosen=sent.one("outcome"))),
            _WHY,
        ),
        action=f"/plans/{plan.ref}/end", button="End this plan", back=f"/people/{them.ref}", typed=sent, errors=errors,
    )  # fmt: skip
