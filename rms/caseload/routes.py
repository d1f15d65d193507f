"""Every staff page, for the application to mount."""

from typing import Final

from litestar.handlers import BaseRouteHandler

from rms.caseload.alerts import pages as alerts
from rms.caseload.alerts import waiting_pages as waiting_alerts
from rms.caseload.answers import pages as answers
from rms.caseload.changing import pages as changing
from rms.caseload.dates import pages as dates
from rms.caseload.downtime import pages as downtime
from rms.caseload.escalated import pages as escalated
from rms.caseload.helpline import pages as helpline
from rms.caseload.late import pages as late
from rms.caseload.letters import pages as letters
from rms.caseload.messages import pages as messages
from rms.caseload.notes import pages as notes
from rms.caseload.particulars import pages as particulars
from rms.caseload.people import pages as people
from rms.caseload.requests import pages as requests
from rms.caseload.review import pages as review
from rms.caseload.set_up.routes import SET_UP_ROUTES
from rms.caseload.sign_in import pages as sign_in
from rms.caseload.starting import pages as starting
from rms.caseload.today import pages as today
from rms.caseload.unmatched import pages as unmatched
from rms.caseload.versions import pages as versions

STAFF_ROUTES: Final[tuple[BaseRouteHandler, ...]] = (
    *sign_in.ROUTES,
    *today.ROUTES,
    *waiting_alerts.ROUTES,
    *alerts.ROUTES,
    *escalated.ROUTES,
    *late.ROUTES,
    *answers.ROUTES,
    *helpline.ROUTES,
    *messages.ROUTES,
    *unmatched.ROUTES,
    *people.ROUTES,
    *notes.ROUTES,
    *changing.ROUTES,
    *particulars.ROUTES,
    *requests.ROUTES,
    *review.ROUTES,
    *letters.ROUTES,
    *downtime.ROUTES,
    *starting.ROUTES,
    *dates.ROUTES,
    *versions.ROUTES,
    *SET_UP_ROUTES,
)
