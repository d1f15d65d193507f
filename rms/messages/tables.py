"""The outbox and what happened to each message.

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
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class MessageRow(Table, tablename="message"):
    """A row of message."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    plan_id = BigInt(null=True, default=None)
    plan_revision = Integer(null=True, default=None)
    recipient = Text(null=False, default=None)
    cause_kind = Text(null=False, default=None)
    cause_id = BigInt(null=False, default=None)
    purpose = Text(null=False, default=None)
    channel = Text(null=False, default=None)
    attempt = SmallInt(null=False, default=None)
    facts = JSONB(null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    not_before = Timestamptz(null=False, default=None)
    not_after = Timestamptz(null=False, default=None)
    queued_at = Timestamptz(null=False, default=None)
    epoch = Integer(null=False, default=None)
    lease_until = Timestamptz(null=True, default=None)
    called_at = Timestamptz(null=True, default=None)
    ask_after = Timestamptz(null=True, default=None)
    asked = SmallInt(null=False, default=None)
    address = Text(null=True, default=None)
    template_key = Text(null=True, default=None)
    template_version = Integer(null=True, default=None)
    provider = Text(null=True, default=None)
    provider_ref = Text(null=True, default=None)
    accepted_at = Timestamptz(null=True, default=None)
    settled_at = Timestamptz(null=True, default=None)


class MessageEventRow(Table, tablename="message_event"):
    """A row of message_event."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    message_id = BigInt(null=False, default=None)
    kind = Text(null=False, default=None)
    detail = Text(null=True, default=None)
    at = Timestamptz(null=False, default=None)
    recorded_at = Timestamptz(null=False, default=None)


class LetterRow(Table, tablename="letter"):
    """A row of letter."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    message_id = BigInt(null=False, default=None)
    pdf = Bytea(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    printed_at = Timestamptz(null=True, default=None)
    printed_by = Text(null=True, default=None)


class DoorMessageRow(Table, tablename="door_message"):
    """A row of door_message."""

    public_ref = UUID(null=False, default=None, primary_key=True, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    message_id = BigInt(null=False, default=None)


class WordingRow(Table, tablename="wording"):
    """A row of wording."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    purpose = Text(null=False, default=None)
    channel = Text(null=False, default=None)
    version = Integer(null=False, default=None)
    standard_version = Integer(null=False, default=None)
    subject = Text(null=True, default=None)
    body = Text(null=False, default=None)
    drafted_at = Timestamptz(null=False, default=None)
    drafted_by_staff_id = BigInt(null=False, default=None)
    approved_at = Timestamptz(null=True, default=None)
    approved_by_staff_id = BigInt(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by_staff_id = BigInt(null=True, default=None)
    withdrawn_why = Text(null=True, default=None)


class DowntimeListRow(Table, tablename="downtime_list"):
    """A row of downtime_list."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    team_id = Integer(null=False, default=None)
    for_on = Date(null=False, default=None)
    is_nightly = Boolean(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    made_by = Text(null=False, default=None)
    shown = Array(base_column=BigInt(), null=False, default=None)
    lines = Integer(null=False, default=None)
    pdf = Bytea(null=False, default=None)
    filed_at = Timestamptz(null=True, default=None)
