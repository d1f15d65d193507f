"""The tests a person is asked to have about now, in the word a text message may use; what they are for does not show."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.messages.model import TestWord
from rms.plans.store.occurrences import open_of_plan
from rms.portal.behind import Whose

#: How long before its window a test may have been had by somebody who tells us of it.
_EARLY: Final = timedelta(days=60)


class WaitingTest(msgspec.Struct, frozen=True, kw_only=True):
    """One open step that asks for a test."""

    occurrence_id: int
    word: TestWord


async def tests_waited_for(tx: Tx, of: Whose) -> Sequence[WaitingTest]:
    """What could be meant by "I had my blood test": of each word the earliest that is due by now or soon."""
    found: dict[TestWord, WaitingTest] = {}
    steps = []
    for plan in of.plans:
        if plan.state == "active":
            steps += await open_of_plan(tx, organisation_id=plan.organisation_id, plan_id=plan.id)
    for step in sorted(steps, key=lambda one: (one.due_on, one.id)):
        if step.kind != "test" or step.earliest_on - _EARLY > of.today:
            continue
        word = TestWord(step.facts.get("test", TestWord.HOSPITAL_TEST))
        found.setdefault(word, WaitingTest(occurrence_id=step.id, word=word))
    return tuple(found.values())
