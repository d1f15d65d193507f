"""The values of starting follow-up: what a person chose, and a plan that is still being written. Must not query."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec

from rms.alerts.model import Anchor
from rms.plans.model import Override
from rms.plans.modes import FollowUpMode


class Choice(StrEnum):
    """What came of talking about follow-up. The first two begin it, the others say why it does not begin."""

    AGREED = "agreed"
    DIGITAL_DECLINED = "digital_declined"
    DECLINED = "declined"
    NOT_SUITABLE = "not_suitable"
    ELSEWHERE = "elsewhere"
    TOO_EARLY = "too_early"


BEGINS = frozenset({Choice.AGREED, Choice.DIGITAL_DECLINED})
#: Reasons for which a person leaves the list, in the order of the page.
REASONS = (Choice.DECLINED, Choice.NOT_SUITABLE, Choice.ELSEWHERE, Choice.TOO_EARLY)
#: Reasons that say too little without a sentence.
NEEDS_NOTE = frozenset({Choice.NOT_SUITABLE, Choice.ELSEWHERE})

WORDS: Mapping[Choice, str] = {
    Choice.AGREED: "Agreed",
    Choice.DIGITAL_DECLINED: "Agreed, but nothing digital: letters and telephone only",
    Choice.DECLINED: "Declined",
    Choice.NOT_SUITABLE: "Not suitable for remote follow-up",
    Choice.ELSEWHERE: "Already followed elsewhere",
    Choice.TOO_EARLY: "Too early",
}


class AnchorGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A date a plan counts from, and where somebody has it from."""

    on: date
    source: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that is being written. `prefers` and `modes` stay None until the second page is done."""

    protocol_version_id: int
    choice: Choice
    answers: Mapping[str, bool]
    workshop_attended: bool = False
    note: str | None = None
    talked_on: date | None = None
    anchors: Mapping[Anchor, AnchorGiven] = {}
    changes: tuple[Override, ...] = ()
    nurse_staff_id: int | None = None
    prefers: str | None = None
    modes: tuple[FollowUpMode, ...] | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the second page was done."""
        return self.prefers is not None and self.nurse_staff_id is not None
