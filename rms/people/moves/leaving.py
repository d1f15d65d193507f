"""Nobody leaves a team that has open work and nobody else in it: its plans and alerts would belong to an empty room."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from rms.db.engine import Tx
from rms.errors import Refused
from rms.people.model import Role
from rms.people.permissions import Permission, Reach, reach

#: The roles that can take an alert: an auditor in a team is nobody who looks after its people.
LOOK_AFTER: Final = tuple(role for role in Role if reach(role, Permission.ALERT_OWN) is not Reach.NO)

# Plans and alerts stand above this room. They are only counted here, because this is the one place that every door by
# which somebody leaves a team goes through.
_LEFT_EMPTY = """
select t.name,
       (select count(*) from plan p where p.organisation_id = t.organisation_id and p.team_id = t.id
           and p.state <> 'ended') as plans,
       (select count(*) from alert a where a.organisation_id = t.organisation_id and a.team_id = t.id
           and a.state <> 'closed') as alerts,
       (select count(*) from result r where r.organisation_id = t.organisation_id and r.team_id = t.id
           and r.review_state in ('to_review', 'set_aside'))
     + (select count(*) from assignment q where q.organisation_id = t.organisation_id and q.team_id = t.id
           and q.review_state in ('to_review', 'set_aside')) as reviews
  from staff_team m
  join staff s on s.organisation_id = m.organisation_id and s.id = m.staff_id and s.ended_at is null and s.role = any($3)
  join team t on t.organisation_id = m.organisation_id and t.id = m.team_id
 where m.organisation_id = $1 and m.staff_id = $2 and ($4::integer[] is null or m.team_id = any($4))
   and not exists (
       select from staff_team o
         join staff w on w.organisation_id = o.organisation_id and w.id = o.staff_id and w.ended_at is null and w.role = any($3)
        where o.organisation_id = m.organisation_id and o.team_id = m.team_id and o.staff_id <> m.staff_id)
 order by t.name
"""


async def keep_somebody(
    tx: Tx, *, organisation_id: int, staff_id: int, team_ids: Collection[int] | None = None
) -> None:
    """Refuse, before it happens, that somebody stops looking after these teams (None: all theirs) as the last one there.

    One at a time in an organisation: two who leave in the same moment would leave nobody.
    """
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('last of a team', $1))", organisation_id)
    rows = await tx.fetch(_LEFT_EMPTY, organisation_id, staff_id, list(LOOK_AFTER),
                          None if team_ids is None else sorted(team_ids))  # fmt: skip
    empty = [said for row in rows if (said := _owns(row))]
    if empty:
        where = "this team to look after its people" if len(empty) == 1 else "these teams to look after their people"
        raise Refused(f"Nobody else is in {where}: {'; '.join(empty)}. Put somebody else in first.")


def _owns(row: Mapping[str, Any]) -> str:
    """Urology has 3 plans and 1 open alert; empty when the team has no open work."""
    counts = [(row["plans"], "plan", "plans"), (row["alerts"], "open alert", "open alerts"),
              (row["reviews"], "result or answer to review", "results or answers to review")]  # fmt: skip
    words = [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]
    return f"{row['name']} has {', '.join(words[:-1])}{' and ' if len(words) > 1 else ''}{words[-1]}" if words else ""
