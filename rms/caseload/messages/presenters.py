"""Messages as strings: to whom, by which way, where each stands and why."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rms.caseload.message_words import purpose_words
from rms.caseload.messages.store import DAYS_BACK, MessageLine, Part, part_of
from rms.caseload.people.words import CHANNELS, RECIPIENTS, message_state
from rms.caseload.words import in_words
from rms.caseload.worklist.ages import age, when
from rms.caseload.worklist.asked import Asked
from rms.caseload.worklist.frame import ListFrame, list_frame
from rms.caseload.worklist.people import PersonCell, person_cell
from rms.caseload.worklist.surroundings import Surroundings
from rms.clock import london_date
from rms.people.access import Asker

PATH: Final = "/messages"
_STOPPED_WORDS: Final = "Failed or held"
KIND_CHOICES: Final[Mapping[str, str]] = {
    Part.WAITING: "Waiting to be sent",
    Part.SENT: f"Sent in the last {DAYS_BACK} days",
    Part.TAKEN_BACK: f"Taken back in the last {DAYS_BACK} days",
}
_ORDERS: Final = {
    Part.STOPPED: "The oldest first.",
    Part.WAITING: "The next to leave first.",
    Part.SENT: "The latest first.",
    Part.TAKEN_BACK: "The latest first.",
}
_EMPTY: Final = {
    Part.STOPPED: (
        "No message to your teams’ people failed or is held.",
        "What does not reach a person appears here by itself, with the reason, and as an alert.",
    ),
    Part.WAITING: ("Nothing waits to be sent.", "Reminders are queued by themselves on the day they are due."),
    Part.SENT: (f"Nothing was sent in the last {DAYS_BACK} days.", "Older messages stand on each person’s page."),
    Part.TAKEN_BACK: (
        f"Nothing was taken back in the last {DAYS_BACK} days.",
        "Older ones stand on each person’s page.",
    ),
}


class MessageRow(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `href` leads to what it says and to sending it again; `alert` to its alert."""

    href: str
    person: PersonCell
    what: str
    to: str
    how: str
    state: str
    since: str
    nurse: str
    team: str
    alert: str | None


class MessagesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/messages.html`. `heading` names the part of the list that is shown."""

    list: ListFrame
    heading: str
    rows: tuple[MessageRow, ...]


def present_messages(
    lines: Sequence[MessageLine], *, asked: Asked, around: Surroundings, asks: Asker, now: datetime
) -> MessagesPage:
    """One page of the list."""
    part = part_of(asked)
    return MessagesPage(
        list=list_frame(
            PATH, asked, around=around, kinds=KIND_CHOICES, thing="message", me=asks.staff_id, kind_label="Which",
            all_kinds=_STOPPED_WORDS, total=lines[0].total if lines else 0, on_page=len(lines), order=_ORDERS[part],
            empty=_EMPTY[part], kinds_are_parts=True,
        ),
        heading=KIND_CHOICES.get(part, _STOPPED_WORDS),
        rows=tuple(_row(one, part=part, now=now) for one in lines),
    )  # fmt: skip


def _row(one: MessageLine, *, part: Part, now: datetime) -> MessageRow:
    leaves = part is Part.WAITING and one.state == "queued" and one.not_before > now
    return MessageRow(
        href=f"{PATH}/{one.ref}",
        person=person_cell(one, today=london_date(now)), what=purpose_words(one.purpose),
        to=RECIPIENTS.get(one.recipient) or in_words(one.recipient), how=CHANNELS.get(one.channel) or in_words(one.channel),
        state=message_state(one.state, reason=one.state_reason, channel=one.channel, is_printed=one.is_printed),
        since=f"Leaves {when(one.not_before, now=now)}" if leaves else f"{age(one.queued_at, now=now)} ago",
        nurse=one.nurse or "Nobody named", team=one.team,
        alert=f"/alerts/{one.alert_ref}" if one.alert_ref else None,
    )  # fmt: skip
