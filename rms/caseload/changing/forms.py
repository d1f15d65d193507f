"""What is wrong with another set of ways of follow-up, as it was typed."""

from rms.plans.modes import FollowUpMode, in_order
from rms.web.forms import FieldError, FieldErrors
from rms.web.submitted import Submitted

LONGEST = 500
#: The box of a team that holds the reviews without being asked to by the plan.
ELSEWHERE = "reviews-elsewhere"
NO_REVIEW = (
    "This plan asks for no review, so nobody is reminded to hold one. Say that the team arranges them, or untick timed"
    " reviews"
)


def faults_of_modes(sent: Submitted, *, has_review: bool) -> FieldErrors:
    """Everything at once: at least one is ticked, a reason is given, and reviews that nobody asks for are arranged."""
    reason, found = sent.one("mode-reason").strip(), []
    if not in_order(sent.all("mode")):
        found.append(FieldError(field="mode", message="Choose at least one way of follow-up"))
    elif FollowUpMode.TIMED in sent.all("mode") and not has_review and sent.one(ELSEWHERE) != "yes":
        found.append(FieldError(field=ELSEWHERE, message=NO_REVIEW))
    if not reason:
        found.append(FieldError(field="mode-reason", message="Say why they are followed up in other ways"))
    elif len(reason) > LONGEST:
        found.append(FieldError(field="mode-reason", message=f"The reason must be {LONGEST} characters or fewer"))
    return FieldErrors(all=tuple(found))
