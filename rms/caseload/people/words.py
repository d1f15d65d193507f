"""Codes of other rooms to the words a nurse reads about a person. A code without words is spelt out, never hidden."""

from typing import Final

from rms.caseload.words import in_words
from rms.messages.spoken import reason_words

SOURCES: Final = {"register": "the register", "staff": "staff", "person": "the person"}
CONTACTS: Final = {"mobile": "Mobile", "phone": "Telephone", "email": "Email", "post": "Address"}
PREFERS: Final = {
    "sms": "Text message",
    "email": "Email",
    "letter": "Letter",
    "phone": "Telephone only: nothing is sent",
}
MODES: Final = {"link": "online", "telephone": "by telephone", "paper": "on paper"}
PLAN_STATES: Final = {
    "draft": "Draft",
    "active": "Active",
    "paused": "Paused",
    "suspended": "Suspended",
    "held": "On hold",
    "in_transfer": "Being handed over",
    "ended": "Ended",
}
OUTCOMES: Final = {
    "completed": "Completed: the plan came to its end",
    "recurrence": "The cancer has come back, or another was found",
    "declined": "The person does not want follow-up",
    "moved": "Followed up elsewhere now",
    "died": "The person died",
    "other": "Something else",
}
DECISIONS: Final = {
    "in_range": "In range",
    "repeat": "Repeat the test",
    "call": "Call the person",
    "refer": "Refer or discuss",
    "set_aside": "Set aside",
    "recurrence": "Recurrence confirmed",
    "no_recurrence": "No recurrence",
    "other": "Something else was decided",
    "undone": "Undone",
}
RESULT_STATUSES: Final = {
    "P": "preliminary",
    "F": "final",
    "C": "corrected",
    "X": "could not be done",
    "D": "withdrawn",
    "W": "sent by mistake",
    "R": "not verified yet",
    "I": "not ready yet",
    "S": "in part",
    "U": "final",
    "N": "not asked for",
}
FINDINGS: Final = {"breach": "Needs a look", "clear": "Clear", "cannot_tell": "Cannot tell"}
ASKED_STATES: Final = {
    "asked": "Sent, not opened yet",
    "opened": "Begun, not sent back yet",
    "submitted": "Answered",
    "expired": "Not answered in time",
    "withdrawn": "Withdrawn",
}
CHANNELS: Final = {"sms": "Text", "email": "Email", "letter": "Letter"}
RECIPIENTS: Final = {"person": "The person", "gp_practice": "GP practice", "staff": "Staff"}
_MESSAGES: Final = {
    "queued": "Waiting to be sent",
    "sending": "Being sent now",
    "accepted": "Sent, arrival not confirmed yet",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "unknown": "Not known whether it was sent: it is being looked into",
    "held": "Held: not sent until somebody decides",
    "expired": "Not sent: it came too late to be of use",
    "void": "Taken back before it was sent",
}
#: Verbs of the audit. What the worker and the register do reads the same as what staff do.
VERBS: Final = {
    "person.add": "Added to the file",
    "person.change": "Name or numbers changed",
    "person.prefer": "How they want to be contacted",
    "contact.set": "Contact detail",
    "contact.said": "Contact detail: who said so",
    "contact.dead": "Contact detail does not work",
    "messages.stop": "Messages stopped",
    "message.resend": "Message sent again",
    "person.needs": "Language and needs",
    "person.helper": "Somebody who helps them",
    "person.helper_gone": "Nobody helps them any more",
    "person.correct": "Corrected by hand",
    "note.write": "Note written",
    "note.hand_over": "Handed over with a note",
    "note.read": "Note read",
    "messages.start": "Messages started again",
    "plan.place": "Where a test is done",
    "test.requested": "Test requested",
    "test.booked": "Test booked",
    "helpline.call": "Call on the helpline",
    "helpline.step": "Call on the helpline: next step",
    "death.record": "Death recorded",
    "death.reverse": "Recorded death taken back",
    "case.put": "Diagnosis from the register",
    "treatment.put": "Treatment from the register",
    "plan.start": "Follow-up started",
    "plan.change": "Plan changed for this person",
    "plan.withdraw": "Change of the plan withdrawn",
    "plan.paused": "Plan paused",
    "plan.suspended": "Plan suspended: the cancer may be back",
    "plan.to_team": "Plan given to another team",
    "plan.seen": "Confirmed that they were seen",
    "plan.held": "Plan put on hold",
    "plan.go_on": "Plan goes on",
    "plan.end": "Plan ended",
    "plan.draft": "Plan being written",
    "result.file": "Result arrived",
    "result.keep": "Result kept",
    "review.decide": "Looked at alone, and decided",
    "review.confirm": "Looked at among ten in range, and confirmed",
    "review.left_out": "Left out of a page of ten, to be looked at alone",
    "review.stale": "Fell out of a page of ten, to be looked at alone",
    "assignment.ask": "Questionnaire sent",
    "assignment.ask_again": "Questionnaire sent again",
    "assignment.by_telephone": "Questionnaire opened, to be filled in by telephone",
    "assignment.expired": "Questionnaire not answered in time",
    "assignment.withdrawn": "Questionnaire withdrawn",
    "answers.send": "Questionnaire answered",
    "letter.printed": "Letter printed",
    "link.wrong_date": "Wrong date of birth typed at the link",
    "link.not_me": "Somebody who got our message says that it is not for them",
    "link.new": "Asked for a new link",
    "visit.begin": "Opened their own pages",
    "code.ask": "Asked for a code to see their own pages",
    "code.try": "Typed a code",
    "step.had_it": "The person says that they had a test",
    "own_pages.told": "Told us something on their own pages",
    "event.deliver": "The register was told",
}
ALERT_MOVES: Final = {
    "raise": "Alert",
    "take": "Alert taken",
    "hand_over": "Alert handed over",
    "give_back": "Alert given back to the team",
    "act": "Worked on the alert",
    "snooze": "Alert set aside for now",
    "wake": "Alert came back",
    "add_cause": "More news for the alert",
    "escalate": "Alert escalated: nobody had answered in time",
    "close": "Alert closed",
    "reopen": "Alert opened again",
}
_STEPS: Final = {
    "had it": "The person says that they had it",
    "moved": "Moved to another day",
    "taken back": "Reminder taken back",
}
_STAGES: Final = {
    "remind": "Reminder sent",
    "ask": "Questionnaire sent",
    "review": "Review became due",
    "chase": "Late: the team was asked to chase",
    "close-window": "Its time passed without a result",
    "look-again": "Still nothing: looked at again",
}


def message_state(state: str, *, reason: str | None, channel: str, is_printed: bool) -> str:
    """Where a message stands, with why when that is more than the provider's own word for it."""
    if channel == "letter" and state == "accepted":
        return "Printed" if is_printed else "Waiting to be printed"
    said = _MESSAGES.get(state) or in_words(state)
    because = reason_words(reason)
    return f"{said}: {because}" if because and state in ("failed", "held", "expired", "void") else said


def by_whom(name: str) -> str:
    """Who did something, in a history: a name, or that nobody had to."""
    return "RMS, by itself" if name.casefold() in ("worker", "rms") else name


def step_words(what: str, *, detail: str | None) -> str:
    """What happened to a step of a plan: `stage remind:1` is `Reminder sent`."""
    if what == "stage":
        return _STAGES.get((detail or "").partition(":")[0]) or in_words(detail or what)
    return _STEPS.get(what) or in_words(what)
