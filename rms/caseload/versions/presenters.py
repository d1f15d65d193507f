"""A move to another version as strings: what becomes of each date, what a clinician answers for, how far the team is."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from rms.caseload.identity import IdentityBar, born_words
from rms.caseload.set_up.parts import GOOD, WAITS, WRONG, Tag
from rms.caseload.starting.presenters.words import Choice, change_words
from rms.caseload.versions.store import EverybodyBehind, OneBehind
from rms.caseload.words import day, moment
from rms.caseload.worklist.ages import counted
from rms.people.names import full_name
from rms.plans.schedule.migrating import Line, Migration, What
from rms.plans.store import PlanOnFile, ProtocolOnFile
from rms.plans.store.migrations import Behind, MigrationOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

#: So many dates stand on the page; the others open on request.
SHOWN: Final = 12
_TAGS: Final[Mapping[What, Tag]] = {
    What.ADDED: Tag(text="Added", colour=GOOD),
    What.MOVED: Tag(text="Moved", colour=WAITS),
    What.REMOVED: Tag(text="Removed", colour=WRONG),
    What.ANSWERED: Tag(text="Answered already", colour="grey"),
    What.KEPT: Tag(text="Stays in the record", colour="grey"),
    What.PASSED: Tag(text="Day has passed", colour=WRONG),
}
#: What a nurse must see first.
_FIRST: Final = (What.REMOVED, What.PASSED, What.MOVED, What.ADDED, What.ANSWERED, What.KEPT)


class DateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One date that is another."""

    tag: Tag
    sentence: str


class PlanPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/versions/plan.html`: one person's plan beside what it would be. `to` is empty when there is no newer one."""

    bar: IdentityBar
    here: str
    back: str
    protocol: str
    now_on: str
    to: str
    version_id: int
    revision: int
    why_not: tuple[str, ...]
    summary: str
    weaker: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    kept: str
    lines: tuple[DateLine, ...]
    more: tuple[DateLine, ...]
    choices: tuple[Choice, ...]
    ticked: bool
    everybody: str
    undo: str
    undo_why_not: str
    said: str
    typed: Submitted
    errors: FieldErrors


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to decide about. `value` is empty when they cannot be ticked on the list."""

    name: str
    born: str
    href: str
    on: str
    what: str
    needs: str
    value: str
    ticked: bool


class EverybodyPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/versions/everybody.html`."""

    heading: str
    here: str
    back: str
    progress: str
    is_signed: bool
    is_first: bool
    rows: tuple[PersonRow, ...]
    pages: str
    earlier: str
    later: str
    can_tick: bool
    settled: tuple[tuple[str, str, str], ...]
    said: str
    typed: Submitted
    errors: FieldErrors


def summary_of(found: Migration) -> str:
    """3 dates added, 2 moved, 1 removed, 4 answered already; 12 stay as they are."""
    words = {What.ADDED: "added", What.MOVED: "moved", What.REMOVED: "removed", What.PASSED: "passed before today",
             What.ANSWERED: "answered already"}  # fmt: skip
    counts = [(len(found.of(what)), said) for what, said in words.items() if found.of(what)]
    first = ", ".join(f"{number} {said}" for number, said in counts if said != "answered already")
    answered = len(found.of(What.ANSWERED))
    parts = [f"Dates in ten years: {first}" if first else "No date changes"]
    if answered:
        parts.append(f"{answered} answered already")
    parts.append(f"{counted(found.unchanged, 'date')} {'stays' if found.unchanged == 1 else 'stay'} as before")
    return "; ".join(parts) + "."


def present_plan(
    plan: PlanOnFile,
    *,
    bar: IdentityBar,
    to: ProtocolOnFile | None,
    found: Migration | None,
    why_not: str | None,
    made: MigrationOnFile | None,
    why_not_undo: str | None,
    may_list: bool,
    typed: Submitted,
    said: str,
    errors: FieldErrors = NO_ERRORS,
) -> PlanPage:
    """The page of one plan."""
    lines = () if found is None else _lines(found)
    changed = {} if found is None else {id(one.override): one for one in found.flags}
    faults = () if found is None else found.faults
    protocol = to.protocol if to else plan.protocol
    since = plan.course.version_since
    return PlanPage(
        bar=bar, here=f"/plans/{plan.ref}/version", back=f"{bar.href}#plan", protocol=plan.protocol.title,
        now_on=f"Version {plan.protocol.version}" + (f", since {day(since)}" if since else ""),
        to=f"version {to.protocol.version}" if to else "", version_id=to.id if to else 0, revision=plan.revision,
        why_not=(*((why_not,) if why_not else ()), *faults), summary=summary_of(found) if found else "",
        weaker=found.weaker if found else (),
        flags=tuple((f"{change_words(one.override, protocol=protocol)} ({one.override.because})", one.sentence)
                    for one in changed.values()),
        kept=_kept(found), lines=lines[:SHOWN], more=lines[SHOWN:], choices=_choices(typed, can=not (why_not or faults)),
        ticked=bool(typed.one("sure")),
        everybody=f"/set-up/protocols/{protocol.key}/{protocol.version}/people" if may_list and (to or made) else "",
        undo="" if made is None or why_not_undo else
        f"{made.by_name} moved this plan on {moment(made.at)}: {made.reason.rstrip('.')}. Nothing was sent or done since.",
        undo_why_not=(why_not_undo or "") if made is not None else "", said=said, typed=typed, errors=errors,
    )  # fmt: skip


def _kept(found: Migration | None) -> str:
    if found is None or not found.overrides:
        return ""
    number = len(found.overrides) - len(found.flags)
    return (
        f"{counted(number, 'change')} made for this person {'is' if number == 1 else 'are'} kept as before."
        if number
        else ""
    )


def _choices(typed: Submitted, *, can: bool) -> tuple[Choice, ...]:
    words = {"move": "Move now", "later": "Decide later", "keep": "Stay on the version they are on"}
    return tuple(Choice(code=code, text=text, chosen=typed.one("choice") == code) for code, text in words.items()
                 if can or code != "move")  # fmt: skip


def _lines(found: Migration) -> tuple[DateLine, ...]:
    return tuple(_date_line(line) for what in _FIRST for line in found.of(what))


def _date_line(line: Line) -> DateLine:
    return DateLine(tag=_TAGS[line.what], sentence=line.sentence)


def present_everybody(
    found: EverybodyBehind, *, typed: Submitted, said: str, today: date, errors: FieldErrors = NO_ERRORS
) -> EverybodyPage:
    """The list of those to decide about, with how far it is in words."""
    protocol = found.to.protocol
    path = f"/set-up/protocols/{protocol.key}/{protocol.version}"
    signed = found.to.signed_by is not None
    rows = tuple(_row(one, ticked=typed.all("plan"), signed=signed, today=today) for one in found.open)
    return EverybodyPage(
        heading=f"{protocol.title}: who moves to version {protocol.version}", back=path,
        here=f"{path}/people?page={found.page}",
        progress=_progress(found), is_signed=signed, is_first=found.moved == 0, rows=rows,
        pages=f"Page {found.page} of {found.pages}" if found.pages > 1 else "",
        earlier=f"{path}/people?page={found.page - 1}" if found.page > 1 else "",
        later=f"{path}/people?page={found.page + 1}" if found.page < found.pages else "",
        can_tick=any(row.value for row in rows),
        settled=tuple((full_name(them.name), f"/plans/{plan.ref}/version", _settled(one)) for one, plan, them in found.settled),
        said=said, typed=typed, errors=errors,
    )  # fmt: skip


def _settled(one: Behind) -> str:
    if one.is_on_it:
        return f"Moved {moment(one.moved_at)}" if one.moved_at else "Started with it"
    words = "Decided later" if one.choice == "later" else "Stays"
    reason = (one.choice_reason or "").rstrip(".")
    return f"{words}: {reason}. Looked at again on {day(one.look_again_on)}" if one.look_again_on else words


def _progress(found: EverybodyBehind) -> str:
    everybody = found.waiting + found.moved + found.staying
    if everybody == 0:
        return "Nobody of your teams stands on an older version."
    return (
        f"{counted(everybody, 'plan')} of your teams: {found.moved} moved, {found.staying} "
        f"{'stays or waits' if found.staying == 1 else 'stay or wait'}, {found.waiting} to decide."
    )


def _row(one: OneBehind, *, ticked: tuple[str, ...], signed: bool, today: date) -> PersonRow:
    value = f"{one.plan.ref}:{one.plan.revision}" if one.is_simple and signed else ""
    needs = [*([one.why_not] if one.why_not else []), *one.found.faults]
    if one.found.weaker:
        needs.append(f"Asked for less in {counted(len(one.found.weaker), 'way')}: a clinician answers for it")
    if one.found.flags:
        needs.append(f"{counted(len(one.found.flags), 'own change')} to look at")
    return PersonRow(
        name=full_name(one.person.name), born=born_words(one.person.born_text, today=today),
        href=f"/plans/{one.plan.ref}/version", on=str(one.plan.protocol.version), what=summary_of(one.found),
        needs=". ".join(needs) or "Nothing", value=value, ticked=value in ticked,
    )  # fmt: skip
