"""People, staff, organisations and the doors that lead to them.

Only the store of this room reads and writes these; constraints, policies and grants are in its migrations.
"""

from rms.people.tables.persons import (
    ContactPointRow,
    DeathRow,
    FollowUpChoiceRow,
    NoteRow,
    PatientIdentifierRow,
    PatientRow,
    PersonHelperRow,
    PlanDraftRow,
    RegisterCaseRow,
    TreatmentRow,
)
from rms.people.tables.working import (
    DoorSessionRow,
    DoorSignInRow,
    DoorSignInTryRow,
    OneTimeCodeRow,
    OrganisationRow,
    SetUpNoteRow,
    StaffLeaveRow,
    StaffRow,
    StaffTeamRow,
    TeamRow,
)

__all__ = [
    "ContactPointRow",
    "DeathRow",
    "DoorSessionRow",
    "DoorSignInRow",
    "DoorSignInTryRow",
    "FollowUpChoiceRow",
    "NoteRow",
    "OneTimeCodeRow",
    "OrganisationRow",
    "PatientIdentifierRow",
    "PatientRow",
    "PersonHelperRow",
    "PlanDraftRow",
    "RegisterCaseRow",
    "SetUpNoteRow",
    "StaffLeaveRow",
    "StaffRow",
    "StaffTeamRow",
    "TeamRow",
    "TreatmentRow",
]
