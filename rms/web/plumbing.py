"""One plugin that puts all of this room into an application, so that no application can forget a part of it.

app = Litestar(route_handlers=[...], plugins=[WebPlumbing(config=config, asset=asset, static=folder)])
"""

from collections.abc import Callable
from pathlib import Path

from litestar import Litestar, Router
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.app import AppConfig
from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.plugins import InitPlugin
from litestar.static_files import create_static_files_router

from rms.web import config as settings
from rms.web import pages as templates
from rms.web.config import WebConfig
from rms.web.csrf import refuse_forgeries
from rms.web.error_pages import HANDLERS
from rms.web.guard import PUBLIC, assert_every_route_has_a_policy, demand_policy
from rms.web.headers import STATIC_PREFIX, add_security_headers
from rms.web.jinja import TEMPLATES, make_pages, preload

LARGEST_BODY = 1_000_000
"""Bytes a request may have unless its handler says otherwise; forms are small."""

# Style sheets are a tenth of their size when packed. Pages are not packed: their length would tell, guess by guess, what
# stands in them beside what somebody else put there.
_PACKED = DefineMiddleware(
    CompressionMiddleware, config=CompressionConfig(backend="gzip", minimum_size=1_000, gzip_compress_level=6)
)


class WebPlumbing(InitPlugin):
    """Guard, forgery check, headers, hosts, error pages, templates and static files.

    `asset("nhsuk.css")` gives the address of a built file in `static`; `folder` holds the templates.
    """

    def __init__(
        self, *, config: WebConfig, asset: Callable[[str], str], static: Path, folder: Path = TEMPLATES
    ) -> None:
        self.config = config
        self.static = static
        self.pages = make_pages(folder, asset=asset)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Set every part; what an application set itself stays, after ours."""
        if app_config.debug:
            raise ValueError("Debug pages show traces and values; they are never on.")
        settings.remember(app_config.state, config=self.config)
        templates.remember(app_config.state, pages=self.pages)
        app_config.guards = [demand_policy, refuse_forgeries, *app_config.guards]
        app_config.before_send = [*app_config.before_send, add_security_headers]
        app_config.exception_handlers = {**HANDLERS, **app_config.exception_handlers}
        app_config.allowed_hosts = AllowedHostsConfig(allowed_hosts=list(self.config.hosts))
        # Litestar's own logging and its browsable description are off: one leaks, the other is a door.
        app_config.logging_config = None
        app_config.openapi_config = None
        app_config.route_handlers = [*app_config.route_handlers, self._files()]
        app_config.on_startup = [assert_every_route_has_a_policy, self._make_ready, *app_config.on_startup]
        return app_config

    def _files(self) -> Router:
        return create_static_files_router(
            path=STATIC_PREFIX.rstrip("/"),
            directories=[self.static],
            opt={"policy": PUBLIC},
            name="assets",
            middleware=[_PACKED],
        )

    def _make_ready(self, app: Litestar) -> None:
        # Litestar 2.25 reads this one setting from its constructor only and ignores what a plugin puts into the config.
        app.request_max_body_size = LARGEST_BODY
        preload(self.pages)
