"""Alerts, their moves, evaluations of rules, decisions.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Bytea, Date, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table


class AlertRow(Table, tablename="alert"):
    """A row of alert."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=True, default=None)
    plan_id = BigInt(null=True, default=None)
    team_id = Integer(null=False, default=None)
    owner_staff_id = BigInt(null=True, default=None)
    kind = Text(null=False, default=None)
    state = Text(null=False, default=None)
    subject_kind = Text(null=False, default=None)
    subject_id = BigInt(null=False, default=None)
    rule_key = Text(null=False, default=None)
    episode = Integer(null=False, default=None)
    episode_ended_at = Timestamptz(null=True, default=None)
    sentence = Text(null=False, default=None)
    opened_at = Timestamptz(null=False, default=None)
    respond_by = Timestamptz(null=False, default=None)
    next_escalation_at = Timestamptz(null=True, default=None)
    rung = SmallInt(null=False, default=None)
    snoozed_until = Timestamptz(null=True, default=None)
    snooze_reason = Text(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    closed_by_staff_id = BigInt(null=True, default=None)
    outcome = Text(null=True, default=None)
    outcome_note = Text(null=True, default=None)


class AlertCauseRow(Table, tablename="alert_cause"):
    """A row of alert_cause."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    alert_id = BigInt(null=False, default=None)
    cause_kind = Text(null=False, default=None)
    cause_id = BigInt(null=False, default=None)
    sentence = Text(null=False, default=None)
    added_at = Timestamptz(null=False, default=None)


class AlertMoveRow(Table, tablename="alert_move"):
    """A row of alert_move."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    alert_id = BigInt(null=False, default=None)
    move = Text(null=False, default=None)
    by_kind = Text(null=False, default=None)
    by_id = BigInt(null=True, default=None)
    by_name = Text(null=False, default=None)
    reason = Text(null=True, default=None)
    at = Timestamptz(null=False, default=None)


class RuleEvaluationRow(Table, tablename="rule_evaluation"):
    """A row of rule_evaluation."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    plan_id = BigInt(null=True, default=None)
    protocol_version_id = Integer(null=True, default=None)
    rule_key = Text(null=False, default=None)
    cause_kind = Text(null=False, default=None)
    cause_id = BigInt(null=False, default=None)
    outcome = Text(null=False, default=None)
    sentence = Text(null=False, default=None)
    inputs = JSONB(null=False, default=None)
    evaluated_at = Timestamptz(null=False, default=None)
    alert_id = BigInt(null=True, default=None)


class DecisionRow(Table, tablename="decision"):
    """A row of decision."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    plan_id = BigInt(null=True, default=None)
    subject_kind = Text(null=False, default=None)
    subject_id = BigInt(null=False, default=None)
    alert_id = BigInt(null=True, default=None)
    kind = Text(null=False, default=None)
    note = Text(null=True, default=None)
    until_on = Date(null=True, default=None)
    decided_at = Timestamptz(null=False, default=None)
    decided_by_staff_id = BigInt(null=False, default=None)
    takes_effect_at = Timestamptz(null=False, default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_by_staff_id = BigInt(null=True, default=None)
    overtaken_at = Timestamptz(null=True, default=None)


class ReviewSessionRow(Table, tablename="review_session"):
    """A row of review_session."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    staff_id = BigInt(null=False, default=None)
    started_at = Timestamptz(null=False, default=None)
    last_used_at = Timestamptz(null=False, default=None)


class ReviewPageRow(Table, tablename="review_page"):
    """A row of review_page."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    session_id = BigInt(null=False, default=None)
    place = Text(null=False, default=None)
    shown_at = Timestamptz(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)


class ReviewRowRow(Table, tablename="review_row"):
    """A row of review_row."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    page_id = BigInt(null=False, default=None)
    position = SmallInt(null=False, default=None)
    subject_kind = Text(null=False, default=None)
    subject_id = BigInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    fingerprint = Bytea(null=False, default=None)
    shown = JSONB(null=False, default=None)
    reason = Text(null=True, default=None)
    outcome = Text(null=True, default=None)
    outcome_why = Text(null=True, default=None)
    decision_id = BigInt(null=True, default=None)


class ReviewClaimRow(Table, tablename="review_claim"):
    """A row of review_claim."""

    organisation_id = SmallInt(null=False, default=None)
    subject_kind = Text(null=False, default=None)
    subject_id = BigInt(null=False, default=None, primary_key=True)
    staff_id = BigInt(null=False, default=None)
    until = Timestamptz(null=False, default=None)


class HelplineContactRow(Table, tablename="helpline_contact"):
    """A row of helpline_contact."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    plan_id = BigInt(null=True, default=None)
    caller = Text(null=False, default=None)
    caller_name = Text(null=True, default=None)
    reason = Text(null=False, default=None)
    details = Text(null=False, default=None)
    advice = Text(null=True, default=None)
    outcome = Text(null=False, default=None)
    taken_at = Timestamptz(null=False, default=None)
    taken_by_staff_id = BigInt(null=False, default=None)
    alert_id = BigInt(null=True, default=None)


class HelplineStepRow(Table, tablename="helpline_step"):
    """A row of helpline_step."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    contact_id = BigInt(null=False, default=None)
    what = Text(null=False, default=None)
    detail = Text(null=True, default=None)
    on_date = Date(null=True, default=None)
    at = Timestamptz(null=False, default=None)
    by_staff_id = BigInt(null=False, default=None)
