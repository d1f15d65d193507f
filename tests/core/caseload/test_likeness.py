"""Names that are nearly what was typed: which slips are forgiven, and which would bring up everybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.caseload.people.likeness import nearest

NAMES = (
    (1, "ashdown peter"),
    (2, "obrien sean patrick"),
    (3, "ng mai"),
    (4, "thompson margaret"),
    (5, "smith jones ada"),
)
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ashdwon", [1]),  # two letters swapped
        ("ashdon", [1]),  # one left out
        ("aschdown", [1]),  # one too many
        ("peter ashdown", [1]),  # first name first
        ("peter ash", [1]),  # the start of a part
        ("tompson", [4]),
        ("thomson margret", [4]),
        ("jones", [5]),  # the second half of a double name
        ("mai ng", [3]),
        ("mi ng", []),  # nothing is forgiven in a short word
        ("ngg", []),
        ("peter peter", []),  # a part of a name answers one word only
        ("zebedee", []),
        ("", [1, 2, 3, 4, 5]),
    ],
)
def test_which_names_are_near(typed: str, found: list[int]):
    assert sorted(nearest(typed, NAMES, most=10)) == found


def test_the_nearest_stands_first():
    keys = [(1, "marsha ann"), (2, "marsh ada"), (3, "march ada")]
    assert nearest("marsh", keys, most=2) == [2, 1]


@given(LETTERS, st.integers(0, 11), st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
def test_one_wrong_letter_of_four_or_more_is_forgiven_wherever_it_stands(name: str, place: int, letter: str):
    place %= len(name)
    for typed in (name[:place] + letter + name[place + 1 :], name[:place] + letter + name[place:]):
        assert nearest(typed, [(1, f"{name} ada")], most=1) == [1]
