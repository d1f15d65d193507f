"""The checklist and what is confirmed on it, as strings."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rms.caseload.set_up.checklist.items import Item, State, next_item
from rms.caseload.set_up.checklist.store import Note
from rms.caseload.set_up.parts import NEUTRAL, WAITS, WRONG, Tag
from rms.caseload.words import moment
from rms.messages.compose import day_in_words
from rms.people.access import Asker
from rms.people.permissions import Permission
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up"
NOTHING: Final = Submitted(pairs=())
_TAGS: Final[Mapping[State, Tag]] = {
    State.DONE: Tag(text="Completed", colour=""),
    State.TO_DO: Tag(text="Incomplete", colour="blue"),
    State.WRONG: Tag(text="There is a problem", colour=WRONG),
    State.WAITS: Tag(text="Cannot start yet", colour=NEUTRAL),
    State.DEMONSTRATION: Tag(text="For demonstration only", colour=WAITS),
}
#: Other places of the set-up, with the permission each needs.
_PLACES: Final = (
    ("People and access", "/set-up/people", Permission.SET_UP_CODE_GIVE),
    ("Teams", "/set-up/teams", Permission.TEAM_MANAGE),
    ("Leave and cover", "/set-up/leave", Permission.LEAVE_MANAGE),
    ("Connections", "/set-up/connections", Permission.SET_UP_VIEW),
    ("Import people from a file", "/set-up/import", Permission.IMPORT_STAGE),
    ("Protocols and questionnaires", "/set-up/protocols", Permission.PROTOCOL_VIEW),
    ("Wording of messages", "/set-up/wording", Permission.SET_UP_VIEW),
)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the task list. `href` None: nothing to do for the one who looks."""

    key: str
    title: str
    words: tuple[str, ...]
    status: Tag
    href: str | None


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """The one button."""

    title: str
    href: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A link to a part of the set-up."""

    text: str
    href: str


class ChecklistPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/checklist.html`."""

    organisation: str
    progress: str
    lines: tuple[Line, ...]
    next: NextStep | None
    places: tuple[Place, ...]


class NotePage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/note.html`: what a named person confirms."""

    heading: str
    lines: tuple[str, ...]
    latest: tuple[tuple[str, str], ...]
    action: str
    may: bool
    who_may: str
    note_label: str
    note_hint: str
    day_label: str
    sure: str
    button: str
    typed: Submitted
    errors: FieldErrors


def present_checklist(found: Sequence[Item], *, organisation: str, asks: Asker) -> ChecklistPage:
    """The list for the one who looks."""
    done = sum(one.state in (State.DONE, State.DEMONSTRATION) for one in found)
    allowed = [one for one in found if asks.may(one.needs)]
    following = next_item(allowed)
    return ChecklistPage(
        organisation=organisation, progress=f"{done} of {len(found)} completed",
        lines=tuple(
            Line(key=one.key, title=one.title, words=one.words, status=_TAGS[one.state],
                 href=one.href if asks.may(one.needs) else None)
            for one in found
        ),
        next=NextStep(title=following.title, href=following.href or PATH) if following else None,
        places=tuple(Place(text=text, href=href) for text, href, permission in _PLACES if asks.may(permission)),
    )  # fmt: skip


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    heading: str
    path: str
    needs: Permission
    who_may: str
    lines: tuple[str, ...]
    day: str
    note: str
    hint: str
    missing: str
    sure: str
    button: str


NOTES: Final[Mapping[str, _Words]] = {
    "back_up": _Words(
        heading="Back-up", path=f"{PATH}/back-up", needs=Permission.TEAM_MANAGE, who_may="An administrator confirms this.",
        lines=(
            "Whoever runs the database backs it up; RMS cannot see that for itself.",
            "A back-up counts only when it was restored somewhere else and read. Try it at least every six months.",
            "Keep the secret key (and the audit key) with it, but in another place: without them second factors are lost.",
        ),
        day="When a restore was last tried", note="What was restored, where, and what was looked at",
        hint="For example: last night’s back-up onto the test server; people, plans and alerts counted and compared",
        missing="Say what was restored and what was looked at", sure="I have seen it done, or done it myself", button="Confirm",
    ),
    "clinical_safety": _Words(
        heading="Clinical safety sign-off", path=f"{PATH}/clinical-safety", needs=Permission.SAFETY_SIGN_OFF,
        who_may="The clinical safety officer of your organisation signs, as consultant or team lead.",
        lines=(
            "Before RMS follows real people, a clinical safety officer of yours answers for its use here (DCB0160).",
            "The hazards we know, and what stands against each, come with this release in the folder safety.",
            "Sign again after each release that changes a hazard, and whenever your way of working changes.",
        ),
        day="The day of the decision", note="What was read and agreed, and by which group",
        hint="For example: hazard log of release 0.3 and our own deployment log read; agreed by the safety board on 3 May",
        missing="Say what was read and by which group it was agreed", sure="I answer for the clinical safety of RMS here",
        button="Sign off",
    ),
}  # fmt: skip


def present_note(
    what: str,
    *,
    latest: Note | None,
    asks: Asker,
    live: bool,
    typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> NotePage:
    """What was confirmed last, and the form for those who may."""
    words = NOTES[what]
    return NotePage(
        heading=words.heading, lines=words.lines, latest=_latest(latest), action=words.path, may=asks.may(words.needs),
        who_may=words.who_may, note_label=words.note, note_hint=words.hint, day_label=words.day, sure=words.sure,
        button=words.button if live else f"{words.button} for demonstration only", typed=typed, errors=errors,
    )  # fmt: skip


def _latest(note: Note | None) -> tuple[tuple[str, str], ...]:
    if note is None:
        return ()
    only = " (for demonstration only)" if note.for_demonstration_only else ""
    return (("By", f"{note.made_by}{only}"), ("Day", day_in_words(note.on_day)), ("Written down", moment(note.made_at)),
            ("What", note.said))  # fmt: skip
