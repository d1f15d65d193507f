"""Tests that everybody has and nobody here follows: recognised by their words, so that only what is strange is asked about.

Words, never codes: a laboratory's own code means what it likes. Being on this list files nothing; it only says that an
unknown code beside these words is no riddle. What looks like a followed test is asked about before this list is read. The names
are those of the common profiles of a hospital laboratory (blood count, kidney, liver, bone, lipids, thyroid, clotting, iron).
"""

import re
from collections.abc import Iterable
from typing import Final

from rms.results.model import Code

#: Found anywhere in the words, without spaces and marks.
_PARTS: Final = (
    "haemoglobin", "hemoglobin", "whitecell", "whiteblood", "redcell", "redblood", "platelet", "haematocrit", "hematocrit",
    "neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil", "reticulocyte", "bloodcount", "packedcell", "meancell",
    "sodium", "potassium", "chloride", "bicarbonate", "creatinine", "glomerularfiltration", "electrolyte", "calcium",
    "phosphate", "magnesium", "albumin", "globulin", "totalprotein", "bilirubin", "alkalinephosphatase", "transaminase",
    "aminotransferase", "gammaglutamyl", "gammagt", "liverfunction", "kidneyfunction", "renalfunction", "boneprofile",
    "thyroid", "thyroxine", "cholesterol", "triglyceride", "lipid", "glucose", "reactiveprotein", "sedimentation",
    "prothrombin", "fibrinogen", "thromboplastin", "clotting", "coagulation", "ferritin", "transferrin", "folate",
    "vitaminb12", "vitamind", "amylase", "troponin", "testosterone", "lactatedehydrogenase", "ca125", "ca153", "ca199",
    "fetoprotein", "foetoprotein", "gonadotrophin", "freepsa", "psaratio",
)  # fmt: skip
#: Whole words only: inside other words they mean nothing.
_WORDS: Final = frozenset({
    "fbc", "cbc", "wbc", "wcc", "rbc", "hb", "hgb", "hct", "pcv", "plt", "mcv", "mch", "mchc", "rdw", "mpv", "u&e", "ue", "na",
    "urea", "egfr", "lft", "lfts", "alt", "ast", "alp", "ggt", "ldh", "crp", "esr", "inr", "aptt", "hba1c", "hdl", "ldl", "tsh",
    "ft4", "ft3", "urate", "iron", "tibc", "bnp", "afp", "hcg",
})  # fmt: skip


def is_ordinary(codes: Iterable[Code]) -> bool:
    """Whether the words beside a code name a common test that nobody follows here."""
    return any(_names_one(code.text) for code in codes if code.text)


def _names_one(text: str) -> bool:
    folded = text.casefold()
    letters = "".join(letter for letter in folded if letter.isalnum())
    words = re.split(r"[^a-z0-9&]+", folded)
    return any(part in letters for part in _PARTS) or any(word in _WORDS for word in words)
