"""`/people/{ref}/contact`: how somebody is reached, who said so and from when; messages stopped and started."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import Look, looking
from rms.caseload.people import doors
from rms.caseload.people.asking import UNTYPED, Typed, ask_about_person, bar_of, unless_refused
from rms.caseload.people.forms.contact import KINDS, PREFERENCE, SAID_BY, STOPPING, WAYS, Why, read_detail
from rms.caseload.people.presenters.acting import ActionPage, Ask, ContactPage, choices
from rms.caseload.people.presenters.contact import present_contact
from rms.caseload.people.store import contacts_ever, needs_of, person_behind
from rms.caseload.words import day
from rms.db.database import Database
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_MAY = may_do(Permission.CONTACT_CHANGE)


class _Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent to this page, and the faults of whichever of its two forms it was."""

    typed: Submitted = Submitted(pairs=())
    preference: FieldErrors = NO_ERRORS
    detail: FieldErrors = NO_ERRORS


@get("/people/{ref:uuid}/contact", opt={"policy": _MAY})
async def show_contact(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """How they are contacted, and the two forms that change it."""
    return await _page(request, database, ref=ref, sent=_Sent())


@post("/people/{ref:uuid}/contact/preference", opt={"policy": _MAY})
async def prefer(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Change the way they are contacted."""
    parsed = PREFERENCE.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        wanted = parsed.value
        said = f"{WAYS[wanted.prefers]}. Said by: {SAID_BY[wanted.said_by].lower()}."
        _, errors = await unless_refused(
            doors.prefer(database, asks=asker(request), ref=ref, prefers=wanted.prefers, said=said), field="prefers"
        )
    if errors:
        return await _page(request, database, ref=ref, sent=_Sent(typed=parsed.typed, preference=errors))
    return go_to(f"/people/{ref}#contact")


@post("/people/{ref:uuid}/contact/detail", opt={"policy": _MAY})
async def add_detail(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Put a new number or address in force."""
    sent = await read_submitted(request)
    async with database.transaction() as tx:
        today = tx.today
    parsed, contact = read_detail(sent, today=today)
    if parsed.value is None or contact is None:
        return await _page(request, database, ref=ref, sent=_Sent(typed=sent, detail=parsed.errors))
    said = f"Said by: {SAID_BY[parsed.value.told_by].lower()}. Right from {day(parsed.value.right_on)}."
    await doors.reach(database, asks=asker(request), ref=ref, contact=contact, said=said)
    return go_to(f"/people/{ref}#contact")


@get("/people/{ref:uuid}/messages/stop", opt={"policy": _MAY})
async def ask_stop(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What it means to stop all messages."""
    return await ask_about_person(request, database, ref=ref, typed=UNTYPED, present=_stop)


@post("/people/{ref:uuid}/messages/stop", opt={"policy": _MAY})
async def stop(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Stop them."""
    parsed = STOPPING.read(await read_submitted(request))
    if parsed.value is None:
        return await ask_about_person(request, database, ref=ref, typed=(parsed.typed, parsed.errors), present=_stop)
    await doors.stop(database, asks=asker(request), ref=ref, why=_because(parsed.value))
    return go_to(f"/people/{ref}#contact")


@get("/people/{ref:uuid}/messages/start", opt={"policy": _MAY})
async def ask_start(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """What it means to start messages again."""
    return await ask_about_person(request, database, ref=ref, typed=UNTYPED, present=_start)


@post("/people/{ref:uuid}/messages/start", opt={"policy": _MAY})
async def start(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Start them again."""
    parsed = STOPPING.read(await read_submitted(request))
    if parsed.value is None:
        return await ask_about_person(request, database, ref=ref, typed=(parsed.typed, parsed.errors), present=_start)
    await doors.start_again(database, asks=asker(request), ref=ref, why=_because(parsed.value))
    return go_to(f"/people/{ref}#contact")


def _because(said: Why) -> str:
    return f"{said.why} (said by: {SAID_BY[said.said_by].lower()})"


async def _page(request: _Request, database: Database, *, ref: UUID, sent: _Sent) -> Response[str]:
    async with looking(request, database) as look:
        them = await person_behind(look, ref=ref)
        contacts = await contacts_ever(look, patient_id=them.id)
        needs = await needs_of(look, patient_id=them.id)
        bar = bar_of(them, look)
        await look.at(verb="person.look", subject_kind="patient", subject_id=them.id, patient_id=them.id)
    now = present_contact(them, contacts=contacts, needs=needs)
    typed = sent.typed
    chosen = typed.one("prefers") or them.prefers
    page = ContactPage(
        bar=bar, here=f"/people/{ref}/contact", typed=typed, preference_errors=sent.preference, detail_errors=sent.detail,
        now=tuple(f"{line.kind}: {line.value}. {line.since}" for line in now.lines),
        ways=choices(WAYS, chosen=chosen), kinds=choices(KINDS, chosen=typed.one("kind")),
        said_by_preference=choices(SAID_BY, chosen=typed.one("said_by")),
        said_by_detail=choices(SAID_BY, chosen=typed.one("told_by")),
    )  # fmt: skip
    return html(request, template="caseload/people/contact.html", page=page, title="How we contact them",
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


def _stop(them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    return _about_messages(
        them, typed, look, verb="stop", heading="Stop all messages", button="Stop all messages",
        means=(
            "No text, email or letter is sent to this person any more. Letters to their GP practice still are.",
            "Their plan goes on: what they would have been sent becomes a task for the team to call them.",
            "It can be reversed at any time.",
        ),
    )  # fmt: skip


def _start(them: PersonOnFile, typed: Typed, look: Look) -> ActionPage:
    return _about_messages(
        them, typed, look, verb="start", heading="Start messages again", button="Start messages again",
        means=("Messages are sent again from now on. What was left out meanwhile is not sent after all.",),
    )  # fmt: skip


def _about_messages(
    them: PersonOnFile, typed: Typed, look: Look, *, verb: str, heading: str, button: str, means: tuple[str, ...]
) -> ActionPage:
    sent, errors = typed
    here = f"/people/{them.ref}"
    return ActionPage(
        bar=bar_of(them, look), heading=heading, stops=verb == "stop", means=means,
        fields=(
            Ask(sort="choice", name="said_by", label="Who said so?", choices=choices(SAID_BY, chosen=sent.one("said_by"))),
            Ask(sort="text", name="why", label="What did they say?"),
        ),
        action=f"{here}/messages/{verb}", button=button, back=here, typed=sent, errors=errors,
    )  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    show_contact,
    prefer,
    add_detail,
    ask_stop,
    stop,
    ask_start,
    start,
)
