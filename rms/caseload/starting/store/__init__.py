"""Rows about people without a plan, as values, in the scope of the one who asks."""

from rms.caseload.starting.store.case import CaseInHand, case_behind, lock_case, sites_of_teams
from rms.caseload.starting.store.ready import PAGE, Group, Ready, ReadyList, Wanted, ready_list
from rms.caseload.starting.store.staff import Namable, who_may_be_named

__all__ = [
    "PAGE",
    "CaseInHand",
    "Group",
    "Namable",
    "Ready",
    "ReadyList",
    "Wanted",
    "case_behind",
    "lock_case",
    "ready_list",
    "sites_of_teams",
    "who_may_be_named",
]
