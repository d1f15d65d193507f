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
    Analyte(key="afp", name="AFP", sort=Sort.BLOOD, unit="kU/L"),
    Analyte(key="hcg", name="hCG", sort=Sort.BLOOD, unit="IU/L"),
    Analyte(key="ldh", name="LDH", sort=Sort.BLOOD, unit="U/L"),
    Analyte(key="ca125", name="CA125", sort=Sort.BLOOD, unit="kU/L"),
    Analyte(key="egfr", name="eGFR", sort=Sort.BLOOD, unit="mL/min/1.73m2"),
    Analyte(key="creatinine", name="Creatinine", sort=Sort.BLOOD, unit="umol/L"),
    Analyte(key="calcium", name="Calcium", sort=Sort.BLOOD, unit="mmol/L"),
    Analyte(key="paraprotein", name="Paraprotein", sort=Sort.BLOOD, unit="g/L"),
    Analyte(key="haemoglobin", name="Haemoglobin", sort=Sort.BLOOD, unit="g/L"),
    Analyte(key="platelets", name="Platelets", sort=Sort.BLOOD, unit="10*9/L"),
    Analyte(key="lymphocytes", name="Lymphocytes", sort=Sort.BLOOD, unit="10*9/L"),
    Analyte(key="tsh", name="TSH", sort=Sort.BLOOD, unit="mIU/L"),
    Analyte(key="thyroglobulin", name="Thyroglobulin", sort=Sort.BLOOD, unit="ug/L"),
    Analyte(key="thyroglobulin-antibodies", name="Thyroglobulin antibodies", sort=Sort.BLOOD, unit="kU/L"),
    Analyte(key="testosterone", name="Testosterone", sort=Sort.BLOOD, unit="nmol/L"),
    Analyte(key="mammogram", name="Mammogram", sort=Sort.IMAGING, unit=None),
    Analyte(key="ct-chest-abdomen-pelvis", name="CT scan", sort=Sort.IMAGING, unit=None),
    Analyte(key="ct-abdomen-pelvis", name="CT scan of abdomen and pelvis", sort=Sort.IMAGING, unit=None),
    Analyte(key="ct-chest", name="CT scan of the chest", sort=Sort.IMAGING, unit=None),
    Analyte(key="ct-head-to-pelvis", name="CT scan from head to pelvis", sort=Sort.IMAGING, unit=None),
    Analyte(key="chest-x-ray", name="Chest X-ray", sort=Sort.IMAGING, unit=None),
    Analyte(key="mri-prostate", name="MRI scan of the prostate", sort=Sort.IMAGING, unit=None),
    Analyte(key="mri-pelvis", name="MRI scan of the pelvis", sort=Sort.IMAGING, unit=None),
    Analyte(key="mri-brain", name="MRI scan of the brain", sort=Sort.IMAGING, unit=None),
    Analyte(key="mri-primary-site", name="MRI scan of where the cancer was", sort=Sort.IMAGING, unit=None),
    Analyte(key="ultrasound-liver", name="Ultrasound scan of the liver", sort=Sort.IMAGING, unit=None),
    Analyte(key="ultrasound-nodes", name="Ultrasound scan of lymph nodes", sort=Sort.IMAGING, unit=None),
    Analyte(key="ultrasound-neck", name="Ultrasound scan of the neck", sort=Sort.IMAGING, unit=None),
    Analyte(key="echocardiogram", name="Heart scan (echocardiogram)", sort=Sort.IMAGING, unit=None),
    Analyte(key="dexa", name="Bone density scan", sort=Sort.IMAGING, unit=None),
    Analyte(key="colonoscopy", name="Colonoscopy", sort=Sort.ENDOSCOPY, unit=None),
    Analyte(key="cystoscopy", name="Cystoscopy", sort=Sort.ENDOSCOPY, unit=None),
    Analyte(key="gastroscopy", name="Gastroscopy", sort=Sort.ENDOSCOPY, unit=None),
)


def name_of(key: str) -> str:
    """The name a nurse reads; a key we do not know is shown as it is, never hidden."""
    known = ANALYTES.get(key)
    return known.name if known else key
