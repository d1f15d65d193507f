"""In front of the date of birth: the page behind a link, and the one question that lets a person in.

Whoever opens a link, also a robot, gets the same page, and nothing changes. A wrong date, and a link that is unknown, used,
over or worn out, lead to the same page with the same words and status: only the telephone tells more.
"""

from typing import Any, Final

from litestar import Controller, Request, Response, get, head, post
from litestar.params import FromPath

from rms.portal.access import database_of
from rms.portal.actions import come_in, greet
from rms.portal.forms import birth_date_form
from rms.portal.presenters import NOT_THIS_LINK, SOME_TRUST, BirthDatePage, HelpLine, StartPage, whom_to_call
from rms.portal.sheet import Front
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.guard import PUBLIC
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NOTHING: Final = Submitted(pairs=())
_WRONG: Final = FieldErrors(all=(FieldError(field="born_on", message=NOT_THIS_LINK, parts=("day", "month", "year")),))


class DoorPages(Controller):
    """`/r/LOCATOR`, as it stands in a message."""

    path = "/r/{locator:str}"
    opt = {"policy": PUBLIC}  # noqa: RUF012  # Litestar's own way to say it

    @get("/")
    async def start(self, request: _Request, locator: FromPath[str]) -> Response[str]:
        """The same for everybody; the link is not even looked up."""
        front = await greet(database_of(request))
        page = StartPage(trust=_trust(front), minutes="about 5 minutes", action=f"/r/{locator}", help=_help(front))
        return html(request, template="portal/start.html", page=page, title="Some questions for you")

    @head("/")
    async def peek(self, locator: FromPath[str]) -> None:
        """For programs that try whether an address is there."""
        del locator

    @post("/", status_code=303)
    async def begin(self, locator: FromPath[str]) -> Response[Any]:
        """From "Start" to the question; nothing changes."""
        return go_to(f"/r/{locator}/you")

    @get("/you")
    async def ask(self, request: _Request, locator: FromPath[str]) -> Response[str]:
        """Ask for the date of birth."""
        return _birth_date(request, await greet(database_of(request)), locator=locator)

    @post("/you")
    async def prove(self, request: _Request, locator: FromPath[str]) -> Response[Any]:
        """Let the person in, or show the question again with one sentence for whatever is wrong."""
        database, config = database_of(request), web_config(request)
        sent = await read_submitted(request)
        front = await greet(database)
        parsed = birth_date_form(today=front.today).read(sent)
        if parsed.value is None:
            return _birth_date(request, front, locator=locator, typed=sent, errors=parsed.errors)
        before = config.cookies.read(request, cookie=SessionCookie.PERSON)
        visit = await come_in(database, locator=locator, born_on=parsed.value.born_on, leaving=before)
        if visit is None:
            return _birth_date(request, front, locator=locator, typed=sent, errors=_WRONG)
        return go_to("/questions", cookies=[config.cookies.write(SessionCookie.PERSON, value=visit.token)])


def _birth_date(
    request: _Request,
    front: Front,
    *,
    locator: str,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    page = BirthDatePage(
        trust=_trust(front), action=f"/r/{locator}/you", help=_help(front), typed=typed, errors=errors
    )  # fmt: skip
    status = FAULTS_IN_FORM if errors else 200
    return html(request, template="portal/birth_date.html", page=page, title="Is this you?", status=status)


def _trust(front: Front) -> str:
    return front.trust.name if front.trust else SOME_TRUST


def _help(front: Front) -> HelpLine | None:
    return whom_to_call(front.trust.name, number=front.trust.phone) if front.trust else None
