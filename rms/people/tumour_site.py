"""From a diagnosis code to one of the 13 tumour sites, with the reason in a sentence.

The groups follow the COSD choice of record: one record type for each of twelve site groups and a core record for the
rest. Where a code names no primary (a secondary, an ill-defined site) or also covers benign growths, the finding says
that it is not certain and a person chooses. Nothing here decides a plan.

Sources: the tumour site groups of COSD; ICD-10 fifth edition, chapter II; SNOMED CT.
"""

import re
from collections.abc import Mapping

import msgspec

from rms.dates import PartialDate, age_on
from rms.people.model import Sex, TumourSite

_S = TumourSite


class SiteFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a code says. `site` is None when follow-up does not look after it; `organ_site` differs from `site` only
    for people under 25, who belong to CTYA whatever the organ. `certain` False: a person must look."""

    site: TumourSite | None
    because: str
    organ_site: TumourSite | None = None
    certain: bool = True
    secondary: bool = False

    @property
    def recorded(self) -> TumourSite | None:
        """The site to record: None while the code leaves the organ open and a person must choose."""
        return self.site if self.certain or self.site is not TumourSite.OTHER else None


class _Range(msgspec.Struct, frozen=True):
    """First and last category (three or four characters, both included), site, and what the range holds."""

    first: str
    last: str
    site: TumourSite
    what: str
    certain: bool = True


# Four-character rows stand before the three-character row that surrounds them: the first match decides.
_ICD10 = (
    _Range("C00", "C14", _S.HEAD_AND_NECK, "lip, mouth, salivary glands and throat"),
    _Range("C15", "C17", _S.UPPER_GI, "oesophagus, stomach and small intestine"),
    _Range("C18", "C21", _S.COLORECTAL, "colon, rectum and anus"),
    _Range("C22", "C25", _S.UPPER_GI, "liver, gallbladder, bile ducts and pancreas"),
    _Range("C26", "C26", _S.OTHER, "digestive organs, ill-defined", certain=False),
    _Range("C30", "C32", _S.HEAD_AND_NECK, "nose, sinuses, middle ear and larynx"),
    _Range("C33", "C34", _S.LUNG, "trachea, bronchus and lung"),
    _Range("C37", "C39", _S.LUNG, "thymus, mediastinum, pleura and chest"),
    _Range("C40", "C41", _S.SARCOMA, "bone and joint cartilage"),
    _Range("C43", "C44", _S.SKIN, "melanoma and other skin cancer"),
    _Range("C45", "C45", _S.LUNG, "mesothelioma"),
    _Range("C46", "C47", _S.SARCOMA, "Kaposi sarcoma and peripheral nerves"),
    _Range("C48.0", "C48.0", _S.SARCOMA, "retroperitoneum"),
    _Range("C48", "C48", _S.GYNAECOLOGY, "peritoneum, cared for with ovarian cancer"),
    _Range("C49", "C49", _S.SARCOMA, "connective and soft tissue"),
    _Range("C50", "C50", _S.BREAST, "breast"),
    _Range("C51", "C58", _S.GYNAECOLOGY, "female genital organs"),
    _Range("C60", "C63", _S.UROLOGY, "penis, prostate, testis and male genital organs"),
    _Range("C64", "C68", _S.UROLOGY, "kidney, bladder and urinary tract"),
    _Range("C69", "C69", _S.OTHER, "eye", certain=False),
    _Range("C70", "C72", _S.CNS, "meninges, brain, spinal cord and cranial nerves"),
    _Range("C73", "C73", _S.HEAD_AND_NECK, "thyroid"),
    _Range("C74", "C74", _S.OTHER, "adrenal gland"),
    _Range("C75.0", "C75.0", _S.HEAD_AND_NECK, "parathyroid"),
    _Range("C75.1", "C75.3", _S.CNS, "pituitary, craniopharyngeal duct and pineal gland"),
    _Range("C75.4", "C75.4", _S.HEAD_AND_NECK, "carotid body"),
    _Range("C75", "C75", _S.OTHER, "endocrine glands"),
    _Range("C76", "C76", _S.OTHER, "an ill-defined site", certain=False),
    _Range("C80", "C80", _S.OTHER, "an unknown primary"),
    _Range("C81", "C96", _S.HAEMATOLOGY, "lymphoma, myeloma and leukaemia"),
    _Range("C97", "C97", _S.OTHER, "several independent primaries", certain=False),
    _Range("D00.0", "D00.0", _S.HEAD_AND_NECK, "in situ, mouth and throat"),
    _Range("D00", "D00", _S.UPPER_GI, "in situ, oesophagus and stomach"),
    _Range("D01.0", "D01.3", _S.COLORECTAL, "in situ, colon, rectum and anus"),
    _Range("D01.4", "D01.5", _S.UPPER_GI, "in situ, small intestine, liver and bile ducts"),
    _Range("D01", "D01", _S.OTHER, "in situ, digestive organs, not further named", certain=False),
    _Range("D02.0", "D02.0", _S.HEAD_AND_NECK, "in situ, larynx"),
    _Range("D02.1", "D02.2", _S.LUNG, "in situ, trachea and lung"),
    _Range("D02", "D02", _S.OTHER, "in situ, respiratory system, not further named", certain=False),
    _Range("D03", "D04", _S.SKIN, "in situ, melanoma and skin"),
    _Range("D05", "D05", _S.BREAST, "in situ, breast"),
    _Range("D06", "D06", _S.GYNAECOLOGY, "in situ, cervix"),
    _Range("D07.0", "D07.3", _S.GYNAECOLOGY, "in situ, female genital organs"),
    _Range("D07.4", "D07.6", _S.UROLOGY, "in situ, penis, prostate and male genital organs"),
    _Range("D09.0", "D09.1", _S.UROLOGY, "in situ, bladder and urinary tract"),
    _Range("D09.2", "D09.2", _S.OTHER, "in situ, eye", certain=False),
    _Range("D09.3", "D09.3", _S.HEAD_AND_NECK, "in situ, thyroid and endocrine glands", certain=False),
    _Range("D09", "D09", _S.OTHER, "in situ, not further named", certain=False),
    _Range("D32", "D33", _S.CNS, "benign, meninges, brain and nerves of the head"),
    _Range("D35.2", "D35.4", _S.CNS, "benign, pituitary and pineal gland"),
    _Range("D37.0", "D37.0", _S.HEAD_AND_NECK, "uncertain behaviour, mouth and throat"),
    _Range("D37.3", "D37.5", _S.COLORECTAL, "uncertain behaviour, appendix, colon and rectum"),
    _Range("D37.1", "D37.6", _S.UPPER_GI, "uncertain behaviour, stomach, small intestine, liver and bile ducts"),
    _Range("D37", "D37", _S.OTHER, "uncertain behaviour, digestive organs, not further named", certain=False),
    _Range("D38.0", "D38.0", _S.HEAD_AND_NECK, "uncertain behaviour, larynx"),
    _Range("D38", "D38", _S.LUNG, "uncertain behaviour, lung and chest"),
    _Range("D39", "D39", _S.GYNAECOLOGY, "uncertain behaviour, female genital organs"),
    _Range("D40", "D41", _S.UROLOGY, "uncertain behaviour, male genital and urinary organs"),
    _Range("D42", "D43", _S.CNS, "uncertain behaviour, meninges, brain and spinal cord"),
    _Range("D44.0", "D44.0", _S.HEAD_AND_NECK, "uncertain behaviour, thyroid"),
    _Range("D44.2", "D44.2", _S.HEAD_AND_NECK, "uncertain behaviour, parathyroid"),
    _Range("D44.3", "D44.5", _S.CNS, "uncertain behaviour, pituitary and pineal gland"),
    _Range("D44.6", "D44.6", _S.HEAD_AND_NECK, "uncertain behaviour, carotid body"),
    _Range("D44", "D44", _S.OTHER, "uncertain behaviour, endocrine glands", certain=False),
    _Range("D45", "D47", _S.HAEMATOLOGY, "blood and bone marrow, of uncertain behaviour"),
    _Range("D48.0", "D48.4", _S.SARCOMA, "uncertain behaviour, bone, soft tissue and peritoneum"),
    _Range("D48.5", "D48.5", _S.SKIN, "uncertain behaviour, skin"),
    _Range("D48.6", "D48.6", _S.BREAST, "uncertain behaviour, breast"),
    _Range("D48", "D48", _S.OTHER, "uncertain behaviour, not further named", certain=False),
)

_CODE = re.compile(r"([A-Z]\d\d)(?:\.?(\d)\d?|\.?[X-])?[AD]?")


def normal_icd10(text: str) -> str | None:
    """Write a code as `C61` or `C18.7`, however it was typed (`c187`, `C61X`); None when it is no ICD-10 code."""
    match = _CODE.fullmatch(text.strip().upper())
    if match is None:
        return None
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def site_of_icd10(text: str, *, sex: Sex = Sex.UNKNOWN, age_at_diagnosis: int | None = None) -> SiteFinding:
    """Say which tumour site an ICD-10 code belongs to. `age_at_diagnosis` in whole years, None when not known."""
    code = normal_icd10(text)
    if code is None:
        return SiteFinding(site=None, because=f"{text!r} is not an ICD-10 code.", certain=False)
    if "C77" <= code < "C80":
        because = f"{code} names a secondary cancer; the primary decides the tumour site."
        return SiteFinding(
            site=TumourSite.OTHER, organ_site=TumourSite.OTHER, because=because, certain=False, secondary=True
        )
    row = next((row for row in _ICD10 if _covers(row, code)), None)
    if row is None:
        return SiteFinding(site=None, because=f"{code} is not a cancer that is followed up.")
    if row.site is TumourSite.GYNAECOLOGY and sex is Sex.MALE:
        because = f"{code} is {row.what}, but the person is recorded as male."
        return SiteFinding(site=TumourSite.OTHER, organ_site=row.site, because=because, certain=False)
    finding = SiteFinding(site=row.site, organ_site=row.site, because=f"{code} is {row.what}.", certain=row.certain)
    return _young(finding, age_at_diagnosis)


def _covers(row: _Range, code: str) -> bool:
    return row.first <= code[: len(row.first)] and code[: len(row.last)] <= row.last


def _young(finding: SiteFinding, age: int | None) -> SiteFinding:
    if age is None or not 0 <= age < 25:
        return finding
    because = f"{finding.because} At {age} at diagnosis the person belongs to children, teenagers and young adults."
    return msgspec.structs.replace(finding, site=TumourSite.CTYA, because=because)


def age_at(day: PartialDate | None, *, born_on: PartialDate) -> int | None:
    """Give the age in whole years on a day, None when it is not known; of two possible ages, the younger."""
    if day is None or day.earliest < born_on.latest:
        return None
    return age_on(day.earliest, born_on=born_on.latest)


class _Concept(msgspec.Struct, frozen=True):
    """What one SNOMED CT concept says. `icd10` is the category it stands for, None for a secondary or a suspicion."""

    icd10: str | None
    what: str
    certain: bool = True
    secondary: bool = False


# The concepts that cancer records use for the sites we have protocols for, and those of the Synthea modules.
_SNOMED: Mapping[str, _Concept] = {
    "399068003": _Concept("C61", "malignant tumour of prostate"),
    "93974005": _Concept("C61", "primary malignant neoplasm of prostate"),
    "126906006": _Concept("C61", "neoplasm of prostate, a word that also covers benign growths", certain=False),
    "92691004": _Concept("D07.5", "carcinoma in situ of prostate"),
    "314994000": _Concept(None, "metastasis from prostate cancer", secondary=True),
    "363406005": _Concept("C18", "malignant tumour of colon"),
    "93761005": _Concept("C18", "primary malignant neoplasm of colon"),
    "109838007": _Concept("C18.8", "overlapping malignant neoplasm of colon"),
    "363351006": _Concept("C20", "malignant tumour of rectum"),
    "94260004": _Concept(None, "secondary malignant neoplasm of colon", secondary=True),
    "254837009": _Concept("C50", "malignant neoplasm of breast"),
    "254637007": _Concept("C34", "non-small cell lung cancer"),
    "424132000": _Concept("C34", "non-small cell lung cancer, stage 1"),
    "254632001": _Concept("C34", "small cell lung cancer"),
}


def site_of_snomed(
    code: str, *, sex: Sex = Sex.UNKNOWN, age_at_diagnosis: int | None = None
) -> tuple[SiteFinding, str | None] | None:
    """Say which site a SNOMED CT concept belongs to, with the ICD-10 category it stands for; None: not known here."""
    concept = _SNOMED.get(code.strip())
    if concept is None:
        return None
    said = f"SNOMED CT {code.strip()} is {concept.what}."
    if concept.icd10 is None:
        because = f"{said} It names a secondary cancer; the primary decides the tumour site."
        return SiteFinding(site=TumourSite.OTHER, because=because, certain=False, secondary=True), None
    finding = site_of_icd10(concept.icd10, sex=sex, age_at_diagnosis=age_at_diagnosis)
    certain = finding.certain and concept.certain
    return msgspec.structs.replace(finding, because=f"{said} {finding.because}", certain=certain), concept.icd10
