"""What is still to leave for a plan leaves in the name of the team that follows it now."""

from rms.db.engine import Tx


async def give_messages_to_team(tx: Tx, *, organisation_id: int, plan_id: int, team_id: int) -> None:
    """Whatever has not left goes along: its words are made when it leaves, with the new team's name and telephone."""
    await tx.execute(
        "update message set team_id = $3 where organisation_id = $1 and plan_id = $2 and state in ('queued', 'held')",
        organisation_id, plan_id, team_id,
    )  # fmt: skip
