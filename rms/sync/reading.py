"""What reading a file of people gives: the people, every fault at once, and counts that add up.

Shared by all formats. `place` of a fault says where to look in the words of the format: `row 4, column Date of birth`
in a spreadsheet, a JSON path in a bundle. Sentences never repeat what was in the file, so that they can be shown and
stored without carrying a person's details.
"""

from collections.abc import Mapping

import msgspec

from rms.people.model import RegisterPerson


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that cannot be read. `row` counts as the spreadsheet shows it (the header is row 1)."""

    place: str
    sentence: str
    row: int | None = None
    column: str | None = None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows (or bundle entries) came in and what became of each. `ignored` holds a number for each reason."""

    read: int
    used: int
    held_back: int
    ignored: Mapping[str, int] = {}

    @property
    def add_up(self) -> bool:
        """Whether everything that came in is accounted for."""
        return self.read == self.used + self.held_back + sum(self.ignored.values())


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """People who can be staged, faults, counts. A person with a fault is held back whole, never read in part."""

    people: tuple[RegisterPerson, ...]
    faults: tuple[Fault, ...]
    counts: Counts


def refused(sentence: str, *, place: str = "file") -> Reading:
    """Give the reading of a file that cannot be read at all."""
    return Reading(
        people=(), faults=(Fault(place=place, sentence=sentence),), counts=Counts(read=0, used=0, held_back=0)
    )
