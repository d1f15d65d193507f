"""Where a person tells us something: a worry, a test they had, that they moved, want no texts, or want no more of this.

It needs the date of birth and no code, because nothing of theirs is shown. No GET changes anything.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Controller, Request, Response, get, post

from rms.dates import add_working_days
from rms.portal.access import TELLING, database_of, visit_of
from rms.portal.actions.looking import finish, see_symptoms, visit_page
from rms.portal.actions.telling import stop_texts, tell_booked, tell_moved, tell_no_more, tell_test, tell_worry
from rms.portal.behind import Whose
from rms.portal.forms_telling import MOVED, NO_MORE, STOP_TEXTS, WORRY, read_booked_test, read_had_test
from rms.portal.frame import closed, opt_for, show, show_last, welcomed
from rms.portal.presenters.telling import (
    answer_by,
    present_hub,
    present_moved,
    present_no_more,
    present_stop_texts,
    present_symptoms,
    present_test,
    present_told,
)
from rms.portal.presenters.words import weekday
from rms.web.forms import Parsed
from rms.web.guard import SignInFirst
from rms.web.pages import FAULTS_IN_FORM, go_to
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_READ_WITHIN: Final = 3  # working days
_HAD_TEST: Final = (
    "We look out for the result. A nurse looks at it and we tell you about it.",
    "If 3 weeks go by after your test and you have heard nothing, please call us.",
)
_BOOKED: Final = (
    "We have told your team. We may still send you a reminder.",
    "If you cannot go, please book another day. Call us if you need help.",
)


class TellingPages(Controller):
    """Beside the questions."""

    path = "/"
    opt = opt_for(TELLING)  # Litestar's own way to say it
    exception_handlers = {SignInFirst: closed}  # noqa: RUF012  # the same

    @get("/your-pages")
    async def hub(self, request: _Request) -> Response[Any]:
        """Everything a person can do here."""
        of = await _visit(request, at="your pages")
        return show(request, template="your_pages.html", page=present_hub(of), title="What would you like to do?")

    @post("/finish", status_code=200)
    async def finish(self, request: _Request) -> Response[Any]:
        """End the visit, also for whoever uses this phone next."""
        of = await finish(database_of(request), visit=visit_of(request))
        return show_last(request, template="finished.html", page=present_hub(of), title="You have finished")

    @get("/symptoms")
    async def symptoms(self, request: _Request) -> Response[Any]:
        """What to tell us about, whom to call, and a way to tell us here."""
        of, found = await see_symptoms(database_of(request), visit=visit_of(request))
        welcomed(of)
        return show(
            request, template="symptoms.html", page=present_symptoms(of, found), title="Symptoms to tell us about"
        )

    @post("/symptoms", status_code=200)
    async def worried(self, request: _Request) -> Response[Any]:
        """A worry becomes an alert at once; the page says who calls and when, and what not to wait for."""
        parsed = WORRY.read(await read_submitted(request))
        if parsed.value is None:
            of, found = await see_symptoms(database_of(request), visit=visit_of(request))
            page = present_symptoms(of, found, typed=parsed.typed, errors=parsed.errors)
            return show(
                request, template="symptoms.html", page=page, title="Symptoms to tell us about", status=FAULTS_IN_FORM
            )
        of = await tell_worry(database_of(request), visit=visit_of(request), words=parsed.value.words or "")
        lines = (
            f"A nurse from your team calls you {answer_by(of)}, on the number we have for you.",
            "If you do not hear from us by then, please call us.",
        )
        return _told(request, of, heading="We have told your team", lines=lines, urgent=True)

    @get("/tell-us")
    async def tell_us(self, request: _Request) -> Response[Any]:
        """What can be told."""
        of = await _visit(request, at="tell us")
        return show(request, template="tell_us.html", page=present_hub(of), title="Tell us something")

    @get("/tell-us/test")
    async def ask_test(self, request: _Request) -> Response[Any]:
        """Which test, when and where."""
        of = await _visit(request, at="tell us: test")
        return show(request, template="tell_test.html", page=present_test(of), title="I had my test")

    @post("/tell-us/test", status_code=200)
    async def had_test(self, request: _Request) -> Response[Any]:
        """The step stays open until its result is here; the next look waits a little."""
        return await _about_test(
            request, at="tell us: test", read=read_had_test, page="tell_test.html", title="I had my test",
            tell=lambda had: tell_test(database_of(request), visit=visit_of(request), had=had), lines=_HAD_TEST,
        )  # fmt: skip

    @get("/tell-us/booked")
    async def ask_booked(self, request: _Request) -> Response[Any]:
        """Which test, and for when if they know."""
        of = await _visit(request, at="tell us: booked")
        return show(request, template="tell_booked.html", page=present_test(of), title="I have booked my test")

    @post("/tell-us/booked", status_code=200)
    async def booked(self, request: _Request) -> Response[Any]:
        """The step stays open until its result is here; the next look waits a little."""
        return await _about_test(
            request, at="tell us: booked", read=read_booked_test, page="tell_booked.html", title="I have booked my test",
            tell=lambda booked: tell_booked(database_of(request), visit=visit_of(request), booked=booked), lines=_BOOKED,
        )  # fmt: skip

    @get("/tell-us/moved")
    async def ask_moved(self, request: _Request) -> Response[Any]:
        """A new address."""
        of = await _visit(request, at="tell us: moved")
        return show(request, template="tell_words.html", page=present_moved(of), title="I have moved")

    @post("/tell-us/moved", status_code=200)
    async def moved(self, request: _Request) -> Response[Any]:
        """Staff check it and put it in force."""
        parsed = MOVED.read(await read_submitted(request))
        if parsed.value is None:
            page = present_moved(await _visit(request, at="tell us: moved"), typed=parsed.typed, errors=parsed.errors)
            return show(request, template="tell_words.html", page=page, title="I have moved", status=FAULTS_IN_FORM)
        of = await tell_moved(database_of(request), visit=visit_of(request), words=parsed.value.words or "")
        lines = (f"Your team reads this by {_read_by(of)} and checks the address with you before we use it.",)
        return _told(request, of, heading="Thank you for telling us", lines=lines)

    @get("/tell-us/no-more")
    async def ask_no_more(self, request: _Request) -> Response[Any]:
        """They want no more of this."""
        of = await _visit(request, at="tell us: no more")
        return show(request, template="tell_words.html", page=present_no_more(of), title="I do not want this any more")

    @post("/tell-us/no-more", status_code=200)
    async def no_more(self, request: _Request) -> Response[Any]:
        """A nurse talks to them; nothing ends by this."""
        parsed = NO_MORE.read(await read_submitted(request))
        if parsed.value is None:
            page = present_no_more(
                await _visit(request, at="tell us: no more"), typed=parsed.typed, errors=parsed.errors
            )
            return show(request, template="tell_words.html", page=page, title="I do not want this any more",
                        status=FAULTS_IN_FORM)  # fmt: skip
        of = await tell_no_more(database_of(request), visit=visit_of(request), words=parsed.value.words or "")
        lines = (
            f"Your team reads this by {_read_by(of)}. A nurse calls you to talk about it.",
            "Nothing changes until you have talked to us. You can change your mind.",
        )
        return _told(request, of, heading="We have told your team", lines=lines)

    @get("/stop-texts")
    async def ask_stop_texts(self, request: _Request) -> Response[Any]:
        """What stopping texts means."""
        of = await _visit(request, at="stop texts")
        return show(request, template="stop_texts.html", page=present_stop_texts(of), title="Stop texts")

    @post("/stop-texts", status_code=200)
    async def stop(self, request: _Request) -> Response[Any]:
        """Letters instead."""
        parsed = STOP_TEXTS.read(await read_submitted(request))
        if parsed.value is None:
            page = present_stop_texts(await _visit(request, at="stop texts"), errors=parsed.errors)
            return show(request, template="stop_texts.html", page=page, title="Stop texts", status=FAULTS_IN_FORM)
        if parsed.value.sure == "no":
            return go_to("/your-pages")
        of = await stop_texts(database_of(request), visit=visit_of(request))
        lines = (
            "We do not text you any more. We send letters instead, to the address we have for you.",
            "Your tests and your plan stay the same. To have texts again, call us.",
        )
        return _told(request, of, heading="Texts have stopped", lines=lines)


async def _about_test(
    request: _Request, *, at: str, read: Callable[..., Parsed[Any]], page: str, title: str,
    tell: Callable[[Any], Awaitable[Whose]], lines: tuple[str, ...],
) -> Response[Any]:  # fmt: skip
    """What they say about a test of theirs is kept; with a fault in it, the form again."""
    of = await _visit(request, at=at)
    parsed = read(await read_submitted(request), today=of.today)
    if parsed.value is None:
        form = present_test(of, typed=parsed.typed, errors=parsed.errors)
        return show(request, template=page, page=form, title=title, status=FAULTS_IN_FORM)
    of = await tell(parsed.value)
    return _told(request, of, heading="Thank you for telling us", lines=lines)


async def _visit(request: _Request, *, at: str) -> Whose:
    return welcomed(await visit_page(database_of(request), visit=visit_of(request), at=at))


def _read_by(of: Whose) -> str:
    return weekday(add_working_days(of.today, _READ_WITHIN))


def _told(request: _Request, of: Whose, *, heading: str, lines: tuple[str, ...], urgent: bool = False) -> Response[Any]:
    page = present_told(of, heading=heading, lines=lines, urgent=urgent)
    return show(request, template="told.html", page=page, title=heading)
