"""What a log line may say: the events, the keys, and the shape of each key's value.

This is an allow-list. A name, a number, an answer or a token has no key here and no shape that fits, so it cannot be
logged by mistake. Whoever needs a new event or key adds it here, where a reviewer sees it; a test walks every call to a
log and finds words that are missing.
"""

import re
from collections.abc import Callable, Mapping
from uuid import UUID

EVENTS = frozenset({
    # processes
    "started", "stopping", "stopped", "ready", "health_failed", "settings_read", "heartbeat",
    # database
    "database_started", "database_stopped", "database_away", "database_back", "migrated", "migration_waiting",
    "transaction_failed", "connection_lost", "connection_dropped", "connection_dead", "backup_done", "restore_done",
    # web and sign-in
    "request", "request_failed", "request_refused", "signed_in", "sign_in_refused", "signed_out", "session_ended",
    "link_opened", "link_refused", "callback_refused",
    # the timetable
    "duty_started", "duty_done", "duty_failed", "duty_skipped", "claimed", "claim_lost", "lease_expired",
    # messages
    "message_sent", "message_accepted", "message_unknown", "message_failed", "message_void", "message_held",
    "receipt_filed", "receipt_refused", "gateway_away", "gateway_refused", "gateway_back",
    # the outside
    "connection_opened", "connection_closed", "frame_received", "frame_refused", "frame_answered", "message_parsed",
    "message_set_aside", "filed_one_by_one", "result_filed", "import_staged", "import_approved", "import_refused",
    "event_delivered", "event_retried", "event_refused", "peer_refused", "reconciled", "file_read",
    # clinical work, by number only
    "plan_started", "plan_held", "plan_ended", "alert_raised", "alert_escalated", "alert_closed", "rule_evaluated",
    "assignment_sent", "answer_saved", "decision_made", "decision_undone",
    # audit and failsafe
    "audit_sealed", "audit_fault", "audit_head_written", "difference_found", "failsafe_done",
    # what others say: their words are dropped, see `rms.log`
    "library", "uncaught", "unlisted",
})  # fmt: skip

Shape = Callable[[object], bool]

_WORD = re.compile(r"[a-z][a-z_]*[0-9]{0,3}(?:[.-][a-z][a-z_]*[0-9]{0,3})*", re.ASCII)
_ROUTE = re.compile(r"(?:/(?:[a-z][a-z0-9_.-]{0,30}|\{[a-z_]+(?::[a-z]+)?\}))+/?|/", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{16}", re.ASCII)
_LONG_NUMBER = re.compile(r"[0-9]{5}", re.ASCII)


def is_count(value: object) -> bool:
    """Say whether a value is a whole number too small to be somebody's NHS or telephone number."""
    return isinstance(value, int) and abs(value) < 10**9


def is_id(value: object) -> bool:
    """Say whether a value is an inner number or a random reference of ours."""
    return isinstance(value, UUID) or is_count(value)


def is_word(value: object) -> bool:
    """Say whether a value is a short word of the code, such as a state: small letters, no spaces, few digits."""
    return isinstance(value, str) and len(value) <= 48 and _WORD.fullmatch(value) is not None


def is_duration(value: object) -> bool:
    """Say whether a value is a length of time."""
    return isinstance(value, int | float) and abs(value) < 10**9


def is_route(value: object) -> bool:
    """Say whether a value is the template of a route, never the address that was asked for."""
    return isinstance(value, str) and _ROUTE.fullmatch(value) is not None and not _LONG_NUMBER.search(value)


def is_error_id(value: object) -> bool:
    """Say whether a value is what `new_error_id` makes."""
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def is_method(value: object) -> bool:
    """Say whether a value is a method of HTTP."""
    return value in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def is_flag(value: object) -> bool:
    """Say whether a value is yes or no."""
    return isinstance(value, bool)


_IDS = """
    alert_id assignment_id batch_id case_id decision_id entry_id event_id import_id inbox_id message_id message_ref
    occurrence_id organisation_id patient_id peer_id plan_id protocol_id receipt_id request_id response_id result_id
    seal_id session_id staff_id step_id team_id user_id
"""
_COUNTS = """
    attempt attempts bytes count done exit_code failed number pid port revision rows skipped status total version
    waiting workers
"""
_WORDS = """
    channel code duty gateway kind outcome point process purpose reason_code relation role room signal stage state verb
    was
"""
_DURATIONS = "age_seconds lag_seconds ms retry_in_seconds seconds"
_FLAGS = "again demo live"

KEYS: Mapping[str, Shape] = {
    **dict.fromkeys(_IDS.split(), is_id),
    **dict.fromkeys(_COUNTS.split(), is_count),
    **dict.fromkeys(_WORDS.split(), is_word),
    **dict.fromkeys(_DURATIONS.split(), is_duration),
    **dict.fromkeys(_FLAGS.split(), is_flag),
    "route": is_route,
    "method": is_method,
    "error_id": is_error_id,
}
