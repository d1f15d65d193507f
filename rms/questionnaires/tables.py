"""What is asked, of whom, and the answers.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class QuestionnaireVersionRow(Table, tablename="questionnaire_version"):
    """A row of questionnaire_version."""

    id = Serial(null=False, primary_key=True)
    key = Text(null=False, default=None)
    version = Integer(null=False, default=None)
    title = Text(null=False, default=None)
    content = JSONB(null=False, default=None)
    digest = Bytea(null=False, default=None)
    loaded_at = Timestamptz(null=False, default=None)


class QuestionnaireSignOffRow(Table, tablename="questionnaire_sign_off"):
    """A row of questionnaire_sign_off."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    questionnaire_version_id = Integer(null=False, default=None)
    signed_by_staff_id = BigInt(null=False, default=None)
    signed_at = Timestamptz(null=False, default=None)
    note = Text(null=False, default=None)
    for_demonstration_only = Boolean(null=False, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by_staff_id = BigInt(null=True, default=None)
    withdrawn_why = Text(null=True, default=None)


class AssignmentRow(Table, tablename="assignment"):
    """A row of assignment."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    occurrence_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    questionnaire_version_id = Integer(null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    asked_on = Date(null=False, default=None)
    closes_on = Date(null=False, default=None)
    opened_at = Timestamptz(null=True, default=None)
    submitted_at = Timestamptz(null=True, default=None)
    mode = Text(null=True, default=None)
    score = JSONB(null=True, default=None)
    review_state = Text(null=False, default=None)
    review_due_on = Date(null=True, default=None)


class AnswerRow(Table, tablename="answer"):
    """A row of answer."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    assignment_id = BigInt(null=False, default=None)
    item = Text(null=False, default=None)
    value = JSONB(null=False, default=None)
    saved_at = Timestamptz(null=False, default=None)
    saved_by = Text(null=False, default=None)


class DoorLinkRow(Table, tablename="door_link"):
    """A row of door_link."""

    locator_hash = Bytea(null=False, default=None, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    assignment_id = BigInt(null=True, default=None)
    message_id = BigInt(null=True, default=None)
    made_at = Timestamptz(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)
    tries = SmallInt(null=False, default=None)
    looks = Integer(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_why = Text(null=True, default=None)
    patient_id = BigInt(null=True, default=None)
