"""Whose result is it: every fact agrees, or a person is asked. A wrong match never."""

import random
from datetime import date, timedelta

import msgspec

from rms.nhs_number import check_digit
from rms.results.matching import Candidate, Matched, Unmatched, match_person
from rms.results.model import Identifier, PatientFacts, PersonName
from rms.results.names import Agreement, agreement, words_of

BORN = date(1952, 3, 4)
A, B = "9990000018", "9990000026"


def a_name(text: str) -> PersonName:
    family, _, given = text.partition(", ")
    return PersonName(family=family, given=tuple(given.split(" ")) if given else ())


def facts(
    name: str = "Smith, John",
    *,
    nhs: str | None = A,
    born: date | None = BORN,
    hospital: str = "",
    fault: str = "",
    also: str = "",
) -> PatientFacts:
    identifiers = (Identifier(value=hospital, authority="RXX", type="MR"),) if hospital else ()
    names = tuple(a_name(one) for one in (name, also) if one)
    return PatientFacts(identifiers=identifiers, nhs_number=nhs, nhs_number_fault=fault, names=names, born_on=born)


def person(
    number: int = 1,
    name: str = "Smith, John",
    *,
    nhs: str | None = A,
    born: date | None = BORN,
    hospital: str = "",
    former: tuple[str, ...] = (),
) -> Candidate:
    return Candidate(
        person=number,
        names=(a_name(name),),
        born_on=born,
        nhs_number=nhs,
        former_nhs_numbers=former,
        hospital_numbers=(("rxx", hospital),) if hospital else (),
    )


NAMES = """
Smith, John          | Smith, John        | both
SMITH, JOHN ALAN     | Smith, John        | both
O'Brien, Zoë         | OBRIEN, ZOE        | both
O’Brien, Sean        | O Brien, Seán      | both
Smith-Jones, Ann     | Smith Jones, Ann   | both
Smith-Jones, Ann     | Jones, Ann         | both
Łukasz, Søren        | Lukasz, Soren      | both
Straße, Jörg         | STRASSE, JORG      | both
John, Smith          | Smith, John        | both
Mary-Jane, X         | X, Mary Jane       | both
Smith, J             | Smith, John        | family
Smith,               | Smith, John        | family
Smith, J A           | Smith, John Alan   | family
Brown, John          | Smith, John        | given
Smith, James         | Smith, John        | contradicted
Smith, Bob           | Smith, Robert      | contradicted
Smith, Jhon          | Smith, John        | contradicted
Smith, Mary Jane     | Smith, Mary Ann    | contradicted
Smith, Alan          | Smith, John Alan   | contradicted
Van Berg, Ann        | Van Dyke, Tom      | none
Brown, Ann           | Smith, John        | none
Smith, K             | Smith, John        | contradicted
"""


def test_how_names_agree() -> None:
    for line in NAMES.strip().splitlines():
        sent, kept, expected = (part.strip() for part in line.split("|"))
        assert agreement(a_name(sent), a_name(kept)) == expected, line
        assert agreement(a_name(kept), a_name(sent)) == expected, line
    assert words_of("  ") == ()
    assert agreement(PersonName(family=""), PersonName(family="")) is Agreement.NONE


def test_nhs_number_birth_date_and_a_name_part_make_a_match() -> None:
    for name in ("Smith, John", "SMITH, J", "Brown, John", "John, Smith"):
        found = match_person(facts(name), [person()])
        assert isinstance(found, Matched), name
    assert isinstance(match_person(facts("Brown, Sue", also="Smith, John"), [person()]), Matched)


def test_a_former_nhs_number_leads_to_the_person_who_has_it_now() -> None:
    found = match_person(facts(), [person(nhs=B, former=(A,))])
    assert isinstance(found, Matched)
    assert "former" in found.because


def reason(sent: PatientFacts, *people: Candidate) -> str:
    found = match_person(sent, people)
    assert isinstance(found, Unmatched)
    return found.because


def test_whenever_something_does_not_agree_a_person_is_asked() -> None:
    swapped, one_digit = date(1952, 4, 3), date(1952, 3, 14)
    assert "Nobody here" in reason(facts(nhs=B), person())
    assert "other way round" in reason(facts(born=swapped), person())
    assert "one digit" in reason(facts(born=one_digit), person())
    assert "birth date differs" in reason(facts(born=date(1960, 1, 1)), person())
    assert "no whole birth date" in reason(facts(born=None), person())
    assert "no birth date to compare" in reason(facts(), person(born=None))
    assert "no part of the name" in reason(facts("Brown, Sue"), person())
    assert "twin" in reason(facts("Smith, James"), person())
    assert "cannot be used. The last digit" in reason(facts(nhs=None, fault="The last digit does not fit."), person())
    assert "More than one person" in reason(facts(), person(), person(2))
    assert "another's" in reason(facts(hospital="H2"), person(), person(2, nhs=B, hospital="H2"))
    assert "cannot tell them apart" in reason(facts("Smith, J"), person(), person(2, "Smith, James", nhs=B))


def test_a_name_that_is_part_of_anothers_is_asked_about() -> None:
    short, long = person(1, "Smith, Mary", hospital="H1"), person(2, "Smith, Mary Ann", nhs=B, hospital="H2")
    assert "cannot tell them apart" in reason(facts("Smith, Mary Ann"), short, long)
    assert "fits better" in reason(facts("Smith, Mary Ann", nhs=None, hospital="H1"), short, long)
    assert isinstance(match_person(facts("Smith, Mary Ann"), [short]), Matched)
    assert isinstance(match_person(facts("Smith, Mary"), [short, long]), Matched)


def test_without_an_nhs_number_the_hospital_number_needs_the_full_name() -> None:
    known = person(nhs=None, hospital="H1")
    assert isinstance(match_person(facts(nhs=None, hospital="H1"), [known]), Matched)
    assert isinstance(match_person(facts(nhs=A, hospital="H1"), [known]), Matched)
    assert isinstance(match_person(facts(nhs=None, hospital="H1"), [person(hospital="H1")]), Matched)
    assert "full name" in reason(facts("Smith, J", nhs=None, hospital="H1"), known)
    assert "full name" in reason(facts("Smith, James", nhs=None, hospital="H1"), known)
    assert "one digit" in reason(facts(nhs=None, hospital="H1", born=date(1952, 3, 14)), known)
    assert "another NHS number" in reason(facts(nhs=B, hospital="H1"), person(hospital="H1"))
    assert "no hospital number that is known" in reason(facts(nhs=None), person())
    assert "no hospital number that is known" in reason(facts(nhs=None, hospital="H9"), known)
    unmarked = msgspec.structs.replace(
        facts(nhs=None), identifiers=(Identifier(value=f"{A[:3]} {A[3:]}", place="PID-2"),)
    )
    assert "the NHS number that stands in PID-2, but nothing" in reason(unmarked, person())
    assert "No NHS number was sent" in reason(unmarked, person(nhs=B))
    elsewhere = msgspec.structs.replace(known, hospital_numbers=(("RYY", "H1"),))
    assert "no hospital number that is known" in reason(facts(nhs=None, hospital="H1"), elsewhere)


def test_the_likeliest_people_are_shown_first_with_what_speaks_for_them() -> None:
    found = match_person(
        facts(nhs=B),
        [
            person(1, "Brown, Sue", born=date(1980, 1, 1)),
            person(2, "Smith, Jim"),
            person(3),
            person(4, born=date(1952, 4, 3)),
        ],
    )
    assert isinstance(found, Unmatched)
    assert [one.person for one in found.candidates] == [3, 2, 4]
    assert found.candidates[0].because == "same birth date, same name"


FAMILIES = ("Smith", "Jones", "O'Brien", "Patel", "García-López", "van Dyke", "Łukasz", "Khan", "Ng", "Smith-Jones")
GIVENS = ("John", "James", "Mary", "Ann", "Anna", "Zoë", "Robert", "José", "Li", "Mary Ann", "Mary Jane")


def nhs_numbers(chance: random.Random) -> str:
    while True:
        nine = "999" + "".join(chance.choice("0123456789") for _ in range(6))
        if (last := check_digit(nine)) is not None:
            return f"{nine}{last}"


def typed_wrong(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("0123456789abcdefgh") + text[at + 1 :]


def a_family(chance: random.Random, first: int) -> list[Candidate]:
    """A person with a twin, a namesake born the same day, and a parent with the same name."""
    family, born = chance.choice(FAMILIES), date(1930, 1, 1) + timedelta(days=chance.randrange(20_000))
    one = other = "Mary"
    while one.startswith(other) or other.startswith(one):
        one, other = chance.sample(GIVENS, 2)
    born_earlier = born.replace(year=born.year - 30, day=min(born.day, 28))
    people = ((one, born), (other, born), (one, born), (one, born_earlier))
    return [
        Candidate(
            person=first + offset,
            names=(PersonName(family=family, given=tuple(given.split())),),
            born_on=day,
            nhs_number=nhs_numbers(chance) if chance.random() < 0.9 else None,
            hospital_numbers=(("RXX", f"H{first + offset:06}"),),
        )
        for offset, (given, day) in enumerate(people)
    ]


def as_sent(one: Candidate, chance: random.Random) -> PatientFacts:
    """A sender names a person cleanly."""
    return PatientFacts(
        identifiers=(Identifier(value=one.hospital_numbers[0][1], authority="RXX", type="MR"),),
        nhs_number=one.nhs_number,
        names=(PersonName(family=one.names[0].family.upper(), given=one.names[0].given),),
        born_on=one.born_on,
    )


def spoilt(sent: PatientFacts, another: Candidate, chance: random.Random) -> PatientFacts:
    """One thing goes wrong on the way: another person's number, a slip in the date, the name or the hospital number."""
    name = sent.names[0]
    match chance.randrange(8):
        case 0:
            return msgspec.structs.replace(sent, nhs_number=another.nhs_number)
        case 1:
            return msgspec.structs.replace(sent, nhs_number=another.nhs_number, identifiers=())
        case 2:
            return msgspec.structs.replace(
                sent, identifiers=(Identifier(value=another.hospital_numbers[0][1], authority="RXX"),)
            )
        case 3:
            number = Identifier(value=another.hospital_numbers[0][1], authority="RXX")
            return msgspec.structs.replace(sent, nhs_number=None, identifiers=(number,))
        case 4:
            born = sent.born_on
            assert born is not None
            return msgspec.structs.replace(
                sent, born_on=born.replace(month=born.day, day=born.month) if born.day < 13 else None
            )
        case 5:
            return msgspec.structs.replace(
                sent, names=(PersonName(family=typed_wrong(name.family, chance), given=name.given),)
            )
        case 6:
            return msgspec.structs.replace(sent, names=(PersonName(family=name.given[0], given=(name.family,)),))
        case _:
            wrong = tuple(typed_wrong(given, chance) for given in name.given)
            return msgspec.structs.replace(sent, names=(PersonName(family=name.family, given=wrong),))


def test_of_ten_thousand_generated_identities_none_is_matched_wrongly_and_clean_ones_are_matched() -> None:
    """Namesakes born on one day whose numbers were exchanged cannot be told apart by anybody, so they exchange none here."""
    chance = random.Random(20270301)
    clean = matched = 0
    for first in range(0, 20_000, 4):
        people = a_family(chance, first)
        meant, twin, _, parent = people
        sent = as_sent(meant, chance)
        found = match_person(sent, people)
        clean += 1
        if isinstance(found, Matched):
            matched += 1
            assert found.person == meant.person
        bad = spoilt(sent, chance.choice((twin, parent)), chance)
        known = people if chance.random() < 0.5 else [one for one in people if one.person != meant.person]
        answer = match_person(bad, known)
        assert isinstance(answer, Unmatched) or answer.person == meant.person, (bad, people)
        assert isinstance(answer, Matched) or answer.because
    assert clean * 2 == 10_000
    assert matched == clean
