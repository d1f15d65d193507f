"""A plan in the words of the person it is for: which dates are theirs, when, where and how. Pure.

Their own pages and the paper with their dates ask here, so that both say the same.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from rms.messages.compose import day_in_words
from rms.plans.places import TestPlace
from rms.plans.protocol.language import Place, StepKind

#: What the person does or answers; the rest is their team's.
FOR_THE_PERSON: Final = (StepKind.TEST, StepKind.QUESTIONNAIRE)
ENDED_SAID: Final = "Your follow-up with us has finished."
_SOON: Final = 92  # days within which a date is told to the day
_PLACES: Final = {
    Place.HOME: "at home",
    Place.GP_PRACTICE: "your GP surgery",
    Place.COMMUNITY: "a blood test clinic near you",
    Place.HOSPITAL: "the hospital",
}
#: Where the person chose to have it, how it comes about there, and what is said besides while it is not late.
_CHOSEN: Final = {
    TestPlace.GP_PRACTICE: (
        "Your GP surgery.",
        "Call your GP surgery and ask for the blood test for your hospital follow-up.",
        " We remind you before it is due.",
    ),
    TestPlace.HUB: ("A blood test clinic near you.", "Book it at the blood test clinic. Call us if you need help.", ""),
    TestPlace.DIAGNOSTIC_CENTRE: ("A test centre near you.", "Call us if you have no appointment", " when it is due."),
    TestPlace.CLINIC: ("The hospital clinic.", "Call us if you have no appointment", " when it is due."),
    TestPlace.HOME_KIT: (
        "At home, with a kit by post.",
        "We send you the kit. Call us if it has not come",
        " when it is due.",
    ),
}
_STANDS_STILL: Final = {
    "draft": "Your team is writing your plan. You do not need to do anything now.",
    "paused": "Your follow-up is paused. We do not send reminders now. Your team starts it again.",
    "suspended": "Your follow-up is paused. We do not send reminders now. Your team starts it again.",
    "held": "Your follow-up is paused while we check something. Please call us.",
    "in_transfer": "Your follow-up is moving to another team. Call us if you do not know who looks after you.",
    "ended": ENDED_SAID,
}


def standing_said(state: str, *, until: date | None) -> str:
    """What is said of a plan that does not run."""
    till = f" until {day_in_words(until)}" if state == "paused" and until else ""
    return _STANDS_STILL[state].replace("is paused", f"is paused{till}", 1)


def when_said(on: date, *, today: date) -> str:
    """A date: to the day when it is near, else the month, since far ones still move."""
    said = day_in_words(on)
    return said if (on - today).days <= _SOON else said.partition(" ")[2]


def where_said(places: Sequence[Place], *, chosen: str | None) -> str:
    """Where they chose to have it done; else every place that the protocol names."""
    if chosen is not None:
        return _CHOSEN[TestPlace(chosen)][0]
    names = [_PLACES[place] for place in places]
    if not names:
        return "Ask us where you can have it."
    listed = " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
    return f"{listed[:1].upper()}{listed[1:]}."


def how_said(*, booked_by_hospital: bool, chosen: str | None, is_late: bool) -> str:
    """How a test comes about."""
    if booked_by_hospital:
        missing = " If you have none yet, call us." if is_late else ""
        return f"You do not need to book. We send you the appointment.{missing}"
    _, how, ahead = _CHOSEN[TestPlace(chosen or TestPlace.GP_PRACTICE)]
    return f"{how.rstrip('.')}." if is_late else f"{how}{ahead}"
