"""The one row about the database itself."""

from piccolo.columns import Boolean, Integer, Interval, Text
from piccolo.table import Table


class DatabaseStateRow(Table, tablename="database_state"):
    """What kind of database this is, and its civil clock."""

    only_row = Boolean(primary_key=True, default=True)
    mode = Text(null=False, default=None)
    civil_offset = Interval(null=False, default=None)
    incarnation = Integer(null=False, default=None)
    sending = Text(null=False, default=None)
    sending_reason = Text(null=True, default=None)
