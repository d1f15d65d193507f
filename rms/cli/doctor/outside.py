"""The systems outside that the settings name: each is asked something that changes nothing there."""

from rms.settings import Settings
from rms.sync.finding import Finding, fine
from rms.sync.probes import look_at_notify, look_at_register, look_at_twilio

#: The settings of the doctor are those of where it is called: a demo gives its own processes others.
_NOT_USED = "not set up where this command runs, so not looked at."


async def look_outside(settings: Settings) -> list[Finding]:
    """GOV.UK Notify, Twilio and the register."""
    url = settings.register_fhir_url
    return [
        await look_at_notify(settings.notify) if settings.notify else fine("GOV.UK Notify", _NOT_USED),
        await look_at_twilio(settings.twilio) if settings.twilio else fine("Twilio", _NOT_USED),
        await look_at_register(url) if url else fine("register", _NOT_USED),
    ]
