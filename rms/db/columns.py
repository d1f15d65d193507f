"""Column kinds that PostgreSQL has and Piccolo has not."""

from piccolo.columns import Text


class TransactionId(Text):
    """A 64-bit transaction id (`xid8`); it travels as text."""

    @property
    def column_type(self) -> str:
        """The name PostgreSQL gives this type."""
        return "XID8"
