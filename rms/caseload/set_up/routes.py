"""Every page of the set-up."""

from typing import Final

from litestar.handlers import BaseRouteHandler

from rms.caseload.set_up.checklist import pages as checklist
from rms.caseload.set_up.connections import pages as connections
from rms.caseload.set_up.imports import pages as imports
from rms.caseload.set_up.leave import pages as leave
from rms.caseload.set_up.people import pages as people
from rms.caseload.set_up.signing import pages as signing
from rms.caseload.set_up.signing import withdrawing
from rms.caseload.set_up.teams import pages as teams
from rms.caseload.set_up.wording import pages as wording

SET_UP_ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *checklist.ROUTES,
    *people.ROUTES,
    *teams.ROUTES,
    *leave.ROUTES,
    *signing.ROUTES,
    *withdrawing.ROUTES,
    *imports.ROUTES,
    *connections.ROUTES,
    *wording.ROUTES,
)
