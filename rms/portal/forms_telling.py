"""What a person tells us becomes a value or a sentence about what is missing. Must not query or decide what follows."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from rms.messages.model import TestWord
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import Form, Parsed
from rms.web.submitted import Submitted

LONGEST: Final = 500
_OLDEST: Final = timedelta(days=366)


class Place(StrEnum):
    """Where a test was done."""

    GP = "gp"
    OURS = "ours"
    ELSEWHERE = "elsewhere"


class HadTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test the person had."""

    which: TestWord
    on: date
    place: Place


class BookedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test the person booked; `on` None when they did not say for when."""

    which: TestWord
    on: date | None


class _BookedTest(msgspec.Struct, frozen=True, kw_only=True):
    which: str
    on: date | None


class _HadTest(msgspec.Struct, frozen=True, kw_only=True):
    which: str
    on: date
    place: str


class SomeWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the person wrote."""

    words: str | None


class Sure(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the person is sure: `yes` or `no`."""

    sure: str


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The figures the person typed."""

    code: str


WORRY: Final = Form(SomeWords, words=a_text(label="What you write", longest=LONGEST))
MOVED: Final = Form(SomeWords, words=a_text(missing="Enter your new address", label="The address", longest=LONGEST))
NO_MORE: Final = Form(SomeWords, words=a_text(label="What you write", longest=LONGEST))
STOP_TEXTS: Final = Form(Sure, sure=a_choice(("yes", "no"), missing="Choose one of the two answers"))


def read_had_test(sent: Submitted, *, today: date) -> Parsed[HadTest]:
    """Read the form of a test that was had."""
    form = Form(
        _HadTest,
        which=a_choice(tuple(TestWord), missing="Choose which test you had"),
        on=a_date(label="The date of the test", missing="Enter the date of the test", not_before=today - _OLDEST,
                  not_after=today, too_late="The date of the test must be today or in the past"),
        place=a_choice(tuple(Place), missing="Choose where you had the test"),
    )  # fmt: skip
    parsed = form.read(sent)
    if parsed.value is None:
        return Parsed(value=None, errors=parsed.errors, typed=parsed.typed)
    one = parsed.value
    had = HadTest(which=TestWord(one.which), on=one.on, place=Place(one.place))
    return Parsed(value=had, errors=parsed.errors, typed=parsed.typed)


def read_booked_test(sent: Submitted, *, today: date) -> Parsed[BookedTest]:
    """Read the form of a test that is booked."""
    form = Form(
        _BookedTest,
        which=a_choice(tuple(TestWord), missing="Choose which test you have booked"),
        on=a_date(label="The date of the appointment", not_before=today, not_after=today + _OLDEST,
                  too_late="The date of the appointment must be within a year"),
    )  # fmt: skip
    parsed = form.read(sent)
    if parsed.value is None:
        return Parsed(value=None, errors=parsed.errors, typed=parsed.typed)
    booked = BookedTest(which=TestWord(parsed.value.which), on=parsed.value.on)
    return Parsed(value=booked, errors=parsed.errors, typed=parsed.typed)


CODE: Final = Form(Code, code=a_text(missing="Enter the code from our message", label="The code", longest=20))


def figures(typed: str) -> str:
    """The figures of a code, however they were spaced."""
    return "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
