"""What can be measured or looked at, in one list: the key, the name a nurse uses, the unit a value is stored in.

A protocol, a rule and a result that name something outside this list are refused: "PSA" is one thing everywhere.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec


class Sort(StrEnum):
    """How the person comes by it; windows differ between a blood test and a scan."""

    BLOOD = "blood"
    IMAGING = "imaging"
    ENDOSCOPY = "endoscopy"


class Analyte(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is measured (with a unit) or looked at (`unit` is None: the answer is a coded report)."""

    key: str
    name: str
    sort: Sort
    unit: str | None


def _listed(*analytes: Analyte) -> Mapping[str, Analyte]:
    return MappingProxyType({analyte.key: analyte for analyte in analytes})


ANALYTES = _listed(
    Analyte(key="psa", name="PSA", sort=Sort.BLOOD, unit="ug/L"),
    Analyte(key="cea", name="CEA", sort=Sort.BLOOD, unit="ug/L"),
    Analyte(key="mammogram", name="Mammogram", sort=Sort.IMAGING, unit=None),
    Analyte(key="ct-chest-abdomen-pelvis", name="CT scan", sort=Sort.IMAGING, unit=None),
    Analyte(key="colonoscopy", name="Colonoscopy", sort=Sort.ENDOSCOPY, unit=None),
)


def name_of(key: str) -> str:
    """The name a nurse reads; a key we do not know is shown as it is, never hidden."""
    known = ANALYTES.get(key)
    return known.name if known else key
