"""The page on which a reason against follow-up is recorded, and the page that says why nothing can be done here."""

from datetime import datetime

import msgspec

from rms.caseload.identity import IdentityBar
from rms.caseload.starting.loading import Building
from rms.caseload.starting.model import REASONS, WORDS
from rms.caseload.starting.presenters.choosing import noted_words
from rms.caseload.starting.presenters.words import Choice, diagnosis_words
from rms.caseload.words import in_words
from rms.caseload.worklist.ages import when
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class ReasonPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/reason.html`."""

    bar: IdentityBar
    here: str
    diagnosis: str
    noted: str
    choices: tuple[Choice, ...]
    typed: Submitted
    errors: FieldErrors


class StopPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/stop.html`: why no plan can be built here, and where to go."""

    bar: IdentityBar
    heading: str
    lines: tuple[str, ...]
    way_on: str
    way_on_text: str


def present_reason(build: Building, *, typed: Submitted = NOTHING_TYPED, errors: FieldErrors = NO_ERRORS) -> ReasonPage:
    """The reasons to choose from."""
    return ReasonPage(
        bar=build.bar, here=f"/starting/{build.case.ref}/reason", diagnosis=diagnosis_words(build.case.diagnosis),
        noted=noted_words(build),
        choices=tuple(Choice(code=one, text=WORDS[one], chosen=typed.one("what") == one) for one in REASONS),
        typed=typed, errors=errors,
    )  # fmt: skip


def present_stop(build: Building, *, now: datetime) -> StopPage | None:
    """Why no plan can be built for this cancer; None when one can."""
    plan = build.case.plan
    if plan is not None:
        who = "You" if plan.started_by_id == build.asks.staff_id else plan.started_by or "A colleague"
        begun = f"{who} started it {when(plan.started_at, now=now)}." if plan.started_at else f"{who} began it."
        return StopPage(
            bar=build.bar, heading="There is a plan for this cancer already",
            lines=(begun, f"It is {in_words(plan.state).lower()}. Nothing that you typed here was started.",
                   "To change something for this person, change that plan."),
            way_on=build.bar.href, way_on_text="Open the person’s page",
        )  # fmt: skip
    if build.has_died:
        return StopPage(
            bar=build.bar, heading="No plan can be started",
            lines=("This person is recorded as having died.",
                   "If that is a mistake, put it right on the person’s page first."),
            way_on=build.bar.href, way_on_text="Open the person’s page",
        )  # fmt: skip
    return None
