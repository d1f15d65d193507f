"""FHIR Conditions and Procedures as diagnoses and treatments; what is neither is named with its reason."""

from collections.abc import Mapping

import msgspec

from rms.dates import PartialDate
from rms.errors import BadInput
from rms.people.model import Diagnosis, Flag, FlagKind, Person, Treatment, TreatmentIntent, TreatmentKind
from rms.people.tumour_site import SiteFinding, age_at, normal_icd10, site_of_icd10, site_of_snomed
from rms.sync.fhir.resources import Condition, Extension, Procedure
from rms.sync.fhir.values import business_key, codes, is_icd10, is_opcs, is_snomed, read_date, said

ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
_K = TreatmentKind

# SNOMED CT procedures and categories. The code of the procedure is asked before its category.
_SNOMED_KINDS: Mapping[str, TreatmentKind] = {
    "90470006": _K.SURGERY,  # prostatectomy
    "26294005": _K.SURGERY,  # radical prostatectomy
    "43075005": _K.SURGERY,  # partial resection of colon
    "23968004": _K.SURGERY,  # excision of colon
    "392021009": _K.SURGERY,  # lumpectomy of breast
    "172043006": _K.SURGERY,  # simple mastectomy
    "703423002": _K.CHEMORADIOTHERAPY,  # combined chemotherapy and radiation therapy
    "152198000": _K.BRACHYTHERAPY,
    "33195004": _K.RADIOTHERAPY,  # external beam
    "108290001": _K.RADIOTHERAPY,  # radiation oncology, also as category
    "367336001": _K.CHEMOTHERAPY,  # also as category
    "169413002": _K.HORMONE,
}
# OPCS-4 by its first letters: excision of prostate, colon, rectum and breast; radiotherapy; chemotherapy.
_OPCS_KINDS: tuple[tuple[tuple[str, ...], TreatmentKind], ...] = (
    (("M61", "H04", "H05", "H06", "H07", "H08", "H09", "H10", "H11", "H29", "H33", "B27", "B28"), _K.SURGERY),
    (("M706",), _K.BRACHYTHERAPY),
    (("X65",), _K.RADIOTHERAPY),
    (("X70", "X71", "X72", "X73"), _K.CHEMOTHERAPY),
)
SURGICAL = "387713003"
_INTENTS = {"373808002": TreatmentIntent.CURATIVE, "363676003": TreatmentIntent.PALLIATIVE}
_NOT_A_DIAGNOSIS = {
    "entered-in-error": "conditions entered in error",
    "refuted": "conditions that were ruled out",
    "provisional": "conditions that are only suspected",
    "differential": "conditions that are only suspected",
    "unconfirmed": "conditions that are only suspected",
}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What one Condition or Procedure gave: a value or why it was left out (`ignored`), and flags."""

    diagnosis: Diagnosis | None = None
    treatment: Treatment | None = None
    flag: Flag | None = None
    ignored: str | None = None


def read_condition(condition: Condition, *, person: Person) -> Case:
    """Read a Condition. BadInput when a date in it cannot be read."""
    for code in codes(condition.verification_status):
        if code in _NOT_A_DIAGNOSIS:
            return Case(ignored=_NOT_A_DIAGNOSIS[code])
    diagnosed_on = _diagnosed_on(condition)
    found = _site(condition, person, age_at(diagnosed_on, born_on=person.born_on))
    if found is None or found[0].site is None:
        return Case(ignored="conditions that are no cancer")
    finding, icd10 = found
    ref = business_key("Condition", condition.id, condition.identifier)
    if finding.secondary:
        sentence = f"{finding.because} Look before a plan after curative treatment is started."
        return Case(ignored="secondary cancers", flag=Flag(kind=FlagKind.SECONDARY_RECORDED, sentence=sentence))
    diagnosis = Diagnosis(
        ref=ref or f"{icd10}:{diagnosed_on or ''}",
        site=finding.recorded,
        icd10=icd10,
        morphology=_morphology(condition),
        text=said(condition.code),
        diagnosed_on=diagnosed_on,
    )
    uncertain = Flag(kind=FlagKind.SITE_UNCERTAIN, sentence=finding.because)
    return Case(diagnosis=diagnosis, flag=None if finding.certain else uncertain)


def _diagnosed_on(condition: Condition) -> PartialDate | None:
    asserted = next((e.value_date_time for e in condition.extension if e.url == ASSERTED), None)
    text = asserted or condition.onset_date_time or condition.recorded_date
    return read_date(text) if text else None


def _site(condition: Condition, person: Person, age: int | None) -> tuple[SiteFinding, str | None] | None:
    codings = condition.code.coding if condition.code else ()
    for coding in codings:
        icd10 = normal_icd10(coding.code or "") if is_icd10(coding) else None
        if icd10:
            return site_of_icd10(icd10, sex=person.sex, age_at_diagnosis=age), icd10
    for coding in codings:
        found = site_of_snomed(coding.code or "", sex=person.sex, age_at_diagnosis=age) if is_snomed(coding) else None
        if found:
            return found
    return None


def _morphology(condition: Condition) -> str | None:
    nested = _concept_codes(condition.extension, f"{MCODE}histology-morphology-behavior")
    coded = (c.code for c in (condition.code.coding if condition.code else ()) if "icd-o-3" in (c.system or ""))
    return next((code for code in (*coded, *sorted(nested)) if code), None)


def _concept_codes(extensions: tuple[Extension, ...], url: str) -> frozenset[str]:
    return frozenset(code for e in extensions if e.url == url for code in codes(e.value_codeable_concept))


def read_procedure(procedure: Procedure, *, diagnosis_ref: str | None) -> Case:
    """Read a Procedure. `diagnosis_ref` is the cancer it names as its reason, when it does. BadInput on a broken date."""
    if procedure.status not in ("completed", "in-progress", "stopped"):
        return Case(ignored="procedures that were not done")
    kind = _kind(procedure)
    started_on, ended_on = _dates(procedure, kind)
    text = said(procedure.code)
    if kind is None:
        when = f" of {started_on}" if started_on else ""
        sentence = (
            f"The register has “{text or 'a procedure'}”{when} for this cancer, which is not read as a treatment."
        )
        flag = Flag(kind=FlagKind.PROCEDURE_UNKNOWN, sentence=sentence) if diagnosis_ref else None
        return Case(ignored="procedures that are no cancer treatment we know", flag=flag)
    ref = business_key("Procedure", procedure.id, procedure.identifier)
    intents = [
        _INTENTS[code] for code in _concept_codes(procedure.extension, f"{MCODE}procedure-intent") & set(_INTENTS)
    ]
    treatment = Treatment(
        ref=ref or f"{diagnosis_ref or ''}:{kind}:{started_on or ''}",
        kind=kind,
        diagnosis_ref=diagnosis_ref,
        intent=intents[0] if len(intents) == 1 else TreatmentIntent.UNKNOWN,
        started_on=started_on,
        ended_on=ended_on,
        code=next(iter(sorted(codes(procedure.code))), None),
        text=text,
    )
    return Case(treatment=treatment)


def _kind(procedure: Procedure) -> TreatmentKind | None:
    for coding in procedure.code.coding if procedure.code else ():
        if is_snomed(coding) and coding.code and coding.code in _SNOMED_KINDS:
            return _SNOMED_KINDS[coding.code]
        if is_opcs(coding) and coding.code:
            bare = coding.code.replace(".", "").upper()
            for prefixes, kind in _OPCS_KINDS:
                if bare.startswith(prefixes):
                    return kind
    categories = codes(procedure.category)
    # A biopsy is a surgical procedure too, so that category alone proves no treatment.
    return next((_SNOMED_KINDS[code] for code in sorted(categories - {SURGICAL}) if code in _SNOMED_KINDS), None)


def _dates(procedure: Procedure, kind: TreatmentKind | None) -> tuple[PartialDate | None, PartialDate | None]:
    period = procedure.performed_period
    start = procedure.performed_date_time or (period.start if period else None)
    end = period.end if period else None
    started_on, ended_on = (read_date(text) if text else None for text in (start, end))
    if kind and started_on and ended_on and ended_on.latest < started_on.earliest:
        raise BadInput("The treatment would have ended before it started.")
    return started_on, ended_on or (started_on if kind is TreatmentKind.SURGERY else None)
