"""In front of the date of birth: the page behind a link, and the one question that lets a person in.

Whoever opens a link, also a robot, gets the same page, and nothing changes. It names the trust that sent the message, so that
nobody types a date of birth without knowing who asks. A wrong date, and a link that is replaced, over or worn out, lead to
the same page with the same words and status: only the telephone tells more. Nothing is done by a form that nobody filled
in: stopping a link wants an answer, and a new one wants the date of birth.
"""

from typing import Any, Final

from litestar import Controller, Request, Response, get, head, post
from litestar.params import FromPath

from rms.portal.access import database_of
from rms.portal.actions import come_in, greet, send_new_link, stop_wrong_link
from rms.portal.behind import Front
from rms.portal.forms import NOT_ME, birth_date_form
from rms.portal.frame import opt_for, show
from rms.portal.presenters.door import NOT_THIS_LINK, present_done, present_door
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.guard import PUBLIC
from rms.web.pages import FAULTS_IN_FORM, go_to
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NOTHING: Final = Submitted(pairs=())
_WRONG: Final = FieldErrors(all=(FieldError(field="born_on", message=NOT_THIS_LINK, parts=("day", "month", "year")),))
#: Where a visit begins: at the questions, or at the person's own pages.
_QUESTIONS, _PAGES = "/questions/start", "/your-pages"


class DoorPages(Controller):
    """`/r/LOCATOR`, as it stands in a message."""

    path = "/r/{locator:str}"
    opt = opt_for(PUBLIC)  # Litestar's own way to say it

    @get("/")
    async def ask(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """Is this you? The same for everybody who got a message of one trust, whoever they are."""
        return _door(
            request, await greet(database_of(request), locator=locator), template="birth_date", locator=locator
        )

    @head("/")
    async def peek(self, locator: FromPath[str]) -> None:
        """For programs that try whether an address is there."""
        del locator

    @get("/you")
    async def ask_again(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """The same page, for whoever loads it again after a fault."""
        return _door(
            request, await greet(database_of(request), locator=locator), template="birth_date", locator=locator
        )

    @post("/you")
    async def prove(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """Let the person in, or show the question again with one sentence for whatever is wrong."""
        database, config = database_of(request), web_config(request)
        sent = await read_submitted(request)
        front = await greet(database, locator=locator)
        parsed = birth_date_form(today=front.today).read(sent)
        if parsed.value is None:
            return _door(request, front, template="birth_date", locator=locator, typed=sent, errors=parsed.errors)
        before = config.cookies.read(request, cookie=SessionCookie.PERSON)
        visit = await come_in(database, locator=locator, born_on=parsed.value.born_on, leaving=before)
        if visit is None:
            return _door(request, front, template="birth_date", locator=locator, typed=sent, errors=_WRONG)
        begin = _PAGES if visit.assignment_id is None else _QUESTIONS
        return go_to(begin, cookies=[config.cookies.write(SessionCookie.PERSON, value=visit.token)])

    @get("/new")
    async def ask_new_link(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """How to get a new link."""
        return _door(request, await greet(database_of(request), locator=locator), template="new_link", locator=locator)

    @post("/new", status_code=200)
    async def new_link(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """A new link goes to the contact on record when the date is right; the page is the same when it is not."""
        database = database_of(request)
        sent = await read_submitted(request)
        front = await greet(database, locator=locator)
        parsed = birth_date_form(today=front.today).read(sent)
        if parsed.value is None:
            return _door(request, front, template="new_link", locator=locator, typed=sent, errors=parsed.errors)
        await send_new_link(database, locator=locator, born_on=parsed.value.born_on)
        return show(request, template="link_sent.html", page=present_done(front), title="Look for our message")

    @get("/not-me")
    async def ask_not_me(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """Is it really not for them?"""
        return _door(request, await greet(database_of(request), locator=locator), template="not_me", locator=locator)

    @post("/not-me", status_code=200)
    async def not_me(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """Stop this link and tell the team; nothing is shown."""
        database = database_of(request)
        parsed = NOT_ME.read(await read_submitted(request))
        front = await greet(database, locator=locator)
        if parsed.value is None:
            return _door(request, front, template="not_me", locator=locator, typed=parsed.typed, errors=parsed.errors)
        if parsed.value.whose == "mine":
            return go_to(f"/r/{locator}")
        await stop_wrong_link(database, locator=locator)
        return show(request, template="link_gone.html", page=present_done(front), title="Thank you for telling us")


_TITLES: Final = {
    "birth_date": "Is this you?",
    "new_link": "Get a new link",
    "not_me": "Is this message for you?",
}


def _door(
    request: _Request,
    front: Front,
    *,
    template: str,
    locator: str,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[Any]:
    page = present_door(front, locator=locator, typed=typed, errors=errors)
    status = FAULTS_IN_FORM if errors else 200
    return show(request, template=f"{template}.html", page=page, title=_TITLES[template], status=status)
