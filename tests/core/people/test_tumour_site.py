"""Every code that follow-up uses leads to one of 13 sites with a reason."""

import pytest

from rms.dates import PartialDate
from rms.people.model import Sex, TumourSite
from rms.people.tumour_site import age_at, normal_icd10, site_of_icd10, site_of_snomed

SITES = """
  C61   | urology       | prostate
  C61X  | urology       | the filler that hospitals add
  c187  | colorectal    | typed without a point
  C18.1 | colorectal    | appendix
  C17.0 | upper_gi      | small intestine
  C20   | colorectal    | rectum
  C22.0 | upper_gi      | liver
  C34.1 | lung          | lung
  C45.1 | lung          | peritoneal mesothelioma is seen with the others
  C44.3 | skin          | skin
  C48.0 | sarcoma       | retroperitoneum
  C48.1 | gynaecology   | peritoneum
  C50.4 | breast        | breast
  C56   | gynaecology   | ovary
  C62.9 | urology       | testis
  C71.1 | cns           | brain
  C73   | head_and_neck | thyroid
  C74.9 | other         | adrenal
  C75.1 | cns           | pituitary
  C75.5 | other         | other endocrine
  C80.9 | other         | unknown primary
  C83.3 | haematology   | lymphoma
  D05.1 | breast        | ductal carcinoma in situ
  D07.5 | urology       | prostate in situ
  D01.2 | colorectal    | rectum in situ
  D32.0 | cns           | benign meningioma
  D37.4 | colorectal    | colon, uncertain
  D41.4 | urology       | bladder, uncertain
  D46.9 | haematology   | myelodysplasia
  D48.6 | breast        | breast, uncertain
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in SITES.strip().splitlines()]


@pytest.mark.parametrize(("code", "site", "what"), ROWS)
def test_a_code_belongs_to_a_site(code: str, site: str, what: str) -> None:
    finding = site_of_icd10(code, sex=Sex.FEMALE if site == "gynaecology" else Sex.UNKNOWN)
    assert finding.site == site, what
    assert finding.because.endswith(".")


def test_every_cancer_category_has_a_site() -> None:
    unused = {29, 35, 36, 42, 59, 98, 99}  # categories that ICD-10 does not have, by number
    for number in set(range(98)) - unused - {27, 28, 87, 89}:
        assert site_of_icd10(f"C{number:02}").site is not None, number


def test_all_13_sites_can_be_found() -> None:
    found = {site_of_icd10(row[0]).site for row in ROWS} | {site_of_icd10("C62", age_at_diagnosis=19).site}
    assert found == set(TumourSite)


def test_somebody_under_25_belongs_to_ctya_and_keeps_the_organ() -> None:
    finding = site_of_icd10("C62.9", age_at_diagnosis=24)
    assert (finding.site, finding.organ_site) == (TumourSite.CTYA, TumourSite.UROLOGY)
    assert site_of_icd10("C62.9", age_at_diagnosis=25).site is TumourSite.UROLOGY


@pytest.mark.parametrize("code", ["C77.2", "C78", "C79.5"])
def test_a_secondary_leaves_the_site_to_a_person(code: str) -> None:
    finding = site_of_icd10(code)
    assert finding.secondary
    assert not finding.certain
    assert finding.recorded is None


@pytest.mark.parametrize("code", ["J45", "D25.9", "D17", "XYZ", "", "C6", "C61.2.3"])
def test_what_is_no_cancer_has_no_site(code: str) -> None:
    assert site_of_icd10(code).site is None


def test_a_womens_code_on_a_man_is_looked_at() -> None:
    finding = site_of_icd10("C48.1", sex=Sex.MALE)
    assert (finding.site, finding.certain) == (TumourSite.OTHER, False)


@pytest.mark.parametrize(
    ("code", "site", "icd10", "certain"),
    [
        ("126906006", "urology", "C61", False),
        ("92691004", "urology", "D07.5", True),
        ("109838007", "colorectal", "C18.8", True),
        ("93761005", "colorectal", "C18", True),
        ("254637007", "lung", "C34", True),
    ],
)
def test_snomed_concepts_have_a_site(code: str, site: str, icd10: str, certain: bool) -> None:
    found = site_of_snomed(code)
    assert found is not None
    assert (found[0].recorded, found[1], found[0].certain) == (site, icd10, certain)


def test_a_metastasis_in_snomed_is_a_secondary_and_a_stranger_is_unknown() -> None:
    found = site_of_snomed("94260004")
    assert found is not None
    assert found[0].secondary
    assert site_of_snomed("38341003") is None


def test_age_is_the_younger_of_two_possible() -> None:
    assert age_at(PartialDate(year=2020), born_on=PartialDate(year=1995)) == 24
    assert age_at(None, born_on=PartialDate(year=1995)) is None


def test_codes_are_written_one_way() -> None:
    assert [normal_icd10(t) for t in ("C61X", "c18.7", "C187", " C50.4 ", "C61-", "61C")] == [
        "C61", "C18.7", "C18.7", "C50.4", "C61", None,
    ]  # fmt: skip
