"""Names are found however they are typed, and telephone numbers are never completed."""

import pytest

from rms.errors import BadInput
from rms.people.contact_points import email, telephone, uk_number
from rms.people.model import ContactKind, PersonName
from rms.people.names import fold, full_name, search_key, share_a_part


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("O’Brien", "obrien"),
        ("O'BRIEN", "obrien"),
        ("Smith-Jones", "smith jones"),
        ("  van  der Berg ", "van der berg"),
        ("Łukasz Müller", "lukasz muller"),
        ("Bjørn Ærø", "bjorn aero"),
        ("Strauß", "strauss"),
        ("Nguyễn", "nguyen"),
        ("Иванов", "иванов"),
        ("St. John", "st john"),
    ],
)
def test_a_name_is_folded(typed: str, key: str) -> None:
    assert fold(typed) == key
    assert fold(key) == key


def test_the_key_starts_with_the_family_name() -> None:
    name = PersonName(family="O’Dowd", given=("Seán", "Patrick"), prefix="Mr")
    assert search_key(name) == "odowd sean patrick"
    assert full_name(name) == "O’DOWD, Seán Patrick (Mr)"
    assert full_name(PersonName(family="Suharto")) == "SUHARTO"


def test_a_name_after_marriage_shares_a_part_and_a_strangers_does_not() -> None:
    before, after = PersonName(family="Hill", given=("Ann",)), PersonName(family="Dale", given=("Ann", "Mary"))
    assert share_a_part(before, after)
    assert not share_a_part(before, PersonName(family="Dale", given=("Mary",)))


@pytest.mark.parametrize("typed", ["07700 900123", "+44 7700 900123", "0044 7700-900123", "+44 (0)7700 900123"])
def test_a_mobile_number_is_read(typed: str) -> None:
    point = telephone(typed)
    assert (point.kind, point.value) == (ContactKind.MOBILE, "+447700900123")


def test_a_landline_is_no_mobile() -> None:
    assert telephone("0113 496 0123").kind is ContactKind.PHONE
    assert telephone("070 1234 5678").kind is ContactKind.PHONE


@pytest.mark.parametrize("typed", ["7700900123", "0770090012", "555-188-9705", "hello", "", "077009001234", "00"])
def test_what_is_no_uk_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        uk_number(typed)


def test_an_address_keeps_its_name_and_folds_its_domain() -> None:
    assert email(" Ann.Hill@Example.ORG ") == "Ann.Hill@example.org"
    for broken in ("ann", "ann@", "ann@host", "a b@example.org", "ann@example.org, bob@example.org"):
        with pytest.raises(BadInput):
            email(broken)
