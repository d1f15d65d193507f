"""`/messages/{ref}`: word for word what a person is sent, what became of it, and sending it again by another way."""

import asyncio
import functools
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.messages import doors
from rms.caseload.messages.one_presenters import not_left, present_message, preview_of
from rms.caseload.messages.one_store import one_message
from rms.db.database import Database
from rms.errors import NotFound, Refused
from rms.messages.catalogue import Catalogue, load
from rms.messages.model import Channel
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.config import web_config
from rms.web.fields import a_choice
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import read_submitted

_Request = Request[Any, Any, Any]


class Resending(msgspec.Struct, frozen=True, kw_only=True):
    """The way it is sent again."""

    way: str


RESENDING: Final = Form(Resending, way=a_choice([str(one) for one in Channel], missing="Choose how it is sent again"))


@get("/messages/{ref:uuid}", opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_message(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[str]:
    """One message."""
    return await _page(request, database, ref=ref)


@get("/messages/{ref:uuid}/letter", opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_letter(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[bytes]:
    """A letter before it leaves, as it would be written now."""
    async with looking(request, database) as look:
        one = await one_message(look, ref=ref)
        if not not_left(one.message):
            raise NotFound("There is no preview of this: it is no letter, is made already, or is not sent any more.")
        today = look.tx.today
        await look.at(verb="letter.look", subject_kind="message", subject_id=one.message.id,
                      patient_id=one.message.patient_id)  # fmt: skip
    portal_url = web_config(request).origins[-1]
    pdf = await asyncio.to_thread(preview_of, one, portal_url=portal_url, today=today)
    named = {"content-disposition": f'inline; filename="preview-{ref}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


@post("/messages/{ref:uuid}/resend", opt={"policy": may_do(Permission.MESSAGE_SEND)})
async def resend(request: _Request, database: NamedDependency[Database], ref: FromPath[UUID]) -> Response[Any]:
    """Send it again; from an alert that lists several, one comes back to the list."""
    sent = await read_submitted(request)
    parsed = RESENDING.read(sent)
    errors = parsed.errors
    if parsed.value is not None:
        try:
            new = await doors.resend(database, asks=asker(request), ref=ref, channel=Channel(parsed.value.way))
            alert = a_ref(sent.one("alert"))
            return go_to(f"/alerts/{alert}" if alert else f"/messages/{new}")
        except Refused as refused:
            errors = FieldErrors(all=(FieldError(field="way", message=str(refused)),))
    return await _page(request, database, ref=ref, chosen=parsed.typed.one("way"), errors=errors)


def a_ref(sent: str) -> UUID | None:
    """What a form carried along to come back to; None when it is no reference."""
    try:
        return UUID(sent)
    except ValueError:
        return None


async def _page(
    request: _Request, database: Database, *, ref: UUID, chosen: str = "", errors: FieldErrors = NO_ERRORS
) -> Response[str]:
    async with looking(request, database) as look:
        one = await one_message(look, ref=ref)
        page = present_message(one, asks=look.asks, catalogue=_catalogue(), portal_url=web_config(request).origins[-1],
                               today=look.tx.today, chosen=chosen, errors=errors)  # fmt: skip
        await look.at(verb="message.look", subject_kind="message", subject_id=one.message.id,
                      patient_id=one.message.patient_id)  # fmt: skip
    return html(request, template="caseload/message.html", page=page, title="Message", frame=staff_frame(request),
                status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


@functools.cache
def _catalogue() -> Catalogue:
    return load()


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_message, show_letter, resend)
