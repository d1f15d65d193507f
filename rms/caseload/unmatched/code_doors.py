"""What a code means is said: the map, the messages that waited and the questions of all teams, in one transaction."""

from uuid import UUID

from rms.alerts import moves as alerts
from rms.alerts.lifecycle import AlertOutcome
from rms.caseload.unmatched.code_store import code_question, examples_of, open_questions
from rms.caseload.unmatched.doors import locked_message
from rms.db.database import Database
from rms.errors import NotFound, Refused
from rms.people.access import Asker
from rms.sync.codes import IN_WORDS, say_what_a_code_means
from rms.sync.store import NOT_FOLLOWED


async def say_what_it_means(database: Database, *, asks: Asker, ref: UUID, means: str) -> None:
    """Give this trust's answer, which counts for no other, and end the question."""
    async with database.transaction(organisation_id=asks.organisation_id) as tx:
        message, _ = await locked_message(tx, asks=asks, ref=ref)
        question = await code_question(tx, asks=asks, message=message)
        if question is None:
            raise NotFound("There is no question about a code here.")
        examples = await examples_of(tx, asks=asks, message=message, question=question)
        if not examples:
            raise Refused("None of the waiting messages holds this code any more. Have them read again.")
        sent = examples[0].sent
        await say_what_a_code_means(tx, peer_id=question.peer_id, code=sent.code, means=means, words=sent.words or None,
                                    only_here=True, by=asks.actor)  # fmt: skip
        outcome = AlertOutcome.NOT_OURS if means == NOT_FOLLOWED else AlertOutcome.DATA_CORRECTED
        for one in await open_questions(tx, asks=asks, question=question):
            await alerts.close(tx, organisation_id=asks.organisation_id, alert_id=one.id, outcome=outcome,
                               note=f"The code “{sent.code}” is {IN_WORDS[means]}.", by=asks.actor, now=tx.now)  # fmt: skip
