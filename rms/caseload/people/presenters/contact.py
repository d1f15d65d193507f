"""How somebody is reached, as strings: each detail with who said so and since when, and what to bear in mind."""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.caseload.people.status import partial_words
from rms.caseload.people.store import ContactEver, Needs
from rms.caseload.people.words import CONTACTS, PREFERS, SOURCES
from rms.caseload.words import day, in_words
from rms.clock import london_date
from rms.people.languages import language_words
from rms.people.store import PersonOnFile


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One detail: `since` says from when and who said so, `fault` why it is not used; empty when it is."""

    kind: str
    value: str
    since: str
    fault: str


class ContactBlock(msgspec.Struct, frozen=True, kw_only=True):
    """All ways to reach a person. `stopped` is empty while messages may be sent."""

    prefers: str
    stopped: str
    lines: tuple[ContactLine, ...]
    earlier: tuple[ContactLine, ...]
    facts: tuple[tuple[str, str], ...]


def present_contact(person: PersonOnFile, *, contacts: Sequence[ContactEver], needs: Needs) -> ContactBlock:
    """How to reach them; an address that a register withholds on purpose is not asked for."""
    return ContactBlock(
        prefers=PREFERS[person.prefers],
        stopped=_stopped(person, by=needs.messages_stopped_by),
        lines=tuple(_line(one) for one in contacts if one.in_force),
        earlier=tuple(_line(one) for one in contacts if not one.in_force),
        facts=(
            ("GP practice", _practice(person)),
            ("Language", language_words(person.language)),
            ("Interpreter", "Needed" if needs.interpreter_needed else "Not needed, as far as we know"),
            ("Needs", "; ".join(needs.needs) or "None recorded"),
        ),
    )


def value_words(kind: str, value: str) -> str:
    """A detail as it is read out: UK numbers with their zero, an address in one line."""
    if kind in ("mobile", "phone") and value.startswith("+44"):
        return f"0{value[3:7]} {value[7:]}"
    return ", ".join(value.splitlines())


def _stopped(person: PersonOnFile, *, by: str | None) -> str:
    if person.messages_stopped_at is None:
        return ""
    return f"Messages stopped on {day(london_date(person.messages_stopped_at))} by {by}: {person.messages_stopped_why}"


def _practice(person: PersonOnFile) -> str:
    if person.gp_name and person.gp_code:
        return f"{person.gp_name} ({person.gp_code})"
    return person.gp_name or person.gp_code or "Not known"


def _line(one: ContactEver) -> ContactLine:
    said = SOURCES.get(one.source, in_words(one.source))
    right = f", right on {partial_words(one.as_of)}" if one.as_of and one.as_of != one.valid_from.isoformat() else ""
    return ContactLine(
        kind=CONTACTS.get(one.kind, in_words(one.kind)), value=value_words(one.kind, one.value),
        since=f"Since {day(one.valid_from)}{right}. Said by {said}, entered by {_who(one.recorded_by)}.",
        fault=_fault(one),
    )  # fmt: skip


def _who(name: str) -> str:
    return "RMS" if name.casefold() == "worker" else name


def _fault(one: ContactEver) -> str:
    if one.valid_until is not None:
        return f"Not used since {day(one.valid_until)}"
    if one.dead_at is not None:
        on: date = london_date(one.dead_at)
        return f"Does not work since {day(on)}"
    return ""
