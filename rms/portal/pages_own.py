"""What is the person's own: their follow-up and their results, behind a code that was sent to the contact on record.

No GET changes anything, a GET sends no code either. The addresses name nobody.
"""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from rms.errors import NotFound
from rms.people.model import ContactKind
from rms.people.sign_in.codes import CodeOutcome
from rms.people.store import Contact
from rms.portal.access import SEEING, TELLING, Visit, database_of, visit_of
from rms.portal.actions.looking import see_follow_up
from rms.portal.actions.seeing import Seen, Sending, go_to_questions, send_code, type_code, where_to
from rms.portal.forms_telling import CODE, figures
from rms.portal.frame import closed, opt_for, show, welcomed
from rms.portal.presenters.own import present_follow_up
from rms.portal.presenters.result import present_result
from rms.portal.presenters.telling import help_for
from rms.portal.presenters.words import HelpLine
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.guard import SignInFirst
from rms.web.pages import FAULTS_IN_FORM, go_to
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NOTHING: Final = Submitted(pairs=())
_PLACES: Final = {"follow-up": "/follow-up", "contact": "/contact"}
WRONG_CODE: Final = {
    CodeOutcome.WRONG: "This is not the code we sent. Check it and try again",
    CodeOutcome.LAST_WRONG: "This is not the code we sent. It does not work any more. Ask for a new code",
    CodeOutcome.NO_CODE: "This code does not work any more. Ask for a new code",
}


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """`portal/code.html` and `portal/code_enter.html`. `way` says where it goes without showing it; None: there is no way."""

    way: str | None
    for_page: str
    too_many: bool
    typed: Submitted
    errors: FieldErrors
    help: HelpLine


class CodePages(Controller):
    """`/code`: before anything of the person's is shown."""

    path = "/code"
    opt = opt_for(TELLING)  # Litestar's own way to say it
    exception_handlers = {SignInFirst: closed}  # noqa: RUF012  # the same

    @get("/")
    async def ask(self, request: _Request) -> Response[Any]:
        """Say that a code is needed, and where it would go."""
        seen = await where_to(database_of(request), visit=visit_of(request))
        return _page(request, seen, template="code.html", title="We send you a code")

    @post("/")
    async def send(self, request: _Request) -> Response[Any]:
        """Send one."""
        wanted = _wanted(await read_submitted(request))
        visit, database = visit_of(request), database_of(request)
        sending = await send_code(database, visit=visit)
        if sending is Sending.SENT:
            return go_to(f"/code/enter?for={wanted}")
        seen = await where_to(database, visit=visit)
        page = _page(
            request, seen, template="code.html", title="We send you a code", too_many=sending is Sending.TOO_MANY
        )
        page.status_code = 200
        return page

    @get("/enter")
    async def enter(self, request: _Request) -> Response[Any]:
        """Where the code is typed."""
        seen = await where_to(database_of(request), visit=visit_of(request))
        return _page(request, seen, template="code_enter.html", title="Enter the code")

    @post("/enter")
    async def check(self, request: _Request) -> Response[Any]:
        """Try the code."""
        sent = await read_submitted(request)
        visit, database = visit_of(request), database_of(request)
        parsed = CODE.read(sent)
        errors = parsed.errors
        if parsed.value is not None:
            tried = await type_code(database, visit=visit, typed=figures(parsed.value.code))
            if isinstance(tried, Visit):
                cookie = web_config(request).cookies.write(SessionCookie.PERSON, value=tried.token)
                return go_to(_PLACES[_wanted(sent)], cookies=[cookie])
            errors = FieldErrors(all=(FieldError(field="code", message=WRONG_CODE[tried]),))
        seen = await where_to(database, visit=visit)
        return _page(request, seen, template="code_enter.html", title="Enter the code", errors=errors,
                     wanted=_wanted(sent))  # fmt: skip


class OwnPages(Controller):
    """`/follow-up`."""

    path = "/follow-up"
    opt = opt_for(SEEING)  # Litestar's own way to say it
    exception_handlers = {SignInFirst: closed}  # noqa: RUF012  # the same

    @get("/")
    async def follow_up(self, request: _Request) -> Response[Any]:
        """What is next, the last result, the plan."""
        own = await see_follow_up(database_of(request), visit=visit_of(request), at="follow-up")
        welcomed(own.whose)
        return show(request, template="follow_up.html", page=present_follow_up(own), title="Your follow-up")

    @post("/questions/{assignment:uuid}")
    async def questions(self, request: _Request, assignment: FromPath[UUID]) -> Response[Any]:
        """From the person's own pages to questions they were asked: a visit of its own, that may see what this one may."""
        visit = await go_to_questions(database_of(request), visit=visit_of(request), ref=assignment)
        cookie = web_config(request).cookies.write(SessionCookie.PERSON, value=visit.token)
        return go_to("/questions/start", cookies=[cookie])

    @get("/results/{result:uuid}")
    async def result(self, request: _Request, result: FromPath[UUID]) -> Response[Any]:
        """One result, when a nurse has released it."""
        own = await see_follow_up(database_of(request), visit=visit_of(request), at="result")
        welcomed(own.whose)
        found = next((one for one in own.results if one.ref == result), None)
        if found is None:
            raise NotFound("There is no such result.")
        page = present_result(own, found)
        return show(request, template="result.html", page=page, title=f"Your {page.test}")


def _page(
    request: _Request,
    seen: Seen,
    *,
    template: str,
    title: str,
    too_many: bool = False,
    errors: FieldErrors = NO_ERRORS,
    wanted: str | None = None,
) -> Response[Any]:
    for_page = wanted or request.query_params.get("for", "")
    page = CodePage(
        way=way_in_words(seen.way) if seen.whose.welcome else None, too_many=too_many, typed=_NOTHING, errors=errors,
        for_page=for_page if for_page in _PLACES else "follow-up", help=help_for(seen.whose),
    )  # fmt: skip
    return show(request, template=template, page=page, title=title, status=FAULTS_IN_FORM if errors else 200)


def _wanted(sent: Submitted) -> str:
    return sent.one("for") if sent.one("for") in _PLACES else "follow-up"


def way_in_words(way: Contact | None) -> str | None:
    """Where a code goes, with enough of it to know it and too little to use it."""
    if way is None:
        return None
    if way.kind is ContactKind.MOBILE:
        return f"the mobile phone that ends in {way.value[-3:]}"
    name, _, host = way.value.partition("@")
    return f"the email address that begins with {name[:1]} and ends in {host.rpartition('.')[0][-3:]}.{host.rpartition('.')[2]}"
