"""The table of permissions is complete, says no by default and never reaches into another organisation."""

import itertools

import pytest

from rms.people import permissions
from rms.people.model import Role
from rms.people.permissions import REACH, WITHOUT_ROLE, Permission, Reach, Relation, may

CLINICAL_DECISIONS = (
    Permission.PLAN_START,
    Permission.PLAN_END,
    Permission.REVIEW_DECIDE,
    Permission.ALERT_CLOSE,
    Permission.DEATH_CONFIRM,
    Permission.RECURRENCE_RECORD,
)


def test_every_cell_is_filled() -> None:
    assert set(REACH) | WITHOUT_ROLE == set(Permission)
    assert all(set(row) == set(Role) for row in REACH.values())


@pytest.mark.parametrize("broken", ["audit_view", "own_account"])
def test_a_table_without_a_row_is_refused(broken: str) -> None:
    table = "\n".join(line for line in permissions.TABLE.splitlines() if not line.startswith(broken))
    with pytest.raises(ValueError, match="every permission"):
        permissions._read(table)


def test_nobody_reaches_into_another_organisation_but_the_public() -> None:
    for role, permission in itertools.product((*Role, None), Permission):
        assert may(role, permission, relation=Relation.OTHER_ORGANISATION) is (permission is Permission.PUBLIC)


def test_without_a_role_only_the_public_and_ones_own_portal_are_open() -> None:
    open_to_all = {p for p in Permission if may(None, p)}
    open_to_themselves = {p for p in Permission if may(None, p, relation=Relation.THEMSELVES)}
    assert open_to_all == {Permission.PUBLIC}
    assert open_to_themselves == {Permission.PUBLIC, Permission.PORTAL}
    assert not may(None, Permission.PORTAL, relation=Relation.OTHER_PERSON)
    assert not may(Role.NURSE_SPECIALIST, Permission.PORTAL, relation=Relation.THEMSELVES)


@pytest.mark.parametrize("permission", CLINICAL_DECISIONS)
def test_clinical_decisions_are_for_clinicians_of_the_own_team(permission: Permission) -> None:
    deciders = {role for role in Role if may(role, permission, relation=Relation.OWN_TEAM)}
    assert deciders == {Role.NURSE_SPECIALIST, Role.CONSULTANT, Role.TEAM_LEAD}
    assert not any(may(role, permission, relation=Relation.OTHER_TEAM) for role in Role)


def test_those_who_run_the_system_do_not_read_records() -> None:
    for role in (Role.ADMINISTRATOR, Role.INTEGRATOR, Role.AUDITOR, Role.SERVICE_MANAGER):
        assert REACH[Permission.PERSON_VIEW][role] is Reach.NO
        assert REACH[Permission.RESULT_VIEW][role] is Reach.NO


def test_the_one_who_stages_an_import_as_integrator_cannot_approve_it() -> None:
    assert may(Role.INTEGRATOR, Permission.IMPORT_STAGE)
    assert not may(Role.INTEGRATOR, Permission.IMPORT_APPROVE)


def test_the_printed_table_names_every_permission_on_one_line() -> None:
    lines = permissions.printed().splitlines()
    assert sorted(line.split()[0] for line in lines[1:]) == sorted(Permission)
    assert len(lines) == len(Permission) + 1
