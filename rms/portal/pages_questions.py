"""Behind the date of birth: one question a page, check, send. Parse, call, present, render.

No GET changes anything; each answer is saved when Continue is pressed. The addresses name no person and no link.
"""

import re
from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from rms.errors import Conflict, NotFound
from rms.followup.actions import save_answer, submit_answers
from rms.portal.access import PORTAL, database_of, visit_of
from rms.portal.actions import ask_for_call, leave, look
from rms.portal.forms import read_answer
from rms.portal.frame import closed, opt_for, show, show_last
from rms.portal.presenters.hours import answering
from rms.portal.presenters.questions import (
    CallTodayPage,
    PausedPage,
    PhonePage,
    StoppedPage,
    present_check,
    present_question,
    present_sent,
    present_start,
    question_address,
)
from rms.portal.presenters.words import HelpLine, answer_by_said, whom_to_call
from rms.portal.sheet import Sheet
from rms.questionnaires.branching import asked, item_after, may_be_sent, next_item, unanswered
from rms.questionnaires.model import Item, Urgency
from rms.questionnaires.scoring import red_flags
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.guard import SignInFirst
from rms.web.pages import FAULTS_IN_FORM, go_to
from rms.web.submitted import Submitted, read_submitted

BASE: Final = "/questions"
_ITEM: Final = re.compile(r"[a-z0-9-]{1,60}")
_Request = Request[Any, Any, Any]


class QuestionPages(Controller):
    """The pages of one visit."""

    path = BASE
    opt = opt_for(PORTAL)  # Litestar's own way to say it
    exception_handlers = {SignInFirst: closed}  # noqa: RUF012  # the same

    @get("/")
    async def carry_on(self, request: _Request) -> Response[Any]:
        """Go to the first question that is open, or to the check."""
        sheet = await look(database_of(request), visit=visit_of(request), at="start")
        return _elsewhere(request, sheet) or go_to(_next(sheet))

    @get("/start")
    async def start(self, request: _Request) -> Response[Any]:
        """Before the first question: what it is about, who reads it, and what to do when it cannot wait."""
        sheet = await look(database_of(request), visit=visit_of(request), at="before")
        if (elsewhere := _elsewhere(request, sheet)) is not None:
            return elsewhere
        page = present_start(sheet, on=_next(sheet))
        return show(request, template="start.html", page=page, title="Before you start")

    @get("/q/{item:str}")
    async def question(self, request: _Request, item: FromPath[str]) -> Response[Any]:
        """One question, with what was answered in this visit."""
        sheet = await look(database_of(request), visit=visit_of(request), at=_known(item))
        return _elsewhere(request, sheet) or _question(request, sheet, item=_item(sheet, item))

    @post("/q/{item:str}")
    async def answer(self, request: _Request, item: FromPath[str]) -> Response[Any]:
        """Save one answer; one that cannot wait is followed by whom to call."""
        visit, database = visit_of(request), database_of(request)
        sheet = await look(database, visit=visit, at=_known(item))
        if (elsewhere := _elsewhere(request, sheet)) is not None:
            return elsewhere
        question = _item(sheet, item)
        sent = await read_submitted(request)
        if item in sheet.earlier and _said_nothing(sent):
            return go_to(_after(sheet, item=item))
        read = read_answer(question, sent=sent)
        if read.answer is None:
            return _question(request, sheet, item=question, sent=sent, errors=read.errors)
        saved = await save_answer(
            database, organisation_id=visit.organisation_id, assignment_id=sheet.assignment.id, item=item,
            value=read.answer, by=visit.actor(sheet.assignment.patient_id),
        )  # fmt: skip
        sheet.answers[item] = read.answer
        if saved.act_today and _advice(sheet, item=item):
            return go_to(f"{BASE}/today/{item}")
        return go_to(_after(sheet, item=item))

    @get("/today/{item:str}")
    async def call_today(self, request: _Request, item: FromPath[str]) -> Response[Any]:
        """After an answer that cannot wait: whom to call, before anything else."""
        sheet = await look(database_of(request), visit=visit_of(request), at=_known(item))
        if not (advice := _advice(sheet, item=_item(sheet, item).link_id)):
            return go_to(BASE)
        page = CallTodayPage(
            advice=advice,
            now=answering(sheet.team.hours, now=sheet.now, act_now=True),
            on=_after(sheet, item=item),
            help=_help(sheet),
        )
        return show(request, template="call_today.html", page=page, title="Please call us today")

    @get("/check")
    async def check(self, request: _Request) -> Response[Any]:
        """All answers of this visit, to look over."""
        sheet = await look(database_of(request), visit=visit_of(request), at="check")
        if (elsewhere := _elsewhere(request, sheet)) is not None:
            return elsewhere
        page = present_check(
            sheet.definition, answers=sheet.answers, base=BASE, help_line=_help(sheet), earlier=sheet.earlier
        )
        return show(request, template="check.html", page=page, title="Check your answers")

    @post("/send")
    async def send(self, request: _Request) -> Response[Any]:
        """Take the form. A second press, here or in another browser, changes nothing."""
        visit, database = visit_of(request), database_of(request)
        sheet = await look(database, visit=visit, at="send")
        if (elsewhere := _elsewhere(request, sheet)) is not None:
            return elsewhere
        if not may_be_sent(sheet.definition, answers=sheet.answers):
            return go_to(f"{BASE}/check")
        try:
            await submit_answers(database, organisation_id=visit.organisation_id, assignment_id=sheet.assignment.id,
                                 by=visit.actor(sheet.assignment.patient_id))  # fmt: skip
        except Conflict:
            return go_to(BASE)
        return go_to(f"{BASE}/sent")

    @get("/sent")
    async def sent(self, request: _Request) -> Response[Any]:
        """What happens next; whoever must call today is told again."""
        sheet = await look(database_of(request), visit=visit_of(request), at="sent")
        if not sheet.sent:
            return go_to(BASE)
        page = present_sent(sheet, advice=_advice(sheet))
        return show(request, template="sent.html", page=page, title="Thank you")

    @post("/later", status_code=200)
    async def later(self, request: _Request) -> Response[Any]:
        """Stop for now: the visit ends, also for whoever uses this phone next."""
        sheet = await leave(database_of(request), visit=visit_of(request))
        page = PausedPage(until=answer_by_said(sheet.answer_by, today=sheet.today), help=_help(sheet))
        return show_last(request, template="paused.html", page=page, title="Your answers are saved")

    @get("/phone")
    async def phone(self, request: _Request) -> Response[Any]:
        """Whom to call, and a button for being called."""
        sheet = await look(database_of(request), visit=visit_of(request), at="phone")
        page = PhonePage(help=_help(sheet), back=BASE if sheet.open else None, ask=f"{BASE}/phone")
        return show(request, template="phone_us.html", page=page, title="Talk to somebody")

    @post("/phone", status_code=200)
    async def phone_me(self, request: _Request) -> Response[Any]:
        """The team is asked to phone."""
        sheet = await ask_for_call(database_of(request), visit=visit_of(request))
        page = PhonePage(help=_help(sheet), back=BASE if sheet.open else None, asked=True)
        return show(request, template="phone_us.html", page=page, title="We will phone you")


def _elsewhere(request: _Request, sheet: Sheet) -> Response[Any] | None:
    """Where to go when nothing is to be answered any more: thanks when it was sent, else an honest end."""
    if sheet.sent:
        return go_to(f"{BASE}/sent")
    if sheet.open:
        return None
    return show(request, template="link_stopped.html", page=StoppedPage(help=_help(sheet)),
                title="This link does not work", status=410)  # fmt: skip


def _question(
    request: _Request, sheet: Sheet, *, item: Item, sent: Submitted | None = None, errors: FieldErrors = NO_ERRORS
) -> Response[Any]:
    page = present_question(
        sheet.definition, item=item, answers=sheet.answers, base=BASE, earlier=sheet.earlier, sent=sent, errors=errors
    )
    return show(request, template="question.html", page=page, title=page.where,
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _item(sheet: Sheet, link_id: str) -> Item:
    found = next((one for one in asked(sheet.definition, answers=sheet.answers) if one.link_id == link_id), None)
    if found is None:
        raise NotFound("This question is not asked.")
    return found


def _known(link_id: str) -> str:
    """What audit notes about an address: an item is named in small letters; anything else was made up."""
    return link_id if _ITEM.fullmatch(link_id) else "an unknown page"


def _said_nothing(sent: Submitted) -> bool:
    return not any(value for name, value in sent.pairs if name != "csrf_token")


def _next(sheet: Sheet) -> str:
    found = next_item(sheet.definition, answers=sheet.answers)
    return question_address(BASE, link_id=found.link_id) if found else f"{BASE}/check"


def _after(sheet: Sheet, *, item: str) -> str:
    """The question that follows; the check after the last one, and after a change when all have an answer."""
    following = item_after(sheet.definition, link_id=item, answers=sheet.answers)
    if following is None or not unanswered(sheet.definition, answers=sheet.answers):
        return f"{BASE}/check"
    return question_address(BASE, link_id=following.link_id)


def _advice(sheet: Sheet, *, item: str | None = None) -> tuple[str, ...]:
    """What the person should do today, after one answer or after all; not asked of other visits' words but of the rules."""
    found = red_flags(sheet.definition, answers=sheet.answers, sent=False)
    wanted = [one for one in found if item is None or one.link_id == item]
    return tuple(dict.fromkeys(one.advice for one in wanted if one.advice and one.urgency is Urgency.ACT_TODAY))


def _help(sheet: Sheet) -> HelpLine:
    return whom_to_call(sheet.team.name, number=sheet.team.phone, hours=sheet.team.hours)
