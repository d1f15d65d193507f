"""How people are followed up, as it holds now."""

from datetime import datetime

import msgspec

from rms.db.engine import Tx
from rms.plans.modes import FollowUpMode, in_order, suggest
from rms.plans.store.plans import PlanOnFile


class ModesOnFile(msgspec.Struct, frozen=True, kw_only=True):
    """The set that holds, why, by whom and since when; the last three are None when it is only what the protocol suggests."""

    modes: tuple[FollowUpMode, ...]
    reason: str | None = None
    author: str | None = None
    set_at: datetime | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether somebody has chosen it."""
        return self.set_at is not None


async def modes_of_plan(tx: Tx, *, plan: PlanOnFile) -> ModesOnFile:
    """What was recorded last for a plan, else what its protocol suggests."""
    row = await tx.fetchrow(
        "select modes, reason, author_name, set_at from plan_mode where organisation_id = $1 and plan_id = $2"
        " order by id desc limit 1",
        plan.organisation_id, plan.id,
    )  # fmt: skip
    if row is None:
        return ModesOnFile(modes=suggest(plan.protocol))
    return ModesOnFile(
        modes=in_order(row["modes"]), reason=row["reason"], author=row["author_name"], set_at=row["set_at"]
    )
