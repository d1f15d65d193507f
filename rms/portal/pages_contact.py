"""How we contact you: seen behind a code; a new number or email address is proved by a code of its own before it is used."""

from typing import Any, Final

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from rms.errors import NotFound
from rms.people.sign_in.codes import CodeOutcome
from rms.portal.access import SEEING, database_of, visit_of
from rms.portal.actions.contacting import name_helper, prefer, prove_new, say_needs, see_contact, send_code_to_new
from rms.portal.actions.seeing import Sending
from rms.portal.forms_contact import HELPING, NEEDING, NEW, PREFERENCE, new_contact
from rms.portal.forms_telling import CODE, figures
from rms.portal.frame import closed, opt_for, show, welcomed
from rms.portal.own_contact import OwnContact
from rms.portal.pages_own import WRONG_CODE
from rms.portal.presenters.contact import ProvePage, present_contact, present_new, why_not
from rms.portal.presenters.telling import help_for
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.guard import SignInFirst
from rms.web.pages import FAULTS_IN_FORM, go_to
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_NOTHING: Final = Submitted(pairs=())
_TITLE: Final = "How we contact you"
_SAVED: Final = {
    "way": "We have kept how you want to hear from us.",
    "needs": "We have kept what you need.",
    "helper": "We have told your team who helps you. They talk to you about it.",
    "detail": "Thank you. We use the new one from now on.",
}


class ContactPages(Controller):
    """`/contact`."""

    path = "/contact"
    opt = opt_for(SEEING)  # Litestar's own way to say it
    exception_handlers = {SignInFirst: closed}  # noqa: RUF012  # the same

    @get("/")
    async def contact(self, request: _Request) -> Response[Any]:
        """How they are reached, what they need, who helps."""
        saved = _SAVED.get(request.query_params.get("saved", ""), "")
        return _page(request, await _own(request), saved=saved)

    @post("/way")
    async def way(self, request: _Request) -> Response[Any]:
        """Change how they hear from us."""
        parsed = PREFERENCE.read(await read_submitted(request))
        own = await _own(request)
        if parsed.value is None:
            return _page(request, own, typed=parsed.typed, errors=parsed.errors)
        if (why := why_not(own, prefers=parsed.value.prefers)) is not None:
            wrong = FieldErrors(all=(FieldError(field="prefers", message=why),))
            return _page(request, own, typed=parsed.typed, errors=wrong)
        await prefer(database_of(request), visit=visit_of(request), prefers=parsed.value.prefers)
        return go_to("/contact?saved=way")

    @post("/needs")
    async def needs(self, request: _Request) -> Response[Any]:
        """Keep language and needs."""
        parsed = NEEDING.read(await read_submitted(request))
        if parsed.value is None:
            return _page(request, await _own(request), typed=parsed.typed, errors=parsed.errors)
        await say_needs(database_of(request), visit=visit_of(request), said=parsed.value)
        return go_to("/contact?saved=needs")

    @post("/helper")
    async def helper(self, request: _Request) -> Response[Any]:
        """Name somebody who helps; staff ask what may be said to them."""
        parsed = HELPING.read(await read_submitted(request))
        if parsed.value is None:
            return _page(request, await _own(request), typed=parsed.typed, errors=parsed.errors)
        await name_helper(database_of(request), visit=visit_of(request), helper=parsed.value)
        return go_to("/contact?saved=helper")

    @get("/new/{kind:str}")
    async def ask_new(self, request: _Request, kind: FromPath[str]) -> Response[Any]:
        """A new number or email address."""
        return _new(request, await _own(request), kind=_known(kind))

    @post("/new/{kind:str}")
    async def new(self, request: _Request, kind: FromPath[str]) -> Response[Any]:
        """Send a code there; nothing changes before it is typed."""
        parsed = NEW[_known(kind)].read(await read_submitted(request))
        if parsed.value is None:
            return _new(request, await _own(request), kind=kind, typed=parsed.typed, errors=parsed.errors)
        sending = await send_code_to_new(
            database_of(request), visit=visit_of(request), new=new_contact(kind, parsed.value)
        )
        if sending is Sending.SENT:
            return go_to("/contact/check")
        answer = _new(request, await _own(request), kind=kind, typed=parsed.typed, too_many=True)
        answer.status_code = 200
        return answer

    @get("/check")
    async def ask_code(self, request: _Request) -> Response[Any]:
        """Where the code is typed."""
        return _prove(request, await _own(request))

    @post("/check")
    async def check(self, request: _Request) -> Response[Any]:
        """The right code puts the new number or address in force."""
        parsed = CODE.read(await read_submitted(request))
        if parsed.value is None:
            return _prove(request, await _own(request), errors=parsed.errors)
        typed = figures(parsed.value.code)
        tried = await prove_new(database_of(request), visit=visit_of(request), typed=typed)
        if tried.outcome is CodeOutcome.RIGHT:
            return go_to("/contact?saved=detail")
        wrong = FieldErrors(all=(FieldError(field="code", message=WRONG_CODE[tried.outcome]),))
        return _prove(request, await _own(request), errors=wrong)


async def _own(request: _Request) -> OwnContact:
    own = await see_contact(database_of(request), visit=visit_of(request))
    welcomed(own.whose)
    return own


def _known(kind: str) -> str:
    if kind not in NEW:
        raise NotFound("There is no such page.")
    return kind


def _page(
    request: _Request,
    own: OwnContact,
    *,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
    saved: str = "",
) -> Response[Any]:
    page = present_contact(own, typed=typed, errors=errors, saved=saved)
    return show(request, template="contact.html", page=page, title=_TITLE, status=FAULTS_IN_FORM if errors else 200)


def _new(
    request: _Request,
    own: OwnContact,
    *,
    kind: str,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
    too_many: bool = False,
) -> Response[Any]:
    page = present_new(own, kind=kind, typed=typed, errors=errors, too_many=too_many)
    return show(
        request, template="contact_new.html", page=page, title=page.heading, status=FAULTS_IN_FORM if errors else 200
    )


def _prove(request: _Request, own: OwnContact, *, errors: FieldErrors = NO_ERRORS) -> Response[Any]:
    page = ProvePage(errors=errors, help=help_for(own.whose))
    return show(request, template="contact_check.html", page=page, title="Enter the code",
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip
