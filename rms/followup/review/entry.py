"""What may be confirmed ten at a time: rules as data, each with a version and the sentence a nurse reads. Pure.

A rule gives the reason why a result must be looked at one by one, or None. All must give None; the first that does not
is the reason shown, so they stand in the order of what a nurse wants to know first. Whoever changes what a rule asks
raises its version: the audit keeps the versions in force when somebody confirmed.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from rms.alerts.model import FindingOutcome
from rms.alerts.rules.sentences import day
from rms.clock import london_date
from rms.followup.review.model import AnswerFacts, EntryFacts


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """It may stand among ten in range."""


class OneByOne(msgspec.Struct, frozen=True, kw_only=True):
    """It is looked at alone. `reason` is the sentence shown; `also` are the other rules' sentences."""

    rule: str
    reason: str
    also: tuple[str, ...] = ()


class EntryRule(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of entry. `asks` says in words what must hold; `why_not` gives the reason when it does not."""

    key: str
    version: int
    asks: str
    why_not: Callable[[EntryFacts], str | None]


def place(facts: EntryFacts | AnswerFacts) -> Bulk | OneByOne:
    """Say where something is looked at. Answers are always looked at one by one."""
    if isinstance(facts, AnswerFacts):
        alert = f"An alert is open: {facts.open_alerts[0]}" if facts.open_alerts else ""
        return OneByOne(rule="answers", reason=alert or "New answers are always looked at one by one.")
    found = [(rule.key, reason) for rule in ENTRY_RULES if (reason := rule.why_not(facts)) is not None]
    if not found:
        return Bulk()
    key, reason = found[0]
    return OneByOne(rule=key, reason=reason, also=tuple(also for _, also in found[1:]))


def versions() -> Mapping[str, int]:
    """The rules in force: key to version."""
    return {rule.key: rule.version for rule in ENTRY_RULES}


def _open_alert(facts: EntryFacts) -> str | None:
    if not facts.open_alerts:
        return None
    more = len(facts.open_alerts) - 1
    others = f" And {more} more {'alert' if more == 1 else 'alerts'}." if more else ""
    return f"An alert is open: {facts.open_alerts[0]}{others}"


def _alive(facts: EntryFacts) -> str | None:
    return "A death is recorded: this is looked at after death." if facts.death_recorded else None


def _rules(facts: EntryFacts) -> str | None:
    if facts.spoke_when_filed:
        return facts.spoke_when_filed
    spoke = next((one for one in facts.rules if one.outcome is not FindingOutcome.CLEAR), None)
    if spoke is not None:
        return spoke.sentence
    return None if facts.watched else "No rule of the plan looks at this test, so nobody can say what is in range."


def _status(facts: EntryFacts) -> str | None:
    if not facts.status.is_final:
        return "It is not final, or the laboratory has taken it back."
    return "The laboratory has changed it after it was final." if facts.final_versions > 1 else None


def _number(facts: EntryFacts) -> str | None:
    if not facts.is_number:
        return "It is written in words, so a person must read it."
    if facts.unit is None or facts.unit != facts.unit_expected:
        return f"Its unit is {facts.unit or 'not known'}, not {facts.unit_expected or 'one that is known here'}."
    return None


def _matched(facts: EntryFacts) -> str | None:
    if facts.typed_unchecked:
        return "It was typed in by hand, and nobody else has checked it."
    if facts.doubts_about_person:
        return facts.doubts_about_person[0]
    return None if facts.matched else "It was not matched by NHS number and birth date."


def _expected(facts: EntryFacts) -> str | None:
    if facts.plan_state is None:
        return "It belongs to no plan."
    if facts.plan_state != "active":
        return f"The plan is {facts.plan_state.replace('_', ' ')}."
    return None if facts.closed_step else "It was not expected: it belongs to no test that was due."


def _latest(facts: EntryFacts) -> str | None:
    return "A newer result of the same test is on file." if facts.newer_on_file else None


def _first(facts: EntryFacts) -> str | None:
    if facts.earlier_on_plan == 0:
        return "It is the first result of this test on this plan."
    return None if facts.reviewed_at is not None else "Nobody has looked at a result of this plan before."


def _method(facts: EntryFacts) -> str | None:
    if facts.method == facts.method_before:
        return None
    return (
        f"It was measured by another method than the one before ({facts.method or 'not stated'}, before:"
        f" {facts.method_before or 'not stated'})."
    )


def _comment(facts: EntryFacts) -> str | None:
    if not facts.comment or facts.comment == facts.comment_before:
        return None
    return f"The laboratory wrote beside it, other than the time before: {facts.comment}"


def _questionnaires(facts: EntryFacts) -> str | None:
    if facts.questionnaires_changed:
        return f"The answers have changed or are new, and nobody has looked: {', '.join(facts.questionnaires_changed)}."
    if facts.questionnaires_unanswered:
        return f"Not answered: {', '.join(facts.questionnaires_unanswered)}."
    return None


def _unmatched(facts: EntryFacts) -> str | None:
    if facts.unmatched_messages == 0:
        return None
    return "A message that nobody could match may be about this person."


def _reachable(facts: EntryFacts) -> str | None:
    return None if facts.told.how else facts.told.why_not


def _limit(facts: EntryFacts) -> str | None:
    return _since(
        facts.limit_changed_at, facts, words="A limit of this plan was changed on {day}, after the last review."
    )


def _treatment(facts: EntryFacts) -> str | None:
    return _since(facts.treated_at, facts, words="A treatment was recorded on {day}, after the last review.")


def _since(at: datetime | None, facts: EntryFacts, *, words: str) -> str | None:
    if at is None or facts.reviewed_at is None or at <= facts.reviewed_at:
        return None
    return words.format(day=day(london_date(at)))


def _together(facts: EntryFacts) -> str | None:
    if facts.parts_missing:
        return "Another part of the same sample is not final, or has no value that is understood."
    if facts.others_waiting:
        more = facts.others_waiting
        return f"{more} more {'thing' if more == 1 else 'things'} of this person {'waits' if more == 1 else 'wait'} for a look."
    return None


def _dropped(facts: EntryFacts) -> str | None:
    return facts.dropped or None


ENTRY_RULES: tuple[EntryRule, ...] = (
    EntryRule(key="rules", version=1, asks="every rule of the plan is clear, when it came and now", why_not=_rules),
    EntryRule(
        key="alert", version=2, asks="no alert is open, but that nobody has looked at a result", why_not=_open_alert
    ),
    EntryRule(key="alive", version=1, asks="no death of the person is recorded", why_not=_alive),
    EntryRule(key="status", version=1, asks="it is final, and the first final version", why_not=_status),
    EntryRule(key="unit", version=1, asks="it is a number in the unit we store", why_not=_number),
    EntryRule(
        key="dropped",
        version=2,
        asks="nobody left it out, set it aside or undid a decision about it alone",
        why_not=_dropped,
    ),
    EntryRule(key="matched", version=1, asks="it was matched by NHS number and one more fact", why_not=_matched),
    EntryRule(key="expected", version=1, asks="the plan is active and the result closed a step", why_not=_expected),
    EntryRule(key="latest", version=1, asks="no newer result of the same test is on file", why_not=_latest),
    EntryRule(key="first", version=1, asks="it is not the first looked at on this plan", why_not=_first),
    EntryRule(key="method", version=1, asks="the laboratory's method is that of the last time", why_not=_method),
    EntryRule(key="comment", version=1, asks="the laboratory wrote nothing new beside it", why_not=_comment),
    EntryRule(key="answers", version=1, asks="no questionnaire is unanswered or changed", why_not=_questionnaires),
    EntryRule(key="unmatched", version=1, asks="no unmatched message may be about the person", why_not=_unmatched),
    EntryRule(key="contact", version=1, asks="the person can be written to", why_not=_reachable),
    EntryRule(key="limit", version=1, asks="no limit was changed since the last review", why_not=_limit),
    EntryRule(key="treatment", version=1, asks="no treatment was recorded since the last review", why_not=_treatment),
    EntryRule(
        key="together", version=1, asks="nothing else of the person waits, no part is missing", why_not=_together
    ),
)
