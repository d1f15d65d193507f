"""Which part of the list an address asks for. Nothing about a person is ever in it."""

from collections.abc import Collection, Mapping

from rms.caseload.starting.store.ready import Group, Wanted
from rms.people.model import TumourSite

WAITING = (0, 30, 90, 180)


def read_wanted(query: Mapping[str, str], *, sites: Collection[TumourSite]) -> Wanted:
    """Read the filters; what cannot be read is as if it were not there, because an address may be old."""
    site = next((one for one in sites if one == query.get("site")), None)
    waiting = query.get("waiting", "")
    page = query.get("page", "")
    return Wanted(
        group=next((one for one in Group if one == query.get("show")), Group.READY),
        site=site,
        waiting_days=int(waiting) if waiting in [str(days) for days in WAITING] else 0,
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )
