"""What a sender's code means and in which unit we store its number: two tables and no arithmetic beyond them.

A unit or a code that is not in a table is held with a reason for a person, never guessed. Sources: LOINC for the codes
(2857-1, 35741-8, 83112-3; 2039-6, 83085-1), SNOMED CT UK for PSA (63476009, 1000381000000105, 1030791000000100); the unit
names are UCUM's and the ways laboratories write them. AFP in kU/L is another quantity than AFP in ug/L.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

import msgspec

from rms.alerts.analytes import name_of
from rms.results.model import Code, Comparator, Quantity


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """We cannot tell; `because` is the sentence a person reads."""

    because: str


class UnknownCode(Held, frozen=True, kw_only=True):
    """Nobody has said what the code means; what we know of it does not contradict itself."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The code means this analyte (None: the sender's map says it is a test we do not follow)."""

    analyte: str | None
    because: str


class MappedCode(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a sender's map: its code (or, without a code, its text) means an analyte from one day until another."""

    code: str
    system: str = ""
    analyte: str | None
    from_on: date | None = None
    until_on: date | None = None

    def is_in_force(self, day: date | None) -> bool:
        """Whether the line counts for a sample of that day; a dated line does not count for an unknown day."""
        if day is None:
            return self.from_on is None and self.until_on is None
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


class CodeMap(msgspec.Struct, frozen=True, kw_only=True):
    """What one sender's own codes mean. Made with `code_map`; the empty one knows nothing."""

    lines: Mapping[tuple[str, str], tuple[MappedCode, ...]] = {}


NO_MAP = CodeMap()


def code_map(lines: Iterable[MappedCode]) -> CodeMap:
    """Arrange a sender's lines for looking up."""
    arranged: dict[tuple[str, str], list[MappedCode]] = {}
    for line in lines:
        arranged.setdefault((_system(line.system), _plain(line.code)), []).append(line)
    return CodeMap(lines={key: tuple(found) for key, found in arranged.items()})


_LOINC, _SNOMED = "loinc", "snomed"
_SYSTEMS = {
    "LN": _LOINC, "LOINC": _LOINC, "HTTP://LOINC.ORG": _LOINC, "2.16.840.1.113883.6.1": _LOINC,
    "SCT": _SNOMED, "SNM3": _SNOMED, "SNOMED": _SNOMED, "SNOMEDCT": _SNOMED, "SNOMED-CT": _SNOMED, "SNOMED CT": _SNOMED,
    "HTTP://SNOMED.INFO/SCT": _SNOMED, "2.16.840.1.113883.6.96": _SNOMED, "2.16.840.1.113883.2.1.3.2.4.15": _SNOMED,
}  # fmt: skip

DEFAULT_CODES: Mapping[tuple[str, str], str] = MappingProxyType({
    (_LOINC, "2857-1"): "psa",
    (_LOINC, "35741-8"): "psa",
    (_LOINC, "83112-3"): "psa",
    (_SNOMED, "63476009"): "psa",
    (_SNOMED, "1000381000000105"): "psa",
    (_SNOMED, "1030791000000100"): "psa",
    (_LOINC, "2039-6"): "cea",
    (_LOINC, "83085-1"): "cea",
})  # fmt: skip

# Every group must be found in a test's words for them to name the analyte; the last words say that it is another test.
_NAMED = {"psa": (("psa",), ("prostat", "specific"), ("prostat", "spec")), "cea": (("cea",), ("carcino", "embryonic"))}
_ANOTHER_TEST: Mapping[str, tuple[str, ...]] = {
    "psa": ("free", "ratio", "complex", "density", "velocity", "urine", "semen", "doubling", "index", "fluid"),
    "cea": ("ratio", "fluid", "urine", "stain", "tissue"),
}
# Words that hold one of the above by chance: "concentration" and "generation" say nothing of a ratio.
_BY_CHANCE = re.compile(r"(?<=[^\W\d_])ration(?=s?\b)")
# What an unknown test's words may hold for a person to be asked whether it is one we follow.
_HINTS = {"psa": ("psa", "prost"), "cea": ("cea", "carcin", "embryon")}
_OTHER_MARKERS = ("ca125", "ca153", "ca199", "afp", "fetoprotein", "foetoprotein", "hcg", "testosterone", "ldh",
                  "thyroglobulin", "cancerantigen", "ferritin", "creatinine", "haemoglobin")  # fmt: skip


def meaning(codes: Sequence[Code], *, senders: CodeMap = NO_MAP, sampled_on: date | None) -> Known | Held:
    """Say which analyte the alternatives of one code mean, or why a person must say.

    All known alternatives must agree, and no text may contradict. The sender's own map is asked before our defaults.
    """
    found = {answer for code in codes if (answer := _look_up(code, senders, sampled_on)) is not None}
    if not found:
        shown = next((f"“{code.code or code.text}”" for code in codes if code.code or code.text), "an empty code")
        return UnknownCode(because=f"No one has said yet what {shown} means for this sender.")
    analytes = {analyte for analyte, _ in found}
    if len(analytes) > 1:
        return Held(
            because="The alternatives of this code mean different tests: "
            + ", ".join(sorted(map(_named, analytes)))
            + "."
        )
    analyte = analytes.pop()
    if analyte is None:
        return Known(analyte=None, because="The sender's map says that this test is not followed here.")
    mapped = any(by_sender for _, by_sender in found)
    for code in codes:
        if fault := _contradiction(analyte, code.text, words_must_name_it=not mapped and _is_default(code)):
            return Held(because=fault)
    return Known(analyte=analyte, because="by the sender's map" if mapped else "by its LOINC or SNOMED code")


def suggested(codes: Sequence[Code]) -> str | None:
    """Which analyte the words beside an unknown code suggest; None when they name none that we follow, or another test.

    Never an answer, only a reason to ask: the list of hints is wide on purpose.
    """
    for code in codes:
        words = f"{code.text} {code.code}".casefold()
        letters = _letters(words)
        for analyte, hints in _HINTS.items():
            another = _is_another_test(analyte, words) or any(marker in letters for marker in _OTHER_MARKERS)
            if any(hint in letters for hint in hints) and not another:
                return analyte
    return None


def _look_up(code: Code, senders: CodeMap, day: date | None) -> tuple[str | None, bool] | None:
    if senders.lines:
        words = _plain(code.code) or _plain(code.text)
        for key in ((_system(code.system), words), ("", words)):
            for line in senders.lines.get(key, ()):
                if line.is_in_force(day):
                    return line.analyte, True
    default = DEFAULT_CODES.get((_system(code.system), code.code.strip()))
    return None if default is None else (default, False)


def _is_default(code: Code) -> bool:
    return (_system(code.system), code.code.strip()) in DEFAULT_CODES


def _contradiction(analyte: str, text: str, *, words_must_name_it: bool) -> str:
    """Say how the words beside a code contradict it; empty when they do not (no words contradict nothing)."""
    words = text.casefold()
    letters = _letters(words)
    if not letters:
        return ""
    named = _names_it(analyte, letters)
    if _is_another_test(analyte, words):
        return f"The code means {name_of(analyte)}, but its text, “{text}”, is another test."
    others = [other for other in _NAMED if other != analyte and _names_it(other, letters)]
    if others or any(marker in letters for marker in _OTHER_MARKERS):
        return f"The code means {name_of(analyte)}, but its text, “{text}”, names another test."
    if words_must_name_it and not named:
        return f"The code means {name_of(analyte)}, but its text, “{text}”, does not say so."
    return ""


def _letters(words: str) -> str:
    return "".join(letter for letter in words if letter.isalnum())


def _is_another_test(analyte: str, words: str) -> bool:
    """Whether words that name an analyte say that it is not the one we follow (its free part, a ratio, another fluid)."""
    letters = _letters(_BY_CHANCE.sub("", words))
    return any(another in letters for another in _ANOTHER_TEST.get(analyte, ()))


def _names_it(analyte: str, letters: str) -> bool:
    return any(all(part in letters for part in parts) for parts in _NAMED.get(analyte, ()))


def _named(analyte: str | None) -> str:
    return "a test we do not follow" if analyte is None else name_of(analyte)


def _system(system: str) -> str:
    name = system.strip().upper()
    return _SYSTEMS.get(name, name)


def _plain(text: str) -> str:
    return " ".join(text.split()).upper()


_SPELLINGS = {
    "ug/L": "ug/L mcg/L microg/L microgram/L micrograms/L microgram/litre micrograms/litre ug.L-1",
    "ng/mL": "ng/mL ng.mL-1 nanogram/mL nanograms/mL",
    "kU/L": "kU/L k[IU]/L kIU/L kunits/L",
    "U/mL": "U/mL [IU]/mL IU/mL",
    "g/L": "g/L g.L-1",
    "g/dL": "g/dL",
    "IU/L": "IU/L [IU]/L",
    "U/L": "U/L",
    "mIU/L": "mIU/L m[IU]/L mU/L",
    "umol/L": "umol/L micromol/L",
    "mmol/L": "mmol/L",
    "nmol/L": "nmol/L",
    "10*9/L": "10*9/L 10^9/L x10^9/L x10*9/L",
    "mL/min/1.73m2": "mL/min/1.73m2 mL/min/{1.73_m2} mL/min/1.73m^2 mL/min/{1.73m2}",
}
# Capitals tell none of these from another unit (there is no mega-litre among them), and senders mix them freely.
_CANONICAL = {spelling.casefold(): unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}

# (analyte, unit as sent) -> (unit we store, what to multiply with).
CONVERSIONS: Mapping[tuple[str, str], tuple[str, Decimal]] = MappingProxyType({
    ("psa", "ug/L"): ("ug/L", Decimal(1)),
    ("psa", "ng/mL"): ("ug/L", Decimal(1)),
    ("cea", "ug/L"): ("ug/L", Decimal(1)),
    ("cea", "ng/mL"): ("ug/L", Decimal(1)),
    ("afp", "kU/L"): ("kU/L", Decimal(1)),
    ("afp", "U/mL"): ("kU/L", Decimal(1)),
    ("ca125", "kU/L"): ("kU/L", Decimal(1)),
    ("ca125", "U/mL"): ("kU/L", Decimal(1)),
    ("haemoglobin", "g/L"): ("g/L", Decimal(1)),
    ("haemoglobin", "g/dL"): ("g/L", Decimal(10)),
    ("hcg", "IU/L"): ("IU/L", Decimal(1)),
    ("ldh", "U/L"): ("U/L", Decimal(1)),
    ("egfr", "mL/min/1.73m2"): ("mL/min/1.73m2", Decimal(1)),
    ("creatinine", "umol/L"): ("umol/L", Decimal(1)),
    ("calcium", "mmol/L"): ("mmol/L", Decimal(1)),
    ("paraprotein", "g/L"): ("g/L", Decimal(1)),
    ("platelets", "10*9/L"): ("10*9/L", Decimal(1)),
    ("lymphocytes", "10*9/L"): ("10*9/L", Decimal(1)),
    ("tsh", "mIU/L"): ("mIU/L", Decimal(1)),
    ("thyroglobulin", "ug/L"): ("ug/L", Decimal(1)),
    ("thyroglobulin", "ng/mL"): ("ug/L", Decimal(1)),
    ("thyroglobulin-antibodies", "kU/L"): ("kU/L", Decimal(1)),
    ("thyroglobulin-antibodies", "U/mL"): ("kU/L", Decimal(1)),
    ("testosterone", "nmol/L"): ("nmol/L", Decimal(1)),
})  # fmt: skip


def normalised_unit(text: str) -> str | None:
    """Give our spelling of a unit as sent (both micro signs, capitals, UCUM or not); None when we do not know it."""
    plain = text.strip().replace("\u00b5", "u").replace("\u03bc", "u").replace(" ", "")
    return _CANONICAL.get(plain.casefold())


def to_stored(
    number: Decimal, unit: str, *, analyte: str, comparator: Comparator = Comparator.EXACT
) -> Quantity | Held:
    """Put a number into the unit we store for an analyte, or say why a person must look."""
    if not unit.strip():
        return Held(because=f"The {name_of(analyte)} came without a unit.")
    canonical = normalised_unit(unit)
    if canonical is None:
        return Held(because=f"The unit “{unit.strip()}” is not one we know.")
    found = CONVERSIONS.get((analyte, canonical))
    if found is None:
        return Held(
            because=f"{name_of(analyte)} in {canonical} is not the quantity we follow, and there is no conversion."
        )
    stored, factor = found
    return Quantity(number=number if factor == 1 else number * factor, unit=stored, comparator=comparator)
