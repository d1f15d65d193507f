"""Who may begin whose account anew. Pure.

Whoever gives a set-up code could use it. So a team lead gives one only to those whose rights are within their own, in their
own teams; everybody else's is given by an administrator.
"""

from typing import Final

from rms.caseload.set_up.people.store import Member
from rms.people.access import Asker
from rms.people.model import Role
from rms.people.permissions import Permission

BY_A_TEAM_LEAD: Final = frozenset({Role.NURSE_SPECIALIST, Role.SUPPORT_WORKER, Role.CONSULTANT})


def why_no_code(asks: Asker, one: Member) -> str | None:
    """Why the one who asks may not give this person a code, in a sentence; None when they may."""
    if one.ended_at is not None:
        return "They have left. Let them work here again first: that gives a code too."
    if one.id == asks.staff_id:
        return "Nobody begins their own account anew here. Ask another administrator."
    if asks.may(Permission.USER_MANAGE):
        return None
    if one.role not in BY_A_TEAM_LEAD:
        return "Only an administrator may give a code to somebody with this role."
    if not {team.id for team in one.teams} & set(asks.team_ids):
        return "They are in none of your teams. Ask an administrator."
    return None
