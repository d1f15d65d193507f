"""Every fault of a form at once, and what was typed is kept."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.nhs_number import NhsNumber
from rms.web.fields import a_choice, a_date, a_decimal, a_text, a_tick, an_integer, parsed_by, some_ticks
from rms.web.forms import Form
from rms.web.submitted import submitted

TODAY = date(2027, 3, 14)


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    site: str
    agreed: bool
    channels: tuple[str, ...]
    born_on: date
    months: int
    limit: Decimal
    nhs_number: NhsNumber | None


FORM = Form(
    Everything,
    name=a_text(missing="Enter a name", label="The name", longest=10),
    site=a_choice(("prostate", "breast"), missing="Select a site"),
    agreed=a_tick(),
    channels=some_ticks(("text", "email", "post"), missing="Select at least one way"),
    born_on=a_date(
        label="Date of birth", missing="Enter a date of birth", not_after=TODAY, not_before=date(1900, 1, 1)
    ),
    months=an_integer(missing="Enter months", wrong="Enter months from 1 to 60", lowest=1, highest=60),
    limit=a_decimal(
        missing="Enter a limit", wrong="Enter a limit between 0.01 and 50", lowest=Decimal("0.01"), highest=Decimal(50)
    ),
    nhs_number=parsed_by(NhsNumber.parse),
)
GOOD = {
    "name": "Ada",
    "site": "prostate",
    "agreed": "on",
    "channels": "post",
    "born_on-day": "27",
    "born_on-month": "3",
    "born_on-year": "1948",
    "months": "6",
    "limit": "0.2",
    "nhs_number": "999 000 0018",
}


def read(*more, **changed):
    return FORM.read(submitted([*{**GOOD, **changed}.items(), *more]))


def message(field, **changed):
    error = read(**changed).errors.of(field)
    return error.message if error else None


def test_a_good_form_becomes_one_value():
    parsed = read(("channels", "text"))
    assert not parsed.errors
    assert parsed.value == Everything(
        name="Ada",
        site="prostate",
        agreed=True,
        channels=("text", "post"),
        born_on=date(1948, 3, 27),
        months=6,
        limit=Decimal("0.2"),
        nhs_number=NhsNumber.parse("9990000018"),
    )


def test_an_empty_form_tells_every_fault_in_the_order_of_its_fields():
    parsed = FORM.read(submitted([]))
    assert parsed.value is None
    assert [error.message for error in parsed.errors.all] == [
        "Enter a name",
        "Select a site",
        "Select at least one way",
        "Enter a date of birth",
        "Enter months",
        "Enter a limit",
    ]
    assert [error.href for error in parsed.errors.all][2:4] == ["#channels", "#born_on-day"]


def test_what_was_typed_is_kept():
    parsed = read(months="six", name="Zoë ")
    assert parsed.value is None
    assert parsed.typed.one("months") == "six"
    assert parsed.typed.one("name") == "Zoë"


def test_a_box_that_was_not_ticked_is_false_and_one_tick_of_many_is_a_tuple():
    sent = submitted([(name, value) for name, value in GOOD.items() if name != "agreed"])
    value = FORM.read(sent).value
    assert value is not None
    assert value.agreed is False
    assert value.channels == ("post",)


def test_a_choice_that_was_not_offered_is_none_at_all():
    assert message("site", site="moon") == "Select a site"
    assert message("channels", channels="pigeon") == "Select at least one way"


def test_a_field_that_may_be_empty_is_none():
    assert read(nhs_number=" ").value.nhs_number is None


def test_a_parser_of_ours_gives_the_sentence():
    assert (
        message("nhs_number", nhs_number="999 000 0019")
        == "The last digit does not fit the others, so one of them is wrong."
    )
    assert message("nhs_number", nhs_number="99") == "An NHS number has 10 digits; this has 2."


DATES = """
  day | month    | year | told
  27  | 3        | 1948 |
  27  | March    | 1948 |
  27  | mar      | 1948 |
  27  | MAR.     | 1948 |
  07  | 03       | 1948 |
  29  | 2        | 1948 |
  29  | 2        | 1947 | Date of birth must be a real date
  31  | 4        | 1948 | Date of birth must be a real date
  x   | 4        | 1948 | Date of birth must be a real date
  27  | junk     | 1948 | Date of birth must be a real date
  27  | 3        | 48   | Date of birth must have a year with 4 numbers, like 1948
  27  |          | 1948 | Date of birth must include a month
      | 3        |      | Date of birth must include a day and year
  15  | 3        | 2027 | Date of birth must be 14 March 2027 or earlier
  31  | 12       | 1899 | Date of birth must be 1 January 1900 or later
  ٢٧  | 3        | 1948 | Date of birth must be a real date
  32  | 3        | 1948 | Date of birth must be a real date
  0   | 3        | 1948 | Date of birth must be a real date
  27  | 3        | 0000 | Date of birth must be a real date
      | 13       | 1948 | Date of birth must include a day, and must be a real date
  0   | 13       | 48   | Date of birth must be a real date, and must have a year with 4 numbers, like 1948
  31  | 2        | 48   | Date of birth must be a real date, and must have a year with 4 numbers, like 1948
  45  |          | 1948 | Date of birth must include a month, and must be a real date
      | 3        | 48   | Date of birth must include a day, and must have a year with 4 numbers, like 1948
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in DATES.strip().splitlines()[1:]]


@pytest.mark.parametrize(("day", "month", "year", "told"), ROWS)
def test_dates(day, month, year, told):
    assert (message("born_on", **{"born_on-day": day, "born_on-month": month, "born_on-year": year}) or "") == told


def test_a_date_names_the_boxes_that_are_wrong():
    error = read(**{"born_on-month": ""}).errors.of("born_on")
    assert error.parts == ("month",)
    assert error.href == "#born_on-month"


@pytest.mark.parametrize("typed", ["0", "61", "6.0", "six", "٦", "6 months", "1e1", "9" * 30])
def test_whole_numbers_that_are_none(typed):
    assert message("months", months=typed) == "Enter months from 1 to 60"


@pytest.mark.parametrize("typed", ["0", "50.01", "0,2", "1,000", "nan", "inf", "1e1", ".2", "--1"])
def test_decimals_that_are_none(typed):
    assert message("limit", limit=typed) == "Enter a limit between 0.01 and 50"


def test_too_long_a_text_is_refused_and_not_cut():
    assert message("name", name="x" * 11) == "The name must be 10 characters or fewer"
    assert message("name", name="é" * 10) is None


def test_text_is_cleaned_of_what_no_page_or_database_can_hold():
    sent = submitted([("name", " a\x00b\r\nc\x1b\ud800 "), ("name2", "e\u0301")])
    assert sent.one("name") == "ab\nc"
    assert sent.one("name2") == "\u00e9"


@given(pairs=st.lists(st.tuples(st.sampled_from([*GOOD]), st.text(max_size=30)), max_size=20))
def test_nothing_that_can_be_typed_breaks_a_form(pairs):
    parsed = FORM.read(submitted(pairs))
    assert (parsed.value is None) == bool(parsed.errors)


def test_a_form_and_its_value_have_the_same_fields():
    with pytest.raises(TypeError, match="agreed"):
        Form(Everything, name=a_text())
