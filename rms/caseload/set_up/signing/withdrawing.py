"""`.../withdraw`: a sign-off taken back, after reading which plans run on it."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from rms.caseload.frame import staff_frame
from rms.caseload.set_up.signing import doors
from rms.caseload.set_up.signing.forms import WITHDRAW
from rms.caseload.set_up.signing.presenters import NOTHING, PATH, QUESTIONNAIRES
from rms.caseload.set_up.signing.versions import held_version
from rms.caseload.worklist.ages import counted
from rms.db.database import Database
from rms.errors import Conflict, NotFound
from rms.people.access import asker, may_do
from rms.people.permissions import Permission
from rms.plans.store import PlansOfTeam, plans_asking, plans_on_protocol, protocol_by_key
from rms.questionnaires.store import questionnaire_versions, version_by_key
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors
from rms.web.pages import FAULTS_IN_FORM, go_to, html
from rms.web.submitted import Submitted, read_submitted

_Request = Request[Any, Any, Any]
_SIGN: Final = may_do(Permission.PROTOCOL_APPROVE)
_PROTOCOL: Final = f"{PATH}/{{protocol:str}}/{{version:int}}/withdraw"
_QUESTIONNAIRE: Final = f"{QUESTIONNAIRES}/{{questionnaire:str}}/{{version:int}}/withdraw"


class WithdrawPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/withdraw.html`: what follows in words, and the reason."""

    heading: str
    back: str
    action: str
    lines: tuple[str, ...]
    teams: tuple[tuple[str, str], ...]
    can: bool
    typed: Submitted
    errors: FieldErrors


@get(_PROTOCOL, opt={"policy": _SIGN})
async def ask_protocol(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """Which plans run on it."""
    return await _protocol_page(request, database, key=protocol, version=version)


@post(_PROTOCOL, opt={"policy": _SIGN})
async def withdraw_protocol(
    request: _Request, database: NamedDependency[Database], protocol: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """No plan starts with it any more."""
    return await _withdrawn(
        request, done=f"{PATH}?done=withdrawn",
        door=partial(doors.withdraw_protocol_sign_off, database, asks=asker(request), key=protocol,
                     version=held_version(version)),
        page=partial(_protocol_page, request, database, key=protocol, version=version),
    )  # fmt: skip


@get(_QUESTIONNAIRE, opt={"policy": _SIGN})
async def ask_questionnaire(
    request: _Request, database: NamedDependency[Database], questionnaire: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """Which plans ask it."""
    return await _questionnaire_page(request, database, key=questionnaire, version=version)


@post(_QUESTIONNAIRE, opt={"policy": _SIGN})
async def withdraw_questionnaire(
    request: _Request, database: NamedDependency[Database], questionnaire: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    """Nobody is asked it any more."""
    return await _withdrawn(
        request, done=f"{PATH}?done=withdrawn#questionnaires",
        door=partial(doors.withdraw_questionnaire_sign_off, database, asks=asker(request), key=questionnaire,
                     version=held_version(version)),
        page=partial(_questionnaire_page, request, database, key=questionnaire, version=version),
    )  # fmt: skip


async def _withdrawn(
    request: _Request, *, door: Callable[..., Awaitable[None]], page: Callable[..., Awaitable[Response[str]]], done: str
) -> Response[Any]:
    """Take the sign-off back when the form says why; else the page again, with what is wrong."""
    parsed = WITHDRAW.read(await read_submitted(request))
    errors = parsed.errors
    if parsed.value is not None:
        try:
            await door(why=parsed.value.why)
            return go_to(done)
        except Conflict as fault:
            errors = FieldErrors(all=(FieldError(field="why", message=str(fault)),))
    return await page(typed=parsed.typed, errors=errors)


async def _protocol_page(
    request: _Request, database: Database, *, key: str, version: int, typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        found = await protocol_by_key(tx, organisation_id=here, key=key, version=held_version(version))
        if found is None:
            raise NotFound("There is no such protocol version.")
        plans = await plans_on_protocol(tx, organisation_id=here, protocol_version_id=found.id)
    page = WithdrawPage(
        heading=f"Withdraw the sign-off of {found.protocol.title}, version {found.protocol.version}",
        back=f"{PATH}/{key}/{version}", action=f"{PATH}/{key}/{version}/withdraw", lines=tuple(_for_protocol(plans)),
        teams=_teams(plans), can=found.signed_by is not None, typed=typed, errors=errors,
    )  # fmt: skip
    return _shown(request, page)


async def _questionnaire_page(
    request: _Request, database: Database, *, key: str, version: int, typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> Response[str]:  # fmt: skip
    here = asker(request).organisation_id
    async with database.transaction(organisation_id=here) as tx:
        found = await version_by_key(tx, organisation_id=here, key=key, version=held_version(version))
        if found is None:
            raise NotFound("There is no such questionnaire version.")
        plans = await plans_asking(tx, organisation_id=here, questionnaire_key=key)
        others = [one.definition.version for one in await questionnaire_versions(tx, organisation_id=here)
                  if one.definition.key == key and one.signed_by is not None and one.id != found.id]  # fmt: skip
    page = WithdrawPage(
        heading=f"Withdraw the sign-off of {found.definition.title}, version {found.definition.version}",
        back=f"{QUESTIONNAIRES}/{key}/{version}", action=f"{QUESTIONNAIRES}/{key}/{version}/withdraw",
        lines=tuple(_for_questionnaire(plans, others)), teams=_teams(plans), can=found.signed_by is not None, typed=typed,
        errors=errors,
    )  # fmt: skip
    return _shown(request, page)


def _for_protocol(plans: Sequence[PlansOfTeam]) -> Iterator[str]:
    total = sum(one.plans for one in plans)
    yield "No plan can start with this version any more."
    if total:
        yield (
            f"{counted(total, 'plan')} {'runs' if total == 1 else 'run'} on it. Nothing about"
            f" {'it changes: it goes' if total == 1 else 'them changes: they go'} on with the same tests, dates and limits."
            " If they should change, their teams change each plan."
        )
    else:
        yield "No plan runs on it now."
    yield "A clinician can sign it off again."


def _for_questionnaire(plans: Sequence[PlansOfTeam], others: Sequence[int]) -> Iterator[str]:
    total = sum(one.plans for one in plans)
    yield f"{counted(total, 'plan')} will ask these questions." if total else "No plan asks these questions now."
    if others:
        yield f"From now on version {max(others)}, which is signed off too, is asked in its place."
    elif total:
        yield "From now on nobody is sent them. When they are due, the team gets a task instead."
    yield "Plans do not change. Who has been asked already can still answer, and the answers count."
    yield "A clinician can sign it off again."


def _teams(plans: Sequence[PlansOfTeam]) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[str]] = {}
    for one in plans:
        found.setdefault(one.team, []).append(f"{one.plans} {one.state.replace('_', ' ')}")
    return tuple((team, ", ".join(counts)) for team, counts in found.items())


def _shown(request: _Request, page: WithdrawPage) -> Response[str]:
    return html(request, template="caseload/set_up/withdraw.html", page=page, title=page.heading,
                frame=staff_frame(request), status=FAULTS_IN_FORM if page.errors else 200)  # fmt: skip


ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    ask_protocol,
    withdraw_protocol,
    ask_questionnaire,
    withdraw_questionnaire,
)
