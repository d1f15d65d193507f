"""What the pages show on which a person tells us something: nothing of theirs, only what they may say and to whom."""

from datetime import timedelta
from typing import Final

import msgspec

from rms.clock import london_time
from rms.dates import add_working_days, is_working_day
from rms.dates.working_time import CLOSES, OPENS
from rms.messages.model import TestWord
from rms.portal.behind import Whose
from rms.portal.forms_telling import Place
from rms.portal.presenters.hours import answering
from rms.portal.presenters.questions import Choice
from rms.portal.presenters.words import HelpLine, in_boxes, weekday, whom_to_call
from rms.questionnaires.symptoms import Symptoms
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

_NOTHING: Final = Submitted(pairs=())
_TESTS: Final = {
    TestWord.BLOOD_TEST: "A blood test",
    TestWord.SCAN: "A scan",
    TestWord.HOSPITAL_TEST: "Another test at a hospital",
}
_PLACES: Final = {
    Place.GP: "At my GP surgery",
    Place.OURS: "At your hospital",
    Place.ELSEWHERE: "Somewhere else, such as another hospital",
}


class HubPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/your_pages.html`: everything a person can do here. `questions`: the way back to the questions they came for."""

    questions: str | None
    help: HelpLine


class SymptomsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/symptoms.html`. `now` says whether anybody is there at this hour."""

    symptoms: Symptoms
    now: str
    typed: Submitted
    errors: FieldErrors
    help: HelpLine


class TestPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/tell_test.html`, `portal/tell_booked.html`. The examples are days that may be typed there."""

    __test__ = False  # pytest would otherwise take the name for a test class

    tests: tuple[Choice, ...]
    places: tuple[Choice, ...]
    example: str
    booked_example: str
    typed: Submitted
    errors: FieldErrors
    help: HelpLine


class TellPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/tell_words.html`: one box to write into. `lines` say what happens with it."""

    heading: str
    lines: tuple[str, ...]
    label: str
    hint: str
    action: str
    button: str
    typed: Submitted
    errors: FieldErrors
    help: HelpLine


class StopTextsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/stop_texts.html`."""

    choices: tuple[Choice, ...]
    errors: FieldErrors
    help: HelpLine


class ToldPage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/told.html`: what happens now. `urgent` shows 111 and 999 before anything else."""

    heading: str
    lines: tuple[str, ...]
    urgent: bool
    help: HelpLine


def help_for(of: Whose) -> HelpLine:
    """The team to call."""
    return whom_to_call(of.team.name, number=of.team.phone, hours=of.team.hours)


def present_hub(of: Whose) -> HubPage:
    """Fill the page from which everything is reached."""
    open_form = of.behind.assignment is not None and of.behind.assignment.takes_answers
    return HubPage(questions="/questions/start" if open_form else None, help=help_for(of))


def present_symptoms(
    of: Whose, symptoms: Symptoms, *, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS
) -> SymptomsPage:
    """Fill the page of symptoms; the hour decides what it says first, by the hours that the team has set."""
    return SymptomsPage(
        symptoms=symptoms, now=answering(of.team.hours, now=of.now), typed=typed, errors=errors, help=help_for(of)
    )


def answer_by(of: Whose) -> str:
    """By when a worry is answered: within a working day, which is what the alert's clock allows."""
    at = london_time(of.now).time()
    following = weekday(add_working_days(of.today, 1))
    if not is_working_day(of.today) or at >= CLOSES:
        return f"on {following}"
    return "today" if at < OPENS else f"today or on {following}"


def present_test(of: Whose, *, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS) -> TestPage:
    """Fill the page of a test that was had."""
    return TestPage(
        tests=tuple(Choice(code=code, text=text, chosen=typed.one("which") == code) for code, text in _TESTS.items()),
        places=tuple(Choice(code=code, text=text, chosen=typed.one("place") == code) for code, text in _PLACES.items()),
        example=in_boxes(of.today - timedelta(days=3)), booked_example=in_boxes(of.today + timedelta(days=14)),
        typed=typed, errors=errors, help=help_for(of),
    )  # fmt: skip


def present_moved(of: Whose, *, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS) -> TellPage:
    """Fill the page of a new address."""
    return TellPage(
        heading="I have moved", label="What is your new address?", hint="Write the postcode too.",
        lines=("We check your new address with you before we use it.",
               "If you have a new GP surgery, tell us its name as well."),
        action="/tell-us/moved", button="Send", typed=typed, errors=errors, help=help_for(of),
    )  # fmt: skip


def present_no_more(of: Whose, *, typed: Submitted = _NOTHING, errors: FieldErrors = NO_ERRORS) -> TellPage:
    """Fill the page of somebody who wants no more of this."""
    return TellPage(
        heading="I do not want this any more", label="Is there anything you want to tell us?",
        hint="You can leave this empty.",
        lines=("You can stop at any time. You do not need to give a reason.",
               "A nurse calls you first, to talk about what is best for you.",
               "Your tests go on until you have talked to us. If you only want no texts, choose Stop texts."),
        action="/tell-us/no-more", button="Tell my team", typed=typed, errors=errors, help=help_for(of),
    )  # fmt: skip


def present_stop_texts(of: Whose, *, errors: FieldErrors = NO_ERRORS) -> StopTextsPage:
    """Fill the page that asks whether texts should stop."""
    choices = (
        Choice(code="yes", text="Yes, stop texts and send me letters", chosen=False),
        Choice(code="no", text="No, go on as now", chosen=False),
    )
    return StopTextsPage(choices=choices, errors=errors, help=help_for(of))


def present_told(of: Whose, *, heading: str, lines: tuple[str, ...], urgent: bool = False) -> ToldPage:
    """Fill the page after something was told."""
    return ToldPage(heading=heading, lines=lines, urgent=urgent, help=help_for(of))
