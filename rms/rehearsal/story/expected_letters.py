"""Which letters should lie in the print queue, worked out apart from what writes them. Pure.

Each stage has its own: what a start, a day, and a decision put there. A letter is described by what it is, whom it goes
to, and what must be readable on its paper. Knows nothing of `templates/letters`, nor of the stages of an occurrence.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from rms.messages.compose import day_in_words
from rms.people.model import ContactKind, RegisterPerson
from rms.rehearsal.story.expected import Value

PERSON: Final = "person"
PRACTICE: Final = "gp_practice"
#: Days from the due date to the letter for somebody who is reached by letter, and for somebody whose telephone is asked.
_BY_LETTER: Final = {
    ("test", -42): "test_reminder_1",
    ("test", -14): "test_reminder_2",
    ("test", 7): "test_late",
    ("questionnaire", 0): "questionnaire_invite",
    ("questionnaire", 3): "questionnaire_reminder_1",
    ("questionnaire", 7): "questionnaire_reminder_2",
}
_BY_TELEPHONE: Final = {("test", -42): "test_request"}


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One letter that should be there: `says` must all stand on it, `is_silent_on` must not."""

    purpose: str
    to: str
    says: tuple[str, ...]
    is_silent_on: tuple[str, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One letter that is there, with the words on its paper."""

    purpose: str
    to: str
    words: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What is open in his plan: a test or questions, and when it is due."""

    kind: str
    title: str
    due_on: date


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """What every letter of one trust about one man must say and must not."""

    man: RegisterPerson
    trust: str
    other_trusts: tuple[str, ...]

    def to_him(self, purpose: str, *says: str) -> Paper:
        """A letter to the man, under his own address."""
        person = self.man.person
        address = next(one.value for one in person.contacts if one.kind is ContactKind.POST).splitlines()
        known = (_name(self.man), *address, f"Dear {person.name.prefix} {person.name.family}", self.trust)
        return Paper(purpose=purpose, to=PERSON, says=(*known, *says), is_silent_on=self.other_trusts)

    def to_practice(self, purpose: str, *says: str) -> Paper:
        """A letter to his practice, which says whom it is about so that nobody else can be meant."""
        gp = self.man.person.gp
        known = (
            str(gp.code if gp else ""), "Dear colleague", f"About {_name(self.man)}, born {_born(self.man)}",
            f"NHS number {self.man.person.nhs_number}", self.trust,
        )  # fmt: skip
        return Paper(purpose=purpose, to=PRACTICE, says=(*known, *says), is_silent_on=self.other_trusts)


def at_start(sheet: Sheet, *, limit: str, first: Step) -> list[Paper]:
    """He is welcomed and told what comes first; his practice is told the limit at which the team acts."""
    due = f"due on {day_in_words(first.due_on)}"
    return [
        sheet.to_him("plan_started", "Your follow-up plan has started", f"Your next {first.title} is {due}"),
        sheet.to_practice("plan_started_gp", f"PSA above {Decimal(limit)} ug/L", first.title, due),
    ]


def on_day(sheet: Sheet, *, today: date, steps: Iterable[Step], by_letter: bool) -> list[Paper]:
    """What this day brings: his reminders when he is reached by letter, else the form that goes with the first text."""
    letters = _BY_LETTER if by_letter else _BY_TELEPHONE
    due = [(letters.get((step.kind, (today - step.due_on).days)), step) for step in steps]
    return [_reminder(sheet, purpose, step) for purpose, step in due if purpose is not None]


def _reminder(sheet: Sheet, purpose: str, step: Step) -> Paper:
    if step.kind == "questionnaire":
        return sheet.to_him(purpose, "questions about", "/r/")
    return sheet.to_him(purpose, step.title, f"due on {day_in_words(step.due_on)}")


def in_range(sheet: Sheet, *, value: Value) -> list[Paper]:
    """He and his practice are told the value, the day of the sample, and that it is in range."""
    number = value.value.lstrip("<> ")
    result = f"PSA was {value.value[: -len(number)].strip()}{Decimal(number)} ug/L"
    day = day_in_words(value.sampled_on)
    return [
        sheet.to_him("result_in_range_person", f"Your {result}", day, "The result is in the range"),
        sheet.to_practice("result_in_range_gp", result, f"sample taken on {day}", "It is in the range"),
    ]


def not_in_range(sheet: Sheet, *, kind: str, value: Value) -> list[Paper]:
    """What his practice is told of a decision about any other value: what is done, never the value; he is spoken to."""
    taken = f"latest test of {day_in_words(value.sampled_on)}"
    says = {
        "repeat": ("repeat_test_gp", taken, "ask for another PSA blood test", "please take the test"),
        "recurrence": ("recurrence_gp", "recorded that the cancer has come back", "Please let us tell them first"),
    }[kind]
    letter = sheet.to_practice(*says)
    return [msgspec.structs.replace(letter, is_silent_on=(*letter.is_silent_on, "PSA was", "ug/L"))]


def differences(expected: Sequence[Paper], found: Sequence[Found]) -> list[str]:
    """What is wrong with what lies in the queue, a sentence each; none when it is exactly what should be there."""
    left, wrong = list(found), []
    for paper in expected:
        there = next((one for one in left if (one.purpose, one.to) == (paper.purpose, paper.to)), None)
        if there is None:
            wrong.append(f"the letter {paper.purpose} to {_whom(paper.to)} is not in the print queue")
        else:
            left.remove(there)
            wrong += _differences_on(paper, there.words)
    return wrong + [
        f"a letter {one.purpose} to {_whom(one.to)} is in the print queue and should not be" for one in left
    ]


def _differences_on(paper: Paper, words: str) -> list[str]:
    plain = " ".join(words.split())
    letter = f"the letter {paper.purpose} to {_whom(paper.to)}"
    return [f"{letter} does not say “{one}”" for one in paper.says if one not in plain] + [
        f"{letter} speaks of “{one}”" for one in paper.is_silent_on if one in plain
    ]


def in_words(letters: Sequence[Paper]) -> str:
    """How many letters, and for whom: "2 letters, 1 for him and 1 for his practice"."""
    of_practice = sum(one.to == PRACTICE for one in letters)
    whom = [(len(letters) - of_practice, "for him"), (of_practice, "for his practice")]
    there = [(count, words) for count, words in whom if count]
    if len(there) > 1:
        return f"{len(letters)} letters, " + " and ".join(f"{count} {words}" for count, words in there)
    how_many = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
    return " ".join([how_many, *(words for _, words in there)])


def _whom(to: str) -> str:
    return "the practice" if to == PRACTICE else "him"


def _name(man: RegisterPerson) -> str:
    name = man.person.name
    return " ".join(filter(None, (name.prefix, *name.given, name.family)))


def _born(man: RegisterPerson) -> str:
    born = man.person.born_on
    assert born.month is not None
    assert born.day is not None
    return day_in_words(date(born.year, born.month, born.day))
