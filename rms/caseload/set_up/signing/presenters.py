"""Protocols and questionnaires as a clinician reads them before signing: content, every number's source, how good it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from rms.alerts.model import WEAK, Quality, Source
from rms.alerts.rules.kinds import Rule
from rms.caseload.set_up.parts import GOOD, WAITS, WRONG, Tag
from rms.caseload.words import KINDS, in_words, moment, site_words
from rms.caseload.worklist.ages import counted
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.plans.protocol import Protocol
from rms.plans.protocol.defaults import SOURCE, TAG, chase_after, reminders_of, window_of
from rms.plans.protocol.language import Step
from rms.plans.protocol.said import duration_said, months_said
from rms.plans.store import ProtocolOnFile
from rms.questionnaires.model import Definition, Item
from rms.questionnaires.store import VersionOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/protocols"
QUESTIONNAIRES: Final = "/set-up/questionnaires"
NOTHING: Final = Submitted(pairs=())
_DONE: Final = {
    "protocol": "It is signed off.",
    "questionnaire": "It is signed off.",
    "withdrawn": "The sign-off is withdrawn. What runs already goes on.",
}
_NOT_VALIDATED: Final = (
    "Nobody has shown yet that these questions measure what they say."
    " Answers start a conversation; they do not replace one."
)
_QUALITY: Final[Mapping[Quality, str]] = {
    Quality.NATIONAL: "National guidance",
    Quality.TRUST: "Published by a trust",
    Quality.PAPER: "Published study",
    Quality.SECONDARY: "Second hand: check it",
    Quality.RECALLED: "Recalled, not checked",
    Quality.OUR_DEFAULT: "Our default: decide it",
}


class SignState(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed and when; `is_open` while a sign-off is still possible."""

    tag: Tag
    words: str
    is_open: bool


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    href: str
    title: str
    version: str
    site: str
    weak: str
    state: SignState
    behind: str = ""


class SigningPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/signing.html`."""

    protocols: tuple[VersionRow, ...]
    questionnaires: tuple[VersionRow, ...]
    may_sign: bool
    may_set_up: bool
    said: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A heading with facts below it."""

    heading: str
    facts: tuple[tuple[str, str], ...]


class SourceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A source with how good it is."""

    tag: str
    text: str
    quality: Tag
    url: str


class ReadPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/read.html`: one version, whole."""

    heading: str
    back: str
    facts: tuple[tuple[str, str], ...]
    warning: str
    groups: tuple[tuple[str, tuple[Part, ...]], ...]
    sources: tuple[SourceLine, ...]
    state: SignState
    may_sign: bool
    withdraw: str
    action: str
    button: str
    live: bool
    typed: Submitted
    errors: FieldErrors


def sign_state(one: ProtocolOnFile | VersionOnFile, *, live: bool) -> SignState:
    """Whether it is signed off here."""
    if one.signed_by is None:
        return SignState(tag=Tag(text="Not signed off", colour=WRONG), words="It is not used here.", is_open=True)
    words = f"By {one.signed_by}, {moment(one.signed_at)}."
    if one.for_demonstration_only:
        more = " That is not enough for real people." if live else ""
        return SignState(tag=Tag(text="For demonstration only", colour=WAITS), words=words + more, is_open=live)
    return SignState(tag=Tag(text="Signed off", colour=GOOD), words=words, is_open=False)


def present_signing(
    protocols: Sequence[ProtocolOnFile], questionnaires: Sequence[VersionOnFile], *, asks: Asker, live: bool, done: str,
    behind: Mapping[tuple[str, int], int],
) -> SigningPage:  # fmt: skip
    """Both lists. `behind` says how many of the asker's people could move to a version."""
    return SigningPage(
        protocols=tuple(
            VersionRow(href=f"{PATH}/{one.protocol.key}/{one.protocol.version}", title=one.protocol.title,
                       version=str(one.protocol.version), site=site_words(one.protocol.tumour_site),
                       weak=_weak(one.protocol), state=sign_state(one, live=live),
                       behind=_behind(behind, one.protocol))
            for one in protocols
        ),
        questionnaires=tuple(
            VersionRow(href=f"{QUESTIONNAIRES}/{one.definition.key}/{one.definition.version}", title=one.definition.title,
                       version=str(one.definition.version), site=site_words(one.definition.tumour_site),
                       weak="No" if one.definition.source.clinically_validated else "Not clinically validated",
                       state=sign_state(one, live=live))
            for one in questionnaires
        ),
        may_sign=asks.may(Permission.PROTOCOL_APPROVE), may_set_up=asks.may(Permission.SET_UP_VIEW),
        said=_DONE.get(done, ""),
    )  # fmt: skip


def _behind(behind: Mapping[tuple[str, int], int], one: Protocol) -> str:
    number = behind.get((one.key, one.version), 0)
    return f"{counted(number, 'plan')} of your teams on an older version" if number else ""


def _weak(protocol: Protocol) -> str:
    weak = [tag for tag, source in _sources(protocol).items() if source.quality in WEAK]
    return f"{len(weak)} of {counted(len(_sources(protocol)), 'source')} are weak" if weak else "No"


def _sources(protocol: Protocol) -> dict[str, Source]:
    return {**protocol.sources, **({} if TAG in protocol.sources else {TAG: SOURCE})}


def present_protocol(
    one: ProtocolOnFile, *, asks: Asker, live: bool, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> ReadPage:
    """One protocol version with every number and its source."""
    protocol = one.protocol
    return ReadPage(
        heading=f"{protocol.title}, version {protocol.version}", back=PATH, facts=tuple(_protocol_facts(protocol)),
        warning="Numbers from weak sources are marked. By signing you decide that they are right for your people."
        if _weak(protocol) != "No" else "",
        groups=(
            ("What is asked for", tuple(_step(step) for step in protocol.steps)),
            ("What raises an alert", tuple(_rule(rule) for rule in protocol.rules)),
        ),
        sources=tuple(_source(tag, source) for tag, source in _sources(protocol).items()),
        state=sign_state(one, live=live), may_sign=asks.may(Permission.PROTOCOL_APPROVE),
        withdraw=f"{PATH}/{protocol.key}/{protocol.version}/withdraw" if one.signed_by else "",
        action=f"{PATH}/{protocol.key}/{protocol.version}", button=_button(live), live=live, typed=typed, errors=errors,
    )  # fmt: skip


def _button(live: bool) -> str:
    return "Sign off" if live else "Sign off for demonstration only"


def _protocol_facts(protocol: Protocol) -> Iterator[tuple[str, str]]:
    yield "For", protocol.setting
    yield "Tumour site", site_words(protocol.tumour_site)
    yield "Diagnosis codes", ", ".join(protocol.eligibility.diagnosis_codes)
    yield "After", ", ".join(in_words(kind) for kind in protocol.eligibility.treatments)
    for question in protocol.eligibility.questions:
        yield (
            "Asked before it starts",
            f"{question.question} Fits when: {'yes' if question.fits_when else 'no'}. {question.why}",
        )
    yield "Lasts", duration_said(protocol)
    yield "Reviewed when", "\n".join(protocol.review_when)
    yield "Ends when", "\n".join(protocol.discharge_when)


def _step(step: Step) -> Part:
    schedule, window, reminders, chase = step.schedule, window_of(step), reminders_of(step), chase_after(step)
    tags = {phase.source for phase in schedule.phases} | ({schedule.listed.source} if schedule.listed else set())
    facts = [
        ("Why", step.why),
        ("When", f"Months {months_said(schedule)} after {in_words(schedule.anchor).lower()} {_tags(tags)}"),
        ("In time", f"{window.early_days} days before to {window.late_days} days after it is due [{window.source}]"),
        ("Reminders", _reminders(reminders.days) + f" [{reminders.source}]"),
        ("Chased", f"{counted(chase.value, 'day')} after it was due [{chase.source}]"),
        ("Read by", in_words(step.read_by or step.owner_role)),
    ]
    return Part(heading=step.title, facts=tuple(facts))


def _reminders(days: Sequence[int]) -> str:
    words = [f"{-day} days before" if day < 0 else "on the day" if day == 0 else f"{day} days after" for day in days]
    return ", ".join(words) or "None"


def _tags(tags: set[str]) -> str:
    return "".join(f"[{tag}]" for tag in sorted(tags))


def _rule(rule: Rule) -> Part:
    numbers = list(_numbers(msgspec.to_builtins(rule.when)))
    facts = [
        ("Alert", f"{KINDS[rule.alert]}, to the {in_words(rule.owner_role).lower()}"),
        ("When", "\n".join(numbers) or in_words(str(msgspec.to_builtins(rule.when).get("kind", "")))),
        ("What to do", rule.response), ("What the person reads", rule.patient_words),
    ]  # fmt: skip
    return Part(heading=rule.title, facts=tuple(facts))


def _numbers(tree: Any, name: str = "") -> Iterator[str]:
    """Every number of a condition with its source, and the words around it."""
    if isinstance(tree, dict) and {"value", "source"} <= set(tree):
        yield f"{in_words(name)}: {tree['value']} [{tree['source']}]"
    elif isinstance(tree, dict):
        words = [str(tree[part]) for part in ("kind", "analyte", "step", "comparison", "unit") if tree.get(part)]
        if words:
            yield in_words(words[0]) + (": " + ", ".join(words[1:]) if words[1:] else "")
        for part, value in tree.items():
            yield from _numbers(value, part)
    elif isinstance(tree, list):
        for value in tree:
            yield from _numbers(value, name)


def _source(tag: str, source: Source) -> SourceLine:
    colour = WAITS if source.quality in WEAK else GOOD
    url = source.url if source.url.startswith("https://") else ""
    return SourceLine(tag=tag, text=source.text, quality=Tag(text=_QUALITY[source.quality], colour=colour), url=url)


def present_questionnaire(
    one: VersionOnFile, *, asks: Asker, live: bool, typed: Submitted = NOTHING, errors: FieldErrors = NO_ERRORS
) -> ReadPage:
    """One questionnaire version, question by question."""
    definition = one.definition
    source, path = definition.source, f"{QUESTIONNAIRES}/{definition.key}/{definition.version}"
    validated = source.clinically_validated
    quality = Tag(text="Clinically validated" if validated else "Not validated", colour=GOOD if validated else WAITS)
    return ReadPage(
        heading=f"{definition.title}, version {definition.version}", back=f"{PATH}#questionnaires",
        facts=(("Tumour site", site_words(definition.tumour_site)), ("Takes", counted(definition.about_minutes, "minute")),
               ("Questions", str(len(definition.items))), ("Licence", source.licence)),
        warning="" if source.clinically_validated else _NOT_VALIDATED,
        groups=(("Questions", tuple(_item(item) for item in definition.items)), ("Scores", _scores(definition))),
        sources=(SourceLine(tag=definition.key, text=source.text, quality=quality, url=""),),
        state=sign_state(one, live=live), may_sign=asks.may(Permission.PROTOCOL_APPROVE), action=path, button=_button(live),
        withdraw=f"{path}/withdraw" if one.signed_by else "",
        live=live, typed=typed, errors=errors,
    )  # fmt: skip


def _item(item: Item) -> Part:
    facts = [("Answer", "\n".join(option.text for option in item.options) or in_words(item.kind))]
    if item.help:
        facts.append(("Help", item.help))
    facts += [
        (
            KINDS_OF_FLAG[flag.kind],
            f"{', '.join(flag.answers)}: {flag.reason}" + (f" The person reads: {flag.advice}" if flag.advice else ""),
        )
        for flag in item.red_flags
    ]
    return Part(heading=item.text, facts=tuple(facts))


KINDS_OF_FLAG: Final = {"act_today": "Red flag, act today", "look_soon": "Red flag, look soon"}


def _scores(definition: Definition) -> tuple[Part, ...]:
    return tuple(
        Part(heading=score.title, facts=(
            ("Made from", f"{counted(len(score.items), 'question')}, {score.method}"),
            ("Missing answers", f"No score with more than {score.at_most_missing}"),
            *((f"{band.lowest} to {band.highest}", band.text) for band in score.bands)))
        for score in definition.scores
    )  # fmt: skip
