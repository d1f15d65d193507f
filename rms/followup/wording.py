"""How a result and the end of a plan read inside a sentence: in letters and in what the register is told. Pure."""

from collections.abc import Mapping
from typing import Final

from rms.alerts.analytes import name_of
from rms.results.store import ResultOnFile

#: Why a plan ended, for a letter, after "the reason". What staff wrote beside it is for staff.
ENDED_BECAUSE: Final[Mapping[str, str]] = {
    "completed": "it has come to its planned end",
    "recurrence": "the cancer has come back, or another was found; the treating team takes over",
    "declined": "the person does not want to be followed up",
    "moved": "the person is followed up elsewhere now",
}

#: The same to the person, for the ends that a letter may tell. That the cancer has come back is told by voice, and “other”
#: may be anything, a plan started by mistake too: then nothing is sent, and the page says so to whoever ends the plan.
ENDED_FOR_THEM: Final[Mapping[str, str]] = {
    "completed": "it has come to its planned end",
    "declined": "you told us that you do not want it",
    "moved": "you are followed up elsewhere now",
}


def in_words(result: ResultOnFile) -> str:
    """PSA was 0.06 ug/L"""
    seen = result.observation
    return f"{name_of(result.analyte or seen.code.text)} was {seen.quantity or seen.value_as_sent}"
