"""Rows of the people room as values, in an organisation's scope; no decisions, no transactions of its own."""

from rms.people.store.organisations import (
    OrganisationOnFile,
    TeamOnFile,
    organisation,
    organisation_by_code,
    organisations,
    team,
    team_by_key,
    team_for_site,
    teams,
)
from rms.people.store.persons import (
    Contact,
    PersonOnFile,
    cases_of,
    contacts_in_force,
    known_dead,
    lock_people,
    patients_with_nhs_number,
    person,
    treatments_of,
)

__all__ = [
    "Contact",
    "OrganisationOnFile",
    "PersonOnFile",
    "TeamOnFile",
    "cases_of",
    "contacts_in_force",
    "known_dead",
    "lock_people",
    "organisation",
    "organisation_by_code",
    "organisations",
    "patients_with_nhs_number",
    "person",
    "team",
    "team_by_key",
    "team_for_site",
    "teams",
    "treatments_of",
]
