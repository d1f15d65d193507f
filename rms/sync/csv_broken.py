"""What exports and spreadsheets do to a cell or to the name of a column, and how to say so. Pure.

A cell is refused with a sentence, never repaired: a name with the wrong letters is printed on a letter and matches no result.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LONGEST_CELL = 1000

_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|#+)", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+\d+|\d[.,]\d+E-?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"\d{5,}\.0+", re.ASCII)
# How databases and programs write “nothing” into a text. Case matters: Null is a family name, and so is Nan.
_NOTHING = frozenset({"NULL", "null", "(null)", "<null>", "<NULL>", "\\N", "nan", "NaN", "<NA>", "NaT", "None"})
# UTF-8 that was read as Windows-1252, or the mark of letters that could not be read.
_GARBLED = re.compile("[ÂÃ][\u0080-\u00bf]|â€|\ufffd|ï»¿")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: What other systems call our columns, by their letters and digits.
_ALSO_CALLED: Mapping[str, str] = MappingProxyType({
    "nhsno": "NHS number", "patientnhsnumber": "NHS number", "nhsnum": "NHS number",
    "surname": "Last name", "familyname": "Last name", "lastname": "Last name", "personfamilyname": "Last name",
    "patientsurname": "Last name", "forename": "First names", "forenames": "First names", "firstname": "First names",
    "givenname": "First names", "givennames": "First names", "persongivenname": "First names",
    "dob": "Date of birth", "birthdate": "Date of birth", "dateofbirth": "Date of birth", "personbirthdate": "Date of birth",
    "patientdateofbirth": "Date of birth", "gender": "Sex", "personstatedgendercode": "Sex", "mobilenumber": "Mobile",
    "mobilephone": "Mobile", "phone": "Telephone", "telephonenumber": "Telephone", "homephone": "Telephone",
    "emailaddress": "Email", "patientaddress": "Address", "postalcode": "Postcode", "postcodeofusualaddress": "Postcode",
    "postcodeofusualaddressatdiagnosis": "Postcode", "mrn": "Hospital number", "hospitalno": "Hospital number",
    "localpatientidentifier": "Hospital number", "localpatientidentifierextended": "Hospital number",
    "patientid": "Hospital number", "gpcode": "GP practice code", "gppractice": "GP practice code",
    "gppracticecode": "GP practice code", "generalmedicalpracticecodepatientregistration": "GP practice code",
    "icd10": "Diagnosis code", "icd10code": "Diagnosis code", "primarydiagnosis": "Diagnosis code",
    "primarydiagnosisicd": "Diagnosis code", "diagnosis": "Diagnosis code", "diagnosisdate": "Date of diagnosis",
    "dateofprimarydiagnosisclinicallyagreed": "Date of diagnosis", "dateofdiagnosis": "Date of diagnosis",
    "treatmenttype": "Treatment", "modality": "Treatment", "treatmentdate": "Treatment started",
    "treatmentstartdate": "Treatment started", "treatmentstartdatecancer": "Treatment started",
    "treatmentenddate": "Treatment ended", "opcs4": "Procedure code", "opcscode": "Procedure code",
    "primaryprocedureopcs": "Procedure code", "deathdate": "Date of death", "dateofdeath": "Date of death",
    "persondeathdate": "Date of death", "dod": "Date of death", "duedate": "Next due",
    "nextduedate": "Next due", "lastdonedate": "Last done", "nurse": "Named nurse", "cns": "Named nurse",
})  # fmt: skip


def broken_cell(cell: str) -> str | None:
    """What a spreadsheet or an export did to a cell; None when it can be read as it stands."""
    if _EXCEL_ERROR.fullmatch(cell):
        return "The spreadsheet shows an error here instead of a value."
    if _SCIENTIFIC.fullmatch(cell):
        return "The spreadsheet shortened this number (like 9.99E+09): format the column as text."
    if _DECIMAL.fullmatch(cell):
        return "This number was made a decimal (like 12345.0): export the column as text."
    if cell in _NOTHING:
        return f"The export wrote {cell} for nothing: leave the cell empty."
    if len(cell) > LONGEST_CELL:
        return f"This cell has more than {LONGEST_CELL} characters."
    if _GARBLED.search(cell):
        return "Letters of this cell were garbled on the way (like Ã« for ë): export it again, as UTF-8."
    if not cell.isascii() or not cell.isprintable():
        return _unseen(cell)
    return None


def _unseen(cell: str) -> str | None:
    found = {unicodedata.category(letter) for letter in cell if letter != "\n"} & _UNSEEN
    if found & {"Cc"}:
        return "This cell holds control characters."
    return "This cell holds characters that nobody sees: type it anew." if found else None


def likely_column(name: str, columns: Iterable[str]) -> str | None:
    """Which of our columns a strange name may stand for; None when it resembles none."""
    letters = _letters(name)
    known = {_letters(one): one for one in columns}
    meant = known.get(letters) or _ALSO_CALLED.get(letters)
    return meant if meant in known.values() else None


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
