"""The number of a version in an address. Pure."""

from typing import Final

from rms.errors import NotFound

#: What a column of whole numbers can hold.
_MOST: Final = 2_147_483_647


def held_version(version: int) -> int:
    """A version as a column can hold it. NotFound for any other number."""
    if not 0 < version <= _MOST:
        raise NotFound("There is no such version.")
    return version
