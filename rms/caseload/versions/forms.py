"""What is sent from the pages about versions, and what is wrong with it."""

from datetime import date
from typing import Final
from uuid import UUID

import msgspec

from rms.web.fields import a_choice, a_date, a_text, a_tick
from rms.web.forms import FieldError, FieldErrors, Form
from rms.web.submitted import Submitted

CHOICES: Final = ("move", "later", "keep")
#: How many go first, before anybody has moved to a version.
FIRST_FEW: Final = 3
_WHY: Final = "Say why, so that a colleague can follow it"


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one person's plan."""

    choice: str
    reason: str
    again: date | None
    sure: bool


DECIDE: Final = Form(
    Decided,
    choice=a_choice(CHOICES, missing="Choose what happens with this plan"),
    reason=a_text(missing=_WHY, label="The reason", longest=500),
    again=a_date(label="The day to look again"),
    sure=a_tick(),
)


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """Why a move is taken back."""

    why: str


UNDO: Final = Form(Undone, why=a_text(missing="Say why the move is undone", label="The reason", longest=500))


def faults_of(decided: Decided, *, needs_tick: bool, today: date) -> FieldErrors:
    """Everything at once."""
    faults = []
    if decided.choice == "move" and needs_tick and not decided.sure:
        faults.append(FieldError(field="sure", message="Tick the box to answer for what is asked for less"))
    if decided.choice != "move" and decided.again is None:
        faults.append(FieldError(field="again", message="Enter the day to look again", parts=("day", "month", "year")))
    elif decided.choice != "move" and decided.again is not None and decided.again <= today:
        message = "The day to look again must be after today"
        faults.append(FieldError(field="again", message=message, parts=("day", "month", "year")))
    return FieldErrors(all=tuple(faults))


class Some(msgspec.Struct, frozen=True, kw_only=True):
    """Several plans to move, each with the revision that was looked at."""

    plans: tuple[tuple[UUID, int], ...]
    reason: str


def read_some(sent: Submitted, *, is_first: bool) -> tuple[Some, FieldErrors]:
    """The ticked people and the reason; the first time only a few."""
    plans = tuple(one for text in sent.all("plan") if (one := _plan(text)) is not None)
    reason, faults = sent.one("reason").strip(), []
    if not plans:
        faults.append(FieldError(field="plan", message="Tick whose plans move"))
    elif is_first and len(plans) > FIRST_FEW:
        message = f"Nobody has moved yet: tick {FIRST_FEW} at most, look at them, then move the others"
        faults.append(FieldError(field="plan", message=message))
    if not reason:
        faults.append(FieldError(field="reason", message=_WHY))
    elif len(reason) > 500:
        faults.append(FieldError(field="reason", message="The reason must be 500 characters or fewer"))
    return Some(plans=plans, reason=reason), FieldErrors(all=tuple(faults))


def _plan(text: str) -> tuple[UUID, int] | None:
    ref, _, revision = text.partition(":")
    try:
        return UUID(ref), int(revision) if len(revision) < 9 else 0
    except ValueError:
        return None
