"""Every staff page, for the application to mount."""

from typing import Final

from litestar.handlers import BaseRouteHandler

from rms.caseload.alerts import pages as alerts
from rms.caseload.letters import pages as letters
from rms.caseload.people import pages as people
from rms.caseload.sign_in import pages as sign_in
from rms.caseload.today import pages as today

STAFF_ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *sign_in.ROUTES,
    *today.ROUTES,
    *alerts.ROUTES,
    *people.ROUTES,
    *letters.ROUTES,
)
