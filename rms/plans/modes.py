"""How somebody is followed up, as a set: patient-initiated, remote, timed, in any combination. Pure.

NHS England groups three models that can be combined for one person (personalised stratified follow-up guidance). A mode
says what the plan relies on and what the person was promised. It closes no door: the helpline and the report of a symptom
are open to everybody in follow-up, whatever is ticked.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from rms.plans.protocol.language import Protocol, StepKind
from rms.plans.schedule import EffectivePlan


class FollowUpMode(StrEnum):
    """One way of being followed up."""

    PATIENT_INITIATED = "patient_initiated"
    REMOTE = "remote"
    TIMED = "timed"


NAMES: Mapping[FollowUpMode, str] = {
    FollowUpMode.PATIENT_INITIATED: "Patient-initiated",
    FollowUpMode.REMOTE: "Remote monitoring",
    FollowUpMode.TIMED: "Timed reviews",
}
MEANS: Mapping[FollowUpMode, str] = {
    FollowUpMode.PATIENT_INITIATED: "They call or report a symptom when something changes, and have a way back to clinic",
    FollowUpMode.REMOTE: "Tests and answers are watched by the team, without clinic visits",
    FollowUpMode.TIMED: "Face-to-face or telephone reviews are scheduled",
}
#: What the person reads in the welcome letter and on their own pages.
TO_PERSON: Mapping[FollowUpMode, str] = {
    FollowUpMode.PATIENT_INITIATED: "You can call us or tell us about a symptom at any time. No need to wait for a test.",
    FollowUpMode.REMOTE: "We look at your tests and your answers. You do not have to come to clinic for that.",
    FollowUpMode.TIMED: "You have reviews with us at set times, in person or by telephone.",
}  # fmt: skip


def suggest(protocol: Protocol) -> tuple[FollowUpMode, ...]:
    """What a protocol itself relies on: a way back always, remote with tests or questions, timed with reviews."""
    kinds = {step.kind for step in protocol.steps}
    found = {FollowUpMode.PATIENT_INITIATED}
    if kinds & {StepKind.TEST, StepKind.QUESTIONNAIRE}:
        found.add(FollowUpMode.REMOTE)
    if StepKind.REVIEW in kinds:
        found.add(FollowUpMode.TIMED)
    return in_order(found)


def asks_for_reviews(plan: EffectivePlan) -> bool:
    """Whether the plan has a review step: without one, whoever was promised timed reviews waits for nobody's reminder."""
    return any(one.step.kind is StepKind.REVIEW for one in plan.steps)


def in_order(modes: Iterable[str]) -> tuple[FollowUpMode, ...]:
    """The set in the order of the pages; what is no mode is left out."""
    chosen = set(modes)
    return tuple(mode for mode in FollowUpMode if mode in chosen)


def in_words(modes: Iterable[FollowUpMode]) -> str:
    """Patient-initiated, remote monitoring"""
    return ", ".join(NAMES[mode].lower() for mode in in_order(modes)).capitalize()
