"""The words of this room as values: what a message is for, where it stands, what a provider told us about it.

Pure: no database, no network, no time. The wording itself stands in `templates/messages` and `templates/letters`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """How a message travels."""

    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"


class Recipient(StrEnum):
    """Who a message is for. A person's rules (death, withdrawal, quiet hours) apply only to `PERSON`."""

    PERSON = "person"
    GP_PRACTICE = "gp_practice"
    STAFF = "staff"


class Purpose(StrEnum):
    """Why a message is sent; part of the key that makes it unique. The catalogue holds wording for each."""

    PLAN_STARTED = "plan_started"
    PLAN_STARTED_GP = "plan_started_gp"
    TEST_REMINDER_1 = "test_reminder_1"
    TEST_REMINDER_2 = "test_reminder_2"
    TEST_REMINDER_3 = "test_reminder_3"
    TEST_LATE = "test_late"
    TEST_REQUEST = "test_request"
    REPEAT_TEST = "repeat_test"
    REPEAT_TEST_GP = "repeat_test_gp"
    REFERRED_GP = "referred_gp"
    RECURRENCE_GP = "recurrence_gp"
    NO_RECURRENCE_GP = "no_recurrence_gp"
    FOLLOW_UP_ENDED = "follow_up_ended"
    FOLLOW_UP_ENDED_GP = "follow_up_ended_gp"
    QUESTIONNAIRE_INVITE = "questionnaire_invite"
    QUESTIONNAIRE_REMINDER_1 = "questionnaire_reminder_1"
    QUESTIONNAIRE_REMINDER_2 = "questionnaire_reminder_2"
    RESULT_IN_RANGE_PERSON = "result_in_range_person"
    RESULT_IN_RANGE_GP = "result_in_range_gp"
    PLEASE_CALL = "please_call"
    HELPLINE = "helpline"
    CODE = "code"
    CODE_NEW_CONTACT = "code_new_contact"
    NEW_LINK = "new_link"
    STAFF_ALERT = "staff_alert"


#: Six figures that a person waits for with the page open. They are drawn when the message leaves and say so in no row.
CODES = frozenset({Purpose.CODE, Purpose.CODE_NEW_CONTACT})

#: What a person asked for just now, on a page that is open: they are awake, so it does not wait for the morning.
ASKED_FOR = CODES | {Purpose.NEW_LINK}


class TestWord(StrEnum):
    """What a test is called in a text that may show on a locked screen: a closed list, so that no site slips in."""

    __test__ = False  # pytest would otherwise take the name for a test class

    BLOOD_TEST = "blood test"
    SCAN = "scan"
    HOSPITAL_TEST = "hospital test"


class MessageState(StrEnum):
    """Where a message stands. `UNKNOWN`: it may have left; never repeat it without asking."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    EXPIRED = "expired"
    VOID = "void"


class ReceiptStatus(StrEnum):
    """What a provider says happened, in our words. The three failures differ in what a person must do next."""

    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    FAILED_TECHNICAL = "failed_technical"
    FAILED_TEMPORARY = "failed_temporary"
    FAILED_PERMANENT = "failed_permanent"


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One report from a provider about one message. `reference` is ours; without it `provider_ref` must be known."""

    reference: str | None
    provider_ref: str
    status: ReceiptStatus
    happened_at: datetime | None
    provider_word: str


class Fault(StrEnum):
    """Whose fault a refusal is. A set-up fault must never mark anybody's number as dead."""

    RECIPIENT = "recipient"
    SETUP = "setup"


class Accepted(msgspec.Struct, frozen=True, kw_only=True, tag="accepted"):
    """The provider has taken the message and will report."""

    provider_ref: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The provider certainly did not take it. `permanent`: the same call would be refused again."""

    reason: str
    permanent: bool
    fault: Fault


class Unknown(msgspec.Struct, frozen=True, kw_only=True, tag="unknown"):
    """The call may have been taken. Ask by reference, then ask a person; never repeat."""

    reason: str


class Later(msgspec.Struct, frozen=True, kw_only=True, tag="later"):
    """The provider certainly did not take it and wants us to come back. `daily_limit`: it opens again at midnight."""

    reason: str
    retry_after: timedelta
    daily_limit: bool = False


SendOutcome = Accepted | Refused | Unknown | Later


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of a text or a name: a stable code for tables, a sentence for the person who must mend it."""

    code: str
    sentence: str
