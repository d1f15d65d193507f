"""An example of what each page around a person's own pages is given, for the tests of templates."""

from datetime import date
from decimal import Decimal

import msgspec

from rms.portal.frame import CLOSED
from rms.portal.pages_own import CodePage
from rms.portal.presenters.contact import ContactPage, Detail, NewContactPage, ProvePage
from rms.portal.presenters.door import DonePage, DoorPage
from rms.portal.presenters.help import HelpPage
from rms.portal.presenters.looking import ResultLine
from rms.portal.presenters.own import FollowUpPage, Next, PlanLine
from rms.portal.presenters.questions import Choice, StartPage
from rms.portal.presenters.result import PHONE, NumberLine, ResultPage
from rms.portal.presenters.telling import HubPage, StopTextsPage, SymptomsPage, TellPage, TestPage, ToldPage
from rms.portal.presenters.words import HelpLine
from rms.questionnaires.symptoms import Symptoms
from rms.web.charts import Limit, Mark, Series, full_chart
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.submitted import Submitted

HELP = HelpLine(
    who="Urology, Northmoor Hospital", number="01632 960001", href="tel:01632960001", hours="Weekdays, 9am to 5pm."
)
TRUST = HelpLine(who="Northmoor Hospital", number="01632 960000", href="tel:01632960000", hours="Weekdays, 9am to 5pm.")
NOTHING = Submitted(pairs=())
TWO = (Choice(code="yes", text="Yes", chosen=False), Choice(code="no", text="No", chosen=False))
SERIES = Series(
    key="own", name="PSA", unit="ug/L", limits=(Limit(number=Decimal("0.2")),),
    marks=(Mark(on=date(2026, 3, 1), number=Decimal("0.02")), Mark(on=date(2026, 9, 1), number=Decimal("0.03"))),
)  # fmt: skip
LINE = NumberLine(title="Your number is 0.06. It is below 0.2.", width=272, start=8, end=264, limit_x=136, value_x=46.4,
                  limit="0.2", value="0.06")  # fmt: skip
WRONG_CODE = FieldErrors(
    all=(FieldError(field="code", message="This is not the code we sent. Check it and try again"),)
)
RESULT = ResultPage(
    test="PSA blood test", on="3 November 2026", sentence="The result is what we expect for you.", value="0.06", looking="",
    shown_when="",
    limit="We look again more closely if it goes above 0.2.", unit="micrograms", line=LINE,
    chart=full_chart(SERIES, size=PHONE), rows=(("3 November 2026", "0.06"),), next="Next: PSA blood test.", help=HELP,
)  # fmt: skip
LOOKING = msgspec.structs.replace(
    RESULT, looking="A nurse is looking at it.", shown_when="When looked at.", value="", line=None, chart=None, rows=()
)
CODE = CodePage(way="the mobile phone that ends in 001", for_page="follow-up", too_many=False, typed=NOTHING,
                errors=NO_ERRORS, help=HELP)  # fmt: skip
FOLLOW_UP = FollowUpPage(
    name="Peter Ashdown", ways=("You can call us.",), standing=(),
    results=(ResultLine(sentence="As we expect.", more="None.", href="/follow-up"),),
    nexts=(Next(what="PSA blood test", why="It shows.", when="It is due.", where="Your GP surgery.", how="Call.",
                is_late=True, had="/tell-us/test", booked="/tell-us/booked"),),
    done=(PlanLine(when="May 2026", what="PSA blood test", note="Done."),),
    dates=(PlanLine(when="May 2027", what="PSA blood test", note=""),),
    later=(PlanLine(when="May 2028", what="PSA blood test", note=""),), help=HELP,
)  # fmt: skip
EMPTY = FollowUpPage(
    name="Peter Ashdown", ways=(), standing=("Finished.",), nexts=(), results=(), done=(), dates=(), later=(), help=HELP
)

EXAMPLES: dict[str, tuple[str, msgspec.Struct]] = {
    "start": ("portal/start.html", StartPage(team="Urology", minutes="about 5 minutes", on="/questions/q/a", where="Start",
                                             until="3 May 2027", help=HELP)),
    "new link": ("portal/new_link.html", DoorPage(trust="Northmoor", link="/r/x", help=TRUST)),
    "new link, several trusts": ("portal/new_link.html", DoorPage(trust="Your hospital", link="/r/x", help=None)),
    "link sent": ("portal/link_sent.html", DonePage(trust="Northmoor", help=TRUST)),
    "not me": ("portal/not_me.html", DoorPage(trust="Northmoor", link="/r/x", help=TRUST)),
    "link gone": ("portal/link_gone.html", DonePage(trust="Northmoor", help=None)),
    **{f"closed, {ending}": ("portal/closed.html", page) for ending, page in CLOSED.items()},
    "finished": ("portal/finished.html", HubPage(questions=None, help=HELP)),
    "your pages": ("portal/your_pages.html", HubPage(questions="/questions/start", help=HELP)),
    "symptoms": ("portal/symptoms.html", SymptomsPage(
        symptoms=Symptoms(today=(("Cannot pee?", "Call now."),), soon=("Blood in your pee?",)), now="We are here.",
        typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "symptoms, none signed": ("portal/symptoms.html", SymptomsPage(
        symptoms=Symptoms(today=(), soon=()), now="We are closed.", typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "tell us": ("portal/tell_us.html", HubPage(questions=None, help=HELP)),
    "tell us: test": ("portal/tell_test.html", TestPage(tests=TWO, places=TWO, example="1 2 2026",
        booked_example="3 4 2026", typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "tell us: booked": ("portal/tell_booked.html", TestPage(
        tests=TWO, places=TWO, example="1 2 2026", booked_example="3 4 2026", typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "tell us: words": ("portal/tell_words.html", TellPage(
        heading="I have moved", lines=("We check it.",), label="Address", hint="", action="/tell-us/moved", button="Send",
        typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "stop texts": ("portal/stop_texts.html", StopTextsPage(choices=TWO, errors=NO_ERRORS, help=HELP)),
    "told": ("portal/told.html", ToldPage(heading="Thank you", lines=("We read it.",), urgent=True, help=HELP)),
    "code": ("portal/code.html", CODE),
    "code, too many": ("portal/code.html", msgspec.structs.replace(CODE, too_many=True)),
    "code, no way": ("portal/code.html", msgspec.structs.replace(CODE, way=None)),
    "enter the code": ("portal/code_enter.html", CODE),
    "enter the code, wrong": ("portal/code_enter.html", msgspec.structs.replace(CODE, errors=WRONG_CODE)),
    "follow-up": ("portal/follow_up.html", FOLLOW_UP),
    "follow-up, finished": ("portal/follow_up.html", EMPTY),
    "result": ("portal/result.html", RESULT),
    "result, looking": ("portal/result.html", LOOKING),
    "contact": ("portal/contact.html", ContactPage(
        details=(Detail(name="Post", lines=("1 Mill Lane", "Townham"), change="/tell-us/moved", verb="Change"),), ways=TWO,
        languages=TWO, needs=TWO, interpreter=True, typed=NOTHING, errors=NO_ERRORS, saved="Kept.", help=HELP)),
    "new contact": ("portal/contact_new.html", NewContactPage(
        heading="Your mobile number", label="Number", hint="Like.", action="/contact/new/mobile", kind="mobile",
        too_many=True, typed=NOTHING, errors=NO_ERRORS, help=HELP)),
    "prove contact": ("portal/contact_check.html", ProvePage(errors=WRONG_CODE, help=HELP)),
    "help": ("portal/help.html", HelpPage(trust="Northmoor", help=HELP)),
    "privacy": ("portal/privacy.html", HelpPage(trust="Northmoor", help=HELP)),
    "accessibility": ("portal/accessibility.html", HelpPage(trust="Northmoor", help=None)),
}  # fmt: skip
