"""Which protocols fit a person, best first, each with its reason and what a person must still confirm.

A suggestion decides nothing: a nurse chooses. What the register does not say becomes a doubt or a question, never a guess.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from rms.alerts.model import Anchor
from rms.dates import PartialDate
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind
from rms.plans.protocol.language import Eligibility, Protocol, Question
from rms.plans.schedule.words import ANCHOR_WORDS, day


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One protocol that fits. `doubts` are sentences a person must settle; `anchors` are the dates the register gives."""

    protocol: Protocol
    reason: str
    doubts: tuple[str, ...]
    questions: tuple[Question, ...]
    anchors: Mapping[Anchor, date]


def suggest(
    protocols: Iterable[Protocol], *, diagnosis: Diagnosis, treatments: tuple[Treatment, ...]
) -> tuple[Suggestion, ...]:
    """Give the protocols that fit a diagnosis and its treatments; fewest doubts first, then the latest treatment.

    Treatments that the register ties to another cancer are left out; those tied to none count, as a doubt.
    """
    ours = tuple(t for t in treatments if t.diagnosis_ref in (diagnosis.ref, None))
    found = [(_fit(protocol, diagnosis, ours), protocol) for protocol in protocols]
    fitting = [(matched, protocol) for matched, protocol in found if matched]
    suggestions = [(_latest(matched), _suggestion(p, diagnosis, ours, matched)) for matched, p in fitting]
    ordered = sorted(suggestions, key=lambda s: (len(s[1].doubts), -s[0].toordinal(), s[1].protocol.title))
    return tuple(suggestion for _, suggestion in ordered)


def _fit(protocol: Protocol, diagnosis: Diagnosis, treatments: tuple[Treatment, ...]) -> tuple[Treatment, ...]:
    """The treatments through which a protocol fits; none when it does not."""
    eligible = protocol.eligibility
    if diagnosis.site not in (protocol.tumour_site, None):
        return ()
    if diagnosis.icd10 is not None and not diagnosis.icd10.upper().startswith(eligible.diagnosis_codes):
        return ()
    if diagnosis.site is None and diagnosis.icd10 is None:
        return ()
    return tuple(t for t in treatments if t.kind in eligible.treatments and t.intent in eligible.intents)


def _suggestion(
    protocol: Protocol, diagnosis: Diagnosis, treatments: tuple[Treatment, ...], matched: tuple[Treatment, ...]
) -> Suggestion:
    anchors = _anchors(protocol, diagnosis, treatments, matched)
    latest = max(matched, key=lambda t: _day_or_first(t.started_on))
    what = diagnosis.text or (f"a cancer coded {diagnosis.icd10}" if diagnosis.icd10 else f"a {diagnosis.site} cancer")
    when = f" on {_words(latest.started_on)}" if latest.started_on else ""
    return Suggestion(
        protocol=protocol,
        reason=f"The register has {what}, treated by {_kind_words(latest.kind)}{when}: {protocol.setting}.",
        doubts=(*_doubts(protocol, diagnosis, treatments, matched), *_missing(protocol, anchors)),
        questions=protocol.eligibility.questions,
        anchors=anchors,
    )


def _doubts(
    protocol: Protocol, diagnosis: Diagnosis, treatments: tuple[Treatment, ...], matched: tuple[Treatment, ...]
) -> list[str]:
    eligible = protocol.eligibility
    doubts = [_also(t) for t in treatments if _is_doubtful(t, eligible)]
    if diagnosis.icd10 is None:
        doubts.append("The register gives no diagnosis code, only the tumour site.")
    if all(t.intent is TreatmentIntent.UNKNOWN for t in matched):
        doubts.append("The register does not say whether the treatment was meant to cure.")
    if all(t.diagnosis_ref is None for t in matched):
        doubts.append("The register does not say which cancer the treatment was for.")
    return doubts


def _is_doubtful(treatment: Treatment, eligible: Eligibility) -> bool:
    return treatment.kind in eligible.doubtful_after or treatment.intent is TreatmentIntent.PALLIATIVE


def _also(treatment: Treatment) -> str:
    meant = " meant to relieve, not to cure," if treatment.intent is TreatmentIntent.PALLIATIVE else ""
    when = f" (from {_words(treatment.started_on)})" if treatment.started_on else ""
    return f"{_kind_words(treatment.kind).capitalize()}{meant} was also given{when}: check that this protocol is right."


def _missing(protocol: Protocol, anchors: Mapping[Anchor, date]) -> list[str]:
    return [
        f"The register does not give the day of {ANCHOR_WORDS[anchor]}."
        for anchor in protocol.anchors
        if anchor not in anchors
    ]


def _anchors(
    protocol: Protocol, diagnosis: Diagnosis, treatments: tuple[Treatment, ...], matched: tuple[Treatment, ...]
) -> dict[Anchor, date]:
    """The anchors of a protocol as far as the register knows the exact day; the scan before treatment it never does."""
    surgery = [t.started_on.exact for t in matched if t.kind is TreatmentKind.SURGERY and t.started_on]
    ends = [_end(t) for t in treatments if t.kind is not TreatmentKind.HORMONE]
    known = {
        Anchor.SURGERY: _last_known(surgery),
        Anchor.END_OF_TREATMENT: _last_known(ends),
        Anchor.DIAGNOSIS: diagnosis.diagnosed_on.exact if diagnosis.diagnosed_on else None,
    }
    return {anchor: on for anchor, on in known.items() if anchor in protocol.anchors and on is not None}


def _end(treatment: Treatment) -> date | None:
    if treatment.ended_on is not None:
        return treatment.ended_on.exact
    one_day = treatment.kind is TreatmentKind.SURGERY
    return treatment.started_on.exact if one_day and treatment.started_on else None


def _last_known(days: list[date | None]) -> date | None:
    """The latest of several days; None when any of them is not known, because it could be the latest."""
    known = [on for on in days if on is not None]
    return max(known) if known and len(known) == len(days) else None


def _latest(treatments: tuple[Treatment, ...]) -> date:
    return max(_day_or_first(t.started_on) for t in treatments)


def _day_or_first(on: PartialDate | None) -> date:
    return on.latest if on else date.min


def _words(on: PartialDate | None) -> str:
    if on is None:
        return "a day not known"
    return day(on.exact) if on.exact else str(on)


def _kind_words(kind: TreatmentKind) -> str:
    return kind.replace("_", " ")
