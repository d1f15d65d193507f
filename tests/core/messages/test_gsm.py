"""A text is counted the way it is paid for."""

import pytest

from rms.messages.gsm import measure, outside_gsm


@pytest.mark.parametrize(
    ("places", "parts"),
    [(0, 1), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4), (612, 4), (918, 6)],
)
def test_parts_at_every_price_step(places: int, parts: int) -> None:
    assert measure("a" * places).parts == parts


@pytest.mark.parametrize("letter", "^{}\\[~]|€")
def test_extension_letters_take_two_places(letter: str) -> None:
    assert measure(letter * 80).parts == 1
    assert measure(letter * 81).parts == 2


@pytest.mark.parametrize(("places", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_one_strange_letter_makes_the_whole_text_dear(places: int, parts: int) -> None:
    length = measure("ŵ" + "a" * (places - 1))
    assert (length.parts, length.gsm) == (parts, False)


def test_an_emoji_takes_two_places() -> None:
    assert measure("👍").places == 2


def test_free_accents_stay_and_others_are_named() -> None:
    assert outside_gsm("José Müller £5 à è é ù ì ò Ç Ø ø Å å Ä Ö Ñ Ü ß") == ""
    assert outside_gsm("Zoë’s – ë") == "ë’–"
