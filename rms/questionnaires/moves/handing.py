"""Questionnaires of a plan go along with it to another team."""

from rms.db.engine import Tx


async def give_answers_to_team(tx: Tx, *, organisation_id: int, plan_id: int, team_id: int) -> None:
    """What is asked, and answers that somebody must still look at."""
    await tx.execute(
        "update assignment set team_id = $3 where organisation_id = $1 and plan_id = $2"
        " and (state in ('asked', 'opened') or review_state in ('to_review', 'set_aside'))",
        organisation_id, plan_id, team_id,
    )  # fmt: skip
