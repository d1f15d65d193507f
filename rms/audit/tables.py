"""Who did what and who looked; append-only.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from piccolo.columns import JSONB, BigInt, BigSerial, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from rms.db.columns import TransactionId


class AuditEntryRow(Table, tablename="audit_entry"):
    """A row of audit_entry."""

    id = BigSerial(null=False, primary_key=True)
    incarnation = Integer(null=False, default=None)
    xid = TransactionId(null=False, default=None)
    at = Timestamptz(null=False, default=None)
    civil_at = Timestamptz(null=False, default=None)
    organisation_id = SmallInt(null=True, default=None)
    actor_kind = Text(null=False, default=None)
    actor_id = BigInt(null=True, default=None)
    actor_name = Text(null=False, default=None)
    verb = Text(null=False, default=None)
    subject_kind = Text(null=False, default=None)
    subject_id = BigInt(null=True, default=None)
    patient_id = BigInt(null=True, default=None)
    reason = Text(null=True, default=None)
    details = JSONB(null=False, default=None)


class AuditSealRow(Table, tablename="audit_seal"):
    """A row of audit_seal."""

    number = Integer(null=False, default=None, primary_key=True)
    incarnation = Integer(null=False, default=None)
    from_xid = TransactionId(null=False, default=None)
    to_xid = TransactionId(null=False, default=None)
    entry_count = Integer(null=False, default=None)
    previous_digest = Bytea(null=False, default=None)
    digest = Bytea(null=False, default=None)
    signature = Bytea(null=False, default=None)
    sealed_at = Timestamptz(null=False, default=None)
