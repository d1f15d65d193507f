"""What a code means: the question, its examples and what an answer does, as strings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.alerts.analytes import ANALYTES
from rms.caseload.unmatched.code_store import MOST_READ, CodeQuestion, Example, OpenQuestion
from rms.caseload.worklist.ages import counted, when
from rms.sync.codes import MEANINGS
from rms.sync.store import NOT_FOLLOWED
from rms.web.forms import FieldErrors

_MOST_SHOWN: Final = 5
_OURS_ALONE: Final = (
    "This system also sends for other trusts. The answer counts for this trust alone: nothing of theirs changes by it."
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to choose."""

    code: str
    text: str
    chosen: bool


class ExampleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One waiting message: what its sender called the test, what it says, and when it came."""

    what: str
    value: str
    came: str
    reason: str


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/unmatched_code.html`. `settled`: nothing waits for an answer."""

    code: str
    sender: str
    words: str
    order: str
    waiting: str
    examples: tuple[ExampleLine, ...]
    choices: tuple[Choice, ...]
    not_ours: Choice
    path: str
    back: str
    settled: str
    errors: FieldErrors


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/unmatched_code_check.html`: what the answer does, before it is given."""

    heading: str
    does: tuple[str, ...]
    means: str
    path: str
    change: str
    submit: str
    errors: FieldErrors


def present_code(
    question: CodeQuestion, examples: Sequence[Example], *, everyone: Sequence[OpenQuestion], path: str, back: str,
    settled: str, now: datetime, means: str, errors: FieldErrors,
) -> CodePage:  # fmt: skip
    """The question with its examples."""
    first = examples[0] if examples else None
    return CodePage(
        code=first.sent.code if first else question.key, sender=first.peer if first else "",
        words=(first.sent.words if first else "") or "None sent", order=(first.sent.order if first else "") or "None sent",
        waiting=waiting_words(everyone),
        examples=tuple(_line(one, now=now) for one in examples[:_MOST_SHOWN]), not_ours=_choice(NOT_FOLLOWED, means),
        choices=tuple(_choice(key, means) for key in MEANINGS if key != NOT_FOLLOWED), path=path, back=back,
        settled=settled, errors=errors,
    )  # fmt: skip


def waiting_words(everyone: Sequence[OpenQuestion]) -> str:
    """How many messages wait, over all teams."""
    total = sum(one.waiting for one in everyone)
    return f"{counted(total, 'message')} {'waits' if total == 1 else 'wait'} for this answer."


def _line(one: Example, *, now: datetime) -> ExampleLine:
    value = " ".join((one.sent.value[:80], one.sent.unit)).strip() or "No value sent"
    return ExampleLine(what=one.sent.words or one.sent.code, value=value, came=when(one.at, now=now), reason=one.reason)


def _choice(key: str, means: str) -> Choice:
    return Choice(code=key, text=meaning_in_words(key), chosen=key == means)


def meaning_in_words(key: str) -> str:
    """`PSA, kept in ug/L`."""
    if key == NOT_FOLLOWED:
        return "It is not ours: a test that nobody follows here"
    return f"{ANALYTES[key].name}, kept in {ANALYTES[key].unit}"


def present_check(
    question: CodeQuestion,
    examples: Sequence[Example],
    *,
    means: str,
    can: int,
    everyone: Sequence[OpenQuestion],
    path: str,
    errors: FieldErrors,
) -> CheckPage:
    """What giving this answer does."""
    first = examples[0]
    called = f"“{first.sent.code}” from {first.peer}"
    if means == NOT_FOLLOWED:
        heading, does, submit = f"{called} is not ours", _not_ours(everyone), "It is not ours"
    else:
        name = ANALYTES[means].name
        heading, submit = f"{called} is {name}", f"It is {name}"
        does = (_filed_words(len(examples), can=can, everyone=everyone), *_followed(name))
    if not question.ours_alone:
        does = (*does, _OURS_ALONE)
    return CheckPage(
        heading=heading, does=does, means=means, path=f"{path}/check", change=path, submit=submit, errors=errors
    )


def _not_ours(everyone: Sequence[OpenQuestion]) -> tuple[str, ...]:
    return (
        f"{waiting_words(everyone)} Each is read again. Where it is known whose it is, this test is kept as words.",
        "No rule looks at it, and nobody is asked about this code of this sender again.",
        "It stays listed with the connection (Set up, Connections), where an administrator can take it back.",
    )


def _followed(name: str) -> tuple[str, ...]:
    return (
        f"From now on every result with this code is filed and judged as {name}. This cannot be taken back here.",
        "A value in a unit that RMS does not know, or about nobody it knows for sure, still comes to a person.",
    )


def _filed_words(looked_at: int, *, can: int, everyone: Sequence[OpenQuestion]) -> str:
    total = sum(one.waiting for one in everyone)
    if total > looked_at:
        first = "first " if looked_at == MOST_READ else ""
        return f"{waiting_words(everyone)} Of the {first}{looked_at:,} of your team {can:,} can be filed."
    rest = total - can
    if not rest:
        return f"{waiting_words(everyone)} {'It' if total == 1 else 'All of them'} can be filed."
    return f"{waiting_words(everyone)} {can:,} can be filed; {rest:,} will need you for another reason."
