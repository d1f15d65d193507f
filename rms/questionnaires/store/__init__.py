"""Questionnaires as stored: versions and their sign-off, what was asked of whom, answers, and the facts rules read."""

from rms.questionnaires.store.answers import KeptAnswer, answers_of, plain, red_flags_of, scores_of
from rms.questionnaires.store.assignments import (
    OPEN_STATES,
    AssignmentOnFile,
    ask_about_answers_on,
    assignment,
    assignment_of_occurrence,
    locked_assignment,
    set_assignment_review,
)
from rms.questionnaires.store.symptoms import symptoms_of_plans
from rms.questionnaires.store.versions import (
    VersionOnFile,
    is_signed,
    questionnaire_versions,
    signed_version,
    version_by_key,
)

__all__ = [
    "OPEN_STATES",
    "AssignmentOnFile",
    "KeptAnswer",
    "VersionOnFile",
    "answers_of",
    "ask_about_answers_on",
    "assignment",
    "assignment_of_occurrence",
    "is_signed",
    "locked_assignment",
    "plain",
    "questionnaire_versions",
    "red_flags_of",
    "scores_of",
    "set_assignment_review",
    "signed_version",
    "symptoms_of_plans",
    "version_by_key",
]
