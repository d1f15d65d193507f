"""What is said of one result: that it is as expected, or who looks at it or talks about it, and by when. One source of each.

A result that is not released is told by a person: of one out of range a page says only that the team wants to talk, and
that only once the nurse's decision can no longer be undone.
"""

from datetime import date
from typing import Final

import msgspec

from rms.alerts.analytes import name_of
from rms.clock import london_date
from rms.dates import add_working_days
from rms.portal.own import OwnResult
from rms.portal.presenters.words import in_words, weekday

LOOKED_AT_WITHIN: Final = 3  # working days
CALLED_WITHIN: Final = 2  # working days
#: About the result alone: a test that is due is still to be had.
NOTHING_TO_DO: Final = "You do not need to do anything about this result."
_WANTS_TO_TALK: Final = "Your team has looked at it and wants to talk to you about it."


class ResultLine(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said about one test that was done. `href` only where there is something to see."""

    sentence: str
    more: str
    href: str | None


def result_line(one: OwnResult, *, today: date) -> ResultLine:
    """One test in a sentence."""
    test, on = name_in_words(one.analyte), in_words(london_date(one.sample_at))
    if one.released:
        return ResultLine(sentence=f"Your {test} of {on}: the result is what we expect for you.",
                          more=NOTHING_TO_DO, href=f"/follow-up/results/{one.ref}")  # fmt: skip
    return ResultLine(sentence=f"We have your {test} of {on}.", more=looking(one, today=today), href=None)


def looking(one: OwnResult, *, today: date) -> str:
    """What is said of a result that is not released: who looks and by when. Never a word about what it is."""
    if one.decided == "repeat":
        return "Your team has looked at it and would like you to have this test once more."
    if is_talked_about(one):
        assert one.decided_at is not None
        called_by = add_working_days(london_date(one.decided_at), CALLED_WITHIN)
        heard = f"by {weekday(called_by)}" if called_by >= today else "by now"
        return f"{_WANTS_TO_TALK} If you have not heard from us {heard}, please call us."
    by = add_working_days(london_date(one.filed_at), LOOKED_AT_WITHIN)
    if by < today:
        return "A nurse is still looking at it. You should have heard from us by now. Please call us."
    return f"A nurse is looking at it. We tell you about it by {weekday(by)}."


def is_talked_about(one: OwnResult) -> bool:
    """Whether it was decided in a way that somebody tells the person about, and not a page."""
    return one.decided not in (None, "in_range", "set_aside", "repeat")


def name_in_words(analyte: str) -> str:
    """PSA blood test; a scan by its own name."""
    name = name_of(analyte)
    return f"{name} blood test" if name.isupper() else name[:1].lower() + name[1:] if not name[:2].isupper() else name
