"""A text that speaks of a followed test is found however a laboratory writes it; other words are left alone."""

import pytest

from rms.results.in_words import named_in


@pytest.mark.parametrize(
    "text",
    ["PSA 12.3 ug/L", "total psa: <0.01", "P.S.A. raised", "tPSA=4", "Prostate specific antigen", "PROSTATIC-SPECIFIC AG",
     "Prostate\nspecific antigen undetectable", "Added by telephone:PSA_3", "(psa)"],
)  # fmt: skip
def test_psa_is_found(text: str) -> None:
    assert named_in(text) == {"psa"}


@pytest.mark.parametrize("text", ["CEA 4.1", "carcinoembryonic antigen", "Carcino-embryonic Ag", "cea:3"])
def test_cea_is_found(text: str) -> None:
    assert named_in(text) == {"cea"}


@pytest.mark.parametrize(
    "text", ["", "collapsar", "psammoma bodies", "capsaicin", "panacea", "ocean", "cease", "prostatectomy 2024", "12.3"]
)
def test_other_words_are_not(text: str) -> None:
    assert named_in(text) == frozenset()
