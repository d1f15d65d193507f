"""Every page that only a demo has, for the application to mount when the database says demo."""

from typing import Final

from litestar.handlers import BaseRouteHandler

from rms.rehearsal.showing import clock_pages, laboratory_pages, tray_pages

DEMO_ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *tray_pages.ROUTES,
    *clock_pages.ROUTES,
    *laboratory_pages.ROUTES,
)
