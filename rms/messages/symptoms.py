"""What a person is asked to tell their team about between tests, by tumour site. Clinical wording, plainly put.

Written by us as an example and signed off by nobody: a live database shows none of it until a trust has a list of its
own that a named clinician signed. Each list says where it comes from. The words are ours, for a reading age of nine.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from rms.people.model import TumourSite

#: Raised with any change of the words, so that a stored letter says which list it carried.
VERSION: Final = 1
_OURS: Final = "Our example after NHS public advice on coming back for help after treatment; not signed off"


class Symptoms(msgspec.Struct, frozen=True, kw_only=True):
    """One list. `lines` read after "tell us if you have"."""

    lines: tuple[str, ...]
    source: str


_ANY: Final = (
    "a new pain that lasts more than two weeks",
    "a new lump",
    "lost weight without trying",
    "anything else that is new, does not go away, or worries you",
)
SYMPTOMS: Final[Mapping[TumourSite | None, Symptoms]] = {
    TumourSite.UROLOGY: Symptoms(
        lines=(
            "a new pain in your bones or back that does not go away",
            "blood in your pee, or trouble with peeing that is new",
            *_ANY[2:],
        ),
        source=_OURS,
    ),
    TumourSite.BREAST: Symptoms(
        lines=(
            "a new lump or thickening in your breast, chest or armpit",
            "a change in the skin or the nipple",
            "a new pain in your bones that does not go away",
            "being short of breath, or a cough that does not go away",
            _ANY[3],
        ),
        source=_OURS,
    ),
    TumourSite.COLORECTAL: Symptoms(
        lines=(
            "blood in your poo, or bleeding from your bottom",
            "poo that is looser, or a change in how often you go, for more than three weeks",
            "a new pain or swelling in your tummy",
            *_ANY[2:],
        ),
        source=_OURS,
    ),
    None: Symptoms(lines=_ANY, source=_OURS),
}


def symptoms_for(site: str | None, *, live: bool) -> tuple[str, ...]:
    """The list of a tumour site, else the general one; nothing in a live database, where nobody has signed it."""
    if live:
        return ()
    known = next((one for one in TumourSite if one == site), None)
    return SYMPTOMS.get(known, SYMPTOMS[None]).lines
