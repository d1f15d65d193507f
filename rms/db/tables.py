"""The row about the database itself, and what is asked of the clock of a demo."""

from piccolo.columns import UUID, BigSerial, Boolean, Integer, Interval, Text, Timestamptz
from piccolo.table import Table


class DatabaseStateRow(Table, tablename="database_state"):
    """What kind of database this is, and its civil clock."""

    only_row = Boolean(primary_key=True, default=True)
    mode = Text(null=False, default=None)
    civil_offset = Interval(null=False, default=None)
    incarnation = Integer(null=False, default=None)
    sending = Text(null=False, default=None)
    sending_reason = Text(null=True, default=None)


class WorkerPulseRow(Table, tablename="worker_pulse"):
    """When the worker last did its round, on the real clock, and its last long silence."""

    only_row = Boolean(primary_key=True, default=True)
    beat_at = Timestamptz(null=False, default=None)
    silent_from = Timestamptz(null=True, default=None)
    silent_until = Timestamptz(null=True, default=None)


class ClockMoveRow(Table, tablename="clock_move"):
    """That the civil clock of a demo is to move on by some days, and how far it is. Reached by definer functions only."""

    id = BigSerial(null=False, primary_key=True)
    days_asked = Integer(null=False, default=None)
    days_done = Integer(null=False, default=None)
    asked_at = Timestamptz(null=False, default=None)
    stop_asked_at = Timestamptz(null=True, default=None)
    held_by = UUID(null=True, default=None)
    held_until = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
