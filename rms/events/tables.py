"""What must be told to the register.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import JSONB, UUID, BigInt, BigSerial, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table


class EventRow(Table, tablename="event"):
    """A row of event."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    kind = Text(null=False, default=None)
    cause_kind = Text(null=False, default=None)
    cause_id = BigInt(null=False, default=None)
    payload = JSONB(null=False, default=None)
    state = Text(null=False, default=None)
    state_reason = Text(null=True, default=None)
    held_until = Timestamptz(null=False, default=None)
    next_attempt_at = Timestamptz(null=False, default=None)
    attempts = Integer(null=False, default=None)
    epoch = Integer(null=False, default=None)
    lease_until = Timestamptz(null=True, default=None)
    failing_since = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    delivered_at = Timestamptz(null=True, default=None)
