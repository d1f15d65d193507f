"""Whether what we are told and given is fit for real people. Pure: the doctor and the set-up pages ask the same questions."""

from datetime import datetime
from typing import Final

from rms.messages.gateway import leaves_this_machine
from rms.settings import Settings

OLDEST_VERSION: Final = 150_000  # as PostgreSQL counts: 15
MOST_SKEW_SECONDS: Final = 2.0


def skew_seconds(there: datetime, *, before: datetime, after: datetime) -> float:
    """How far another clock is apart from ours, beyond what asking it took."""
    return max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)


def not_for_live(settings: Settings) -> list[str]:
    """What the settings lack in front of a live database, a sentence each."""
    faults = [
        f"{name} must begin with https:// in front of a live database."
        for name, url in (("RMS_BASE_URL", settings.base_url), ("RMS_PORTAL_URL", settings.portal_url))
        if not url.startswith("https://")
    ]
    if settings.notify is None and settings.twilio is None:
        faults.append("neither GOV.UK Notify nor Twilio is set up: nobody gets a text or an email.")
    if settings.notify is not None and not leaves_this_machine(settings.notify.url):
        faults.append("RMS_NOTIFY_URL names this machine: nobody gets a message.")
    if settings.twilio is not None and not leaves_this_machine(settings.twilio.url):
        faults.append("RMS_TWILIO_URL names this machine: nobody gets a text.")
    return faults
