"""How a result reads inside a sentence: in letters and in what the register is told. Pure."""

from rms.alerts.analytes import name_of
from rms.results.store import ResultOnFile


def in_words(result: ResultOnFile) -> str:
    """PSA was 0.06 ug/L"""
    seen = result.observation
    return f"{name_of(result.analyte or seen.code.text)} was {seen.quantity or seen.value_as_sent}"
