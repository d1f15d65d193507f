"""One result as strings: every version side by side, what the rules said, what was decided and what was sent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from rms.alerts.rules.report_codes import report_words
from rms.caseload.identity import IdentityBar
from rms.caseload.people.presenters.messages import MessageLine, present_messages
from rms.caseload.people.presenters.results import TestBlock
from rms.caseload.people.store import (
    DecisionMade,
    FoundResult,
    Judged,
    RawMessage,
    SentMessage,
    VersionInFull,
)
from rms.caseload.people.words import DECISIONS, FINDINGS, RESULT_STATUSES
from rms.caseload.words import day, in_words, moment
from rms.clock import london_date
from rms.plans.protocol import Protocol
from rms.web.charts import Mark, row_words

_ROWS: Final = (
    "Value",
    "Status",
    "Reported",
    "Arrived",
    "Reference range",
    "Method",
    "Laboratory’s comment",
    "Entered by",
)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One fact in every version, in the order of `versions`; `differs` says that they are not all the same."""

    name: str
    values: tuple[str, ...]
    differs: bool


class JudgedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule said, under which version, and the alert it raised."""

    finding: str
    sentence: str
    rule: str
    at: str
    alert: str | None


class DecisionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `standing` is empty while it is in force."""

    what: str
    who: str
    at: str
    note: str
    standing: str


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/result.html`. `versions` are the heads of the columns; `raw` leads to the message as it came."""

    bar: IdentityBar
    test: TestBlock
    taken: str
    headline: str
    facts: tuple[tuple[str, str], ...]
    versions: tuple[str, ...]
    compared: tuple[Compared, ...]
    judged: tuple[JudgedLine, ...]
    decisions: tuple[DecisionLine, ...]
    sent: tuple[MessageLine, ...]
    raw: str | None


class RawPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/people/raw.html`: the messages as they came, a segment a line."""

    bar: IdentityBar
    back: str
    messages: tuple[tuple[str, str], ...]


def present_result(
    bar: IdentityBar,
    *,
    found: FoundResult,
    test: TestBlock,
    versions: Sequence[VersionInFull],
    judged: Sequence[Judged],
    protocols: Mapping[tuple[str, int], Protocol],
    decisions: Sequence[DecisionMade],
    sent: Sequence[SentMessage],
    raw: str | None,
) -> ResultPage:
    """The version that holds stands first, those before it beside it."""
    this = next(line for line in test.rows if line.is_this)
    holding = next(one for one in versions if one.id == found.current_version_id)
    shown = (holding, *(one for one in reversed(versions) if one.id != holding.id))
    return ResultPage(
        bar=bar, test=test, taken=this.taken, headline=this.value,
        facts=(
            ("Sample taken", this.taken),
            ("Status", RESULT_STATUSES.get(holding.status, holding.status).capitalize()),
            ("Review", this.review),
            ("Laboratory", _laboratory(found, holding)),
            ("Team", found.team),
            ("Step of the plan", f"{found.step}, due {day(found.due_on)}" if found.step else "None: it was not asked for"),
            ("Filed", moment(found.filed_at)),
        ),
        versions=tuple("What holds now" if n == 0 else f"Version of {moment(one.reported_at)}" for n, one in enumerate(shown)),
        compared=_compared(shown),
        judged=tuple(_judged(one, protocols) for one in judged),
        decisions=tuple(map(_decision, decisions)),
        sent=present_messages(sent), raw=raw,
    )  # fmt: skip


def present_raw(bar: IdentityBar, messages: Sequence[RawMessage], *, back: str) -> RawPage:
    """Each message with who sent it and when; HL7 ends its segments with a carriage return."""
    told = [(f"From {one.peer}, {moment(one.received_at)}", _readable(one.raw)) for one in messages]
    return RawPage(bar=bar, back=back, messages=tuple(told))


def _readable(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _laboratory(found: FoundResult, holding: VersionInFull) -> str:
    if holding.entered_by is not None:
        checked = f", checked by {holding.checked_by}" if holding.checked_by else ", not checked by a second person"
        return f"Typed in by {holding.entered_by}{checked}"
    return _sender(found.source_key)


def _sender(source_key: str) -> str:
    """Who sent it: the first part of the key that all reports about a sample share."""
    try:
        return str(msgspec.json.decode(source_key, type=list[object])[0])
    except (msgspec.DecodeError, IndexError):
        return source_key.partition("|")[0]


def _compared(versions: Sequence[VersionInFull]) -> tuple[Compared, ...]:
    columns = [_column(one) for one in versions]
    lines = [
        Compared(name=name, values=tuple(column[n] for column in columns), differs=False)
        for n, name in enumerate(_ROWS)
    ]
    told = [line for line in lines if any(value != "Not given" for value in line.values)]
    return tuple(msgspec.structs.replace(line, differs=len(set(line.values)) > 1) for line in told)


def _column(one: VersionInFull) -> tuple[str, ...]:
    none = "Not given"
    return (
        _value(one), RESULT_STATUSES.get(one.status, one.status).capitalize(), moment(one.reported_at),
        moment(one.received_at), one.reference_range or none, one.method or none, one.notes or none, one.entered_by or none,
    )  # fmt: skip


def _value(one: VersionInFull) -> str:
    sent = f"{one.value_text} {one.unit_sent}".strip() or "No value"
    if one.number is None:
        words = report_words(one.value_text)
        return sent if words == one.value_text else f"{words} (sent as {sent})"
    stored = row_words(Mark(on=date.min, number=one.number, comparator=one.comparator), unit=one.unit or "")
    return stored if one.unit == one.unit_sent else f"{stored} (sent as {sent})"


def _judged(one: Judged, protocols: Mapping[tuple[str, int], Protocol]) -> JudgedLine:
    protocol = protocols.get((one.protocol or "", one.version or 0))
    rule = protocol.rule(one.rule_key) if protocol else None
    of = f", protocol {one.protocol}, version {one.version}" if one.protocol else ""
    return JudgedLine(
        finding=FINDINGS.get(one.outcome, in_words(one.outcome)), sentence=one.sentence,
        rule=f"{rule.title if rule else one.rule_key}{of}", at=moment(one.evaluated_at),
        alert=f"/alerts/{one.alert_ref}" if one.alert_ref else None,
    )  # fmt: skip


def _decision(one: DecisionMade) -> DecisionLine:
    until = f" until {day(one.until_on)}" if one.until_on else ""
    standing = ""
    if one.undone_at is not None:
        standing = f"Undone by {one.undone_by}, {moment(one.undone_at)}"
    elif one.overtaken_at is not None:
        standing = f"Overtaken on {day(london_date(one.overtaken_at))}: the laboratory changed the result"
    return DecisionLine(
        what=f"{DECISIONS.get(one.kind, in_words(one.kind))}{until}", who=one.by_name, at=moment(one.decided_at),
        note=one.note or "", standing=standing,
    )  # fmt: skip
