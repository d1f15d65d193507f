"""Checks of a text before anybody may send it, and of names before they go into one. Pure.

A text shows on a locked screen and may reach a wrong reader, so it carries no clinical word, no result, no clinic,
no NHS number, no link but ours, nothing unfilled, and costs at most two parts. Emails are held to the same words.
"""

import re
from collections.abc import Iterable, Sequence

from rms.messages.gsm import measure, outside_gsm
from rms.messages.model import Channel, Finding

MAX_PARTS = 2
MAX_NAME = 60

# Beginnings of words, then whole words, that tell a stranger what the person is followed for.
_CLINICAL_WORD = re.compile(
    r"\b(?:(?:cancer|carcinoma|tumour|tumor|oncolog|malignan|metasta|lymphoma|leukaemia|melanoma|sarcoma|prostat|breast"
    r"|bowel|colorectal|colon|rectal|lung|kidney|bladder|testic|ovar|mammogra|biops|chemo|radiotherap|mastectom|surgeon"
    r"|recur|relaps|stoma|bone|abnormal)\w*"
    r"|psa|cea|ca125|rectum|remission|clinic|clinics|suspicious|worrying|benign)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\d+\.\d+|[<>]\s*\d|\d\s*(?:ng|ug|µg|mcg|mmol|miu|iu|u)/m?l\b|\b(?:in|out of|above|below)\s+range\b"
    r"|\b(?:is|was|are)\s+(?:normal|high|low|raised|negative|positive)\b",
    re.IGNORECASE,
)
_NHS_NUMBER = re.compile(r"(?<![\d/])[1-9]\d{2}[ -]?\d{3}[ -]?\d{4}(?!\d)")
_UNFILLED = re.compile(r"\{\{|\}\}|\{%|%\}|\(\(|\)\)|\[\[|\bNone\b|\bundefined\b")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f '’.\-])*")


def text_findings(
    text: str, *, channel: Channel, our_links: Sequence[str] = (), clinic_names: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """Every fault of `text`, or nothing. `our_links` are the configured addresses a link may begin with.

    `clinic_names` are the names of teams and clinics that the caller knows; they are looked for without regard to case.
    """
    links = _LINK.findall(text)
    words = _LINK.sub(" ", text)
    found = [*_length(text, channel), *_unfilled(text), *_clinical(words, clinic_names)]
    found += [_foreign(link) for link in links if not _is_ours(link, our_links)]
    return tuple(found)


def subject_findings(subject: str, *, clinic_names: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Every fault of an email's subject: one line, no link, and the words of a text."""
    found = [*_unfilled(subject), *_clinical(subject, clinic_names)]
    if _CONTROL.search(subject):
        found.append(Finding(code="line_break", sentence="The subject holds a line break or a control character."))
    if _LINK.search(subject):
        found.append(Finding(code="link", sentence="The subject holds a link."))
    return tuple(found)


def name_findings(name: str, *, what: str) -> tuple[Finding, ...]:
    """Faults of a person's or organisation's name that must stop it from going into any text. Never repeats the name.

    `what` begins the sentence, such as "The first name".
    """
    if _CONTROL.search(name):
        return (Finding(code="line_break", sentence=f"{what} holds a line break or a control character."),)
    if not name.strip():
        return (Finding(code="empty", sentence=f"{what} is empty."),)
    if len(name) > MAX_NAME:
        return (Finding(code="too_long", sentence=f"{what} is longer than {MAX_NAME} letters."),)
    return ()


def reads_as_a_name(name: str) -> bool:
    """Is this letters, hyphens, apostrophes and spaces only? Anything else is left out of texts: it may be a lure."""
    return _NAME.fullmatch(name) is not None


def _length(text: str, channel: Channel) -> list[Finding]:
    if channel is not Channel.SMS:
        return []
    found = []
    if strange := outside_gsm(text):
        found.append(Finding(code="alphabet", sentence=f"A text message cannot carry {strange!r}."))
    if (length := measure(text)).parts > MAX_PARTS:
        found.append(
            Finding(
                code="too_long", sentence=f"It takes {length.parts} parts ({length.places}); {MAX_PARTS} are allowed."
            )
        )
    return found


def _unfilled(text: str) -> list[Finding]:
    return [
        Finding(code="unfilled", sentence=f"{mark!r} looks like a place that was not filled.")
        for mark in dict.fromkeys(_UNFILLED.findall(text))
    ]


def _clinical(text: str, clinic_names: Iterable[str]) -> list[Finding]:
    found = [
        Finding(code="clinical_word", sentence=f"{word!r} tells a stranger what the person is followed for.")
        for word in dict.fromkeys(_CLINICAL_WORD.findall(text))
    ]
    found += [
        Finding(code="result", sentence=f"{value!r} looks like a result.")
        for value in dict.fromkeys(_RESULT.findall(text))
    ]
    if _NHS_NUMBER.search(text):
        found.append(Finding(code="nhs_number", sentence="Ten digits in it look like an NHS number."))
    lowered = text.casefold()
    found += [
        Finding(code="clinic_name", sentence=f"It names {name!r}.")
        for name in clinic_names
        if name.strip() and name.casefold() in lowered
    ]
    return found


def _is_ours(link: str, our_links: Sequence[str]) -> bool:
    return any(link.startswith(ours.rstrip("/") + "/") for ours in our_links)


def _foreign(link: str) -> Finding:
    return Finding(code="foreign_link", sentence=f"The link {link!r} does not lead to our own pages.")
