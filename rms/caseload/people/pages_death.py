"""`/people/{ref}/death` and its reversal, `/plans/{ref}/after-death`: each page says first what follows."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.looking import Look, looking
from rms.caseload.people import doors
from rms.caseload.people.asking import UNTYPED, Typed, ask_about_person, ask_about_plan, bar_of, unless_refused
from rms.caseload.people.forms.standing import REASON, SURE, death_form
from rms.caseload.people.presenters.acting import ActionPage, Ask, Listed, choices
from rms.caseload.people.presenters.after_death import alerts_listed
from rms.caseload.people.store import person_behind
from rms.dates import PartialDate
from rms.db.database import Database
from rms.followup.moves.after_death import alerts_at_the_end
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.plans.store import PlanOnFile
from rms.web.pages import go_to
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]
_MAY = may_do(Permission.DEATH_CONFIRM)
_WHY: Final = Ask(sort="text", name="why", label="Why is it a mistake?")


@get("/people/{ref:uuid}/death", opt={"policy": _MAY})
async def ask_death(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What recording a death means, and what must be said."""
    return await ask_about_person(request, database, ref=ref, typed=UNTYPED, present=_death)


@post("/people/{ref:uuid}/death", opt={"policy": _MAY})
async def record(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Record it."""
    sent = await read_submitted(request)
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        form = death_form(today=look.tx.today, born=PartialDate.parse(them.born_text))
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    parsed = form.read(sent)
    if parsed.value is None:
        return await ask_about_person(request, database, ref=ref, typed=(sent, parsed.errors), present=_death)
    told = parsed.value
    await doors.record_death(database, asks=asker(request), ref=ref, formal=told.sure == "formal", died_on=told.died_on,
                             source=told.source)  # fmt: skip
    return go_to(f"/people/{ref}")


@get("/people/{ref:uuid}/death/reverse", opt={"policy": _MAY})
async def ask_reversal(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What taking a recorded death back means."""
    return await ask_about_person(request, database, ref=ref, typed=UNTYPED, present=_reversal)


@post("/people/{ref:uuid}/death/reverse", opt={"policy": _MAY})
async def reverse(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Take it back."""
    parsed = REASON.read(await read_submitted(request))
    if parsed.value is None:
        return await ask_about_person(
            request, database, ref=ref, typed=(parsed.typed, parsed.errors), present=_reversal
        )
    await doors.reverse_death(database, asks=asker(request), ref=ref, why=parsed.value.why)
    return go_to(f"/people/{ref}")


@get("/plans/{ref:uuid}/after-death", opt={"policy": _MAY})
async def ask_end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What confirming the death and ending the plan means."""
    return await ask_about_plan(request, database, ref=ref, typed=UNTYPED, present=_end, touches=_touched)


@post("/plans/{ref:uuid}/after-death", opt={"policy": _MAY})
async def end(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """End it."""
    sent = await read_submitted(request)
    person_ref, refused = await unless_refused(
        doors.end_after_death(database, asks=asker(request), ref=ref), field="confirm"
    )
    if refused:
        return await ask_about_plan(request, database, ref=ref, typed=(sent, refused), present=_end,
                                    touches=_touched)  # fmt: skip
    return go_to(f"/people/{person_ref}")


async def _touched(look: Look, plan: PlanOnFile) -> tuple[Listed, ...]:
    found = await alerts_at_the_end(look.tx, organisation_id=plan.organisation_id, patient_id=plan.patient_id,
                                    plan_id=plan.id)  # fmt: skip
    return alerts_listed(found)


def _death(them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    here = f"/people/{them.ref}"
    return ActionPage(
        bar=bar_of(them, look), heading="Record a death", stops=True,
        means=(
            "Nothing more is sent to this person, from this moment on.",
            "Their links stop working, and every plan is put on hold.",
            "Somebody of the team is asked to confirm it and to end the plan. Results that still come in are looked at.",
            "Other hospitals that follow this person here are told. It can be taken back.",
        ),
        fields=(
            Ask(sort="choice", name="sure", label="How were we told?", choices=choices(SURE, chosen=sent.one("sure"))),
            Ask(sort="line", name="source", label="Who told us?", hint="For example: His wife, by telephone"),
            Ask(sort="date", name="died_on", label="When did they die?",
                hint="If you know only the month or the year, leave the rest empty. Leave it all empty if it is not known."),
        ),
        action=f"{here}/death", button="Record this death", back=here, typed=sent, errors=errors,
    )  # fmt: skip


def _reversal(them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    here = f"/people/{them.ref}"
    return ActionPage(
        bar=bar_of(them, look), heading="Take the recorded death back", stops=False,
        means=(
            "Plans that were put on hold go on where they stood.",
            "The team gets an alert that lists what fell due meanwhile.",
            "Messages are sent again from now on. A plan that was ended stays ended: start a new one.",
            "Alerts that were closed with a plan because of the death stand open again.",
        ),
        fields=(_WHY,), action=f"{here}/death/reverse", button="This person is alive", back=here, typed=sent, errors=errors,
    )  # fmt: skip


def _end(plan: PlanOnFile, them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    sent, errors = typed
    here = f"/people/{them.ref}"
    return ActionPage(
        bar=bar_of(them, look), heading="Confirm the death and end the plan", stops=True,
        means=(
            f"“{plan.protocol.title}” ends with the outcome that the person died, in your name.",
            "The alert that asks for this is closed. The cancer register is told.",
            "An ended plan is not taken up again. If the death is a mistake, take it back instead.",
        ),
        fields=(), action=f"/plans/{plan.ref}/after-death", button="Confirm and end the plan", back=here,
        typed=sent, errors=errors,
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (ask_death, record, ask_reversal, reverse, ask_end, end)
