"""A downtime list as the strings that are printed. Pure. Its reader has no system to ask, so nothing is only hinted at."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

import msgspec

from rms.alerts.model import AlertKind
from rms.alerts.rules.sentences import amount
from rms.clock import london_date
from rms.dates import age_on
from rms.dates.spoken import clock_words
from rms.followup.downtime.gathering import DAYS_AHEAD
from rms.followup.downtime.model import Callee, LastValue, Line, OnTheList, Part
from rms.messages.compose import day_in_words
from rms.nhs_number import NhsNumber
from rms.people.contact_points import as_read_out
from rms.people.languages import language_words
from rms.people.model import PersonName
from rms.people.names import full_name

_HEADINGS: Final = {
    Part.ALERTED: "Alerts that nobody has closed",
    Part.LATE: "Late: due before today and not back",
    Part.DUE: f"Due today and in the next {DAYS_AHEAD} days",
}
_NOBODY: Final = {
    Part.ALERTED: "No alert is open.",
    Part.LATE: "Nothing is late.",
    Part.DUE: "Nothing is due in these days.",
}
_KINDS: Final = {
    AlertKind.ACT_TODAY: "ACT TODAY",
    AlertKind.LOOK_SOON: "Look soon",
    AlertKind.CHASE: "Chase",
    AlertKind.FIX_DATA: "Fix data",
}
_DEATHS: Final = {"formal": "HAS DIED: do not call", "informal": "MAY HAVE DIED: do not call before you have checked"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table: each field is the lines of one cell."""

    who: tuple[str, ...]
    call: tuple[str, ...]
    what: tuple[str, ...]
    when: tuple[str, ...]
    last: tuple[str, ...]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One part with its rows; `none` is said when there are none."""

    heading: str
    none: str
    rows: tuple[Row, ...]


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """`templates/downtime/list.typ`."""

    title: str
    trust: str
    team: str
    phones: str
    made: str
    day: date
    counts: str
    sections: tuple[Section, ...]


def in_print(found: OnTheList) -> Paper:
    """The list of one team."""
    counts = {part: sum(line.part is part for line in found.lines) for part in Part}
    return Paper(
        title=f"Downtime list: {found.team}",
        trust=found.trust,
        team=found.team,
        phones=f"Team {found.team_phone} · Switchboard {found.trust_phone}",
        made=_moment(found.made_at),
        day=found.today,
        counts=f"{counts[Part.ALERTED]} alerts, {counts[Part.LATE]} late, {counts[Part.DUE]} due; "
        f"{len(found.shown)} people",
        sections=tuple(_section(found, part) for part in Part),
    )


def _section(found: OnTheList, part: Part) -> Section:
    rows = tuple(_row(found, line) for line in found.lines if line.part is part)
    return Section(heading=f"{_HEADINGS[part]} ({len(rows)})", none=_NOBODY[part], rows=rows)


def _row(found: OnTheList, line: Line) -> Row:
    one = None if line.patient_id is None else found.people.get(line.patient_id)
    return Row(
        who=("Nobody known",) if one is None else _who(one, today=found.today),
        call=() if one is None else _call(one),
        what=_lines(line.what, _arranged(line), f"With {line.owner}" if line.owner else "Nobody has taken it"),
        when=_when(line, today=found.today),
        last=_last(found, line),
    )


def _who(one: Callee, *, today: date) -> tuple[str, ...]:
    name = PersonName(family=one.family_name, given=tuple(one.given_names.split()), prefix=one.title)
    nhs_number = NhsNumber(one.nhs_number).shown if one.nhs_number else "no NHS number yet"
    return _lines(full_name(name), f"born {_born(one.born_text, today=today)}", nhs_number)


def _born(text: str, *, today: date) -> str:
    if len(text) != len("1948-03-14"):
        return f"{text} (day not known)"
    on = date.fromisoformat(text)
    return f"{day_in_words(on)} ({age_on(today, born_on=on)})"


def _call(one: Callee) -> tuple[str, ...]:
    if one.death_state is not None:
        return (_DEATHS[one.death_state],)
    missing = "Number withheld on purpose" if one.restricted else "NO NUMBER: write, or ask the GP surgery"
    numbers = [as_read_out(number) for number in one.numbers] or [missing]
    interpreter = f"Interpreter: {language_words(one.language)}" if one.interpreter_needed else ""
    return _lines(*numbers, _helper(one), interpreter, "; ".join(one.needs))


def _helper(one: Callee) -> str:
    if one.helper is None or not one.helper.phone:
        return ""
    relation = f" ({one.helper.relation})" if one.helper.relation else ""
    told = "may be told" if one.helper.may_be_told else "may NOT be told"
    return f"Helper {one.helper.name}{relation} {as_read_out(one.helper.phone)}, {told}"


def _arranged(line: Line) -> str:
    if line.booked_for is not None:
        return f"Booked for {day_in_words(line.booked_for)}"
    if line.is_booked:
        return "Booked, the day was not said"
    return f"Asked for on {day_in_words(london_date(line.requested_at))}" if line.requested_at else ""


def _when(line: Line, *, today: date) -> tuple[str, ...]:
    if line.due_on is not None and line.latest_on is not None:
        late = (today - line.due_on).days
        days = f"{late} day{'' if late == 1 else 's'} late" if late > 0 else ""
        return _lines(days, f"due {day_in_words(line.due_on)}", f"latest {day_in_words(line.latest_on)}")
    by = f"act by {_moment(line.respond_by)}" if line.respond_by else ""
    aside = f"set aside until {_moment(line.until)}" if line.until else ""
    return _lines(_KINDS[AlertKind(line.sort)], aside or by)


def _last(found: OnTheList, line: Line) -> tuple[str, ...]:
    if line.analyte is None or line.patient_id is None or line.plan_id is None:
        return ()
    limit = found.limits.get((line.plan_id, line.analyte), "")
    last = found.last.get((line.patient_id, line.analyte))
    return _lines(f"act when {limit}" if limit else "", _value(last) if last else "no result yet")


def _value(last: LastValue) -> str:
    on = day_in_words(london_date(last.sample_at))
    if last.quantity is None:
        return f"last: see the report of {on}"
    unit = f" {last.quantity.unit}" if last.quantity.unit else ""
    return f"last {last.quantity.comparator}{amount(last.quantity.number)}{unit}, {on}"


def _moment(at: datetime) -> str:
    return f"{day_in_words(london_date(at))}, {clock_words(at)}"


def _lines(*given: str) -> tuple[str, ...]:
    return tuple(_words(given))


def _words(given: Iterable[str]) -> Iterable[str]:
    return (" ".join(line.split()) for line in given if line)
