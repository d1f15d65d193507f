"""People who work here as strings. No secret stands in any of it but a set-up code, once, on the page that made it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from rms.caseload.set_up.parts import GOOD, NEUTRAL, WAITS, WRONG, Tag, options
from rms.caseload.set_up.people.forms import WhatForSeveral
from rms.caseload.set_up.people.rights import why_no_code
from rms.caseload.set_up.people.store import Hands, Member
from rms.caseload.sign_in.presenters import role_in_words
from rms.caseload.words import moment
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.frame import Option
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.permissions import Permission
from rms.people.store import TeamOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/people"
NOTHING: Final = Submitted(pairs=())
STATES: Final = {"": "Who works here", "never": "Not set up yet", "gap": "Away without cover", "ended": "Who has left"}
ROLE_MEANS: Final[Mapping[Role, str]] = {
    Role.NURSE_SPECIALIST: "Nurse specialist: builds and reviews plans, decides about results",
    Role.SUPPORT_WORKER: "Support worker: calls people, enters answers, prepares plans; decides nothing clinical",
    Role.CONSULTANT: "Consultant: decides like a nurse specialist, signs off protocols and wording",
    Role.TEAM_LEAD: "Team lead: all that a nurse may; approves imports, signs off, gives codes to the team",
    Role.SERVICE_MANAGER: "Service manager: leave and cover, drafts of wording; sees no records. Its reports are not built yet",
    Role.ADMINISTRATOR: "Administrator: people, teams, connections; sees no records",
    Role.INTEGRATOR: "Integrator: connections, code maps, files to import; matches messages",
    Role.AUDITOR: "Auditor: asks for the audit (`rms audit`); changes nothing. Its pages are not built yet",
}
_PLACES: Final = {"": "Not in this team", "member": "Member", "deputy": "Deputy", "lead": "Lead"}
_SAID: Final = {
    "changed": "The change is saved.",
    "ended": "They cannot sign in any more.",
    "team": "They are in the team.",
}


class MemberRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `href` is None for those who may only give codes."""

    ref: str
    name: str
    href: str | None
    code: str | None
    sign_in_name: str
    role: str
    teams: tuple[str, ...]
    last_here: str
    factor: Tag
    factor_more: str
    cover: str
    is_gap: bool
    chosen: bool


class PeoplePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/people.html`."""

    count: str
    states: tuple[Option, ...]
    teams: tuple[Option, ...]
    rows: tuple[MemberRow, ...]
    empty: str
    may_manage: bool
    whats: tuple[Option, ...]
    into: tuple[Option, ...]
    said: str
    back: str
    errors: FieldErrors


class TeamChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A drop-down for one team."""

    name: str
    label: str
    options: tuple[Option, ...]


class PersonPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/person.html`: somebody new (`facts` is empty) or somebody who works or worked here."""

    heading: str
    action: str
    is_new: bool
    facts: tuple[tuple[str, str], ...]
    roles: tuple[Option, ...]
    teams: tuple[TeamChoice, ...]
    ended: str
    ref: str
    code: str | None
    end: str | None
    typed: Submitted
    errors: FieldErrors


def present_people(
    people: Sequence[Member], *, teams: Sequence[TeamOnFile], asks: Asker, asked: Mapping[str, str], today: date,
    typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS,
) -> PeoplePage:  # fmt: skip
    """The list, narrowed to what was asked for."""
    state = asked.get("state", "") if asked.get("state", "") in STATES else ""
    team = asked.get("team", "")
    shown = [one for one in people if _fits(one, state=state) and (not team or team in {t.key for t in one.teams})]
    manages = asks.may(Permission.USER_MANAGE)
    by_key = {one.key: one.name for one in teams}
    return PeoplePage(
        count=counted(len(shown), "person").replace("persons", "people"),
        states=options(STATES, chosen=state), teams=options({"": "All teams", **by_key}, chosen=team),
        rows=tuple(_row(one, asks=asks, manages=manages, today=today, typed=typed) for one in shown),
        empty="" if shown else "Nobody fits these filters." if state or team else "Nobody works here yet.",
        may_manage=manages,
        whats=_whats(typed), into=options({"": "Choose a team", **by_key}, chosen=typed.one("team")),
        said=_SAID.get(asked.get("done", ""), ""),
        back="filtered" if state or team else "",
        errors=errors,
    )  # fmt: skip


def _whats(typed: Submitted) -> tuple[Option, ...]:
    words = {
        WhatForSeveral.CODES: "Give new set-up codes to those who have not set up their account",
        WhatForSeveral.BACK: "Let those who have left work here again, with new set-up codes",
        WhatForSeveral.TEAM: "Put them into a team",
    }
    return options({str(code): text for code, text in words.items()}, chosen=typed.one("what"))


def _fits(one: Member, *, state: str) -> bool:
    if state == "ended":
        return one.ended_at is not None
    wanted = {"": True, "never": not one.is_set_up, "gap": _is_gap(one)}[state]
    return one.ended_at is None and wanted


def _is_gap(one: Member) -> bool:
    return one.uncovered_from is not None or (one.away_until is not None and one.covered_by is None)


def _row(one: Member, *, asks: Asker, manages: bool, today: date, typed: Submitted) -> MemberRow:
    factor, more = factor_of(one)
    return MemberRow(
        ref=str(one.ref), name=one.display_name, href=f"{PATH}/{one.ref}" if manages else None,
        code=f"{PATH}/{one.ref}/code" if why_no_code(asks, one) is None else None,
        sign_in_name=one.sign_in_name, role=role_in_words(one.role),
        teams=tuple(team.name + _as_what(team.place) for team in one.teams) or ("None",),
        last_here=_last_here(one), factor=factor, factor_more=more, cover=cover_words(one, today=today),
        is_gap=one.ended_at is None and _is_gap(one), chosen=str(one.ref) in typed.all("chosen"),
    )  # fmt: skip


def _as_what(place: str) -> str:
    return {"lead": " (lead)", "deputy": " (deputy)"}.get(place, "")


def _last_here(one: Member) -> str:
    return "Never" if one.last_signed_in_at is None else moment(one.last_signed_in_at)


def factor_of(one: Member) -> tuple[Tag, str]:
    """The second factor in words, and what there is to know about a code that waits."""
    if one.ended_at is not None:
        return Tag(text="Has left", colour=NEUTRAL), moment(one.ended_at)
    if one.is_set_up:
        return Tag(text="Set up", colour=GOOD), ""
    if one.set_up_code_until is None:
        return Tag(text="Not set up", colour=WRONG), "Has no code"
    if one.code_ran_out:
        return Tag(text="Not set up", colour=WRONG), "The code ran out"
    return Tag(text="Not set up yet", colour=WAITS), f"The code works until {moment(one.set_up_code_until)}"


def cover_words(one: Member, *, today: date) -> str:
    """Whether somebody is away and who is there for them; empty when they are here."""
    if one.ended_at is not None:
        return ""
    if one.away_until is not None:
        covered = f"{one.covered_by} covers" if one.covered_by else "nobody covers"
        return f"Away until {day_in_words(one.away_until)}, {covered}"
    if one.uncovered_from is not None:
        return f"Away from {day_in_words(one.uncovered_from)}, nobody covers"
    return ""


def present_person(
    one: Member | None, *, teams: Sequence[TeamOnFile], hands: Hands | None, asks: Asker, today: date,
    typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS,
) -> PersonPage:  # fmt: skip
    """The form for somebody new or known; what was typed stands in it again after a fault."""
    was_sent = typed is not NOTHING
    role = typed.one("role") if was_sent else (str(one.role) if one else "")
    places = {team.key: team.place for team in one.teams} if one else {}
    shown = typed if was_sent or one is None else Submitted(pairs=(("display_name", one.display_name),))
    return PersonPage(
        heading=one.display_name if one else "Add somebody", action=f"{PATH}/{one.ref}" if one else f"{PATH}/add",
        is_new=one is None, facts=_facts(one, hands, today=today) if one else (),
        roles=options({str(code): text for code, text in ROLE_MEANS.items()}, chosen=role),
        teams=tuple(
            TeamChoice(name=f"team-{team.key}", label=team.name, options=options(
                _PLACES, chosen=typed.one(f"team-{team.key}") if was_sent else places.get(team.key, "")))
            for team in teams
        ),
        ended=moment(one.ended_at) if one and one.ended_at else "", ref=str(one.ref) if one else "",
        code=f"{PATH}/{one.ref}/code" if one and why_no_code(asks, one) is None else None,
        end=f"{PATH}/{one.ref}/end" if one and one.ended_at is None and one.id != asks.staff_id else None,
        typed=shown, errors=errors,
    )  # fmt: skip


def _facts(one: Member, hands: Hands | None, *, today: date) -> tuple[tuple[str, str], ...]:
    factor, more = factor_of(one)
    facts = [("Sign-in name", one.sign_in_name), ("Last sign-in", _last_here(one)),
             ("Second factor", f"{factor.text}. {more}".rstrip(". ") if more else factor.text)]  # fmt: skip
    if cover := cover_words(one, today=today):
        facts.append(("Leave", cover))
    if hands is not None:
        facts.append(("In their hands", hands_words(hands)))
    if one.ended_by:
        facts.append(("Access ended by", one.ended_by))
    return tuple(facts)


def hands_words(hands: Hands) -> str:
    """What somebody has in their hands, in words."""
    return f"{counted(hands.plans, 'plan')} and {counted(hands.alerts, 'open alert')} name them"
