"""Whose result is this, and which step does it close? Two decisions on values, each with its reason in a sentence.

A wrong match is worse than any number of questions. So nothing here scores its way to an answer: every fact that was sent
must agree, or a person is asked, with the likeliest people shown first. Must not know tables or wire formats.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from rms.results.model import PatientFacts, PersonName
from rms.results.names import Agreement, agreement, is_same_name

SHOWN_CANDIDATES = 5


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One person of one organisation who might be meant. `former_nhs_numbers` are those a merge replaced.

    `hospital_numbers` are pairs of assigning authority and number. `names[0]` is the current name.
    """

    person: int
    names: tuple[PersonName, ...]
    born_on: date | None
    nhs_number: str | None = None
    former_nhs_numbers: tuple[str, ...] = ()
    hospital_numbers: tuple[tuple[str, str], ...] = ()


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """It is this person; `because` says by what."""

    person: int
    because: str


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One person it might be, with what speaks for it."""

    person: int
    because: str


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """A person must say whose it is; the likeliest come first."""

    because: str
    candidates: tuple[Suggestion, ...] = ()


def match_person(facts: PatientFacts, candidates: Sequence[Candidate]) -> Matched | Unmatched:
    """Say who is meant among the people of one organisation, or why a person must.

    By NHS number, birth date and a name part; or, for somebody without an NHS number, by hospital number of the same
    authority, birth date and both names. `candidates` should hold everybody who shares a number, or the birth date
    and a name: a second person who fits as well, or whose number was sent, turns a match into a question.
    """
    if facts.nhs_number_fault:
        return _ask(f"The NHS number that was sent cannot be used. {facts.nhs_number_fault}", facts, candidates)
    hospital = _by_hospital_number(facts, candidates)
    if facts.nhs_number is None:
        return _without_nhs_number(facts, hospital, candidates)
    holders = [one for one in candidates if facts.nhs_number in (one.nhs_number, *one.former_nhs_numbers)]
    if len(holders) > 1:
        return _ask("More than one person here has the NHS number that was sent.", facts, candidates)
    if not holders:
        if hospital:
            return _without_nhs_number(facts, hospital, candidates)
        return _ask("Nobody here has the NHS number that was sent.", facts, candidates)
    if any(one.person != holders[0].person for one in hospital):
        return _ask("The NHS number is one person's and the hospital number is another's.", facts, candidates)
    return _confirm_nhs_holder(facts, holders[0], candidates)


def _confirm_nhs_holder(facts: PatientFacts, holder: Candidate, candidates: Sequence[Candidate]) -> Matched | Unmatched:
    if doubt := _birth_date_doubt(facts.born_on, holder.born_on):
        return _ask(f"The NHS number is known here, but {doubt}.", facts, candidates)
    names = names_agree(facts, holder)
    if names is Agreement.NONE:
        return _ask(
            "The NHS number and the birth date are known here, but no part of the name agrees.", facts, candidates
        )
    if names is Agreement.CONTRADICTED:
        return _ask(
            "The NHS number, birth date and family name agree, but the given names differ; it may be a twin.",
            facts,
            candidates,
        )
    if _has_a_double(facts, holder, candidates):
        return _ask(
            "Two people here share this birth date and a name, and the name that was sent cannot tell them apart.",
            facts,
            candidates,
        )
    part = {Agreement.BOTH: "name", Agreement.FAMILY: "family name", Agreement.GIVEN: "given name"}[names]
    former = " (a former one)" if facts.nhs_number != holder.nhs_number else ""
    return Matched(person=holder.person, because=f"NHS number{former}, birth date and {part} agree.")


def _without_nhs_number(
    facts: PatientFacts, hospital: Sequence[Candidate], candidates: Sequence[Candidate]
) -> Matched | Unmatched:
    """Match by hospital number. It has no check digit, so both names must agree as well."""
    if not hospital:
        return _ask(_why_no_number(facts, candidates), facts, candidates)
    if len({one.person for one in hospital}) > 1:
        return _ask("The hospital numbers that were sent belong to more than one person.", facts, candidates)
    found = hospital[0]
    if facts.nhs_number is not None and found.nhs_number is not None:
        return _ask("The hospital number is known here, but that person has another NHS number.", facts, candidates)
    if doubt := _birth_date_doubt(facts.born_on, found.born_on):
        return _ask(f"The hospital number is known here, but {doubt}.", facts, candidates)
    if names_agree(facts, found) is not Agreement.BOTH:
        return _ask(
            "The hospital number and birth date are known here, but the full name does not agree.", facts, candidates
        )
    if _has_a_double(facts, found, candidates):
        return _ask("The hospital number is known here, but another person's name fits better.", facts, candidates)
    return Matched(person=found.person, because="Hospital number, birth date, family and given name agree.")


def _why_no_number(facts: PatientFacts, candidates: Sequence[Candidate]) -> str:
    """Say that no number leads to anybody; or that one would, if the sender marked it as an NHS number."""
    here = {number for one in candidates for number in (one.nhs_number, *one.former_nhs_numbers)}
    found = next((one for one in facts.unmarked_nhs_numbers if one.value in here), None)
    if found is None:
        return "No NHS number was sent, and no hospital number that is known here."
    return (
        f"Somebody here has the NHS number that stands in {found.place}, but nothing in the message says that it is one."
        " Ask the laboratory to send it as an NHS number (type NH)."
    )


def names_agree(facts: PatientFacts, candidate: Candidate) -> Agreement:
    """Give the best agreement of any name sent with any name kept (maiden names and aliases count)."""
    found = {agreement(sent, kept) for sent in facts.names for kept in candidate.names}
    order = (Agreement.BOTH, Agreement.CONTRADICTED, Agreement.FAMILY, Agreement.GIVEN)
    return next((one for one in order if one in found), Agreement.NONE)


def _by_hospital_number(facts: PatientFacts, candidates: Sequence[Candidate]) -> list[Candidate]:
    sent = {(one.authority.casefold(), one.value) for one in facts.identifiers if one.authority and one.value}
    return [one for one in candidates if any((by.casefold(), number) in sent for by, number in one.hospital_numbers)]


def _has_a_double(facts: PatientFacts, holder: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether another person born the same day fits the name sent as well; never when it is just the holder's own."""
    if any(is_same_name(sent, kept) for sent in facts.names for kept in holder.names):
        return False
    others = [one for one in candidates if one.person != holder.person and one.born_on == holder.born_on]
    if names_agree(facts, holder) is not Agreement.BOTH:
        return any(names_agree(facts, one) is not Agreement.NONE for one in others)
    return any(is_same_name(sent, kept) for one in others for sent in facts.names for kept in one.names)


def _birth_date_doubt(sent: date | None, kept: date | None) -> str:
    """Say what is wrong with the birth dates as the end of a sentence; empty when they are equal."""
    if sent is None:
        return "no whole birth date was sent"
    if kept is None:
        return "we have no birth date to compare with"
    if sent == kept:
        return ""
    if sent.year == kept.year and (sent.day, sent.month) == (kept.month, kept.day):
        return "day and month of the birth date are the other way round"
    if sum(a != b for a, b in zip(sent.isoformat(), kept.isoformat(), strict=True)) == 1:
        return "the birth date differs in one digit"
    return "the birth date differs"


def _ask(because: str, facts: PatientFacts, candidates: Sequence[Candidate]) -> Unmatched:
    ranked = sorted(
        ((_likeness(facts, one), one.person) for one in candidates), key=lambda pair: (-pair[0][0], pair[1])
    )
    shown = [Suggestion(person=person, because=why) for (weight, why), person in ranked if weight]
    return Unmatched(because=because, candidates=tuple(shown[:SHOWN_CANDIDATES]))


def _likeness(facts: PatientFacts, candidate: Candidate) -> tuple[int, str]:
    """Weigh a candidate for the order of the list only; no weight ever makes a match."""
    names = names_agree(facts, candidate)
    doubt = _birth_date_doubt(facts.born_on, candidate.born_on)
    close = doubt.endswith(("other way round", "in one digit"))
    seen = (
        (
            8,
            "same NHS number",
            bool(facts.nhs_number) and facts.nhs_number in (candidate.nhs_number, *candidate.former_nhs_numbers),
        ),
        (6, "same hospital number", bool(_by_hospital_number(facts, (candidate,)))),
        (4, "same birth date", not doubt),
        (2, doubt, close),
        (3, "same name", names is Agreement.BOTH),
        (2, f"same {names} name", names in (Agreement.FAMILY, Agreement.GIVEN)),
        (1, "same family name, other given names", names is Agreement.CONTRADICTED),
    )
    return sum(weight for weight, _, holds in seen if holds), ", ".join(words for _, words, holds in seen if holds)


class OpenOccurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One dated test of one plan that nothing has closed yet. `is_repeat`: it was asked for to confirm a breach."""

    occurrence: int
    step: str
    number: int
    earliest: date
    due: date
    latest: date
    is_repeat: bool = False


class Closes(msgspec.Struct, frozen=True, kw_only=True):
    """The sample closes this occurrence."""

    occurrence: int
    because: str


class Unexpected(msgspec.Struct, frozen=True, kw_only=True):
    """The sample closes nothing; the result is kept on the person, shown, and judged all the same."""

    because: str


def match_step(sampled_on: date, occurrences: Sequence[OpenOccurrence]) -> Closes | Unexpected:
    """Say which of one plan's open occurrences of an analyte a sample of that day closes, with the window it is given.

    A repeat that was asked for comes first, then the nearest due date whose window holds the day, the earlier of two
    equally near. In nobody's window: the last one whose window had closed by then; a late test is still that test, and
    nobody else asks for it. One sample may close an occurrence in each of two plans: ask once a plan.
    """
    fitting = [one for one in occurrences if one.earliest <= sampled_on <= one.latest]
    if fitting:
        best = min(fitting, key=lambda one: (not one.is_repeat, abs((one.due - sampled_on).days), one.due, one.number))
        window = f"{_day(best.earliest)} to {_day(best.latest)}"
        return Closes(
            occurrence=best.occurrence,
            because=f"The sample of {_day(sampled_on)} falls into the window of {_which(best)}: {window}.",
        )
    closed = [one for one in occurrences if one.latest < sampled_on]
    if closed:
        last = max(closed, key=lambda one: (one.due, one.number))
        days = (sampled_on - last.latest).days
        late = f"{days} day{'' if days == 1 else 's'} after {_day(last.latest)}, the last day for {_which(last)}"
        return Closes(occurrence=last.occurrence, because=f"The sample of {_day(sampled_on)} was taken {late}.")
    return Unexpected(because=_why_unexpected(sampled_on, occurrences))


def _which(one: OpenOccurrence) -> str:
    return f"{'the repeat' if one.is_repeat else f'number {one.number}'} due {_day(one.due)}"


def _why_unexpected(sampled_on: date, occurrences: Sequence[OpenOccurrence]) -> str:
    if not occurrences:
        return "No test of this kind is open in this plan."
    first = min(occurrences, key=lambda one: (one.earliest, one.due, one.number))
    when = f"before the window of {_which(first)} opens on {_day(first.earliest)}"
    return f"The sample of {_day(sampled_on)} was taken {when}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
