"""The part of a row that says what cancer the person had, how it was treated, and whether they died."""

from rms.errors import BadInput
from rms.people.model import (
    Death,
    Diagnosis,
    Flag,
    FlagKind,
    Person,
    Treatment,
    TreatmentIntent,
    TreatmentKind,
)
from rms.people.tumour_site import age_at, normal_icd10, site_of_icd10
from rms.sync.csv_table import CellReader
from rms.sync.csv_words import word
from rms.sync.register_csv.layout import COLUMNS


def read_diagnosis(cells: CellReader, *, person: Person | None) -> tuple[Diagnosis | None, tuple[Flag, ...]]:
    code = cells.read("Diagnosis code", _icd10)
    ref, morphology = cells.text("Diagnosis reference"), cells.text("Morphology")
    diagnosed_on = cells.partial("Date of diagnosis")
    if not cells.row.cells.get("Diagnosis code"):
        for column in ("Diagnosis reference", "Date of diagnosis", "Morphology"):
            if cells.row.cells.get(column):
                cells.fault(column, "There is no diagnosis code in this row for it to belong to.")
        return None, ()
    if code is None or person is None:
        return None, ()
    if diagnosed_on and diagnosed_on.latest < person.born_on.earliest:
        cells.fault("Date of diagnosis", "The diagnosis lies before the date of birth.")
        return None, ()
    finding = site_of_icd10(code, sex=person.sex, age_at_diagnosis=age_at(diagnosed_on, born_on=person.born_on))
    if finding.site is None:
        cells.fault("Diagnosis code", f"{finding.because} Only cancers and what is followed up like one belong here.")
        return None, ()
    diagnosis = Diagnosis(
        ref=ref or f"{code}:{diagnosed_on or ''}",
        site=finding.recorded,
        icd10=code,
        morphology=morphology,
        diagnosed_on=diagnosed_on,
    )
    kind = FlagKind.SECONDARY_RECORDED if finding.secondary else FlagKind.SITE_UNCERTAIN
    return diagnosis, () if finding.certain else (Flag(kind=kind, sentence=finding.because),)


def read_treatment(cells: CellReader, *, diagnosis: Diagnosis | None) -> Treatment | None:
    columns = [name for name in COLUMNS if name.startswith(("Treatment", "Procedure"))]
    filled = [name for name in columns if cells.row.cells.get(name)]
    kind = cells.read("Treatment", word(TreatmentKind))
    intent = cells.read("Treatment intent", word(TreatmentIntent)) or TreatmentIntent.UNKNOWN
    started_on, ended_on = cells.partial("Treatment started"), cells.partial("Treatment ended")
    ref, code, text = (cells.text(name) for name in ("Treatment reference", "Procedure code", "Procedure"))
    if filled and not cells.row.cells.get("Treatment"):
        cells.fault("Treatment", "The row has details of a treatment but not its kind.")
    if started_on and ended_on and ended_on.latest < started_on.earliest:
        cells.fault("Treatment ended", "The treatment would have ended before it started.")
    if kind is None:
        return None
    if not any(cells.row.cells.get(f"Treatment {name}") for name in ("started", "ended", "reference")):
        cells.fault("Treatment started", "A treatment needs a date or a reference to be told from others.")
    diagnosis_ref = diagnosis.ref if diagnosis else None
    return Treatment(
        ref=ref or f"{diagnosis_ref or ''}:{kind}:{started_on or ended_on or ''}",
        kind=kind,
        diagnosis_ref=diagnosis_ref,
        intent=intent,
        started_on=started_on,
        ended_on=ended_on or (started_on if kind is TreatmentKind.SURGERY else None),
        code=code,
        text=text,
    )


def read_death(cells: CellReader) -> tuple[Death | None, bool]:
    died_on = cells.partial("Date of death")
    status = cells.read("Death", _death_word)
    if cells.row.cells.get("Date of death") and not cells.row.cells.get("Death"):
        cells.fault("Death", "There is a date of death: say whether the death is formal or informal.")
    if status == "alive" and died_on:
        cells.fault("Date of death", "The row says that the person is alive and when they died.")
    if status in (None, "alive"):
        return None, status == "alive"
    return Death(died_on=died_on, formal=status == "formal", source="register file"), False


def _icd10(text: str) -> str:
    code = normal_icd10(text)
    if code is None:
        raise BadInput("This is not an ICD-10 code: write it as C61 or C18.7.")
    return code


def _death_word(text: str) -> str:
    if text.casefold() not in ("formal", "informal", "alive"):
        raise BadInput("Write formal, informal or alive.")
    return text.casefold()
