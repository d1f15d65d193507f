"""The pages of signing in. Each step gives the browser a new cookie value; none is taken over from the browser."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.sign_in.forms import CODE, SET_UP, SIGN_IN
from rms.caseload.sign_in.presenters import (
    AccountPage,
    AuthenticatorPage,
    CodePage,
    HelpPage,
    SetUpPage,
    SignInPage,
    demo_people,
    fault,
    role_in_words,
    wait,
)
from rms.db.database import Database
from rms.errors import BadInput
from rms.people.access import HALF_WAY, asker, cookie_value, may_do
from rms.people.access import SIGN_IN as SIGN_IN_ADDRESS
from rms.people.permissions import Permission
from rms.people.sign_in import actions
from rms.people.sign_in.actions import Entered, Means, StartAgain, TooManyTries, Visitor, WrongSignIn
from rms.people.sign_in.second_factor import square_code
from rms.people.staff import SET_UP_CODE_LIVES
from rms.people.store import organisations, staff_of
from rms.web.config import web_config
from rms.web.cookies import SessionCookie
from rms.web.forms import FieldErrors
from rms.web.guard import PUBLIC
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]

CODE_ADDRESS: Final = "/sign-in/code"
APP_ADDRESS: Final = "/sign-in/authenticator"
KNOWN_BROWSER: Final = "rms-browser"
_KNOWN_FOR: Final = int(timedelta(days=180).total_seconds())
_OWN = may_do(Permission.OWN_ACCOUNT)


@get("/", opt={"policy": _OWN})
async def home(request: _Request) -> Response[Any]:
    """Where one's work is: Today, what climbed to a service manager, or the set-up for those who follow nobody up."""
    asks = asker(request)
    if asks.may(Permission.ALERT_VIEW):
        return go_to("/today")
    if asks.may(Permission.ALERT_OVERSEE):
        return go_to("/escalated")
    return go_to("/set-up" if asks.may(Permission.SET_UP_VIEW) else "/account")


@get("/sign-in", opt={"policy": PUBLIC})
async def show_sign_in(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The form for name and password."""
    return await _sign_in_page(request, database, page=SignInPage())


@post("/sign-in", opt={"policy": PUBLIC})
async def take_password(
    request: _Request, database: NamedDependency[Database], means: NamedDependency[Means]
) -> Response[Any]:
    """The first factor."""
    parsed = SIGN_IN.read(await read_submitted(request))
    if parsed.value is None:
        return await _sign_in_page(request, database, page=SignInPage(typed=parsed.typed, errors=parsed.errors))
    try:
        token = await actions.enter_password(
            means, name=parsed.value.name, password=parsed.value.password, visitor=_visitor(request)
        )
    except (WrongSignIn, TooManyTries) as refused:
        page = SignInPage(typed=parsed.typed, errors=_said(refused, field="name"))
        return await _sign_in_page(request, database, page=page)
    return go_to(CODE_ADDRESS, cookies=[_session(request, token)])


@post("/sign-in/demo", opt={"policy": PUBLIC})
async def take_demo(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """Sign in as one of a demo's staff; not found anywhere else."""
    token = await actions.enter_demo(means, name=(await read_submitted(request)).one("who"))
    return go_to("/", cookies=[_session(request, token)])


@get(CODE_ADDRESS, opt={"policy": HALF_WAY})
async def show_code(request: _Request) -> Response[str]:
    """The form for the code of the authenticator app."""
    return html(request, template="sign_in/code.html", page=CodePage(), title="Enter your code")


@post(CODE_ADDRESS, opt={"policy": HALF_WAY})
async def take_code(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """The second factor."""
    entered = await _second_factor(request, means)
    if isinstance(entered, Entered):
        return _let_in(request, entered)
    return html(request, template="sign_in/code.html", page=CodePage(errors=entered), title="Enter your code",
                status=FAULTS_IN_FORM)  # fmt: skip


@get("/sign-in/help", opt={"policy": PUBLIC})
async def show_help(request: _Request) -> Response[str]:
    """What to do without password or telephone: a plain answer, and nothing to type."""
    page = HelpPage(days=f"{SET_UP_CODE_LIVES.days} days")
    return html(request, template="sign_in/help.html", page=page, title="If you cannot sign in")


@get("/sign-in/set-up", opt={"policy": PUBLIC})
async def show_set_up(request: _Request) -> Response[str]:
    """The form for a new account."""
    return html(request, template="sign_in/set_up.html", page=SetUpPage(), title="Set up your account")


@post("/sign-in/set-up", opt={"policy": PUBLIC})
async def take_set_up(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """The set-up code and a new password."""
    parsed = SET_UP.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            token = await actions.set_up(means, name=parsed.value.name, code=parsed.value.set_up_code,
                                         password=parsed.value.password, visitor=_visitor(request))  # fmt: skip
            return go_to(APP_ADDRESS, cookies=[_session(request, token)])
        except BadInput as refused:
            errors = fault("password", message=str(refused))
        except (WrongSignIn, TooManyTries) as refused:
            errors = _said(refused, field="set_up_code")
    return html(request, template="sign_in/set_up.html", page=SetUpPage(typed=parsed.typed, errors=errors),
                title="Set up your account", status=FAULTS_IN_FORM)  # fmt: skip


@get(APP_ADDRESS, opt={"policy": HALF_WAY})
async def show_authenticator(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """The square code for a new authenticator app; shown until its first code was right, and never again."""
    return await _authenticator_page(request, means, errors=None)


@post(APP_ADDRESS, opt={"policy": HALF_WAY})
async def take_first_code(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """The first code of a new authenticator app."""
    entered = await _second_factor(request, means)
    if isinstance(entered, Entered):
        return _let_in(request, entered)
    return await _authenticator_page(request, means, errors=entered)


@get("/account", opt={"policy": _OWN})
async def show_account(request: _Request) -> Response[str]:
    """One's own account."""
    asks = asker(request)
    page = AccountPage(name=asks.name, role=role_in_words(asks.role))
    return html(request, template="sign_in/account.html", page=page, title="Your account", frame=staff_frame(request))


@post("/sign-out", opt={"policy": _OWN})
async def leave(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """End this session."""
    await actions.sign_out(means, token=cookie_value(request) or "")
    return _left(request)


@post("/sign-out/everywhere", opt={"policy": _OWN})
async def leave_everywhere(request: _Request, means: NamedDependency[Means]) -> Response[Any]:
    """End one's sessions on every machine."""
    asks = asker(request)
    await actions.sign_out_everywhere(means, organisation_id=asks.organisation_id, by=asks.actor)
    return _left(request)


async def _sign_in_page(request: _Request, database: Database, *, page: SignInPage) -> Response[str]:
    if web_config(request).demo:
        page = msgspec.structs.replace(page, demo=await _demo_people(database))
    status = FAULTS_IN_FORM if page.errors else 200
    return html(request, template="sign_in/password.html", page=page, title="Sign in", status=status)


async def _demo_people(database: Database) -> tuple[Any, ...]:
    async with database.transaction() as tx:
        known = await organisations(tx) if not tx.live else []
    found: list[Any] = []
    for one in known:
        async with database.transaction(organisation_id=one.id) as tx:
            found += demo_people(await staff_of(tx, organisation_id=one.id), where=one.name)
    return tuple(found)


async def _authenticator_page(request: _Request, means: Means, *, errors: FieldErrors | None) -> Response[Any]:
    try:
        told = await actions.enrolment(means, token=cookie_value(request) or "")
    except StartAgain:
        return go_to(SIGN_IN_ADDRESS)
    if told is None:
        return go_to(CODE_ADDRESS)
    letters = " ".join(told.seed[at : at + 4] for at in range(0, len(told.seed), 4))
    page = AuthenticatorPage(image=square_code(told.address), letters=letters, errors=errors or FieldErrors())
    return html(request, template="sign_in/authenticator.html", page=page, title="Set up your authenticator app",
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


async def _second_factor(request: _Request, means: Means) -> Entered | FieldErrors:
    parsed = CODE.read(await read_submitted(request))
    if parsed.value is None:
        return parsed.errors
    try:
        token = cookie_value(request) or ""
        return await actions.enter_code(means, token=token, code=parsed.value.code, visitor=_visitor(request))
    except (WrongSignIn, TooManyTries, StartAgain) as refused:
        return _said(refused, field="code")


def _said(refused: WrongSignIn | TooManyTries | StartAgain, *, field: str) -> FieldErrors:
    if isinstance(refused, TooManyTries):
        return wait(field, until=refused.wait_until)
    return fault(field, message=str(refused))


def _visitor(request: _Request) -> Visitor:
    # The address of the connection itself: what a header says about it could be anybody's word.
    source = request.client.host if request.client is not None else "unknown"
    return Visitor(source=source, known_browser=web_config(request).cookies.read(request, cookie=KNOWN_BROWSER))


def _session(request: _Request, token: str) -> Cookie:
    return web_config(request).cookies.write(SessionCookie.STAFF, value=token)


def _let_in(request: _Request, entered: Entered) -> Response[Any]:
    mark = web_config(request).cookies.write(KNOWN_BROWSER, value=entered.browser_mark)
    return go_to("/", cookies=[_session(request, entered.token), replace(mark, max_age=_KNOWN_FOR)])


def _left(request: _Request) -> Response[Any]:
    answer = go_to(SIGN_IN_ADDRESS, cookies=[web_config(request).cookies.end(SessionCookie.STAFF)])
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *(home, show_sign_in, take_password, take_demo, show_code, take_code, show_help, show_set_up, take_set_up),
    *(show_authenticator, take_first_code, show_account, leave, leave_everywhere),
)
