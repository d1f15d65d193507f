"""Protocol versions, plans, occurrences and the calendar.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
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


class ProtocolVersionRow(Table, tablename="protocol_version"):
    """A row of protocol_version."""

    id = Serial(null=False, primary_key=True)
    key = Text(null=False, default=None)
    version = Integer(null=False, default=None)
    title = Text(null=False, default=None)
    tumour_site = Text(null=False, default=None)
    content = JSONB(null=False, default=None)
    digest = Bytea(null=False, default=None)
    loaded_at = Timestamptz(null=False, default=None)


class ProtocolSignOffRow(Table, tablename="protocol_sign_off"):
    """A row of protocol_sign_off."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    protocol_version_id = Integer(null=False, default=None)
    signed_by_staff_id = BigInt(null=False, default=None)
    signed_at = Timestamptz(null=False, default=None)
    note = Text(null=False, default=None)
    for_demonstration_only = Boolean(null=False, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by_staff_id = BigInt(null=True, default=None)
    withdrawn_why = Text(null=True, default=None)


class PlanRow(Table, tablename="plan"):
    """A row of plan."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    case_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    nurse_staff_id = BigInt(null=True, default=None)
    protocol_version_id = Integer(null=False, default=None)
    tumour_site = Text(null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    state_until = Date(null=True, default=None)
    held_from = Text(null=True, default=None)
    revision = Integer(null=False, default=None)
    judge_on = Date(null=True, default=None)
    is_lead = Boolean(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)
    created_by_staff_id = BigInt(null=True, default=None)
    started_at = Timestamptz(null=True, default=None)
    started_by_staff_id = BigInt(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by_staff_id = BigInt(null=True, default=None)
    outcome = Text(null=True, default=None)
    still_since = Date(null=True, default=None)
    pause_rule = Text(null=True, default=None)
    protocol_since = Date(null=True, default=None)


class PlanAnchorRow(Table, tablename="plan_anchor"):
    """A row of plan_anchor."""

    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    anchor = Text(null=False, default=None, primary_key=True)
    on_date = Date(null=False, default=None)
    source = Text(null=False, default=None)


class PlanOverrideRow(Table, tablename="plan_override"):
    """A row of plan_override."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    content = JSONB(null=False, default=None)
    reason = Text(null=False, default=None)
    author_staff_id = BigInt(null=True, default=None)
    author_name = Text(null=False, default=None)
    decision_id = BigInt(null=True, default=None)
    review_on = Date(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by_staff_id = BigInt(null=True, default=None)


class OccurrenceRow(Table, tablename="occurrence"):
    """A row of occurrence."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    step_key = Text(null=False, default=None)
    number = Integer(null=False, default=None)
    kind = Text(null=False, default=None)
    analyte = Text(null=True, default=None)
    questionnaire_key = Text(null=True, default=None)
    title = Text(null=False, default=None)
    channel = Text(null=True, default=None)
    facts = JSONB(null=False, default=None)
    earliest_on = Date(null=False, default=None)
    due_on = Date(null=False, default=None)
    latest_on = Date(null=False, default=None)
    stages = Array(base_column=Text(), null=False, default=None)
    stages_on = Array(base_column=Date(), null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    closed_by_kind = Text(null=True, default=None)
    closed_by_id = BigInt(null=True, default=None)
    done_on = Date(null=True, default=None)
    rescheduled = SmallInt(null=False, default=None)
    plan_revision = Integer(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)


class OccurrenceEventRow(Table, tablename="occurrence_event"):
    """A row of occurrence_event."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    occurrence_id = BigInt(null=False, default=None)
    what = Text(null=False, default=None)
    detail = Text(null=True, default=None)
    by_name = Text(null=False, default=None)
    at = Timestamptz(null=False, default=None)


class CalendarRow(Table, tablename="calendar"):
    """A row of calendar."""

    act_on = Date(null=False, default=None)
    organisation_id = SmallInt(null=False, default=None)
    occurrence_id = BigInt(null=False, default=None, primary_key=True)
    stage = Text(null=False, default=None)


class StepPlaceRow(Table, tablename="step_place"):
    """A row of step_place."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    step_key = Text(null=False, default=None)
    place = Text(null=False, default=None)
    set_at = Timestamptz(null=False, default=None)
    set_by_staff_id = BigInt(null=False, default=None)


class TestArrangementRow(Table, tablename="test_arrangement"):
    """A row of test_arrangement."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    occurrence_id = BigInt(null=False, default=None)
    what = Text(null=False, default=None)
    by_whom = Text(null=False, default=None)
    on_date = Date(null=True, default=None)
    at = Timestamptz(null=False, default=None)
    noted_by_staff_id = BigInt(null=True, default=None)


class PlanModeRow(Table, tablename="plan_mode"):
    """A row of plan_mode."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    modes = Array(base_column=Text(), null=False, default=None)
    reason = Text(null=False, default=None)
    author_name = Text(null=False, default=None)
    set_at = Timestamptz(null=False, default=None)
    set_by_staff_id = BigInt(null=False, default=None)


class PlanMigrationRow(Table, tablename="plan_migration"):
    """A row of plan_migration."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    from_version_id = Integer(null=False, default=None)
    to_version_id = Integer(null=False, default=None)
    from_since = Date(null=True, default=None)
    revision_after = Integer(null=False, default=None)
    reason = Text(null=False, default=None)
    answered_for = Array(base_column=Text(), null=False, default=None)
    former = JSONB(null=False, default=None)
    at = Timestamptz(null=False, default=None)
    by_staff_id = BigInt(null=False, default=None)
    by_name = Text(null=False, default=None)
    undone_at = Timestamptz(null=True, default=None)
    undone_by_staff_id = BigInt(null=True, default=None)
    undone_why = Text(null=True, default=None)


class PlanVersionChoiceRow(Table, tablename="plan_version_choice"):
    """A row of plan_version_choice."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    plan_id = BigInt(null=False, default=None)
    protocol_version_id = Integer(null=False, default=None)
    choice = Text(null=False, default=None)
    reason = Text(null=False, default=None)
    look_again_on = Date(null=False, default=None)
    at = Timestamptz(null=False, default=None)
    by_staff_id = BigInt(null=False, default=None)
    by_name = Text(null=False, default=None)
