"""Letters to people and GP practices as tagged PDF/UA-1, from `templates/letters`; queue and printer stand elsewhere.

A letter travels in an envelope to the address on record, so it may carry the full name and the result. Equal facts give
equal bytes: the date in the file is the date of the letter. The wording is clinical text and needs local sign-off.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec
import typst

from rms.errors import BadInput
from rms.messages.catalogue import Catalogue, Template, load
from rms.messages.compose import day_in_words
from rms.messages.letter_words import written_out
from rms.messages.model import Channel, Purpose

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "letters"

# Sans faces, the most legible first; typst itself carries only serif ones, so the last is always there.
FACES = ("Lato", "Noto Sans", "Open Sans", "Arial", "Helvetica", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
_SAID_BY_LAYOUT = "assertion failed: "
LARGE_PRINT = 18
#: The beginning of a word that large print does not get onto a line.
_LONG_WORD = re.compile(r"(\S{25})(?=\S)")
PRINT = 12


class LetterFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter may say. `None` is "not known": a wording that needs it is refused, never filled with a guess.

    `to` is the name and address, a line each. `test_name` reads within a sentence ("PSA blood test"); `result` too
    ("PSA was 0.06 µg/L"). `range` is the limit in words ("below 0.2 µg/L"). For a practice `person_name`, `born_on` and
    `plan_name` say whom it is about. `booked_by_hospital`: we send the appointment (scans), else the GP surgery does.
    `place` is where the test is done; `nurse` is whom to ask for; `ways` say how they are followed up; `limits` read
    after "we act when a result is", `ended_because` after "the reason". `symptoms_today` (with what to do) and
    `symptoms_soon` are questions: a yes is told.
    """

    organisation_name: str
    organisation_address: tuple[str, ...]
    phone: str
    phone_hours: str | None = None
    to: tuple[str, ...]
    salutation_name: str | None = None
    signed_by: str
    reference: str | None = None
    person_name: str | None = None
    born_on: date | None = None
    nhs_number: str | None = None
    plan_name: str | None = None
    test_name: str | None = None
    next_test_name: str | None = None
    taken_on: date | None = None
    due_on: date | None = None
    result: str | None = None
    range: str | None = None
    link: str | None = None
    booked_by_hospital: bool = False
    place: str | None = None
    nurse: str | None = None
    ways: tuple[str, ...] = ()
    symptoms_today: tuple[tuple[str, str], ...] = ()
    symptoms_soon: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    ended_because: str | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A finished letter; `template_key` and `template_version` are stored with it."""

    template_key: str
    template_version: int
    pdf: bytes


@lru_cache(maxsize=4)
def letter_catalogue(folder: Path = TEMPLATES) -> Catalogue:
    """The standard words of every letter; its version is raised with any change of its words or of what stands around."""
    return load(folder)


def letter_purposes(folder: Path = TEMPLATES) -> frozenset[Purpose]:
    """The purposes a letter exists for."""
    return frozenset(purpose for purpose, _ in letter_catalogue(folder))


def render_letter(
    purpose: Purpose,
    facts: LetterFacts,
    *,
    written_on: date,
    large_print: bool = False,
    preview: bool = False,
    words: Template | None = None,
    folder: Path = TEMPLATES,
) -> Letter:
    """One letter as PDF/UA-1, in the standard `words` or in own ones; a preview says on every page not to post it.

    Raises BadInput when there is no such letter or it needs a fact that is not known.
    """
    words = words or letter_catalogue(folder).get((purpose, Channel.LETTER))
    if words is None:
        raise BadInput(f"There is no letter for {purpose}.")
    _check_lines((*facts.to, *facts.organisation_address, facts.organisation_name))
    points = LARGE_PRINT if large_print else PRINT
    inputs = _as_inputs(facts, words, written_on=written_on, points=points, preview=preview)
    try:
        pdf = typst.compile(
            str(folder / f"{purpose}.typ"),
            root=str(folder),
            font_paths=fonts(),
            sys_inputs={"letter": inputs},
            pdf_standards=["ua-1"],
            timestamp=midnight(written_on),
        )
    except typst.TypstError as error:
        # What the layout says itself is for the nurse who reads why it is held; anything else is a fault of ours.
        missing = error.message.removeprefix(_SAID_BY_LAYOUT)
        why = missing if missing != error.message else f"The letter {purpose} cannot be written: {missing}"
        raise BadInput(why) from error
    return Letter(template_key=words.key, template_version=words.version, pdf=pdf)


def page_count(pdf: bytes) -> int:
    """How many pages a letter of ours has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def face(families: Sequence[str]) -> str:
    """The most legible of the faces this machine has."""
    return next((name for name in FACES if name in families), FACES[-1])


def _as_inputs(facts: LetterFacts, words: Template, *, written_on: date, points: int, preview: bool) -> str:
    values: dict[str, object] = {
        name: _unbroken(day_in_words(value)) if isinstance(value, date) else value
        for name, value in msgspec.structs.asdict(facts).items()
    }
    values["phone"] = _unbroken(facts.phone)
    for name in ("to", "salutation_name", "person_name", "nurse", "signed_by"):
        values[name] = breakable(values[name])
    # A letterhead that begins with the organisation's name does not say it twice.
    if facts.organisation_address[:1] == (facts.organisation_name,):
        values["organisation_address"] = facts.organisation_address[1:]
    values["written_on"] = day_in_words(written_on)
    values["written_on_parts"] = [written_on.year, written_on.month, written_on.day]
    values["fonts"] = [face(fonts().families())]
    values["points"] = points
    values["preview"] = preview
    values["words"] = written_out(words.body, _in_words(facts))
    return msgspec.json.encode(values).decode()


def _in_words(facts: LetterFacts) -> dict[str, str | None]:
    """The facts that words may name, as they read within a sentence."""
    taken_on = None if facts.taken_on is None else _unbroken(day_in_words(facts.taken_on))
    return {
        "organisation_name": facts.organisation_name, "signed_by": facts.signed_by, "phone": _unbroken(facts.phone),
        "phone_hours": facts.phone_hours, "plan_name": facts.plan_name, "test_name": facts.test_name,
        "due_on": None if facts.due_on is None else _unbroken(day_in_words(facts.due_on)), "taken_on": taken_on,
        "the_test": f"test from {taken_on}" if taken_on else "test",
    }  # fmt: skip


def _unbroken(text: str) -> str:
    """Spaces that no line ends at: a date or a telephone number in two lines is misread."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def breakable(value: object) -> object:
    """A name with nothing to break it at, however long, stays on the paper."""
    if isinstance(value, tuple):
        return tuple(map(breakable, value))
    return _LONG_WORD.sub("\\1\N{ZERO WIDTH SPACE}", value) if isinstance(value, str) else value


def _check_lines(lines: Sequence[str]) -> None:
    for line in lines:
        if any(ord(letter) < 32 for letter in line):
            raise BadInput("A line of an address holds a line break or a control character.")


def midnight(day: date) -> int:
    """The date of the letter as seconds since 1970, UTC: the file says the same day on every machine."""
    return (day - date(1970, 1, 1)).days * 86_400


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The faces of this machine and those that typst carries; searched for once."""
    return typst.Fonts()
