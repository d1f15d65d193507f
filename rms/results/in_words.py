"""Which followed tests a free text speaks of. Pure. It makes no number of anything: it only says that a person must read.

A laboratory that adds a test by hand, or passes on what another one measured, may write it into a comment ("PSA by
referral laboratory: 12.3 ug/L"). Whether that is a result, an old one or a remark, only a reader can tell.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_WORDS: Mapping[str, re.Pattern[str]] = MappingProxyType({
    "psa": re.compile(r"(?<![^\W\d_])[ts]?p\.?s\.?a(?![^\W\d_])|prostat\w*[\W_]+spec", re.IGNORECASE),
    "cea": re.compile(r"(?<![^\W\d_])c\.?e\.?a(?![^\W\d_])|carcino[\W_]*embr", re.IGNORECASE),
})  # fmt: skip


def named_in(text: str) -> frozenset[str]:
    """The followed tests that a text names."""
    return frozenset(analyte for analyte, words in _WORDS.items() if words.search(text))
