"""What the worker gives a person on the way to their own pages: the link in a message, and the code."""

from rms.messages.store import locked_message
from rms.people.sign_in.codes import draw_code
from rms.questionnaires.links import QuestionnaireLinks
from tests.asked import Followed
from tests.cast import Trust
from tests.database import World


async def code_of(world: World, *, purpose: str = "see") -> str:
    """The figures of the latest code, as the worker draws them when its message leaves."""
    [row] = await world.as_owner(
        "select id, organisation_id from one_time_code where purpose = $1 order by id desc limit 1", purpose
    )
    async with world.worker.transaction() as tx:
        code = await draw_code(tx, organisation_id=row["organisation_id"], code_id=row["id"])
    assert code is not None
    return code


async def link_to_pages(world: World, trust: Trust, man: Followed) -> str:
    """The locator of a link to his own pages, as the message about a result would have it."""
    [row] = await world.as_owner(
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " not_before, not_after, queued_at) values ($1, $2, $3, 'person', 'decision', 1000000 + (select count(*) from message),"
        " 'result_in_range_person', 'sms', 'queued', now(), now(), now()) returning id",
        trust.organisation_id, man.patient_id, trust.team_id,
    )  # fmt: skip
    async with world.worker.transaction() as tx:
        message = await locked_message(tx, organisation_id=trust.organisation_id, message_id=row["id"])
        locator = await QuestionnaireLinks().locator_for(tx, message, now=tx.now)
    assert locator is not None
    await world.as_owner("update message set state = 'void', state_reason = 'a test' where id = $1", row["id"])
    return locator
