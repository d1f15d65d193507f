"""Observations and their versions.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import UUID, BigInt, BigSerial, Boolean, Bytea, Date, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table


class ResultRow(Table, tablename="result"):
    """A row of result."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    source_key = Text(null=False, default=None)
    analyte = Text(null=True, default=None)
    code = Text(null=True, default=None)
    code_text = Text(null=True, default=None)
    sample_at = Timestamptz(null=False, default=None)
    occurrence_id = BigInt(null=True, default=None)
    plan_id = BigInt(null=True, default=None)
    team_id = Integer(null=False, default=None)
    current_version_id = BigInt(null=True, default=None)
    review_state = Text(null=False, default=None)
    review_due_on = Date(null=True, default=None)
    is_history = Boolean(null=False, default=None)
    filed_at = Timestamptz(null=False, default=None)


class ResultVersionRow(Table, tablename="result_version"):
    """A row of result_version."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    result_id = BigInt(null=False, default=None)
    digest = Bytea(null=False, default=None)
    status = Text(null=False, default=None)
    status_rank = SmallInt(null=False, default=None)
    reported_at = Timestamptz(null=False, default=None)
    value_text = Text(null=False, default=None)
    number = Numeric(null=True, default=None)
    comparator = Text(null=False, default=None)
    unit_sent = Text(null=False, default=None)
    unit = Text(null=True, default=None)
    reference_range = Text(null=True, default=None)
    upper_limit = Numeric(null=True, default=None)
    flags = Text(null=True, default=None)
    method = Text(null=True, default=None)
    notes = Text(null=True, default=None)
    inbox_id = BigInt(null=True, default=None)
    entered_by_staff_id = BigInt(null=True, default=None)
    checked_by_staff_id = BigInt(null=True, default=None)
    received_at = Timestamptz(null=False, default=None)
