"""The first page: a protocol, its questions, and what came of talking about follow-up."""

from collections.abc import Mapping
from datetime import date

import msgspec

from rms.caseload.starting.forms.reading import read_each
from rms.caseload.starting.model import BEGINS, NEEDS_NOTE, WORDS, Choice
from rms.caseload.starting.offers import Offer, Offers
from rms.web.fields import a_choice, a_date, a_text, a_tick
from rms.web.forms import Field, FieldError, FieldErrors, Parsed
from rms.web.submitted import Submitted

YES, NO = "yes", "no"
#: What can come of the conversation here; other reasons have a page of their own.
HERE = (Choice.AGREED, Choice.DIGITAL_DECLINED, Choice.DECLINED, Choice.NOT_SUITABLE)
ONLY_THEY = "A nurse, a doctor or a team lead records this: ask one of them"


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The first page, filled in. `protocol_version_id` is None when follow-up does not begin."""

    choice: Choice
    protocol_version_id: int | None
    answers: Mapping[str, bool]
    workshop_attended: bool
    note: str | None
    talked_on: date | None


def read_chosen(sent: Submitted, *, offers: Offers, may_leave_out: bool, today: date) -> Parsed[Chosen]:
    """Read the page; the questions are those of the protocol that was chosen. A wrong answer to one stops it.

    `may_leave_out`: whether whoever asks may record that follow-up does not begin.
    """
    common, errors = read_each(sent, _common(today))
    choice = Choice(common["choice"]) if common.get("choice") else None
    begins = choice is None or choice in BEGINS
    offer = offers.of(_number(sent.one("protocol")))
    found: dict[str, bool] = {}
    if begins:
        faults: list[FieldError] = []
        if offer is None:
            faults = [FieldError(field="protocol", message="Choose a protocol that is signed off here")]
        else:
            found, faults = _answers(sent, offer)
        errors = [*faults, *errors]
    elif not may_leave_out:
        errors.append(FieldError(field="choice", message=ONLY_THEY))
    if choice in NEEDS_NOTE and not common.get("note"):
        errors.append(FieldError(field="note", message="Say why in a few words"))
    if errors or choice is None:
        return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
    chosen = Chosen(
        choice=choice, protocol_version_id=offer.version_id if begins and offer else None, answers=found,
        workshop_attended=common["workshop"], note=common["note"],
        talked_on=common["talked"],
    )  # fmt: skip
    return Parsed(value=chosen, errors=FieldErrors(), typed=sent)


def _common(today: date) -> Mapping[str, Field]:
    return {
        "choice": a_choice([str(one) for one in HERE], missing="Choose what came of talking with them"),
        "talked": a_date(
            label="The day you talked", not_after=today, too_late="The day you talked must be today or in the past"
        ),
        "workshop": a_tick(),
        "note": a_text(label="The note", longest=1000),
    }


def _answers(sent: Submitted, offer: Offer) -> tuple[dict[str, bool], list[FieldError]]:
    questions = offer.protocol.eligibility.questions
    fields = {f"q-{one.key}": a_choice((YES, NO), missing=f"Answer: {one.question}") for one in questions}
    values, errors = read_each(sent, fields)
    for one in questions:
        given = values.get(f"q-{one.key}")
        if given is not None and (given == YES) != one.fits_when:
            errors.append(FieldError(field=f"q-{one.key}", message=_does_not_fit(one.fits_when, why=one.why)))
    order = list(fields)
    errors.sort(key=lambda error: order.index(error.field))
    return {one.key: values.get(f"q-{one.key}") == YES for one in questions}, errors


def _does_not_fit(fits_when: bool, *, why: str) -> str:
    wanted = "yes" if fits_when else "no"
    return (
        f"This protocol is for people for whom the answer is {wanted}. {why}"
        f" Choose another protocol, or “{WORDS[Choice.NOT_SUITABLE]}”."
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
