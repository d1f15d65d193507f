"""Every template renders under strict undefined, from an example of the value its page is given."""

from decimal import Decimal

import jinja2
import msgspec
import pytest

from rms.portal.presenters.door import DoorPage
from rms.portal.presenters.questions import (
    CallTodayPage,
    PausedPage,
    PhonePage,
    SentPage,
    StoppedPage,
    present_check,
    present_question,
)
from rms.portal.presenters.words import HelpLine
from rms.questionnaires.answers import item_of
from rms.questionnaires.library import definition_of
from rms.questionnaires.model import Chose, Declined, Item, ItemKind, Number, Words, YesNo
from rms.web.error_pages import ErrorPage
from rms.web.forms import FieldError, FieldErrors
from rms.web.jinja import TEMPLATES, make_pages, preload, render
from rms.web.pages import PLAIN, Frame, Link, Shell
from rms.web.submitted import submitted
from tests.pages.web.portal_examples import EXAMPLES

HELP = HelpLine(
    who="Northmoor Hospital",
    number="07700 900123",
    href="tel:+447700900123",
    hours="Monday to Friday, 9am to 5pm. At other times leave a message.",
)
WRONG_DATE = FieldErrors(
    all=(
        FieldError(
            field="born_on",
            message="The date of birth does not match this link. Check it and try again",
            parts=("day", "month", "year"),
        ),
    )
)
NO_ANSWER = FieldErrors(
    all=(FieldError(field="answer", message="Select an answer, or choose “I would rather not answer”"),)
)
FORM = definition_of("symptom-check-prostate")
ANSWERS = {
    "wellbeing": Chose(code="well"),
    "bone-pain": Chose(code="no"),
    "leg-weakness": Declined(),
    "wants-call": YesNo(value=True),
    "call-about": Words(value="My <b>tablets</b>\nand my bladder"),
}
WEIGHT = Item(
    link_id="weight",
    kind=ItemKind.NUMBER,
    text="What do you weigh?",
    short="Weight",
    help="Without shoes.",
    unit="kg",
    lowest=Decimal(20),
)
SEEN_ON = Item(link_id="seen", kind=ItemKind.DATE, text="When did you see your GP?", short="GP visit")


def question(link_id: str, **more: object) -> msgspec.Struct:
    item = item_of(FORM, link_id=link_id)
    assert item is not None
    return present_question(FORM, item=item, answers=ANSWERS, base="/questions", **more)  # type: ignore[arg-type]


def question_of(item: Item, *, answers: dict[str, object]) -> msgspec.Struct:
    form = msgspec.structs.replace(FORM, items=(*FORM.items, item))
    return present_question(form, item=item, answers=answers, base="/questions")  # type: ignore[arg-type]


STOPPED_TYPED = submitted([("born_on-day", "27"), ("born_on-month", "3"), ("born_on-year", "1948")])

PAGES: dict[str, tuple[str, msgspec.Struct]] = {
    "birth date": ("portal/birth_date.html", DoorPage(trust="Northmoor Hospital", link="/r/x", help=HELP)),
    "birth date wrong": (
        "portal/birth_date.html",
        DoorPage(trust="Northmoor Hospital", link="/r/x", help=HELP, typed=STOPPED_TYPED, errors=WRONG_DATE),
    ),
    "question": ("portal/question.html", question("bone-pain")),
    "question without an answer": (
        "portal/question.html",
        question("blood-in-pee", sent=submitted([]), errors=NO_ANSWER),
    ),
    "question yes or no": ("portal/question.html", question("wants-call")),
    "question in words": ("portal/question.html", question("call-about")),
    "question with a number": (
        "portal/question.html",
        question_of(WEIGHT, answers={"weight": Number(value=Decimal("71.5"))}),
    ),
    "question with a date": ("portal/question.html", question_of(SEEN_ON, answers={"seen": Declined()})),
    "check": ("portal/check.html", present_check(FORM, answers=ANSWERS, base="/questions", help_line=HELP)),
    "sent": (
        "portal/sent.html",
        SentPage(
            came="You sent us your answers on Tuesday 7 March 2023 at 3pm.",
            read_by="Your team reads your answers by Tuesday 14 March.",
            next_steps=("Your next blood test is due in May.",),
            call_today=(),
            help=HELP,
        ),
    ),
    "sent, call today": (
        "portal/sent.html",
        SentPage(
            came="You sent us your answers on Tuesday 24 November 2026 at 3pm.",
            read_by="Your team reads your answers today.",
            next_steps=(),
            call_today=("Please call.",),
            help=HELP,
        ),
    ),
    "call today": (
        "portal/call_today.html",
        CallTodayPage(
            advice=("Please call your team now.",),
            now="We are here now, until 5pm. Please call us.",
            on="/questions/q/cannot-pee",
            help=HELP,
        ),
    ),
    "paused": ("portal/paused.html", PausedPage(until="The link works until 3 May 2027.", help=HELP)),
    "link stopped": ("portal/link_stopped.html", StoppedPage(help=HELP)),
    "phone us": ("portal/phone_us.html", PhonePage(help=HELP, back="/questions/q/wellbeing")),
    "error": (
        "errors/error.html",
        ErrorPage(
            heading="Page not found", lines=("Look again.",), error_id="0123456789abcdef", help_phone="07700 900123"
        ),
    ),
    **EXAMPLES,
}
STAFF = Frame(
    home="/",
    navigation=(Link(text="Today", href="/", current=True), Link(text="People", href="/people")),
    account="Asha Example, nurse specialist",
    sign_out="/sign-out",
    footer=(Link(text="Accessibility", href="/accessibility"),),
    footer_note="Results last came at 7:42am.",
    wide=True,
)


@pytest.fixture(scope="module")
def pages():
    return make_pages(asset=lambda name: f"/assets/{name}")


def shell(*, frame: Frame = PLAIN, demo: bool = False) -> Shell:
    return Shell(title="A title", service_name="Remote monitoring", demo=demo, csrf_token="f00d", frame=frame)


def rendered(pages, name: str, **more: object) -> str:
    template, page = PAGES[name]
    return render(pages, template=template, context={"page": page, "shell": shell(**more)})


@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders_with_a_title_one_heading_and_a_way_to_skip(pages, name):
    text = rendered(pages, name)

    assert "<title>A title – Remote monitoring</title>" in text
    assert text.count("<h1") == 1
    assert 'href="#maincontent"' in text
    assert "Undefined" not in text
    assert ">None<" not in text
    assert '="None"' not in text


@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_script_a_style_or_another_host(pages, name):
    text = rendered(pages, name, frame=STAFF, demo=True)

    assert "<script" not in text
    assert "<style" not in text
    assert " style=" not in text
    assert "http" not in text
    assert " onclick" not in text


def test_every_template_has_an_example(pages):
    examples = {template for template, _ in PAGES.values()}
    ours = {
        path.relative_to(TEMPLATES).as_posix()
        for room in ("portal", "errors")
        for path in (TEMPLATES / room).glob("*.html")
    }

    assert ours == examples
    assert ours <= set(preload(pages))


@pytest.mark.parametrize("name", [name for name, (_, page) in PAGES.items() if hasattr(page, "action")])
def test_every_form_carries_the_token_and_leaves_checking_to_us(pages, name):
    text = rendered(pages, name)
    if getattr(PAGES[name][1], "may_send", True):
        assert '<input type="hidden" name="csrf_token" value="f00d">' in text
        assert "novalidate" in text
    assert " required" not in text


def test_what_somebody_typed_is_text_and_nothing_else(pages):
    assert "My &lt;b&gt;tablets&lt;/b&gt;" in rendered(pages, "check")
    assert "My &lt;b&gt;tablets&lt;/b&gt;" in rendered(pages, "question in words")


def test_a_wrong_birth_date_is_said_twice_and_kept(pages):
    text = rendered(pages, "birth date wrong")

    assert text.count("does not match this link") == 2
    assert 'href="#born_on-day"' in text
    assert 'id="born_on-day"' in text
    assert 'value="1948"' in text
    assert 'autocomplete="bday-year"' in text


def test_the_summary_of_a_missing_answer_leads_to_the_first_answer(pages):
    text = rendered(pages, "question without an answer")

    assert 'href="#answer"' in text
    assert 'id="answer"' in text


def test_before_the_birth_date_nothing_says_what_it_is_about(pages):
    closed = [name for name in PAGES if name.startswith("closed, ")]
    for name in ("birth date", "birth date wrong", "new link", "link sent", "not me", "link gone", *closed):
        text = rendered(pages, name).lower()
        for word in ("cancer", "prostate", "symptom", "oncology", "urology", "result"):
            assert word not in text, (name, word)


def test_declining_is_one_of_the_answers_and_is_remembered(pages):
    assert 'value="rather-not"' in rendered(pages, "question")
    assert 'name="rather-not" type="checkbox" value="yes" checked' in rendered(pages, "question with a date")
    assert 'value="71.5"' in rendered(pages, "question with a number")


def test_a_misspelt_name_is_an_error_in_ours_and_nothing_in_the_macros(pages):
    ours = pages.from_string("{{ page.titel }}")
    with pytest.raises(jinja2.UndefinedError):
        ours.render(page=HELP)
    with_macro = pages.from_string(
        '{% from "nhsuk/components/tag/macro.jinja" import tag %}{{ tag({"text": "Late"}) }}'
    )
    assert "Late" in with_macro.render()


def test_text_given_to_a_macro_is_escaped(pages):
    template = pages.from_string('{% from "nhsuk/components/tag/macro.jinja" import tag %}{{ tag({"text": typed}) }}')
    assert "<script>" not in template.render(typed="<script>")


def test_the_demo_says_that_it_is_one(pages):
    assert "Everybody here is made up" in rendered(pages, "start", demo=True)
    assert "Everybody here is made up" not in rendered(pages, "start")
