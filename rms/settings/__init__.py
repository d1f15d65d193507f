"""What RMS is told by its surroundings, read once at the edge and handed on as one value.

`read_settings(os.environ)` either gives a whole `Settings` or raises one BadInput that names everything that is
wrong, so that whoever installs RMS mends it in one go. It opens no connection and writes no file.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from rms.errors import BadInput
from rms.settings.reading import Environment
from rms.settings.secret import Secret

__all__ = ["DatabaseUrls", "NotifySettings", "Secret", "Settings", "TwilioSettings", "read_settings"]

CHECKOUT = Path(__file__).resolve().parent.parent.parent


class DatabaseUrls(msgspec.Struct, frozen=True, kw_only=True):
    """Where PostgreSQL is, by role; None where the embedded server decides. Secret, because passwords stand in them."""

    owner: Secret | None
    web: Secret | None
    worker: Secret | None
    listener: Secret | None
    failsafe: Secret | None


class NotifySettings(msgspec.Struct, frozen=True, kw_only=True):
    """How GOV.UK Notify is reached. Without a callback token receipts are refused and states are asked for instead."""

    url: str
    key: Secret
    callback_token: Secret | None
    template_sms: str | None
    template_email: str | None


class TwilioSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How Twilio is reached, the second way to send a text."""

    url: str
    sid: str
    token: Secret
    sender: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that surroundings decide. `home` holds the embedded database and the keys made for it.

    `downtime_folder` is where each night's lists to print are put as files; None: they are kept in the database only.
    """

    home: Path
    database: DatabaseUrls
    base_url: str
    portal_url: str
    web_port: int
    mllp_host: str
    mllp_port: int
    notify: NotifySettings | None
    twilio: TwilioSettings | None
    register_fhir_url: str | None
    audit_key: Secret | None
    secret_key: Secret | None
    downtime_folder: Path | None = None


def read_settings(environ: Mapping[str, str], *, checkout: Path = CHECKOUT) -> Settings:
    """Read every setting, or raise one BadInput with a sentence for each that is wrong.

    When a `pyproject.toml` lies in `checkout`, RMS runs from its source and the data lives beside it.
    """
    env = Environment(environ)
    web_port = env.port("RMS_WEB_PORT", default=8000)
    base_url = env.url("RMS_BASE_URL", default=f"http://127.0.0.1:{web_port}")
    settings = Settings(
        home=_home(env, checkout=checkout),
        database=_database(env),
        base_url=base_url,
        portal_url=env.url("RMS_PORTAL_URL", default=base_url),
        web_port=web_port,
        mllp_host=env.text("RMS_MLLP_HOST") or "127.0.0.1",
        mllp_port=env.port("RMS_MLLP_PORT", default=2575),
        notify=_notify(env),
        twilio=_twilio(env),
        register_fhir_url=env.url("RMS_REGISTER_FHIR_URL", default="") or None,
        audit_key=env.secret("RMS_AUDIT_KEY", hex_bytes=32),
        secret_key=env.secret("RMS_SECRET_KEY", at_least=32),
        downtime_folder=_folder(env.text("RMS_DOWNTIME_FOLDER")),
    )
    if faults := env.faults():
        raise BadInput("\n".join(faults))
    return settings


def _home(env: Environment, *, checkout: Path) -> Path:
    if given := env.text("RMS_HOME"):
        return Path(given).expanduser().absolute()
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".rms"
    return Path(env.text("HOME") or Path.home()) / ".local" / "share" / "rms"


def _folder(given: str | None) -> Path | None:
    return Path(given).expanduser().absolute() if given else None


def _database(env: Environment) -> DatabaseUrls:
    return DatabaseUrls(
        owner=env.database_url("DATABASE_URL"),
        web=env.database_url("RMS_DATABASE_URL_WEB"),
        worker=env.database_url("RMS_DATABASE_URL_WORKER"),
        listener=env.database_url("RMS_DATABASE_URL_LISTENER"),
        failsafe=env.database_url("RMS_DATABASE_URL_FAILSAFE"),
    )


def _notify(env: Environment) -> NotifySettings | None:
    url = env.url("RMS_NOTIFY_URL", default="https://api.notifications.service.gov.uk")
    key = env.secret("RMS_NOTIFY_KEY")
    callback_token = env.secret("RMS_NOTIFY_CALLBACK_TOKEN")
    sms, email = env.text("RMS_NOTIFY_TEMPLATE_SMS"), env.text("RMS_NOTIFY_TEMPLATE_EMAIL")
    env.all_or_none(
        "RMS_NOTIFY_KEY",
        needed_by=(
            "RMS_NOTIFY_URL",
            "RMS_NOTIFY_CALLBACK_TOKEN",
            "RMS_NOTIFY_TEMPLATE_SMS",
            "RMS_NOTIFY_TEMPLATE_EMAIL",
        ),
    )
    if key is None:
        return None
    return NotifySettings(url=url, key=key, callback_token=callback_token, template_sms=sms, template_email=email)


def _twilio(env: Environment) -> TwilioSettings | None:
    url = env.url("RMS_TWILIO_URL", default="https://api.twilio.com")
    sid, token, sender = env.text("RMS_TWILIO_SID"), env.secret("RMS_TWILIO_TOKEN"), env.text("RMS_TWILIO_FROM")
    names = ("RMS_TWILIO_SID", "RMS_TWILIO_TOKEN", "RMS_TWILIO_FROM")
    for name in names:
        env.all_or_none(name, needed_by=("RMS_TWILIO_URL", *(other for other in names if other != name)))
    if sid is None or token is None or sender is None:
        return None
    return TwilioSettings(url=url, sid=sid, token=token, sender=sender)
