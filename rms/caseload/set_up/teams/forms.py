"""A team as it is typed: how it is called, reached, and what stands at the head of its letters."""

import re
from typing import Final

import msgspec

from rms.errors import BadInput
from rms.people.contact_points import uk_number
from rms.people.model import TumourSite
from rms.web.fields import a_choice, a_text, parsed_by
from rms.web.forms import Form

_PHONE = re.compile(r"\+?[0-9][0-9 ]{7,18}", re.ASCII)
#: A text message has little room: what is longer would cost a second one each time.
LONGEST_HOURS: Final = 60
LONGEST_HEAD: Final = 300
MOST_HEAD_LINES: Final = 6


class TeamTyped(msgspec.Struct, frozen=True, kw_only=True):
    """A team's particulars; `key` only for a new one."""

    name: str
    phone: str
    phone_hours: str | None
    site: str | None
    letterhead: str | None


class NewTeam(msgspec.Struct, frozen=True, kw_only=True):
    """The short word by which addresses and files call a new team."""

    key: str


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise BadInput("Enter a telephone number with digits and spaces only, like 01632 960001")
    try:
        uk_number(text)
    except BadInput:
        raise BadInput("Enter a UK telephone number that people can call, like 01632 960001") from None
    return text


def _one_line(text: str) -> str:
    if "\n" in text or len(text) > LONGEST_HOURS:
        raise BadInput(
            f"The hours must be one line of {LONGEST_HOURS} characters or fewer, because they stand in texts"
        )
    return text


def _head(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_HEAD_LINES or len(text) > LONGEST_HEAD:
        raise BadInput(f"The letterhead must be {MOST_HEAD_LINES} lines or fewer, and {LONGEST_HEAD} characters in all")
    return "\n".join(lines)


TEAM: Final = Form(
    TeamTyped,
    name=a_text(missing="Enter the name of the team", label="The name", longest=80),
    phone=parsed_by(_phone, missing="Enter the telephone number that people call"),
    phone_hours=parsed_by(_one_line),
    site=a_choice(tuple(TumourSite)),
    letterhead=parsed_by(_head),
)
KEY: Final = Form(NewTeam, key=a_text(missing="Enter a short word for the team", label="The short word", longest=40))
