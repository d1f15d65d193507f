"""When the register keeps failing for a day, a team is told; when it works again, that episode is over.

Runs inside the caller's transaction. Knows alerts and teams; must not know how anything is delivered.
"""

from datetime import datetime, timedelta

from rms.alerts.model import AlertKind
from rms.alerts.moves import end_episode_if_closed, raise_alert
from rms.audit.model import WORKER
from rms.db.engine import Tx
from rms.events.model import Event, Failure
from rms.people import store as people
from rms.people.model import TumourSite

PATIENCE = timedelta(hours=24)
REFUSED, AWAY = "register_refuses", "register_away"


async def tell_team(
    tx: Tx, failure: Failure, *, answered: bool, since: datetime, real_now: datetime, now: datetime
) -> int | None:
    """Raise an alert of kind fix data for an event that has failed for a day; its id, None while patience lasts.

    A register that answers has something against this event: an alert about the event. One that does not answer gives
    one alert for the whole organisation. Each further day counts as a new cause, so that an alert which was closed while
    nothing was mended opens again. `since` and `real_now` are the real clock's, `now` is civil.
    """
    event, failing = failure.event, real_now - since
    team_id = await _team(tx, event) if failing >= PATIENCE else None
    if team_id is None:
        return None
    what = event.kind.replace("_", " ")
    subject = ("event", event.id, REFUSED) if answered else ("register", event.organisation_id, AWAY)
    return await raise_alert(
        tx, organisation_id=event.organisation_id, team_id=team_id, kind=AlertKind.FIX_DATA, subject_kind=subject[0],
        subject_id=subject[1], rule_key=subject[2], patient_id=event.patient_id if answered else None,
        sentence=f"The register has not taken “{what}” for {failing // timedelta(hours=1)} hours. {failure.reason}",
        cause_kind=f"event day {failing // PATIENCE}", cause_id=event.id, by=WORKER, now=now,
    )  # fmt: skip


async def note_works_again(tx: Tx, event: Event, *, now: datetime) -> None:
    """The register took an event that had failed before: an alert that a person has closed does not come back."""
    for kind, subject_id, rule in (("event", event.id, REFUSED), ("register", event.organisation_id, AWAY)):
        await end_episode_if_closed(
            tx, organisation_id=event.organisation_id, subject_kind=kind, subject_id=subject_id, rule_key=rule, now=now
        )


async def _team(tx: Tx, event: Event) -> int | None:
    """The team for the site of the person's latest case; None in an organisation without teams."""
    cases = await people.cases_of(tx, organisation_id=event.organisation_id, patient_id=event.patient_id)
    site = cases[-1]["tumour_site"] if cases else None
    team = await people.team_for_site(
        tx, organisation_id=event.organisation_id, site=TumourSite(site) if site else None
    )
    return team.id if team else None
