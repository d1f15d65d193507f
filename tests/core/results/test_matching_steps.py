"""Which occurrence a sample closes."""

from datetime import date

import pytest

from rms.results.matching import Closes, OpenOccurrence, Unexpected, match_step

OPEN = """
name    | earliest   | due        | latest     | repeat
first   | 2027-02-15 | 2027-03-01 | 2027-03-29 |
second  | 2027-03-20 | 2027-06-01 | 2027-06-29 |
repeat  | 2027-05-20 | 2027-06-20 | 2027-07-15 | yes
"""
EXPECTED = """
2027-02-14 |
2027-02-15 | first
2027-03-01 | first
2027-03-25 | first
2027-03-29 | first
2027-03-30 | second
2027-05-19 | second
2027-05-20 | repeat
2027-06-01 | repeat
2027-07-16 | repeat
2027-12-31 | repeat
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


def occurrences() -> dict[str, OpenOccurrence]:
    rows = [[part.strip() for part in line.split("|")] for line in OPEN.strip().splitlines()[1:]]
    return {
        name: OpenOccurrence(
            occurrence=number,
            step="psa",
            number=number,
            earliest=day(earliest),
            due=day(due),
            latest=day(latest),
            is_repeat=bool(repeat),
        )
        for number, (name, earliest, due, latest, repeat) in enumerate(rows, start=1)
    }


def test_a_sample_closes_the_repeat_then_the_nearest_due_in_its_window() -> None:
    known = occurrences()
    for line in EXPECTED.strip().splitlines():
        sampled, name = (part.strip() for part in line.split("|"))
        for order in (list(known.values()), list(reversed(known.values()))):
            found = match_step(day(sampled), order)
            if name:
                assert isinstance(found, Closes), line
                assert found.occurrence == known[name].occurrence, line
            else:
                assert isinstance(found, Unexpected), line


def test_of_two_equally_near_the_earlier_is_closed() -> None:
    first, second = list(occurrences().values())[:2]
    wide = [
        OpenOccurrence(
            occurrence=one.occurrence,
            step="psa",
            number=one.number,
            earliest=day("2027-01-01"),
            due=due,
            latest=day("2027-12-31"),
        )
        for one, due in ((second, day("2027-03-11")), (first, day("2027-03-01")))
    ]
    for sampled, expected in (("2027-03-05", first), ("2027-03-06", first), ("2027-03-07", second)):
        found = match_step(day(sampled), wide)
        assert isinstance(found, Closes)
        assert found.occurrence == expected.occurrence


@pytest.mark.parametrize(
    ("sampled", "sentence"),
    [
        ("2027-03-05", ("The sample of 5 March 2027 falls into the window of number 1 due 1 March 2027: "
         "15 February 2027 to 29 March 2027.")),
        ("2027-06-02", ("The sample of 2 June 2027 falls into the window of the repeat due 20 June 2027: "
         "20 May 2027 to 15 July 2027.")),
        ("2027-07-16", ("The sample of 16 July 2027 was taken 1 day after 15 July 2027, the last day for the repeat due "
         "20 June 2027.")),
        ("2027-02-14", ("The sample of 14 February 2027 was taken before the window of number 1 due 1 March 2027 opens on "
         "15 February 2027.")),
    ],
)  # fmt: skip
def test_the_sentence_says_which_and_how_far_the_tolerance_reaches(sampled: str, sentence: str) -> None:
    assert match_step(day(sampled), list(occurrences().values())).because == sentence


def test_nothing_open_is_said() -> None:
    assert match_step(day("2027-01-01"), []) == Unexpected(because="No test of this kind is open in this plan.")
