"""What is wrong with another set of ways of follow-up, as it was typed."""

from rms.plans.modes import in_order
from rms.web.forms import FieldError, FieldErrors
from rms.web.submitted import Submitted

LONGEST = 500


def faults_of_modes(sent: Submitted) -> FieldErrors:
    """Everything at once: at least one is ticked, and a reason is given."""
    reason, found = sent.one("mode-reason").strip(), []
    if not in_order(sent.all("mode")):
        found.append(FieldError(field="mode", message="Choose at least one way of follow-up"))
    if not reason:
        found.append(FieldError(field="mode-reason", message="Say why they are followed up in other ways"))
    elif len(reason) > LONGEST:
        found.append(FieldError(field="mode-reason", message=f"The reason must be {LONGEST} characters or fewer"))
    return FieldErrors(all=tuple(found))
