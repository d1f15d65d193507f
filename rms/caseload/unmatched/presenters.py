"""Laboratory messages that wait for a person as strings: what was sent beside who is on file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.unmatched.code_store import CodeQuestion
from rms.caseload.unmatched.store import Likely, Raw, UnmatchedLine, Waiting
from rms.caseload.words import authority_words, day, moment, number
from rms.caseload.worklist.ages import age, counted, sentence, when
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.feed import feed_words
from rms.caseload.worklist.frame import ListFrame, list_frame
from rms.caseload.worklist.people import OwnerCell, PersonCell, owner_cell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.clock import london_date
from rms.people.access import Asker
from rms.people.model import PersonName
from rms.people.names import full_name
from rms.people.permissions import Permission
from rms.people.store import PersonOnFile
from rms.results.model import PatientFacts
from rms.sync.hl7 import Message, ObservationFacts, Order
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/unmatched"
NOTHING_TYPED: Final = Submitted(pairs=())
SAID: Final[Mapping[str, str]] = {
    "read-again": "It is read again, which takes a few seconds. If nobody can be told this time either, it comes back here.",
    "code": "Noted, once for all. What waited for it is read again, which takes a few seconds.",
    "not-ours": "Noted as not yours. The message is kept as it came.",
}
_ORDER: Final = "The oldest first."
_MOST_SHOWN: Final = 20
#: What HL7 puts between segments, as lines; other unprintable characters are shown as a box.
_SEGMENT_END: Final = "\r"


class UnmatchedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message."""

    href: str
    reason: str
    person: PersonCell
    owner: OwnerCell
    team: str
    age: str


class UnmatchedPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/unmatched.html`."""

    list: ListFrame
    rows: tuple[UnmatchedRow, ...]
    said: str


class TestLine(msgspec.Struct, frozen=True, kw_only=True):
    """One test in the message, as it was sent."""

    __test__ = False  # pytest would otherwise take the name for a test class

    what: str
    value: str
    sampled: str


class CandidateLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who might be meant."""

    person: PersonCell
    because: str


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/unmatched_one.html`. `bar` is set when it is known who is meant and something else is in doubt.

    `settled` says what became of it when nobody waits for it any more; then there are no buttons.
    """

    bar: IdentityBar | None
    reason: str
    alike: str
    sender: str
    received: str
    sent_name: str
    sent_born: str
    sent_nhs_number: str
    sent_numbers: tuple[str, ...]
    tests: tuple[TestLine, ...]
    more_tests: str
    candidates: tuple[CandidateLine, ...]
    others: str
    raw: str
    path: str
    alert: str
    settled: str
    code: str
    may_read_again: bool
    may_refuse: bool
    typed: Submitted
    errors: FieldErrors


def present_unmatched(
    lines: Sequence[UnmatchedLine], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime, said: str = ""
) -> UnmatchedPage:
    """One page of the list."""
    return UnmatchedPage(
        list=list_frame(
            PATH, asked, around=around, kinds={}, thing="message", me=asks.staff_id,
            total=lines[0].total if lines else 0, on_page=len(lines), order=_ORDER,
            empty=("Every laboratory message for your teams was filed.", feed_words(around.feeds, now=now),
                   "A message that cannot be filed beyond doubt appears here by itself, with the reason."),
        ),
        rows=tuple(
            UnmatchedRow(
                href=f"{PATH}/{one.ref}", reason=f"{one.reason}{_alike(one.alike)}",
                person=person_cell(one, today=london_date(now)),
                owner=owner_cell(owner_id=one.owner_id, owner=one.owner, away_until=one.owner_away_until,
                                 covered_by=one.covered_by, me=asks.staff_id),
                team=one.team, age=age(one.at, now=now),
            )
            for one in lines
        ),
        said=said,
    )  # fmt: skip


def present_message(
    waiting: Waiting,
    *,
    raw: Raw,
    question: CodeQuestion | None,
    message: Message,
    person: PersonOnFile | None,
    likely: Sequence[Likely],
    others: int,
    asks: Asker,
    now: datetime,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
) -> MessagePage:
    """One message: what was sent, beside who is on file."""
    facts, tests = message.patient, list(_tests(message))
    today = london_date(now)
    asked_here = waiting.waits and question is not None and asks.may(Permission.CODE_MAP_CHANGE)
    return MessagePage(
        bar=None if person is None else identity_bar(person, today=today),
        reason=waiting.reason, alike=_alike(waiting.alike).strip(), sender=raw.peer,
        received=sentence(when(waiting.at, now=now)),
        sent_name=_sent_name(facts), sent_born=day(facts.born_on),
        sent_nhs_number=number(facts.nhs_number) if facts.nhs_number else facts.nhs_number_fault or "None sent",
        sent_numbers=tuple(_number(one.value, one.authority) for one in facts.identifiers),
        tests=tuple(tests[:_MOST_SHOWN]),
        more_tests=f"And {counted(len(tests) - _MOST_SHOWN, 'test')} more." if len(tests) > _MOST_SHOWN else "",
        candidates=tuple(CandidateLine(person=person_cell(one, today=today), because=one.because) for one in likely),
        others=_others(others), raw=_shown(raw.raw), path=f"{PATH}/{waiting.ref}", alert=f"/alerts/{waiting.ref}",
        settled="" if waiting.waits else _settled(waiting),
        code=f"{PATH}/{waiting.ref}/code" if asked_here else "",
        may_read_again=waiting.waits and asks.may(Permission.RESULT_MATCH),
        # What is said of the code is said for good; a single message is not refused beside it.
        may_refuse=waiting.waits and asks.may(Permission.ALERT_CLOSE) and not (asked_here and question and question.ours_alone),
        typed=typed, errors=errors,
    )  # fmt: skip


def _alike(count: int) -> str:
    """That other messages wait for the same answer."""
    return "" if count < 2 else f" {count:,} messages wait for this answer, and it is given for all of them."


def _settled(waiting: Waiting) -> str:
    if waiting.state == "filed":
        return "It has been filed."
    if waiting.state == "dealt_with":
        return "Somebody said that it is not yours."
    return "Somebody has answered for it; if it is being read again, it comes back when that was in vain."


def _sent_name(facts: PatientFacts) -> str:
    if not facts.family_name:
        return "None sent"
    return full_name(PersonName(family=facts.family_name, given=facts.given_names))


def _others(others: int) -> str:
    if not others:
        return ""
    return "1 person of another team is like this too." if others == 1 else f"{others} people of other teams are, too."


def _tests(message: Message) -> Iterator[TestLine]:
    for order in message.orders:
        for one in order.observations:
            yield TestLine(what=_named(one, order), value=_value(one),
                           sampled=moment(one.sample_at.at) if one.sample_at and one.sample_at.at else
                           day(one.sample_at.on if one.sample_at else None))  # fmt: skip


def _named(one: ObservationFacts, order: Order) -> str:
    return next((code.text or code.code for code in one.codes if code.text or code.code), order.text) or "No name sent"


def _value(one: ObservationFacts) -> str:
    value = " ".join((one.raw if len(one.raw) <= 200 else f"{one.raw[:200]}…", one.unit)).strip()
    return value or "No value sent"


def _shown(raw: bytes) -> str:
    text = raw.decode("utf-8", errors="replace").replace(_SEGMENT_END, "\n")
    return "".join(char if char == "\n" or char.isprintable() else "□" for char in text)


def _number(value: str, authority: str | None) -> str:
    return f"{value} ({authority_words(authority) if authority else 'no authority named'})"
