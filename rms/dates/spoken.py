"""Instants as they are said. Pure."""

from datetime import datetime

from rms.clock import london_time


def clock_words(instant: datetime) -> str:
    """The London wall time of an instant: `7:42am`, `5pm`, `midday`."""
    at = london_time(instant)
    if (at.hour, at.minute) in ((0, 0), (12, 0)):
        return "midday" if at.hour else "midnight"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"
