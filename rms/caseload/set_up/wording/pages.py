"""`/set-up/wording`: what people get to read, an organisation's own words for it, and how they come out."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.wording import doors
from rms.caseload.set_up.wording.forms import (
    OF_VERSION,
    SAVE,
    WITHDRAWAL,
    read_words,
    refused,
)
from rms.caseload.set_up.wording.presenters import NOTHING, PATH, present_wording, present_wordings
from rms.caseload.set_up.wording.store import senders
from rms.db.database import Database
from rms.errors import BadInput, Conflict, NotFound, Refused
from rms.messages.catalogue import Catalogue, Template, load
from rms.messages.letter_proof import LETTER_NAMES, sample_letter
from rms.messages.letters import letter_catalogue
from rms.messages.model import Channel
from rms.messages.own import wordings
from rms.messages.own_proof import Sender, own_findings
from rms.messages.places import Words, own_template
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.web.config import web_config
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SEE: Final = may_do(Permission.SET_UP_VIEW)
_DRAFT: Final = may_do(Permission.WORDING_DRAFT)
_APPROVE: Final = may_do(Permission.WORDING_APPROVE)
_ONE: Final = f"{PATH}/{{purpose:str}}/{{channel:str}}"


@get(PATH, opt={"policy": _SEE})
async def show_wordings(request: _Request, database: NamedDependency[Database]) -> Response[str]:
    """Every message and whose words it goes out in."""
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        page = present_wordings(_catalogue(), await wordings(tx, organisation_id=here))
    return html(
        request, template="caseload/set_up/wordings.html", page=page, title="Wording", frame=staff_frame(request)
    )


@get(_ONE, opt={"policy": _SEE})
async def show_wording(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[str]:
    """One message."""
    return await _page(request, database, standard=_standard(purpose, channel))


@post(_ONE, opt={"policy": _DRAFT})
async def take_wording(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[Any]:
    """New words: shown as they come out, or saved as a draft. Neither with a fault in them."""
    standard = _standard(purpose, channel)
    typed = await read_submitted(request)
    read = read_words(typed, standard=standard)
    words, errors = read.words, read.errors
    if words is not None and read.do == SAVE:
        try:
            await doors.draft(
                database, asks=asker(request), standard=standard, words=words, portal_url=_portal(request)
            )
            return go_to(f"{PATH}/{purpose}/{channel}?done=saved")
        except Refused as fault:
            errors = refused("body", str(fault))
    return await _page(request, database, standard=standard, typed=typed, words=words, errors=errors)


@get(f"{_ONE}/pdf", opt={"policy": _SEE})
async def show_letter(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[bytes]:
    """A letter as the printer gets it, to one of the hard names; `version` 0 is the standard one."""
    standard = _letter(purpose, channel)
    here, asked = asker(request).organisation_id, request.query_params.get("version", "0")
    async with database.transaction(organisation_id=here) as tx:
        own = await wordings(tx, organisation_id=here, purpose=standard.purpose, channel=standard.channel)
        by = (await senders(tx, organisation_id=here, portal_url=_portal(request)))[0]
    found = {str(one.version): one.template(standard) for one in own} | {"0": standard}
    if asked not in found:
        raise NotFound("There is no such version.")
    return await _pdf(request, found[asked], by)


@post(f"{_ONE}/pdf", opt={"policy": _DRAFT})
async def try_letter(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[Any]:
    """The same for what is typed and not saved; what is wrong with it comes as the page."""
    standard = _letter(purpose, channel)
    typed = await read_submitted(request)
    read = read_words(typed, standard=standard)
    if read.words is None:
        return await _page(request, database, standard=standard, typed=typed, errors=read.errors)
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        by = (await senders(tx, organisation_id=here, portal_url=_portal(request)))[0]
    return await _pdf(request, own_template(read.words, standard=standard, version=0), by)


async def _pdf(request: _Request, template: Template, by: Sender) -> Response[bytes]:
    asked = request.query_params.get("name", "0")
    if not asked.isdecimal() or int(asked) >= len(LETTER_NAMES):
        raise NotFound("There is no such preview.")
    try:
        letter = await asyncio.to_thread(sample_letter, template, sender=by, number=int(asked))
    except BadInput as fault:
        raise Refused(f"This letter cannot be written: {fault}") from fault
    return Response(letter.pdf, media_type="application/pdf",
                    headers={"content-disposition": 'inline; filename="preview.pdf"'})  # fmt: skip


@post(f"{_ONE}/approve", opt={"policy": _APPROVE})
async def approve(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[Any]:
    """A second person answers for the draft."""
    standard = _standard(purpose, channel)
    door = functools.partial(doors.approve, portal_url=_portal(request))
    return await _settle_draft(request, database, standard=standard, field="approve", done="approved", door=door)


@post(f"{_ONE}/withdraw", opt={"policy": _APPROVE})
async def withdraw(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[Any]:
    """Back to the standard words, with a reason."""
    standard = _standard(purpose, channel)
    parsed = WITHDRAWAL.read(await read_submitted(request))
    if parsed.value is None:
        return await _page(request, database, standard=standard, errors=parsed.errors)
    given = parsed.value
    return await _settle(
        request, database, standard=standard, field="why", done="withdrawn",
        settle=lambda: doors.withdraw(database, asks=asker(request), standard=standard, version=given.version,
                                      why=given.why),
    )  # fmt: skip


@post(f"{_ONE}/discard", opt={"policy": _DRAFT})
async def discard(
    request: _Request, database: NamedDependency[Database], purpose: FromPath[str], channel: FromPath[str]
) -> Response[Any]:
    """A draft that nobody wants any more."""
    standard = _standard(purpose, channel)
    return await _settle_draft(
        request, database, standard=standard, field="discard", done="discarded", door=doors.discard
    )


async def _settle_draft(
    request: _Request, database: Database, *, standard: Template, field: str, done: str,
    door: Callable[..., Awaitable[None]],
) -> Response[Any]:  # fmt: skip
    """Do this with the draft that the form names; the fault stands by the button that was pressed."""
    parsed = OF_VERSION.read(await read_submitted(request))
    if parsed.value is None:
        return await _page(request, database, standard=standard, errors=refused(field, parsed.errors.all[0].message))
    settle = functools.partial(door, database, asks=asker(request), standard=standard, version=parsed.value.version)
    return await _settle(request, database, standard=standard, field=field, done=done, settle=settle)


async def _settle(
    request: _Request, database: Database, *, standard: Template, field: str, done: str,
    settle: Callable[[], Awaitable[None]],
) -> Response[Any]:  # fmt: skip
    try:
        await settle()
    except (Refused, Conflict) as fault:
        return await _page(request, database, standard=standard, errors=refused(field, str(fault)))
    return go_to(f"{PATH}/{standard.purpose}/{standard.channel}?done={done}")


async def _page(
    request: _Request, database: Database, *, standard: Template, typed: Submitted = NOTHING, words: Words | None = None,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        by = await senders(tx, organisation_id=here, portal_url=_portal(request))
        if words is not None and (found := own_findings(words, standard=standard, senders=by)):
            errors = refused("body", *(one.sentence for one in found))
        own = await wordings(tx, organisation_id=here, purpose=standard.purpose, channel=standard.channel)
    # Outside the transaction and off the loop: a letter is made six times.
    page = await asyncio.to_thread(
        present_wording, standard, own, asks=asker(request), senders=by, done=request.query_params.get("done", ""),
        typed=typed, words=words, errors=errors,
    )  # fmt: skip
    return html(request, template="caseload/set_up/wording.html", page=page, title=f"{page.heading}: {page.way}",
                frame=staff_frame(request), status=FAULTS_IN_FORM if errors else 200)  # fmt: skip


def _standard(purpose: str, channel: str) -> Template:
    found = next((one for (what, way), one in _catalogue().items() if (what, way) == (purpose, channel)), None)
    if found is None:
        raise NotFound("There is no such wording.")
    return found


def _letter(purpose: str, channel: str) -> Template:
    standard = _standard(purpose, channel)
    if standard.channel is not Channel.LETTER:
        raise NotFound("There is no PDF file of this.")
    return standard


def _portal(request: _Request) -> str:
    return web_config(request).origins[-1]


@functools.cache
def _catalogue() -> Catalogue:
    return {**load(), **letter_catalogue()}


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    show_wordings,
    show_wording,
    take_wording,
    show_letter,
    try_letter,
    approve,
    withdraw,
    discard,
)
