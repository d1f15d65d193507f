"""Words that the sentences of a schedule share."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from rms.alerts.model import Anchor
from rms.plans.protocol.language import Way

ANCHOR_WORDS: Mapping[Anchor, str] = {
    Anchor.SURGERY: "surgery",
    Anchor.END_OF_TREATMENT: "the end of treatment",
    Anchor.DIAGNOSIS: "diagnosis",
    Anchor.PRE_TREATMENT_SCAN: "the scan before treatment",
}

WAY_WORDS: Mapping[Way, str] = {Way.CLINIC: "in clinic", Way.TELEPHONE: "by telephone", Way.VIDEO: "by video"}


def months_later(months: int) -> str:
    """3 months, 18 months, 1 year, 8 years: whole years are said as years."""
    years, rest = divmod(months, 12)
    if rest == 0 and years > 0:
        return f"{years} year{'' if years == 1 else 's'}"
    return f"{months} month{'' if months == 1 else 's'}"


@lru_cache(maxsize=4096)  # working out a plan names the same few days again and again
def day(on: date) -> str:
    """3 March 2027"""
    return f"{on.day} {on:%B %Y}"
