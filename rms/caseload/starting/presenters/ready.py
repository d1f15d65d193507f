"""The list of people who are ready for follow-up."""

from collections.abc import Collection
from datetime import date
from urllib.parse import urlencode

import msgspec

from rms.caseload.identity import born_words
from rms.caseload.starting.forms.wanted import WAITING
from rms.caseload.starting.model import WORDS
from rms.caseload.starting.model import Choice as Chosen
from rms.caseload.starting.presenters.words import Choice, cancer
from rms.caseload.starting.store import PAGE, CaseInHand, Group, Ready, ReadyList, Wanted
from rms.caseload.words import day, in_words, number, site_words
from rms.clock import london_date
from rms.people.model import PersonName, TumourSite
from rms.people.names import full_name
from rms.people.store import PersonOnFile
from rms.web.pages import Link

GROUPS = {
    Group.READY: "Treatment finished",
    Group.UNCLEAR: "End of treatment not known",
    Group.SET_ASIDE: "Reason recorded",
}
_NOBODY = {
    Group.READY: "Nobody waits: everybody of your tumour sites whose treatment has finished has a plan or a recorded reason."
    " People appear here when the register tells the end of their treatment.",
    Group.UNCLEAR: "Nobody: the register knows when treatment ended for everybody who was treated.",
    Group.SET_ASIDE: "No reason is in force. Reasons that were taken back, or that ended on their day, are not shown here.",
}


class ReadyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `note` says what must be known before one opens it; `reason_href` is None where one is recorded.

    `person` leads to their page, `href` to the building of a plan.
    """

    name: str
    person: str | None
    href: str
    born: str
    nhs_number: str
    cancer: str
    treatment: str
    waits: str
    notes: tuple[str, ...]
    reason_href: str | None
    back: str | None


class ReadyPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/ready.html`."""

    said: str
    undo: str | None
    groups: tuple[Link, ...]
    group: str
    heading: str
    order: str
    sites: tuple[Choice, ...]
    waiting: tuple[Choice, ...]
    filtered: bool
    clear: str
    people: tuple[ReadyLine, ...]
    nobody: str
    shown: str
    back_page: str | None
    next_page: str | None
    add: str | None


def present_ready(
    found: ReadyList,
    *,
    wanted: Wanted,
    sites: Collection[TumourSite],
    left: tuple[CaseInHand, PersonOnFile] | None,
    may_leave_out: bool,
    may_add: bool,
    today: date,
) -> ReadyPage:
    """One page of the list. `left` is somebody who left it just now, so that a slip can be undone where it is seen."""
    filtered = wanted.site is not None or wanted.waiting_days > 0
    count = found.found
    first = (found.page - 1) * PAGE + 1
    nobody = "Nobody fits these filters. Clear them to see everybody." if filtered else _NOBODY[wanted.group]
    return ReadyPage(
        said=_said(left) if left else "", undo=_undo(left) if left and may_leave_out else None,
        groups=tuple(
            Link(text=f"{words} ({found.counts[group]})", href=_address(wanted, group=group, page=1),
                 current=group is wanted.group)
            for group, words in GROUPS.items()
        ),
        group=wanted.group,
        heading=f"{GROUPS[wanted.group]}: {count} {'person' if count == 1 else 'people'}",
        order="Those whose treatment ended first stand first.",
        sites=(Choice(code="", text="All", chosen=wanted.site is None),
               *(Choice(code=one, text=site_words(one), chosen=one is wanted.site) for one in sites)),
        waiting=tuple(
            Choice(code=str(days), text=f"{days} days or more" if days else "Any time", chosen=days == wanted.waiting_days)
            for days in WAITING
        ),
        filtered=filtered, clear=_address(Wanted(group=wanted.group)),
        people=tuple(_line(one, today=today, may_leave_out=may_leave_out) for one in found.people),
        nobody="" if found.people else nobody,
        shown=f"{first} to {first + len(found.people) - 1} of {count}" if count > PAGE else "",
        back_page=_address(wanted, page=found.page - 1) if found.page > 1 else None,
        next_page=_address(wanted, page=found.page + 1) if found.page * PAGE < count else None,
        add="/people/add" if may_add else None,
    )  # fmt: skip


def title_of(found: ReadyList, *, wanted: Wanted) -> str:
    """The title of the page, with its number when there are several."""
    pages = -(-found.found // PAGE)
    page = f", page {found.page} of {pages}" if pages > 1 else ""
    return f"Ready for follow-up: {GROUPS[wanted.group].lower()}{page}"


def _said(left: tuple[CaseInHand, PersonOnFile]) -> str:
    case, person = left
    if case.choice is None:
        return f"{full_name(person.name)} is on the list again."
    until = f" until {day(case.choice.until_on)}" if case.choice.until_on else ""
    return f"{full_name(person.name)} has left the list: {WORDS[case.choice.what].lower()}{until}."


def _undo(left: tuple[CaseInHand, PersonOnFile]) -> str | None:
    return f"/starting/{left[0].ref}/back" if left[0].choice else None


def _line(one: Ready, *, today: date, may_leave_out: bool) -> ReadyLine:
    set_aside = one.what is not None and Chosen(one.what) is not Chosen.AGREED
    notes = [
        f"Begun by {one.begun_by}" if one.begun_by else "",
        _reason(one) if set_aside else "",
        "May have died: not confirmed yet" if one.death_state == "informal" else "",
        "Treated to relieve, not to cure" if one.palliative else "",
    ]
    over = one.what in (Chosen.DECLINED, Chosen.NOT_SUITABLE, Chosen.ELSEWHERE) or (
        one.until_on is not None and one.until_on > today
    )
    name = PersonName(family=one.family_name, given=tuple(one.given_names.split()), prefix=one.title)
    return ReadyLine(
        name=full_name(name), person=f"/people/{one.person_ref}" if one.person_ref else None,
        href=f"/starting/{one.ref}", born=born_words(one.born_text, today=today),
        nhs_number=number(one.nhs_number), cancer=cancer(site=one.site, icd10=one.icd10, text=one.description),
        treatment=_treatment(one), waits=_waits(one, today=today), notes=tuple(filter(None, notes)),
        reason_href=f"/starting/{one.ref}/reason" if may_leave_out and not over else None,
        back=f"/starting/{one.ref}/back" if may_leave_out and over else None,
    )  # fmt: skip


def _reason(one: Ready) -> str:
    assert one.what is not None
    assert one.made_at is not None
    until = f" until {day(one.until_on)}" if one.until_on else ""
    note = f": {one.note}" if one.note else ""
    return f"{WORDS[Chosen(one.what)]}{until}{note} ({one.made_by}, {day(london_date(one.made_at))})"


def _treatment(one: Ready) -> str:
    if not one.last_kind:
        return "None on record"
    kind = in_words(one.last_kind)
    if one.ended_on is not None:
        return f"{kind}, ended {day(one.ended_on)}"
    return f"{kind}, began {day(one.began_on)}" if one.began_on else f"{kind}, dates not known"


def _waits(one: Ready, *, today: date) -> str:
    if one.ended_on is None:
        return "Not known"
    days = (today - one.ended_on).days
    return f"{days} day{'' if days == 1 else 's'}" if days < 14 else f"{days // 7} weeks"


def _address(wanted: Wanted, *, group: Group | None = None, page: int = 1) -> str:
    query = [("show", str(group or wanted.group)), ("site", str(wanted.site or "")),
             ("waiting", str(wanted.waiting_days or "")), ("page", str(page) if page > 1 else "")]  # fmt: skip
    return f"/starting?{urlencode([pair for pair in query if pair[1]])}"
