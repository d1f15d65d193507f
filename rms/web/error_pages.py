"""What a person, or a program, is told when something went wrong. The one place where errors become HTTP.

A page says what happened, what is safe, and what to do; a route with `opt={"answers": "json"}` gets problem+json with
the same words. Sentences of Refused, Conflict and BadInput were written for the person who asked and are shown;
nobody sees the text of any other exception. Another organisation's thing and a thing that never was look the same.
"""

from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import ExceptionHandlersMap

from rms.errors import BadInput, Conflict, GatewayError, NotAllowed, NotFound, Refused, RmsError, Unavailable
from rms.log import get_log, new_error_id
from rms.web.config import web_config
from rms.web.csrf import Forged
from rms.web.guard import SignInFirst
from rms.web.pages import PLAIN, Frame, go_to, html

log = get_log(__name__)

JSON: Final = "json"
PROBLEM: Final = "application/problem+json"
_SAVED = "What you saved before is safe. Your last step may not have been saved, so look before you do it again."


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table below. `own` adds the error's own sentence, because it was written for the reader."""

    status: int
    heading: str
    lines: tuple[str, ...]
    own: bool = False


class ErrorPage(msgspec.Struct, frozen=True, kw_only=True):
    """What `errors/error.html` shows. `error_id` is what to quote on the phone; only faults of ours have one."""

    heading: str
    lines: tuple[str, ...]
    error_id: str | None
    help_phone: str | None
    way_on: str | None = None


NOT_FOUND: Final = Words(
    status=404,
    heading="Page not found",
    lines=("If you typed the address, check that it is right.", "If you used a link, it may be out of date."),
)
OURS: Final = Words(status=500, heading="Sorry, there is a problem", lines=(_SAVED, "Try again in a few minutes."))

_TABLE: Final[tuple[tuple[type[Exception], Words], ...]] = (
    (
        SignInFirst,
        Words(status=401, heading="You need to sign in", lines=("You were signed out, or your time ran out.",)),
    ),
    (NotFound, NOT_FOUND),
    (
        NotAllowed,
        Words(
            status=403,
            heading="You cannot do this",
            lines=("Your access does not cover this. Ask the person who looks after access in your team.",),
        ),
    ),
    (Forged, Words(status=403, heading="We could not accept this page", lines=("Nothing was changed.",), own=True)),
    (Conflict, Words(status=409, heading="Somebody was quicker", lines=("Load the page again and look.",), own=True)),
    (Refused, Words(status=422, heading="This cannot be done", lines=("Nothing was changed.",), own=True)),
    (BadInput, Words(status=400, heading="We could not read this", lines=("Nothing was changed.",), own=True)),
    (
        Unavailable,
        Words(
            status=503,
            heading="The service is not available right now",
            lines=(_SAVED, "Try again in a few minutes."),
        ),
    ),
    (
        GatewayError,
        Words(
            status=502,
            heading="Another system did not answer",
            lines=("We asked another system and it did not do its part.", "Try again in a few minutes."),
        ),
    ),
)

_BY_STATUS: Final = {
    400: Words(status=400, heading="We could not read this", lines=("Nothing was changed.",)),
    404: NOT_FOUND,
    405: Words(status=405, heading="Page not found", lines=NOT_FOUND.lines),
    413: Words(status=413, heading="This is too large", lines=("Nothing was saved. Send less at once.",)),
    429: Words(status=429, heading="Too many tries", lines=("Wait a few minutes, then try again.",)),
}


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Turn any exception into an honest answer, and write one line to the log."""
    words = words_for(error)
    error_id = new_error_id() if words.status >= 500 else None
    _log(request, words=words, error=error, error_id=error_id)
    if wants_json(request):
        return _problem(words, error=error, error_id=error_id)
    if isinstance(error, SignInFirst) and error.go_to is not None and request.method in ("GET", "HEAD"):
        return go_to(error.go_to)
    return _page(request, words=words, error=error, error_id=error_id)


def words_for(error: Exception) -> Words:
    """Find the row of the table; whatever is not in it is our fault."""
    for kind, words in _TABLE:
        if isinstance(error, kind):
            return words
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _BY_STATUS.get(error.status_code, Words(status=error.status_code, **_UNKNOWN))
    return OURS


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Tell a program from a person: by the route, or by what it accepts where there is no route."""
    handler: BaseRouteHandler | None = request.scope.get("route_handler")
    if handler is not None:
        return handler.opt.get("answers") == JSON
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


HANDLERS: Final[ExceptionHandlersMap] = {HTTPException: answer_error, RmsError: answer_error, Exception: answer_error}

_UNKNOWN: Final[dict[str, Any]] = {"heading": "We could not do this", "lines": ("Nothing was changed.",)}


def _lines(words: Words, *, error: Exception) -> tuple[str, ...]:
    return (str(error), *words.lines) if words.own else words.lines


def _page(request: Request[Any, Any, Any], *, words: Words, error: Exception, error_id: str | None) -> Response[Any]:
    page = ErrorPage(
        heading=words.heading,
        lines=_lines(words, error=error),
        error_id=error_id,
        help_phone=web_config(request).help_phone,
        way_on=error.go_to if isinstance(error, SignInFirst) else None,
    )
    try:
        answer = html(request, template="errors/error.html", page=page, title=words.heading, frame=_frame(request))
    except Exception as second:
        # A fault in the frame itself must not hide the first one, nor show a trace.
        log.error("request_failed", status=words.status, error_id=error_id, exc_info=second)
        plain = "\n".join((page.heading, *page.lines, f"Error {error_id}" if error_id else ""))
        return Response(plain, media_type=MediaType.TEXT, status_code=words.status)
    answer.status_code = words.status
    _retry_after(answer, words=words)
    return answer


def _frame(request: Request[Any, Any, Any]) -> Frame:
    """The frame of the face that the route belongs to, so that help stands where it stands on its other pages."""
    handler: BaseRouteHandler | None = request.scope.get("route_handler")
    found = handler.opt.get("frame") if handler is not None else None
    return found if isinstance(found, Frame) else PLAIN


def _problem(words: Words, *, error: Exception, error_id: str | None) -> Response[Any]:
    told = {
        "type": "about:blank",
        "title": words.heading,
        "status": words.status,
        "detail": " ".join(_lines(words, error=error)),
    }
    if error_id is not None:
        told["error_id"] = error_id
    answer: Response[Any] = Response(told, media_type=PROBLEM, status_code=words.status)
    _retry_after(answer, words=words)
    return answer


def _retry_after(answer: Response[Any], *, words: Words) -> None:
    if words.status == 503:
        answer.headers["retry-after"] = "30"


def _log(request: Request[Any, Any, Any], *, words: Words, error: Exception, error_id: str | None) -> None:
    # The template of the route, never the address that was asked for: that may hold a link's secret.
    where = {"route": request.scope.get("path_template") or "/", "method": request.method, "status": words.status}
    if error_id is not None:
        log.error("request_failed", error_id=error_id, exc_info=error, **where)
    elif not isinstance(error, SignInFirst):
        log.info("request_refused", **where)
