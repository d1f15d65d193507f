"""The web process: the only file that mounts every page. What it needs is given to it; it reads no environment."""

from urllib.parse import urlsplit, urlunsplit

import msgspec
from argon2 import PasswordHasher
from litestar import Controller, Litestar, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler

from rms.caseload.routes import STAFF_ROUTES
from rms.clock import Clock, SystemClock
from rms.db.database import Database
from rms.people import access
from rms.people.keys import derived_key, installation_secret
from rms.people.sign_in.actions import Means
from rms.people.sign_in.passwords import STRONG, Passwords
from rms.people.sign_in.throttle import Throttle
from rms.portal.pages import PORTAL_PAGES
from rms.rehearsal.showing.routes import DEMO_ROUTES
from rms.settings import Secret, Settings
from rms.sync.callbacks import CallbackSettings, callback_routes
from rms.web.assets import STATIC, asset
from rms.web.config import WebConfig
from rms.web.cookies import Cookies
from rms.web.guard import PUBLIC
from rms.web.head import HeadToo
from rms.web.plumbing import WebPlumbing

SERVICE = "Remote monitoring"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What `/health` says when the database answers; when it does not, the answer is 503 in words."""

    status: str = "ok"


@get("/health", opt={"policy": PUBLIC, "answers": "json"})
async def health(database: NamedDependency[Database]) -> Health:
    """Whether pages can be served: the database answers. Says nothing else, because anybody may ask."""
    async with database.transaction() as tx:
        await tx.fetchval("select 1")
    return Health()


def create_app(
    settings: Settings,
    *,
    database: Database,
    demo: bool,
    clock: Clock | None = None,
    hasher: PasswordHasher = STRONG,
) -> Litestar:
    """Put the application together. The start refuses a route that names no policy (`rms/web/plumbing.py`).

    `database` has the web's role; `demo` is what the database says of itself; `clock` is the real one; `hasher` is for
    tests to make cheaper.
    """
    secret = installation_secret(settings.home, given=settings.secret_key)
    means = Means(
        database=database,
        passwords=Passwords(hasher),
        throttle=Throttle(key=derived_key(secret, purpose="sign-in throttle")),
        seed_key=derived_key(secret, purpose="second factor seeds"),
        clock=clock or SystemClock(),
        service_name=SERVICE,
    )
    config = web_config_for(settings, secret=secret, demo=demo)
    app = HeadToo(
        route_handlers=routes(settings, demo=demo),
        dependencies={
            "database": Provide(lambda: database, sync_to_thread=False),
            "means": Provide(lambda: means, sync_to_thread=False),
            "settings": Provide(lambda: settings, sync_to_thread=False),
        },
        plugins=[WebPlumbing(config=config, asset=asset, static=STATIC)],
    )
    access.remember(app.state, database=database)
    return app


def routes(settings: Settings, *, demo: bool) -> list[BaseRouteHandler | type[Controller]]:
    """Everything the web process answers, static files aside. What only a demo has is not there elsewhere."""
    only_here = DEMO_ROUTES if demo else ()
    return [health, *STAFF_ROUTES, *PORTAL_PAGES, *only_here, *callback_routes(callbacks_for(settings))]


def web_config_for(settings: Settings, *, secret: Secret, demo: bool) -> WebConfig:
    """How cookies are written and which addresses are ours. Plain HTTP is for a demo only, by its own address."""
    over_plain_http = demo and settings.base_url.startswith("http://")
    return WebConfig(
        secret=derived_key(secret, purpose="forgery tokens"),
        origins=tuple(
            dict.fromkeys((settings.base_url, *_by_its_other_name(settings, demo=demo), settings.portal_url))
        ),
        service_name=SERVICE,
        cookies=Cookies(over_plain_http=over_plain_http),
        demo=demo,
    )


def _by_its_other_name(settings: Settings, *, demo: bool) -> tuple[str, ...]:
    """A demo on this machine is also found as `localhost`, which is what people type."""
    here = urlsplit(settings.base_url)
    if not demo or here.hostname != "127.0.0.1":
        return ()
    return (urlunsplit(here._replace(netloc=here.netloc.replace("127.0.0.1", "localhost"))),)


def callbacks_for(settings: Settings) -> CallbackSettings:
    """How the providers prove themselves when they tell us what became of a message."""
    return CallbackSettings(
        notify_token=settings.notify.callback_token if settings.notify else None,
        twilio_token=settings.twilio.token if settings.twilio else None,
        twilio_url=f"{settings.base_url}/callbacks/twilio",
    )
