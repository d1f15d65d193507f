"""People, their register cases and contact details, and deaths."""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Date,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class PatientRow(Table, tablename="patient"):
    """A row of patient."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    nhs_number = Text(null=True, default=None)
    register_ref = Text(null=True, default=None)
    title = Text(null=True, default=None)
    family_name = Text(null=False, default=None)
    given_names = Text(null=False, default=None)
    name_key = Text(null=False, default=None)
    born_on = Date(null=True, default=None)
    born_text = Text(null=False, default=None)
    sex = Text(null=False, default=None)
    language = Text(null=True, default=None)
    interpreter_needed = Boolean(null=False, default=None)
    needs = JSONB(null=False, default=None)
    restricted = Boolean(null=False, default=None)
    flags = JSONB(null=False, default=None)
    gp_code = Text(null=True, default=None)
    gp_name = Text(null=True, default=None)
    prefers = Text(null=False, default=None)
    messages_stopped_at = Timestamptz(null=True, default=None)
    messages_stopped_by = Text(null=True, default=None)
    messages_stopped_why = Text(null=True, default=None)
    death_state = Text(null=True, default=None)
    died_on = Text(null=True, default=None)
    death_recorded_at = Timestamptz(null=True, default=None)
    merged_into_id = BigInt(null=True, default=None)
    needs_said_on = Date(null=True, default=None)
    needs_said_by = Text(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    created_by = Text(null=False, default=None)


class PatientIdentifierRow(Table, tablename="patient_identifier"):
    """A row of patient_identifier."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    authority = Text(null=False, default=None)
    value = Text(null=False, default=None)
    recorded_at = Timestamptz(null=False, default=None)


class ContactPointRow(Table, tablename="contact_point"):
    """A row of contact_point."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    kind = Text(null=False, default=None)
    value = Text(null=False, default=None)
    source = Text(null=False, default=None)
    as_of = Text(null=True, default=None)
    valid_from = Date(null=False, default=None)
    valid_until = Date(null=True, default=None)
    dead_at = Timestamptz(null=True, default=None)
    dead_why = Text(null=True, default=None)
    recorded_at = Timestamptz(null=False, default=None)
    recorded_by = Text(null=False, default=None)


class PersonHelperRow(Table, tablename="person_helper"):
    """A row of person_helper."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    name = Text(null=False, default=None)
    relation = Text(null=True, default=None)
    phone = Text(null=True, default=None)
    may_be_told = Boolean(null=False, default=None)
    said_by = Text(null=False, default=None)
    valid_from = Date(null=False, default=None)
    valid_until = Date(null=True, default=None)
    recorded_by_staff_id = BigInt(null=False, default=None)


class NoteRow(Table, tablename="note"):
    """A row of note."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    words = Text(null=False, default=None)
    written_at = Timestamptz(null=False, default=None)
    written_by_staff_id = BigInt(null=False, default=None)
    for_staff_id = BigInt(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)
    read_by_staff_id = BigInt(null=True, default=None)


class RegisterCaseRow(Table, tablename="register_case"):
    """A row of register_case."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    source = Text(null=False, default=None)
    source_ref = Text(null=False, default=None)
    tumour_site = Text(null=True, default=None)
    icd10 = Text(null=True, default=None)
    morphology = Text(null=True, default=None)
    description = Text(null=True, default=None)
    diagnosed_on = Date(null=True, default=None)
    diagnosed_text = Text(null=True, default=None)
    recorded_at = Timestamptz(null=False, default=None)


class TreatmentRow(Table, tablename="treatment"):
    """A row of treatment."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    case_id = BigInt(null=True, default=None)
    source = Text(null=False, default=None)
    source_ref = Text(null=False, default=None)
    kind = Text(null=False, default=None)
    intent = Text(null=False, default=None)
    code = Text(null=True, default=None)
    description = Text(null=True, default=None)
    started_on = Date(null=True, default=None)
    started_text = Text(null=True, default=None)
    ended_on = Date(null=True, default=None)
    ended_text = Text(null=True, default=None)
    recorded_at = Timestamptz(null=False, default=None)


class FollowUpChoiceRow(Table, tablename="follow_up_choice"):
    """A row of follow_up_choice."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    case_id = BigInt(null=False, default=None)
    what = Text(null=False, default=None)
    workshop_attended = Boolean(null=False, default=None)
    until_on = Date(null=True, default=None)
    note = Text(null=True, default=None)
    answers = JSONB(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    made_by_staff_id = BigInt(null=False, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by_staff_id = BigInt(null=True, default=None)
    talked_on = Date(null=True, default=None)


class PlanDraftRow(Table, tablename="plan_draft"):
    """A row of plan_draft."""

    organisation_id = SmallInt(null=False, default=None)
    case_id = BigInt(null=False, default=None, primary_key=True)
    content = JSONB(null=False, default=None)
    revision = Integer(null=False, default=None)
    saved_at = Timestamptz(null=False, default=None)
    saved_by_staff_id = BigInt(null=False, default=None)


class DeathRow(Table, tablename="death"):
    """A row of death."""

    nhs_number = Text(null=False, default=None, primary_key=True)
    state = Text(null=False, default=None)
    died_on = Text(null=True, default=None)
    source = Text(null=False, default=None)
    recorded_at = Timestamptz(null=False, default=None)
    reversed_at = Timestamptz(null=True, default=None)
    reversed_by = Text(null=True, default=None)
