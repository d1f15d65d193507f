"""Organisations, teams, staff, what is confirmed about a set-up, and the doors that lead to them."""

from piccolo.columns import (
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table


class OrganisationRow(Table, tablename="organisation"):
    """A row of organisation."""

    id = SmallInt(null=False, primary_key=True, default=None)
    code = Text(null=False, default=None)
    name = Text(null=False, default=None)
    phone = Text(null=False, default=None)
    address = Text(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)


class TeamRow(Table, tablename="team"):
    """A row of team."""

    id = Serial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    key = Text(null=False, default=None)
    name = Text(null=False, default=None)
    phone = Text(null=False, default=None)
    tumour_site = Text(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    phone_hours = Text(null=True, default=None)
    letterhead = Text(null=True, default=None)


class StaffRow(Table, tablename="staff"):
    """A row of staff."""

    id = BigSerial(null=False, primary_key=True)
    public_ref = UUID(null=False, default=None, db_column_name="ref")
    organisation_id = SmallInt(null=False, default=None)
    sign_in_name = Text(null=False, default=None)
    display_name = Text(null=False, default=None)
    role = Text(null=False, default=None)
    password_hash = Text(null=True, default=None)
    set_up_code_hash = Bytea(null=True, default=None)
    set_up_code_until = Timestamptz(null=True, default=None)
    totp_seed = Bytea(null=True, default=None)
    totp_confirmed_at = Timestamptz(null=True, default=None)
    totp_last_step = BigInt(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Text(null=True, default=None)
    last_signed_in_at = Timestamptz(null=True, default=None)


class StaffTeamRow(Table, tablename="staff_team"):
    """A row of staff_team."""

    organisation_id = SmallInt(null=False, default=None)
    staff_id = BigInt(null=False, default=None)
    team_id = Integer(null=False, default=None, primary_key=True)
    is_lead = Boolean(null=False, default=None)
    is_deputy = Boolean(null=False, default=None)


class StaffLeaveRow(Table, tablename="staff_leave"):
    """A row of staff_leave."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    staff_id = BigInt(null=False, default=None)
    from_on = Date(null=False, default=None)
    until_on = Date(null=False, default=None)
    cover_staff_id = BigInt(null=True, default=None)
    created_at = Timestamptz(null=False, default=None)
    created_by = Text(null=False, default=None)


class SetUpNoteRow(Table, tablename="set_up_note"):
    """A row of set_up_note."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    what = Text(null=False, default=None)
    said = Text(null=False, default=None)
    on_day = Date(null=False, default=None)
    for_demonstration_only = Boolean(null=False, default=None)
    made_at = Timestamptz(null=False, default=None)
    made_by_staff_id = BigInt(null=False, default=None)


class DoorSignInRow(Table, tablename="door_sign_in"):
    """A row of door_sign_in."""

    sign_in_name = Text(null=False, default=None, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    staff_id = BigInt(null=False, default=None)


class DoorSignInTryRow(Table, tablename="door_sign_in_try"):
    """A row of door_sign_in_try."""

    key = Bytea(null=False, default=None, primary_key=True)
    tries = Integer(null=False, default=None)
    until = Timestamptz(null=False, default=None)


class DoorSessionRow(Table, tablename="door_session"):
    """A row of door_session."""

    token_hash = Bytea(null=False, default=None, primary_key=True)
    kind = Text(null=False, default=None)
    organisation_id = SmallInt(null=False, default=None)
    subject_id = BigInt(null=False, default=None)
    created_at = Timestamptz(null=False, default=None)
    last_seen_at = Timestamptz(null=False, default=None)
    idle_seconds = Integer(null=False, default=None)
    absolute_until = Timestamptz(null=False, default=None)
    second_factor_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    ended_why = Text(null=True, default=None)


class OneTimeCodeRow(Table, tablename="one_time_code"):
    """A row of one_time_code."""

    id = BigSerial(null=False, primary_key=True)
    organisation_id = SmallInt(null=False, default=None)
    patient_id = BigInt(null=False, default=None)
    purpose = Text(null=False, default=None)
    session_hash = Bytea(null=False, default=None)
    contact_kind = Text(null=True, default=None)
    contact_value = Text(null=True, default=None)
    asked_at = Timestamptz(null=False, default=None)
    code_hash = Bytea(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    tries = SmallInt(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
