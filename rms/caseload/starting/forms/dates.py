"""The second page: the dates the plan counts from, personal changes, the named nurse, and how to reach the person."""

from collections.abc import Collection, Mapping
from datetime import date

import msgspec

from rms.alerts.model import Anchor
from rms.caseload.starting.forms.changes import GROUPS, Typed, read_changes
from rms.caseload.starting.forms.reading import read_each
from rms.caseload.starting.model import AnchorGiven, Choice, Draft
from rms.messages.model import Channel
from rms.plans.model import ChannelChange, Course, Override
from rms.plans.modes import FollowUpMode, in_order
from rms.plans.protocol import Protocol
from rms.plans.schedule import effective, why_not_change
from rms.plans.schedule.words import ANCHOR_WORDS
from rms.web.fields import a_choice, a_date, a_text, some_ticks
from rms.web.forms import FieldError, FieldErrors, Parsed
from rms.web.submitted import Submitted

#: Where a date comes from when nobody changed what the register says.
REGISTER = "The register"
NOT_THEIRS = "This date is not the register’s: say where it comes from"
#: Where the first thing to look at stands for a group of changes.
FIRST_FIELD: Mapping[str, str] = {
    "limit": "limit-value",
    "skip": "skip-which",
    "move": "move-which",
    "interval": "interval-from",
    "channel": "channel-by",
    "stop": "stop-of",
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the page offers: it says what may come back."""

    protocol: Protocol
    from_register: Mapping[Anchor, date]
    draft: Draft
    nurses: Collection[int]
    reached_by: Collection[str]
    born_on: date
    author: str
    today: date


def read_dates(sent: Submitted, *, asked: Asked) -> Parsed[Draft]:
    """The draft with the second page in it, or everything that is wrong with the page."""
    anchors, errors = _anchors(sent, asked)
    kept = _kept(sent, asked.draft.changes)
    typed = read_changes(sent, protocol=asked.protocol, author=asked.author, today=asked.today)
    course = Course(anchors={name: one.on for name, one in anchors.items()}, started_on=asked.today,
                    born_on=asked.born_on)  # fmt: skip
    changes, faults = _with_new(kept, typed, asked=asked, course=course)
    people = {
        "nurse": a_choice([str(one) for one in asked.nurses], missing="Choose the nurse they can ask for"),
        "prefers": a_choice(asked.reached_by, missing="Choose how to reach them"),
    }
    values, people_errors = read_each(sent, people)
    modes, mode_errors = _modes(sent)
    errors += [*faults, *people_errors, *mode_errors]
    if errors:
        return Parsed(value=None, errors=FieldErrors(all=tuple(errors)), typed=sent)
    draft = msgspec.structs.replace(
        asked.draft, anchors=anchors, changes=changes, nurse_staff_id=int(values["nurse"]), prefers=values["prefers"],
        modes=modes,
    )  # fmt: skip
    return Parsed(value=draft, errors=FieldErrors(), typed=sent)


def _anchors(sent: Submitted, asked: Asked) -> tuple[dict[Anchor, AnchorGiven], list[FieldError]]:
    found: dict[Anchor, AnchorGiven] = {}
    errors: list[FieldError] = []
    for anchor in asked.protocol.anchors:
        words = ANCHOR_WORDS[anchor]
        fields = {
            f"on-{anchor}": a_date(
                label=f"The date of {words}", missing=f"Enter the date of {words}, for example 27 3 2026",
                not_before=asked.born_on, not_after=asked.today, too_late=f"The date of {words} must be today or in the past",
            ),
            f"source-{anchor}": a_text(missing=f"Say where the date of {words} comes from", label="The source", longest=200),
        }  # fmt: skip
        values, faults = read_each(sent, fields)
        if not faults:
            one = AnchorGiven(on=values[f"on-{anchor}"], source=values[f"source-{anchor}"])
            known = asked.from_register.get(anchor)
            if one.source.casefold() == REGISTER.casefold() and known != one.on:
                faults = [
                    FieldError(
                        field=f"source-{anchor}", message="This date is not the register’s: say where it comes from"
                    )
                ]
            else:
                found[anchor] = one
        errors += faults
    return found, errors


def _modes(sent: Submitted) -> tuple[tuple[FollowUpMode, ...] | None, list[FieldError]]:
    """The ways of follow-up that are ticked; None when the page did not ask, and what the protocol suggests holds."""
    if not sent.one("modes-asked"):
        return None, []
    chosen = in_order(sent.all("mode"))
    return chosen, [] if chosen else [FieldError(field="mode", message="Choose at least one way of follow-up")]


def _kept(sent: Submitted, changes: tuple[Override, ...]) -> tuple[Override, ...]:
    """The changes that were there, without those that were ticked to be taken out."""
    ticked = some_ticks([str(number) for number in range(len(changes))]).read(sent, "out")
    assert isinstance(ticked, tuple)
    return tuple(one for number, one in enumerate(changes) if str(number) not in ticked)


def _with_new(
    kept: tuple[Override, ...], typed: tuple[Typed, ...], *, asked: Asked, course: Course
) -> tuple[tuple[Override, ...], list[FieldError]]:
    """The changes in force with the new ones laid on top one after the other, and the sentence that refuses each."""
    changes = kept
    errors: list[FieldError] = []
    for one in sorted(typed, key=lambda one: GROUPS.index(one.group)):
        errors += one.errors
        if one.change is None:
            continue
        why_not = _why_not(one.change, changes, asked=asked, course=course)
        if why_not is None:
            changes = (*changes, one.change)
        else:
            errors.append(FieldError(field=FIRST_FIELD[one.group], message=why_not))
    return changes, errors


def _why_not(wanted: Override, changes: tuple[Override, ...], *, asked: Asked, course: Course) -> str | None:
    change = wanted.change
    digital = isinstance(change, ChannelChange) and change.channel is not Channel.LETTER
    if digital and asked.draft.choice is Choice.DIGITAL_DECLINED:
        return "They want nothing digital, so nothing can go by text or email."
    so_far = effective(asked.protocol, overrides=changes)
    if why_not := why_not_change(so_far, override=wanted, course=course, today=asked.today):
        return why_not
    laid = effective(asked.protocol, overrides=(*changes, wanted))
    return next((why for one, why in laid.unplaced if one is wanted), None)
