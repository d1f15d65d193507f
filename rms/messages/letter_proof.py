"""A letter written out as the real PDF for people whose names are hard on it, before anybody answers for its words. Pure.

The head is real (the organisation, the team and its telephone); all facts are made up and known, so that every part shows.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from rms.errors import BadInput
from rms.messages.catalogue import Template
from rms.messages.compose import link_to
from rms.messages.letters import Letter, LetterFacts, page_count, render_letter
from rms.messages.own_proof import NAMES, Sender

_WRITTEN_ON: Final = date(2026, 9, 23)
_DUE_ON: Final = date(2027, 9, 23)
_LARGE: Final = ("A name of 80 letters, in large print", dict(NAMES)["A name of 80 letters"])
#: As for texts, and in the print that takes most room.
LETTER_NAMES: Final[Sequence[tuple[str, str]]] = (*NAMES, _LARGE)


class LetterSample(msgspec.Struct, frozen=True, kw_only=True):
    """How one person's letter comes out; `fault` says why it cannot be written."""

    who: str
    pages: int
    fault: str


def letter_samples(template: Template, *, sender: Sender) -> tuple[LetterSample, ...]:
    """One for each name."""
    return tuple(_sample(template, sender, number) for number in range(len(LETTER_NAMES)))


def sample_letter(template: Template, *, sender: Sender, number: int) -> Letter:
    """The letter to one of `LETTER_NAMES`, marked as a preview. Raises BadInput when it cannot be written."""
    who, name = LETTER_NAMES[number]
    return render_letter(template.purpose, _facts(sender, name), written_on=_WRITTEN_ON, preview=True, words=template,
                         large_print=who == _LARGE[0])  # fmt: skip


def _sample(template: Template, sender: Sender, number: int) -> LetterSample:
    who = LETTER_NAMES[number][0]
    try:
        return LetterSample(
            who=who, pages=page_count(sample_letter(template, sender=sender, number=number).pdf), fault=""
        )
    except BadInput as fault:
        return LetterSample(who=who, pages=0, fault=str(fault))


def _facts(sender: Sender, name: str) -> LetterFacts:
    return LetterFacts(
        organisation_name=sender.organisation_name, organisation_address=sender.letterhead or (sender.organisation_name,),
        phone=sender.phone, phone_hours=sender.phone_hours, to=(name, "1 Example Street", "Exampletown", "EX1 1EX"),
        salutation_name=name, signed_by=sender.team_name or sender.organisation_name, reference="12345678",
        person_name=name, born_on=date(1950, 9, 23), nhs_number="999 000 0018", plan_name="An example plan",
        test_name="PSA blood test", next_test_name="PSA blood test", taken_on=_WRITTEN_ON, due_on=_DUE_ON,
        result="PSA was 0.06 µg/L", range="below 0.2 µg/L", link=link_to(sender.portal_url, locator="x" * 22),
        place="gp_practice", nurse=name, ways=("What the plan says about how they are followed up stands here.",),
        symptoms_today=tuple((f"Symptom {n} of the plan to be told the same day?", "Call us now.") for n in range(1, 4)),
        symptoms_soon=tuple(f"Symptom {n} of the plan to be told within days?" for n in range(1, 7)),
        limits=("PSA above 0.2 µg/L",), ended_because="the reason that was recorded stands here",
    )  # fmt: skip
