"""Peers, the inbox and imports.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Bytea,
    Date,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class PeerRow(Table, tablename="peer"):
    """A row of peer."""

    id = Serial(null=False, primary_key=True)
    name = Text(null=False, default=None)
    sending_application = Text(null=True, default=None)
    sending_facility = Text(null=True, default=None)
    addresses = Array(base_column=Text(), null=False, default=None)
    created_at = Timestamptz(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)


class PeerOrganisationRow(Table, tablename="peer_organisation"):
    """A row of peer_organisation."""

    peer_id = Integer(null=False, default=None)
    organisation_id = SmallInt(null=False, default=None, primary_key=True)


class InboxRow(Table, tablename="inbox"):
    """A row of inbox."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    peer_id = Integer(null=True, default=None)
    peer_address = Text(null=False, default=None)
    raw_bytes = Bytea(null=False, default=None, db_column_name="raw")
    sha256 = Bytea(null=False, default=None)
    control_id = Text(null=True, default=None)
    answered = Text(null=False, default=None)
    frame_fault = Text(null=True, default=None)
    received_at = Timestamptz(null=False, default=None)
    received_civil_at = Timestamptz(null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    kind = Text(null=True, default=None)
    duplicate_of = BigInt(null=True, default=None)
    attempts = SmallInt(null=False, default=None)
    epoch = Integer(null=False, default=None)
    lease_until = Timestamptz(null=True, default=None)
    handled_at = Timestamptz(null=True, default=None)
    asked_organisation_id = SmallInt(null=True, default=None)
    asked_alert_id = BigInt(null=True, default=None)


class InboxFilingRow(Table, tablename="inbox_filing"):
    """A row of inbox_filing."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    inbox_id = BigInt(null=False, default=None)
    patient_id = BigInt(null=True, default=None)
    alert_id = BigInt(null=True, default=None)
    state = Text(null=False, default=None)
    reason = Text(null=True, default=None)
    at = Timestamptz(null=False, default=None)


class CodeMapRow(Table, tablename="code_map"):
    """A row of code_map."""

    id = BigSerial(null=False, primary_key=True)
    peer_id = Integer(null=False, default=None)
    local_code = Text(null=False, default=None)
    local_text = Text(null=True, default=None)
    analyte = Text(null=False, default=None)
    unit = Text(null=True, default=None)
    valid_from = Date(null=False, default=None)
    valid_until = Date(null=True, default=None)
    made_by = Text(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    taken_back_at = Timestamptz(null=True, default=None)
    taken_back_by = Text(null=True, default=None)


class CodeMapOwnRow(Table, tablename="code_map_own"):
    """A row of code_map_own."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    peer_id = Integer(null=False, default=None)
    local_code = Text(null=False, default=None)
    local_text = Text(null=True, default=None)
    analyte = Text(null=False, default=None)
    made_by = Text(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    taken_back_at = Timestamptz(null=True, default=None)
    taken_back_by = Text(null=True, default=None)


class ImportBatchRow(Table, tablename="import_batch"):
    """A row of import_batch."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    kind = Text(null=False, default=None)
    file_name = Text(null=False, default=None)
    sha256 = Bytea(null=False, default=None)
    counts = JSONB(null=False, default=None)
    state = Text(null=False, default=None)
    staged_at = Timestamptz(null=False, default=None)
    staged_by = Text(null=False, default=None)
    settled_at = Timestamptz(null=True, default=None)
    settled_by = Text(null=True, default=None)


class ImportRowRow(Table, tablename="import_row"):
    """A row of import_row."""

    organisation_id = SmallInt(null=False, default=None)
    batch_id = BigInt(null=False, default=None)
    row_number = Integer(null=False, default=None, primary_key=True)
    place = Text(null=False, default=None)
    action = Text(null=False, default=None)
    payload = JSONB(null=False, default=None)
    faults = JSONB(null=False, default=None)
    patient_id = BigInt(null=True, default=None)
