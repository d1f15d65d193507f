"""`/demo/messages`: what was sent, as the phone, the inbox and the letter box of whoever got it would show it."""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from rms.caseload.frame import staff_frame
from rms.caseload.looking import looking
from rms.caseload.words import in_words, moment
from rms.caseload.worklist.people import person_in_line
from rms.db.database import Database
from rms.errors import Unavailable
from rms.people.access import may_do
from rms.people.permissions import Permission
from rms.rehearsal.showing.tray import OnWire, Sent, sent_to, wire_log
from rms.settings import Settings
from rms.web.pages import html

PATH: Final = "/demo/messages"
LONGEST: Final = 100
_Request = Request[Any, Any, Any]
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
_KINDS = {"sms": "Text", "email": "Email", "letter": "Letter"}


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a message: words, or an address to open."""

    text: str
    href: str | None = None


class TrayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `pieces` is empty for a letter, which `file` opens."""

    ref: str
    kind: str
    person: str
    person_href: str
    only: str
    to: str
    at: str
    purpose: str
    subject: str
    pieces: tuple[Piece, ...]
    file: str


class TrayPage(msgspec.Struct, frozen=True, kw_only=True):
    """`demo/tray.html`. `about` names the one person it is narrowed to; `problem` says why texts are missing."""

    lines: tuple[TrayLine, ...]
    about: str
    is_narrowed: bool
    is_cut: bool
    problem: str


def pieces_of(text: str, *, own: str) -> Iterator[Piece]:
    """A message in pieces. Only addresses of our own portal can be opened: everything else stays words."""
    at = 0
    for found in _ADDRESS.finditer(text):
        if not found.group().startswith(f"{own}/"):
            continue
        if found.start() > at:
            yield Piece(text=text[at : found.start()])
        yield Piece(text=found.group(), href=found.group())
        at = found.end()
    if at < len(text):
        yield Piece(text=text[at:])


def present_tray(sent: list[Sent], *, own: str, person: UUID | None, problem: str) -> TrayPage:
    """The newest first."""
    lines = tuple(_line(one, own=own, person=person) for one in sent)
    return TrayPage(lines=lines, about=lines[0].person if lines and person else "", is_narrowed=person is not None,
                    is_cut=len(lines) == LONGEST, problem=problem)  # fmt: skip


def _line(one: Sent, *, own: str, person: UUID | None) -> TrayLine:
    wire = one.wire
    to_person = one.recipient == "person"
    return TrayLine(
        ref=str(one.ref), kind=_KINDS[one.channel], person=person_in_line(one.family_name, given_names=one.given_names),
        person_href=f"/people/{one.person_ref}", only="" if person else f"{PATH}?person={one.person_ref}",
        to=wire.to if wire else ("the person" if to_person else in_words(one.recipient)),
        at=moment(one.at), purpose=in_words(one.purpose),
        subject=(wire.subject or "") if wire and one.channel == "email" else "",
        pieces=tuple(pieces_of(wire.body, own=own)) if wire else (),
        file="" if wire else f"/letters/{one.ref}/pdf",
    )  # fmt: skip


@get(PATH, opt={"policy": may_do(Permission.MESSAGE_VIEW)})
async def show_tray(
    request: _Request, database: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[str]:
    """What went out to the people of my teams, or to one of them."""
    person = _person(request.query_params.get("person", ""))
    wire, problem = await _wire(settings)
    async with looking(request, database) as look:
        sent = await sent_to(look, wire=wire, person=person, most=LONGEST)
        await look.at(verb="demo.tray_look", subject_kind="list", shown=[one.patient_id for one in sent])
    page = present_tray(sent, own=settings.portal_url, person=person, problem=problem)
    return html(request, template="demo/tray.html", page=page, title="What was sent", frame=staff_frame(request))


async def _wire(settings: Settings) -> tuple[list[OnWire], str]:
    try:
        return await wire_log(settings.notify.url if settings.notify else None), ""
    except Unavailable as away:
        return [], str(away)


def _person(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (show_tray,)
