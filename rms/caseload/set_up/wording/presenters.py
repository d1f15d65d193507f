"""Wordings as strings: what each message says, whose words they are, and how they come out for people with hard names."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from rms.caseload.message_words import PURPOSES
from rms.caseload.set_up.parts import GOOD, NEUTRAL, WAITS, Tag
from rms.caseload.set_up.wording.forms import block_field
from rms.caseload.set_up.wording.letter_parts import BlockBox, LetterLine, boxes, letter_lines, reading
from rms.caseload.set_up.wording.words import WAYS
from rms.caseload.words import moment
from rms.caseload.worklist.ages import counted
from rms.messages.catalogue import Catalogue, Template
from rms.messages.letter_words import blocks_of
from rms.messages.model import Channel, Purpose
from rms.messages.own import WordingOnFile
from rms.messages.own_proof import Sample, Sender, own_findings, samples
from rms.messages.places import Place, Words, as_read, own_template, places_for, start_from
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/wording"
NOTHING: Final = Submitted(pairs=())
_SAID: Final = {
    "saved": "The draft is saved. Somebody else approves it before it is used.",
    "approved": "Approved. Messages go out in these words from now on.",
    "withdrawn": "Withdrawn. Messages go out in the standard words again.",
    "discarded": "The draft is thrown away.",
}
_STANDARD: Final = Tag(text="Standard", colour=NEUTRAL)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """The wording of one message by one way."""

    href: str
    way: str
    lines: tuple[tuple[Tag, str], ...]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One message; a cell for each way, None where it never goes that way."""

    what: str
    cells: tuple[Cell | None, ...]


class WordingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/wordings.html`."""

    ways: tuple[str, ...]
    rows: tuple[Row, ...]
    waiting: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Words with whose they are; `version` goes with a button about them."""

    heading: str
    tag: Tag
    by: str
    subject: str
    body: str
    version: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One text of the preview."""

    who: str
    test: str
    subject: str
    text: str
    count: str
    notes: tuple[str, ...]


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history."""

    version: str
    tag: Tag
    drafted: str
    approved: str
    withdrawn: str
    body: str


class WordingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/wording.html`."""

    heading: str
    way: str
    action: str
    is_email: bool
    blocks: tuple[BlockBox, ...]
    standard: Said
    in_force: Said | None
    draft: Said | None
    notices: tuple[str, ...]
    places: tuple[Place, ...]
    may_draft: bool
    may_approve: bool
    is_author: bool
    preview_of: str
    preview: tuple[Line, ...]
    letters: tuple[LetterLine, ...]
    versions: tuple[Version, ...]
    said: str
    typed: Submitted
    errors: FieldErrors


def present_wordings(catalogue: Catalogue, own: Sequence[WordingOnFile]) -> WordingsPage:
    """Every message by every way."""
    drafts = sum(one.is_draft for one in own)
    return WordingsPage(
        ways=tuple(WAYS[channel] for channel in Channel),
        rows=tuple(Row(what=PURPOSES[purpose], cells=tuple(_cell(purpose, channel, catalogue, own) for channel in Channel))
                   for purpose in PURPOSES),
        waiting=f"{counted(drafts, 'draft')} {'waits' if drafts == 1 else 'wait'} to be approved." if drafts else "",
    )  # fmt: skip


def _cell(purpose: Purpose, channel: Channel, catalogue: Catalogue, own: Sequence[WordingOnFile]) -> Cell | None:
    standard = catalogue.get((purpose, channel))
    if standard is None:
        return None
    mine = [one for one in own if (one.purpose, one.channel) == (purpose, channel)]
    return Cell(
        href=f"{PATH}/{purpose}/{channel}", way=WAYS[channel],
        lines=tuple(_states(mine)) or ((_STANDARD, f"Version {standard.version}"),),
    )  # fmt: skip


def _states(mine: Sequence[WordingOnFile]) -> Iterator[tuple[Tag, str]]:
    for one in mine:
        if one.in_force:
            yield Tag(text="Own words", colour=GOOD), f"Approved by {one.approved_by}, {moment(one.approved_at)}"
        elif one.is_draft:
            yield Tag(text="Draft", colour=WAITS), f"By {one.drafted_by}, {moment(one.drafted_at)}"


def present_wording(
    standard: Template, own: Sequence[WordingOnFile], *, asks: Asker, senders: Sequence[Sender], done: str = "",
    typed: Submitted = NOTHING, words: Words | None = None, errors: FieldErrors = NO_ERRORS,
) -> WordingPage:  # fmt: skip
    """One message: the standard words beside their own, the form, and how it comes out. `words`: what was just typed."""
    in_force = next((one for one in own if one.in_force), None)
    draft = next((one for one in own if one.is_draft), None)
    shown, preview_of = _to_show(standard, in_force, draft, words)
    is_letter = standard.channel is Channel.LETTER
    return WordingPage(
        heading=PURPOSES[standard.purpose], way=WAYS[standard.channel],
        action=f"{PATH}/{standard.purpose}/{standard.channel}", is_email=standard.channel is Channel.EMAIL,
        standard=Said(heading="Standard wording", tag=_STANDARD, by=f"Version {standard.version}",
                      subject=standard.subject or "", version="",
                      body=reading(as_read(standard), standard)),
        in_force=None if in_force is None else _said(in_force, standard),
        draft=None if draft is None else _said(draft, standard), blocks=boxes(standard) if is_letter else (),
        notices=tuple(_notices(standard, in_force, draft, senders)), places=places_for(standard),
        may_draft=asks.may(Permission.WORDING_DRAFT), may_approve=asks.may(Permission.WORDING_APPROVE),
        is_author=draft is not None and draft.drafted_by_staff_id == asks.staff_id, preview_of=preview_of,
        preview=() if is_letter else tuple(_line(one) for one in samples(shown, sender=senders[0]) if one.text),
        letters=letter_lines(shown, senders[0], action=f"{PATH}/{standard.purpose}/{standard.channel}") if is_letter else (),
        versions=tuple(_version(one, standard) for one in own), said=_SAID.get(done, ""),
        typed=_in_the_form(standard, in_force, draft) if typed is NOTHING else typed, errors=errors,
    )  # fmt: skip


def _to_show(
    standard: Template, in_force: WordingOnFile | None, draft: WordingOnFile | None, words: Words | None
) -> tuple[Template, str]:
    if words is not None:
        return own_template(words, standard=standard, version=0), "what is typed below"
    if draft is not None:
        return draft.template(standard), f"the draft, version {draft.version}"
    if in_force is not None:
        return in_force.template(standard), f"your own words, version {in_force.version}"
    return standard, "the standard wording"


def _in_the_form(standard: Template, in_force: WordingOnFile | None, draft: WordingOnFile | None) -> Submitted:
    """What somebody starts from: the draft, else what is in force, else the standard words where they can be changed."""
    known = draft or in_force
    words = known.words if known else start_from(standard)
    if standard.channel is Channel.LETTER:
        return Submitted(pairs=tuple((block_field(one.name), one.text) for one in blocks_of(words.body)))
    return Submitted(pairs=(("subject", words.subject or ""), ("body", words.body)))


def _said(one: WordingOnFile, standard: Template) -> Said:
    tag = Tag(text="Approved", colour=GOOD) if one.in_force else Tag(text="Draft", colour=WAITS)
    by = f"Written by {one.drafted_by}, {moment(one.drafted_at)}."
    if one.approved_by:
        by += f" Approved by {one.approved_by}, {moment(one.approved_at)}."
    heading = f"Your own words, version {one.version}" if one.in_force else f"Draft, version {one.version}"
    return Said(heading=heading, tag=tag, by=by, subject=one.subject or "",
                body=reading(one.body, standard), version=str(one.version))  # fmt: skip


def _notices(
    standard: Template, in_force: WordingOnFile | None, draft: WordingOnFile | None, senders: Sequence[Sender]
) -> Iterator[str]:
    for one in (in_force, draft):
        if one is None:
            continue
        which = "Your own words" if one is in_force else "The words of the draft"
        if one.standard_version != standard.version:
            yield (
                f"The standard wording has changed since version {one.version} was written (from {one.standard_version} to"
                f" {standard.version}). Read them side by side."
            )
        if "phone_hours" in one.body and (without := [team.team_name for team in senders if not team.phone_hours]):
            yield f"{which} need the hours of the telephone. Teams without hours send the standard words: {', '.join(without)}."
        if found := own_findings(one.words, standard=standard, senders=senders):
            yield f"{which} no longer pass the checks: {' '.join(fault.sentence for fault in found)}"


def _line(one: Sample) -> Line:
    count = ""
    if one.length is not None and one.text:
        alphabet = "" if one.length.gsm else " in the short encoding (UCS-2)"
        count = f"{counted(one.length.places, 'character')}, {counted(one.length.parts, 'part')}{alphabet}"
    notes = list(one.faults)
    if one.text and not one.says_the_name and not one.faults:
        notes.append("The name is left out.")
    return Line(who=one.who, test=str(one.test), subject=one.subject or "", text=one.text, count=count,
                notes=tuple(notes))  # fmt: skip


def _version(one: WordingOnFile, standard: Template) -> Version:
    if one.in_force:
        tag = Tag(text="In force", colour=GOOD)
    elif one.is_draft:
        tag = Tag(text="Draft", colour=WAITS)
    else:
        tag = Tag(text="Withdrawn", colour=NEUTRAL)
    approved = f"{one.approved_by}, {moment(one.approved_at)}" if one.approved_by else "No"
    withdrawn = f"{one.withdrawn_by}, {moment(one.withdrawn_at)}: {one.withdrawn_why}" if one.withdrawn_by else "No"
    return Version(version=str(one.version), tag=tag, drafted=f"{one.drafted_by}, {moment(one.drafted_at)}",
                   approved=approved, withdrawn=withdrawn, body=reading(one.body, standard))  # fmt: skip
