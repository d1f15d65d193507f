"""What is typed about alerts: handing over one or several, a step that was taken, setting aside, the end."""

from datetime import date, datetime, time
from typing import Final

import msgspec

from rms.alerts.lifecycle import AlertOutcome
from rms.clock import at_london
from rms.web.fields import a_choice, a_date, a_text
from rms.web.forms import Form

#: The times an alert can come back at, as the page says them.
TIMES: Final = {
    "9am": time(9),
    "11am": time(11),
    "1pm": time(13),
    "3pm": time(15),
    "4:30pm": time(16, 30),
}
LONGEST_NOTE: Final = 1000


class HandingOver(msgspec.Struct, frozen=True, kw_only=True):
    """Giving one alert to a colleague: their ref, and why."""

    to: str
    reason: str


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """A step towards the answer."""

    what: str


class SettingAside(msgspec.Struct, frozen=True, kw_only=True):
    """Until when, and why."""

    until: date
    at: str
    why: str

    @property
    def comes_back_at(self) -> datetime:
        """When it comes back."""
        return at_london(self.until, TIMES[self.at])


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody ends an alert."""

    outcome: str
    note: str | None


HANDING_OVER: Final = Form(
    HandingOver,
    to=a_text(missing="Choose who takes it", label="The colleague"),
    reason=a_text(missing="Say why you hand it over", label="The reason", longest=LONGEST_NOTE),
)
ACTING: Final = Form(Acting, what=a_text(missing="Say what you did", label="What you did", longest=LONGEST_NOTE))
SETTING_ASIDE: Final = Form(
    SettingAside,
    until=a_date(label="The day on which it comes back", missing="Enter the day on which it comes back"),
    at=a_choice(tuple(TIMES), missing="Choose the time at which it comes back"),
    why=a_text(missing="Say why it is set aside", label="The reason", longest=LONGEST_NOTE),
)
ENDING: Final = Form(
    Ending,
    outcome=a_choice(tuple(AlertOutcome), missing="Choose an outcome"),
    note=a_text(label="The note", longest=LONGEST_NOTE),
)
