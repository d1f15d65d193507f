"""What page plumbing must be told at start, and where it finds it again. Must not read the environment."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection

from rms.web.cookies import Cookies

_KEY = "web_config"


class WebConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The web's settings, made once by `create_app`.

    `secret`: at least 32 random bytes, the same in every process. `origins`: every address we are reached at
    ("https://rms.example.nhs.uk"), from configuration and never from a request. `demo`: the database says demo.
    `help_phone`: the number on error pages, when the trust has one for all teams.
    """

    secret: bytes
    origins: tuple[str, ...]
    service_name: str = "Remote monitoring"
    cookies: Cookies = Cookies()
    demo: bool = False
    help_phone: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would weaken the web silently."""
        if len(self.secret) < 32:
            raise ValueError("The web's secret must have 32 bytes or more.")
        if self.cookies.over_plain_http and not self.demo:
            raise ValueError("Cookies over plain HTTP are for a demo database only.")
        if not self.origins:
            raise ValueError("The web needs to know the address it is reached at.")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names (with port) that a request may name."""
        return tuple(sorted({urlsplit(origin).netloc for origin in self.origins}))


def web_config(connection: ASGIConnection[Any, Any, Any, Any]) -> WebConfig:
    """Find the settings from any request."""
    found = connection.app.state[_KEY]
    assert isinstance(found, WebConfig)
    return found


def remember(state: Any, *, config: WebConfig) -> None:
    """Leave the settings where `web_config` finds them."""
    state[_KEY] = config
