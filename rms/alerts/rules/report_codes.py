"""What the codes of a report say in words. The codes are ours; what a laboratory or a trust sends otherwise stays as it is.

The words say no more than the code: what was seen, never what it means for the person.
"""

from typing import Final

REPORT_WORDS: Final = {
    "no-sign": "nothing of concern seen",
    "stable": "no change since the last one",
    "suspicious": "something suspicious seen",
    "incomplete": "examination incomplete",
    "tumour": "tumour seen",
    "cancer": "cancer found",
    "polyps": "polyps found",
    "progression": "signs of growth",
    "low-bone-density": "low bone density",
    "reduced-function": "reduced heart function",
}


def report_words(code: str) -> str:
    """A code as words; a code that is not one of ours is its own word."""
    return REPORT_WORDS.get(code.strip().lower(), code)
