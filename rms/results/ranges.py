"""The upper limit of a reference range as a laboratory writes it; nothing is guessed from a range that is not plain."""

import re
from decimal import Decimal

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_BETWEEN = re.compile(rf"\s*{_NUMBER}\s*(?:-|–|to)\s*({_NUMBER})\s*", re.ASCII)
_BELOW = re.compile(rf"\s*(?:<|<=|≤)\s*({_NUMBER})\s*", re.ASCII)


def upper_limit(text: str) -> Decimal | None:
    """Read `0.0 - 4.0`, `0-4`, `< 4` or `<= 4`, in the sender's unit; None for everything else."""
    found = _BETWEEN.fullmatch(text) or _BELOW.fullmatch(text)
    return Decimal(found[1]) if found else None
