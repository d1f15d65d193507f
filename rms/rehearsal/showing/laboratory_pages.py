"""`/demo/laboratory`: a result as the laboratory would send it, and what the listener answered."""

import re
import secrets
from datetime import date
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.audit.moves import record
from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.words import day
from rms.caseload.worklist.frame import Option
from rms.caseload.worklist.people import person_in_line
from rms.db.database import Database
from rms.errors import Unavailable
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile, person
from rms.rehearsal.laboratory import CALLED, Sample
from rms.rehearsal.showing.laboratory import DueTest, Exchanged, as_laboratory_knows, due_tests, send_result
from rms.settings import Settings
from rms.web.fields import a_choice, a_date, parsed_by
from rms.web.forms import NO_ERRORS, Fault, FieldError, FieldErrors, Form, Parsed
from rms.web.pages import FAULTS_IN_FORM, html
from rms.web.submitted import Submitted, read_submitted, submitted

PATH: Final = "/demo/laboratory"
_Request = Request[Any, Any, Any]
_MAY = may_do(Permission.RESULT_ENTER)
_VALUE = re.compile(r"[<>]?\d{1,6}(\.\d{1,4})?", re.ASCII)
_ORDER = re.compile(r"[0-9a-f]{12}", re.ASCII)
_SEPARATORS = re.compile(r"[|^&~\\\x00-\x1f]")
_ANYWHERE = "127.0.0.1"
_MEANS = {
    "AA": "AA: the listener has kept the message. RMS reads it within some seconds.",
    "AE": "AE: the listener could not take it as it is.",
    "AR": "AR: the listener refused it.",
}


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What is typed. `analyte` is None for the one that the test asks for."""

    test: str
    analyte: str | None
    value: str
    unit: str
    on: date


class LaboratoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`demo/laboratory.html`. `order` is the laboratory's number: the same form sent twice is the same report."""

    tests: tuple[Option, ...]
    analytes: tuple[Option, ...]
    typed: Submitted
    errors: FieldErrors
    order: str


class SentPage(msgspec.Struct, frozen=True, kw_only=True):
    """`demo/laboratory_sent.html`."""

    person: str
    person_href: str
    means: str
    sent: str
    answered: str


def _value(text: str) -> str:
    if not _VALUE.fullmatch(text):
        raise Fault("The value must be a number, such as 0.03 or <0.1")
    return text


def _unit(text: str) -> str:
    if len(text) > 20 or _SEPARATORS.search(text):
        raise Fault("The unit must be 20 characters or fewer, without | ^ & ~ and \\")
    return text


def read_reported(sent: Submitted, *, tests: list[DueTest], today: date) -> Parsed[Reported]:
    """One result. Every fault is said at once."""
    return Form(
        Reported,
        test=a_choice([str(one.ref) for one in tests], missing="Choose whose test it is"),
        analyte=a_choice(tuple(CALLED)),
        value=parsed_by(_value, missing="Enter the value"),
        unit=parsed_by(_unit, missing="Enter the unit"),
        on=a_date(label="The day of the sample", missing="Enter the day of the sample", not_after=today),
    ).read(sent)


@get(PATH, opt={"policy": _MAY})
async def show_form(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """The form, with today as the day of the sample."""
    async with looking(request, database) as look:
        today = look.tx.today
        typed = submitted([("on-day", str(today.day)), ("on-month", str(today.month)), ("on-year", str(today.year)),
                           ("unit", "ug/L")])  # fmt: skip
        tests = await _look(look)
    return _page(request, tests, typed=typed)


@post(PATH, opt={"policy": _MAY})
async def send(
    request: _Request, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[str]:
    """Send it, and show what went over the wire."""
    typed = await read_submitted(request)
    async with looking(request, database) as look:
        tests, sent_at = await _look(look), look.tx.now
        parsed = read_reported(typed, tests=tests, today=look.tx.today)
        if parsed.value is None:
            return _page(request, tests, typed=typed, errors=parsed.errors)
        test = next(one for one in tests if str(one.ref) == parsed.value.test)
        them = await person(look.tx, organisation_id=look.asks.organisation_id, patient_id=test.patient_id)
        await record(look.tx, by=look.asks.actor, verb="demo.laboratory_send", subject_kind="patient",
                     subject_id=them.id, patient_id=them.id)  # fmt: skip
    sample = _sample(parsed.value, test=test, order=_order(typed))
    host = _ANYWHERE if settings.mllp_host in ("0.0.0.0", "::") else settings.mllp_host  # noqa: S104 - where it listens
    try:
        done = await send_result(as_laboratory_knows(them), sample, sent_at=sent_at, host=host, port=settings.mllp_port)
    except Unavailable as away:
        errors = FieldErrors(all=(FieldError(field="test", message=str(away)),))
        return _page(request, tests, typed=typed, errors=errors)
    return html(request, template="demo/laboratory_sent.html", page=_sent(them, done), title="Sent to the listener",
                frame=staff_frame(request))  # fmt: skip


async def _look(look: Look) -> list[DueTest]:
    tests = await due_tests(look)
    await look.at(verb="demo.laboratory_look", subject_kind="list", shown=[one.patient_id for one in tests])
    return tests


def _sample(given: Reported, *, test: DueTest, order: str) -> Sample:
    return Sample(sampled_on=given.on, value=given.value, unit=given.unit, order=f"T{order}",
                  analyte=given.analyte or test.analyte)  # fmt: skip


def _order(typed: Submitted) -> str:
    return typed.one("order") if _ORDER.fullmatch(typed.one("order")) else secrets.token_hex(6)


def _page(
    request: _Request, tests: list[DueTest], *, typed: Submitted, errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    page = LaboratoryPage(
        tests=tuple(_option(one, chosen=typed.one("test")) for one in tests),
        analytes=tuple(Option(code=code, text=code.upper(), chosen=typed.one("analyte") == code) for code in CALLED),
        typed=typed, errors=errors, order=_order(typed),
    )  # fmt: skip
    return html(request, template="demo/laboratory.html", page=page, title="Send a laboratory result",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _option(one: DueTest, *, chosen: str) -> Option:
    name = person_in_line(one.family_name, given_names=one.given_names)
    return Option(code=str(one.ref), text=f"{name}: {one.title}, due {day(one.due_on)}", chosen=chosen == str(one.ref))


def _sent(them: PersonOnFile, done: Exchanged) -> SentPage:
    return SentPage(
        person=person_in_line(them.name.family, given_names=" ".join(them.name.given)), person_href=f"/people/{them.ref}",
        means=_MEANS.get(done.code, f"{done.code}: nobody here knows this answer."), sent=done.sent,
        answered=done.answered,
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_form, send)
