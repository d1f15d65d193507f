"""What a browser sent in a form, as plain pairs. Must not know what the fields mean.

We read the body ourselves: Litestar keeps the last thousand form bodies in a cache, and ours hold passwords, birth
dates and answers.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from rms.errors import BadInput

MOST_FIELDS: Final = 500
_KEY = "rms_submitted"


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """Names and values in the order they came; a name may come more than once. Files are not among them."""

    pairs: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field, cleaned, without the empty ones."""
        return tuple(value for key, value in self.pairs if key == name and value)

    def one(self, name: str) -> str:
        """Give the last value of a field; empty when it was not sent."""
        values = self.all(name)
        return values[-1] if values else ""


def submitted(pairs: Iterable[tuple[str, str]]) -> Submitted:
    """Clean what was typed: one way to write each letter, plain line ends, no control characters, trimmed."""
    return Submitted(pairs=tuple((name, _cleaned(value)) for name, value in pairs))


async def read_submitted(request: Request[Any, Any, Any]) -> Submitted:
    """Read the form of a request, once. Raises BadInput when it cannot be read."""
    known = request.scope["state"].get(_KEY)
    if isinstance(known, Submitted):
        return known
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        found = submitted(_pairs(await request.body()))
    elif kind == "multipart/form-data":
        form = await request.form()
        found = submitted((name, value) for name, value in form.multi_items() if isinstance(value, str))
    else:
        found = Submitted(pairs=())
    request.scope["state"][_KEY] = found
    return found


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadInput("The form could not be read.") from error


def _cleaned(value: str) -> str:
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in lines if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs")).strip()
