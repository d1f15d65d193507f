"""From the facts of a result message to observations that can be filed, or to sentences for a person. Pure.

What is followed here is filed only beyond doubt: a known code, a known unit, a number, a day, a known status. Everything
else about it is a question with its reason. What nobody follows is kept with the person as words.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from rms.alerts.analytes import ANALYTES, name_of
from rms.clock import london_date
from rms.plans.schedule.words import day
from rms.results.model import Code, Observation, ObservationStatus, Quantity
from rms.results.ordinary import is_ordinary
from rms.results.units import CodeMap, Held, Known, UnknownCode, meaning, suggested, to_stored
from rms.sync.code_sent import shown_code
from rms.sync.hl7 import Message, ObservationFacts, Order

#: A sender's clock may be a little ahead of ours, never more.
_AHEAD = timedelta(days=1)
_NO_VALUE_EXPECTED = frozenset({ObservationStatus.PENDING, ObservationStatus.NOT_ASKED})


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """One observation that can be filed. `number` is the order's, empty when none was sent.

    `same_test` is what tells the tests of one order apart: code, coding system, sub-id. Rules may judge what `is_followed`;
    the rest is only kept.
    """

    observation: Observation
    sender: str
    number: str
    same_test: tuple[str, str, str]
    reported_at: datetime
    is_followed: bool

    def test_key(self, patient_id: int) -> str:
        """The beginning of the key, which is the same for every sample of this order and test.

        Without an order number nothing but the person ties two reports together.
        """
        whose = self.number or f"person {patient_id}"
        return msgspec.json.encode([self.sender, whose, *self.same_test]).decode()[:-1]

    def source_key(self, patient_id: int) -> str:
        """What every report about the same sample and test shares."""
        seen = self.observation
        exact = seen.sampled_at.isoformat() if seen.sampled_at and not self.number else seen.sampled_on.isoformat()
        return f'{self.test_key(patient_id)},"{exact}"]'


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the message that a person must look at; `because` is a whole sentence.

    `code`: it is that nobody has said what this code of the sender means; one answer settles it for all messages.
    """

    because: str
    code: str = ""


class Understanding(msgspec.Struct, frozen=True, kw_only=True):
    """All that one message says. `concerns_us`: it holds, or may hold, a test that is followed here.

    `riddle`: nothing in the message is a test that anybody has named; a person is asked about it when it is about somebody
    who is followed here, and about nobody else.
    """

    to_file: tuple[Understood, ...]
    questions: tuple[Question, ...]
    riddle: Question | None = None

    @property
    def concerns_us(self) -> bool:
        """Whether anything in it is followed here, or may be."""
        return bool(self.questions) or any(one.is_followed for one in self.to_file)

    @property
    def unknown_code(self) -> Question | None:
        """The question about a code, when nothing else of what concerns us in the message is in doubt or can be filed."""
        if any(one.is_followed for one in self.to_file) or not all(one.code for one in self.questions):
            return None
        return next(iter(self.questions), None)

    @property
    def names(self) -> str:
        """The tests that are followed, in brackets for a sentence; empty without any."""
        found = dict.fromkeys(name_of(one.observation.analyte) for one in self.to_file if one.is_followed)
        return f" ({', '.join(found)})" if found else ""


def understand(message: Message, *, codes: CodeMap, received_at: datetime) -> Understanding:
    """Understand every observation of a message, or say what a person must look at. `received_at` is civil."""
    to_file: list[Understood] = []
    questions: list[Question] = []
    for order in message.orders:
        answers = [_one(message, order, facts, codes=codes, received_at=received_at) for facts in order.observations]
        to_file += (one for one in answers if isinstance(one, Understood))
        questions += (one for one in answers if isinstance(one, Question))
        if not answers and (named := _followed(order, codes=codes)):
            questions.append(Question(because=f"The report on {name_of(named)} holds no result."))
    return msgspec.structs.replace(_without_copies(to_file, questions), riddle=_riddle(message, codes=codes))


def _riddle(message: Message, *, codes: CodeMap) -> Question | None:
    """The question about a message of which nothing at all is understood; None when any part of it is."""
    first: Question | None = None
    for order in message.orders:
        sampled_on = order.sample_at.on if order.sample_at else None
        named = is_ordinary(order.codes) or isinstance(
            meaning(order.codes, senders=codes, sampled_on=sampled_on), Known
        )
        for facts in order.observations:
            known = meaning(facts.codes, senders=codes, sampled_on=sampled_on)
            if named or not isinstance(known, UnknownCode) or is_ordinary(facts.codes):
                return None
            because = f"Nothing in the message is a test that RMS knows. {known.because}"
            first = first or Question(because=because, code=shown_code(facts))
    return first


def _followed(order: Order, *, codes: CodeMap) -> str | None:
    known = meaning(order.codes, senders=codes, sampled_on=order.sample_at.on if order.sample_at else None)
    return known.analyte if isinstance(known, Known) else suggested(order.codes)


def _one(
    message: Message, order: Order, facts: ObservationFacts, *, codes: CodeMap, received_at: datetime
) -> Understood | Question:
    sample = facts.sample_at
    sampled_on = sample.on if sample else None
    known = meaning(facts.codes, senders=codes, sampled_on=sampled_on)
    if isinstance(known, Held):
        if not isinstance(known, UnknownCode) or _may_be_followed(order, facts):
            code = shown_code(facts) if isinstance(known, UnknownCode) else ""
            return Question(because=known.because, code=code)
        known = Known(analyte=None, because=known.because)
    reported = order.reported_at or message.sent_at
    reported_at = reported.at if reported and reported.at else received_at
    if known.analyte is None:
        return _kept(
            message, order, facts, analyte="", on=sampled_on or london_date(reported_at), reported_at=reported_at
        )
    doubt = _doubt(known.analyte, facts, received_at=received_at)
    if doubt is not None:
        return Question(because=about(known.analyte, sampled_on, doubt))
    assert sampled_on is not None
    quantity = _quantity(known.analyte, facts)
    if isinstance(quantity, Held):
        return Question(because=about(known.analyte, sampled_on, quantity.because))
    return _kept(
        message, order, facts, analyte=known.analyte, on=sampled_on, reported_at=reported_at, quantity=quantity
    )


def _may_be_followed(order: Order, facts: ObservationFacts) -> bool:
    """Whether the words beside an unknown code, or beside the order of a nameless one, name a test that is followed."""
    words = any(code.text for code in facts.codes)
    return suggested(facts.codes) is not None or (not words and (suggested(order.codes) is not None or not order.text))


def _doubt(analyte: str, facts: ObservationFacts, *, received_at: datetime) -> str | None:
    if facts.status is None:
        shown = f"“{facts.status_text[:20]}”" if facts.status_text else "missing"
        return f"The status of the result is {shown}, which says nothing to us."
    sampled_on = facts.sample_at.on if facts.sample_at else None
    if sampled_on is None:
        return "The message does not say on which day the sample was taken."
    if sampled_on > london_date(received_at + _AHEAD):
        return "The day of the sample lies in the future."
    return None


def _quantity(analyte: str, facts: ObservationFacts) -> Quantity | Held | None:
    """The number in our unit; None where there is none to be had. A withdrawal needs no number."""
    assert facts.status is not None
    has_number = analyte not in ANALYTES or ANALYTES[analyte].unit is not None
    if not has_number:
        return None
    if facts.number is None:
        optional = facts.status.takes_back or facts.status in _NO_VALUE_EXPECTED
        return None if optional else Held(because=facts.not_understood)
    if facts.number < 0:  # every analyte with a unit is an amount of something
        return Held(because=f"A value of {facts.number} is less than none: ask the laboratory what it measured.")
    stored = to_stored(facts.number, facts.unit, analyte=analyte, comparator=facts.comparator)
    return None if isinstance(stored, Held) and facts.status.takes_back else stored


def _kept(
    message: Message, order: Order, facts: ObservationFacts, *, analyte: str, on: date, reported_at: datetime,
    quantity: Quantity | None = None,
) -> Understood:  # fmt: skip
    code = facts.codes[0] if facts.codes else Code(code="")
    observation = Observation(
        analyte=analyte, sampled_on=on, sampled_at=facts.sample_at.at if facts.sample_at else None,
        status=facts.status or ObservationStatus.NOT_VERIFIED, code=code, value_as_sent=_words(facts),
        unit_as_sent=facts.unit, quantity=quantity, reference_range=facts.range_text, flags=facts.flags,
        method=facts.method, comments=facts.comments,
    )  # fmt: skip
    return Understood(
        observation=observation, sender=message.sending_facility or message.sending_application,
        number=order.filler or order.placer, same_test=(code.code or code.text, code.system, facts.sub_id),
        reported_at=reported_at, is_followed=bool(analyte),
    )  # fmt: skip


def _words(facts: ObservationFacts) -> str:
    """The value as a person reads it; of a coded report the code, and of a document only that it is one."""
    if facts.value_type in ("ED", "RP"):
        return "A document: see the message."
    coded = [answer.code or answer.text for answer in facts.answers]
    return "\n".join(coded or facts.values) or facts.raw


def _without_copies(to_file: Sequence[Understood], questions: list[Question]) -> Understanding:
    """One observation a test and sample: lines of one text are joined, two different numbers are a question."""
    grouped: dict[str, list[Understood]] = {}
    for one in to_file:
        grouped.setdefault(one.source_key(0), []).append(one)
    kept: list[Understood] = []
    for same in grouped.values():
        first = same[0]
        if all(one == first for one in same):
            kept.append(first)
        elif first.is_followed:
            seen = first.observation
            because = about(seen.analyte, seen.sampled_on, "It stands in the message twice, and the two differ.")
            questions.append(Question(because=because))
        else:
            text = "\n".join(one.observation.value_as_sent for one in same)
            joined = msgspec.structs.replace(first.observation, value_as_sent=text)
            kept.append(msgspec.structs.replace(first, observation=joined))
    return Understanding(to_file=tuple(kept), questions=tuple(questions))


def not_final(observation: Observation) -> Question | None:
    """What a person must know of a followed result that does not count; None when it does, or when none was due yet."""
    status = observation.status
    if status.is_final or status in _NO_VALUE_EXPECTED:
        return None
    if status is ObservationStatus.NOT_OBTAINED:
        because = "The laboratory could not obtain it."
    elif status.takes_back:
        because = "The laboratory has taken it back."
    else:
        because = "It is not final yet; it is kept, and no rule has looked at it."
    return Question(because=about(observation.analyte, observation.sampled_on, because))


def about(analyte: str, on: date | None, because: str) -> str:
    """Put the test and the day of its sample before a sentence."""
    sample = f" of {day(on)}" if on else ""
    return f"{name_of(analyte)}{sample}: {because}"
