"""Results of a man that his nurse has looked at, so that he may see them."""

from datetime import timedelta

from rms.alerts.moves import DecisionKind
from rms.followup import actions
from tests import followed
from tests.asked import Followed
from tests.cast import Trust
from tests.database import World

#: Value and how many days ago.
VALUES = (("0.02", 170), ("0.03", 90), ("0.06", 5))


async def results_of_his(world: World, trust: Trust, man: Followed) -> None:
    """Three values in range, decided by the nurse, the quarter of an hour over; and one that nobody has looked at."""
    async with world.web.transaction() as tx:
        today = tx.today
    his = followed.Followed(trust=trust, patient_id=man.patient_id, plan_id=man.plan_id, today=today)
    for value, ago in VALUES:
        filed = await followed.file_psa(world, his, value, on=today - timedelta(days=ago))
        await actions.decide(world.web, organisation_id=trust.organisation_id, subject_kind="result",
                             subject_id=filed.result_id, kind=DecisionKind.IN_RANGE, by=trust.nurse)  # fmt: skip
    await world.move_civil_clock(1 / 48)
    await followed.file_psa(world, his, "0.07", on=today)
