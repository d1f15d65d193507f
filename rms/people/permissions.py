"""What each role may do, as one table that a person can review line by line.

A cell says how far a role's permission reaches:

    team   people of a team the member of staff belongs to (cover for a colleague on leave is membership)
    org    people of any team of the same organisation
    yes    not about one person: set-up, reports, one's own account; always inside one's own organisation
    -      no

Nothing reaches into another organisation. Beside the roles stand three permissions without a role: PUBLIC (anybody),
PORTAL (the person themselves, through their own link) and PEER_API (another system that signed in). A new route, a new
role or a new permission that is missing in the table stops the program at its start.
"""

from collections.abc import Mapping
from enum import StrEnum

from rms.people.model import Role


class Permission(StrEnum):
    """One thing that can be allowed. Routes name exactly one."""

    PUBLIC = "public"
    PORTAL = "portal"
    PEER_API = "peer_api"
    OWN_ACCOUNT = "own_account"
    PERSON_VIEW = "person_view"
    PERSON_ADD = "person_add"
    CONTACT_CHANGE = "contact_change"
    NOTE_WRITE = "note_write"
    PERSON_MERGE = "person_merge"
    DEATH_CONFIRM = "death_confirm"
    PLAN_VIEW = "plan_view"
    PLAN_DRAFT = "plan_draft"
    PLAN_START = "plan_start"
    PLAN_CHANGE = "plan_change"
    PLAN_PAUSE = "plan_pause"
    PLAN_END = "plan_end"
    PLAN_TRANSFER = "plan_transfer"
    RESULT_VIEW = "result_view"
    RESULT_ENTER = "result_enter"
    RESULT_MATCH = "result_match"
    REVIEW_DECIDE = "review_decide"
    RECURRENCE_RECORD = "recurrence_record"
    ALERT_VIEW = "alert_view"
    ALERT_OWN = "alert_own"
    ALERT_CLOSE = "alert_close"
    ALERT_REASSIGN = "alert_reassign"
    ALERT_OVERSEE = "alert_oversee"
    MESSAGE_VIEW = "message_view"
    MESSAGE_SEND = "message_send"
    ANSWERS_ENTER = "answers_enter"
    PROTOCOL_VIEW = "protocol_view"
    PROTOCOL_APPROVE = "protocol_approve"
    IMPORT_STAGE = "import_stage"
    IMPORT_APPROVE = "import_approve"
    CODE_MAP_CHANGE = "code_map_change"
    PEER_MANAGE = "peer_manage"
    TEAM_MANAGE = "team_manage"
    USER_MANAGE = "user_manage"
    SET_UP_CODE_GIVE = "set_up_code_give"
    LEAVE_MANAGE = "leave_manage"
    SET_UP_VIEW = "set_up_view"
    SAFETY_SIGN_OFF = "safety_sign_off"
    WORDING_DRAFT = "wording_draft"
    WORDING_APPROVE = "wording_approve"
    REPORT_VIEW = "report_view"
    REPORT_PEOPLE = "report_people"
    AUDIT_VIEW = "audit_view"


class Relation(StrEnum):
    """How the one who asks stands to the person it is about. `NONE`: it is about no person, or nobody is signed in."""

    OWN_TEAM = "own_team"
    OTHER_TEAM = "other_team"
    OTHER_ORGANISATION = "other_organisation"
    THEMSELVES = "themselves"
    OTHER_PERSON = "other_person"
    NONE = "none"


class Reach(StrEnum):
    """How far a permission goes."""

    TEAM = "team"
    ORGANISATION = "org"
    YES = "yes"
    NO = "-"


WITHOUT_ROLE = frozenset({Permission.PUBLIC, Permission.PORTAL, Permission.PEER_API})

TABLE = """
permission        | nurse_specialist | support_worker | consultant | team_lead | service_manager | administrator | integrator | auditor
own_account       | yes  | yes  | yes  | yes  | yes | yes | yes | yes
person_view       | team | team | team | team | -   | -   | -   | -
person_add        | team | team | -    | team | -   | -   | -   | -
contact_change    | team | team | -    | team | -   | -   | -   | -
note_write        | team | team | team | team | -   | -   | -   | -
person_merge      | -    | -    | -    | team | -   | -   | -   | -
death_confirm     | team | -    | team | team | -   | -   | -   | -
plan_view         | team | team | team | team | -   | -   | -   | -
plan_draft        | team | team | team | team | -   | -   | -   | -
plan_start        | team | -    | team | team | -   | -   | -   | -
plan_change       | team | -    | team | team | -   | -   | -   | -
plan_pause        | team | -    | team | team | -   | -   | -   | -
plan_end          | team | -    | team | team | -   | -   | -   | -
plan_transfer     | team | -    | team | team | -   | -   | -   | -
result_view       | team | team | team | team | -   | -   | -   | -
result_enter      | team | team | team | team | -   | -   | -   | -
result_match      | team | team | team | team | -   | -   | org | -
review_decide     | team | -    | team | team | -   | -   | -   | -
recurrence_record | team | -    | team | team | -   | -   | -   | -
alert_view        | team | team | team | team | -   | -   | -   | -
alert_own         | team | team | team | team | -   | -   | -   | -
alert_close       | team | -    | team | team | -   | -   | -   | -
alert_reassign    | team | -    | team | team | -   | -   | -   | -
alert_oversee     | -    | -    | -    | -    | yes | -   | -   | -
message_view      | team | team | team | team | -   | -   | -   | -
message_send      | team | team | team | team | -   | -   | -   | -
answers_enter     | team | team | team | team | -   | -   | -   | -
protocol_view     | yes  | yes  | yes  | yes  | yes | yes | yes | yes
protocol_approve  | -    | -    | yes  | yes  | -   | -   | -   | -
import_stage      | -    | -    | -    | yes  | -   | -   | yes | -
import_approve    | -    | -    | -    | yes  | -   | -   | -   | -
code_map_change   | team | -    | team | team | -   | -   | yes | -
peer_manage       | -    | -    | -    | -    | -   | yes | yes | -
team_manage       | -    | -    | -    | -    | -   | yes | -   | -
user_manage       | -    | -    | -    | -    | -   | yes | -   | -
set_up_code_give  | -    | -    | -    | team | -   | yes | -   | -
leave_manage      | -    | -    | -    | yes  | yes | yes | -   | -
set_up_view       | -    | -    | yes  | yes  | yes | yes | yes | yes
safety_sign_off   | -    | -    | yes  | yes  | -   | -   | -   | -
wording_draft     | -    | -    | -    | yes  | yes | yes | -   | -
wording_approve   | -    | -    | yes  | yes  | -   | -   | -   | -
report_view       | yes  | yes  | yes  | yes  | yes | -   | -   | yes
report_people     | team | team | team | team | -   | -   | -   | -
audit_view        | -    | -    | -    | -    | -   | -   | -   | yes
"""  # noqa: E501


def _read(table: str) -> Mapping[Permission, Mapping[Role, Reach]]:
    """Turn the table into values; ValueError when a row, a column or a word in it is missing or unknown."""
    header, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    roles = [Role(cell) for cell in header[1:]]
    read = {Permission(row[0]): dict(zip(roles, map(Reach, row[1:]), strict=True)) for row in rows}
    if len(read) != len(rows) or set(roles) != set(Role) or set(read) != set(Permission) - WITHOUT_ROLE:
        raise ValueError("The table of permissions must name every role and every permission exactly once.")
    return read


REACH: Mapping[Permission, Mapping[Role, Reach]] = _read(TABLE)


def reach(role: Role, permission: Permission) -> Reach:
    """Say how far a role's permission reaches."""
    return REACH[permission][role] if permission in REACH else Reach.NO


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """The roles that may do something at all, however far it reaches."""
    return tuple(role for role in Role if reach(role, permission) is not Reach.NO)


def may(role: Role | None, permission: Permission, *, relation: Relation = Relation.NONE) -> bool:
    """Say whether somebody may do something, given how they stand to the person it is about.

    `role` is None for people at the portal, for peers and for anybody who is not signed in. A peer's own guard answers
    for PEER_API; here it is always no. A permission that reaches people is no when there is no relation to the person:
    lists ask with OWN_TEAM and show only what the store, scoped to the teams, gives.
    """
    if permission is Permission.PUBLIC:
        return True
    if permission is Permission.PORTAL:
        return role is None and relation is Relation.THEMSELVES
    if role is None or permission in WITHOUT_ROLE:
        return False
    return relation in _RELATIONS[reach(role, permission)]


_RELATIONS: Mapping[Reach, frozenset[Relation]] = {
    Reach.TEAM: frozenset({Relation.OWN_TEAM}),
    Reach.ORGANISATION: frozenset({Relation.OWN_TEAM, Relation.OTHER_TEAM}),
    Reach.YES: frozenset({Relation.NONE, Relation.OWN_TEAM, Relation.OTHER_TEAM}),
    Reach.NO: frozenset(),
}


def printed() -> str:
    """Give the table with every column aligned, as `docs` and the command line print it."""
    lines = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    lines += [[p.value, "anybody, the person themselves, or a peer: no role"] for p in sorted(WITHOUT_ROLE)]
    widths = [max(len(line[i]) for line in lines if len(line) > 2) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(widths[i]) for i, cell in enumerate(line)).rstrip() for line in lines)
