"""`/tests/{ref}/arrange`: where a test is done, that it was requested, and the day it is booked for."""

from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.late.store import Step, step_behind
from rms.caseload.looking import looking
from rms.caseload.requests import doors
from rms.caseload.requests.store import BY, arranged_about, arranged_words
from rms.caseload.words import day
from rms.caseload.worklist.frame import Option
from rms.db.database import Database
from rms.errors import Refused
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import person
from rms.plans.places import WORDS, TestPlace, default_place
from rms.plans.store import plan_on_file
from rms.web.fields import a_choice, a_date
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_OWN = may_do(Permission.ALERT_OWN)
_NOTHING: Final = Submitted(pairs=())
_WHAT: Final = {"requested": "It was asked for", "booked": "A day was booked"}


class ArrangePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/requests/arrange.html`. `closed` says why nothing can be arranged any more."""

    bar: IdentityBar
    title: str
    due: str
    here: str
    place: str
    is_default: bool
    places: tuple[Option, ...]
    arranged: tuple[str, ...]
    what: tuple[Option, ...]
    by: tuple[Option, ...]
    closed: str
    typed: Submitted
    errors: FieldErrors


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was arranged, by whom, and for which day when one was booked."""

    what: str
    by: str
    on: date | None


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The place that was chosen."""

    place: str


_FORM: Final = Form(
    Wanted,
    what=a_choice(tuple(_WHAT), missing="Choose what was arranged"),
    by=a_choice(tuple(BY), missing="Choose who arranged it"),
    on=a_date(label="The day"),
)
_PLACE: Final = Form(Chosen, place=a_choice(tuple(TestPlace), missing="Choose the place"))


@get("/tests/{ref:uuid}/arrange", opt={"policy": _OWN})
async def show_arrange(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """Where it is done, what is arranged, and what can be noted."""
    return await _page(request, database, ref=ref)


@post("/tests/{ref:uuid}/arrange", opt={"policy": _OWN})
async def arrange(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """It was requested or booked."""
    parsed = _FORM.read(await read_submitted(request))
    errors = parsed.errors or _faults(parsed.value)
    if parsed.value is not None and not errors:
        wanted = parsed.value
        try:
            await doors.arrange_test(database, asks=asker(request), ref=ref, by_whom=wanted.by,
                                     booked_for=wanted.on if wanted.what == "booked" else None)  # fmt: skip
            return go_to(f"/tests/{ref}/arrange")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="on", message=str(refused), parts=("day",)),))
    return await _page(request, database, ref=ref, typed=parsed.typed, errors=errors)


@post("/tests/{ref:uuid}/place", opt={"policy": _OWN})
async def choose_place(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Keep where the person has this test done, from now on."""
    parsed = _PLACE.read(await read_submitted(request))
    if parsed.value is None:
        return await _page(request, database, ref=ref, typed=parsed.typed, errors=parsed.errors)
    await doors.choose_place(database, asks=asker(request), ref=ref, place=TestPlace(parsed.value.place))
    return go_to(f"/tests/{ref}/arrange")


def _faults(wanted: Wanted | None) -> FieldErrors:
    if wanted is None or wanted.what == "requested" or wanted.on is not None:
        return NO_ERRORS
    return FieldErrors(all=(FieldError(field="on", message="Enter the day it is booked for", parts=("day",)),))


async def _page(
    request: _Request,
    database: Database,
    *,
    ref: UUID,
    typed: Submitted = _NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:
    async with looking(request, database) as look:
        step = await step_behind(look.tx, asks=look.asks, ref=ref)
        organisation_id = look.asks.organisation_id
        plan = await plan_on_file(look.tx, organisation_id=organisation_id, plan_id=step.plan_id)
        them = await person(look.tx, organisation_id=organisation_id, patient_id=step.patient_id)
        whole = plan.protocol.step(step.step_key)
        chosen = plan.places.get(step.step_key)
        place = TestPlace(chosen) if chosen else default_place(whole) if whole else TestPlace.GP_PRACTICE
        page = ArrangePage(
            bar=identity_bar(them, today=look.tx.today),
            title=step.title, due=f"Due {day(step.due_on)}", here=f"/tests/{step.ref}", place=WORDS[place],
            is_default=chosen is None, places=_options(WORDS, chosen=typed.one("place") or place),
            arranged=tuple(f"{arranged_words(one)} (noted by {one.noted_by})"
                           for one in await arranged_about(look, occurrence_id=step.id)),
            what=_options(_WHAT, chosen=typed.one("what")), by=_options(BY, chosen=typed.one("by")),
            closed=_closed(step), typed=typed, errors=errors,
        )  # fmt: skip
        await look.at(verb="plan.look", subject_kind="occurrence", subject_id=step.id, patient_id=step.patient_id)
    return html(request, template="caseload/requests/arrange.html", page=page, title="Arrange a test",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _closed(step: Step) -> str:
    if step.kind != "test":
        return "This is not a test, so there is nothing to arrange."
    return "" if step.state == "open" else "This is settled: it came back, or it is no longer asked for."


def _options(words: Any, *, chosen: str) -> tuple[Option, ...]:
    return tuple(
        Option(code=str(code), text=text[0].upper() + text[1:], chosen=chosen == code) for code, text in words.items()
    )


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_arrange, arrange, choose_place)
