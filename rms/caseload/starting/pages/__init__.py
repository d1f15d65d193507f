"""The addresses of starting follow-up."""

from typing import Final

from litestar.handlers import BaseRouteHandler

from rms.caseload.starting.pages import adding, check, choosing, dates, ready, reasons

ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *ready.ROUTES,
    *choosing.ROUTES,
    *dates.ROUTES,
    *check.ROUTES,
    *reasons.ROUTES,
    *adding.ROUTES,
)
