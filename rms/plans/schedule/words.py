"""Words that the sentences of a schedule share."""

from collections.abc import Mapping
from datetime import date

from rms.alerts.model import Anchor

ANCHOR_WORDS: Mapping[Anchor, str] = {
    Anchor.SURGERY: "surgery",
    Anchor.END_OF_TREATMENT: "the end of treatment",
    Anchor.DIAGNOSIS: "diagnosis",
    Anchor.PRE_TREATMENT_SCAN: "the scan before treatment",
}


def day(on: date) -> str:
    """3 March 2027"""
    return f"{on.day} {on:%B %Y}"
