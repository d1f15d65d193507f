"""Which occurrence a sample closes."""

from datetime import date

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
2027-07-16 |
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
    found = match_step(day("2027-03-06"), wide)
    assert isinstance(found, Closes)
    assert found.occurrence == first.occurrence


def test_a_sample_that_closes_nothing_says_why() -> None:
    known = list(occurrences().values())
    late, early, none = (
        match_step(day("2027-12-01"), known),
        match_step(day("2027-01-01"), known),
        match_step(day("2027-01-01"), []),
    )
    assert isinstance(late, Unexpected)
    assert isinstance(early, Unexpected)
    assert (
        late.because
        == "The sample of 1 December 2027 was taken after its window closed on 15 July 2027; the test was due 20 June 2027."
    )
    assert "before its window opens on 15 February 2027" in early.because
    assert none == Unexpected(because="No test of this kind is open in this plan.")
