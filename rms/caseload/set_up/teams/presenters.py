"""Teams as strings."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rms.caseload.set_up.parts import options
from rms.caseload.set_up.teams.store import TeamCounts
from rms.caseload.words import site_words
from rms.caseload.worklist.ages import counted
from rms.caseload.worklist.frame import Option
from rms.dates.phone_hours import read_phone_hours
from rms.people.model import TumourSite
from rms.people.store import OrganisationOnFile, TeamOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

PATH: Final = "/set-up/teams"
NOTHING: Final = Submitted(pairs=())


class TeamRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line."""

    href: str
    name: str
    phone: str
    hours: str
    site: str
    staff: str
    leads: str
    plans: str
    head: str


class TeamsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/teams.html`."""

    count: str
    rows: tuple[TeamRow, ...]
    said: str


class TeamPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/set_up/team.html`."""

    heading: str
    action: str
    is_new: bool
    sites: tuple[Option, ...]
    head_hint: str
    typed: Submitted
    errors: FieldErrors


def present_teams(
    teams: Sequence[TeamOnFile], *, counts: Mapping[str, TeamCounts], organisation: OrganisationOnFile, done: str
) -> TeamsPage:
    """All teams."""
    return TeamsPage(
        count=counted(len(teams), "team"), rows=tuple(_row(one, counts[one.key], organisation) for one in teams),
        said={"added": "The team is added. Put people into it next.", "changed": "The change is saved."}.get(done, ""),
    )  # fmt: skip


def _row(one: TeamOnFile, counts: TeamCounts, organisation: OrganisationOnFile) -> TeamRow:
    return TeamRow(
        href=f"{PATH}/{one.key}", name=one.name, phone=one.phone, hours=_hours(one.phone_hours),
        site="All sites" if one.tumour_site is None else site_words(one.tumour_site),
        staff=counted(counts.staff, "person").replace("persons", "people"), leads=counts.leads or "Nobody leads",
        plans=counted(counts.plans, "plan"), head=one.letterhead or _usual(organisation),
    )  # fmt: skip


def _hours(words: str | None) -> str:
    if not words:
        return "Not said: people are not told when you are open"
    if read_phone_hours(words) is None:
        return f"{words} (shown as it is; people are not told whether you are open now)"
    return words


def _usual(organisation: OrganisationOnFile) -> str:
    return f"{organisation.address or organisation.name} (the organisation’s)"


def present_team(
    one: TeamOnFile | None,
    *,
    organisation: OrganisationOnFile,
    typed: Submitted = NOTHING,
    errors: FieldErrors = NO_ERRORS,
) -> TeamPage:
    """The form for a new or a known team."""
    if typed is NOTHING and one is not None:
        typed = Submitted(pairs=(
            ("name", one.name), ("phone", one.phone), ("phone_hours", one.phone_hours or ""),
            ("site", str(one.tumour_site or "")), ("letterhead", one.letterhead or ""),
        ))  # fmt: skip
    sites = {"": "All sites, or none of its own", **{str(site): site_words(site) for site in TumourSite}}
    return TeamPage(
        heading=one.name if one else "Add a team", action=f"{PATH}/{one.key}" if one else f"{PATH}/add", is_new=one is None,
        sites=options(sites, chosen=typed.one("site")),
        head_hint="Up to 6 lines under the name of the organisation, at the top of each letter. Left empty: "
        + (organisation.address or organisation.name).replace("\n", ", ") + ".",
        typed=typed, errors=errors,
    )  # fmt: skip
