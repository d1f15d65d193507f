"""Made-up people answer what they were asked: most are well, some are not, some stop half way."""

from datetime import date
from typing import Any

import asyncpg
import msgspec

from rms.audit.model import Actor, ActorKind
from rms.db.database import Database
from rms.followup import actions
from rms.questionnaires.model import Answer
from rms.questionnaires.moves import note_opened
from rms.rehearsal.demo.answers import calm_answers
from rms.rehearsal.demo.cast import Part
from rms.rehearsal.demo.loading import Filled
from rms.rehearsal.demo.people import Someone

_ASKED = """
select a.id, a.patient_id, v.key from assignment a join questionnaire_version v on v.id = a.questionnaire_version_id
 where a.state = 'asked' and a.asked_on < $1 order by a.id
"""
_ANSWER = frozenset({Part.WAITING, Part.LOOKED_AT, Part.SET_ASIDE, Part.DUE_BACK, Part.ANSWERS, Part.RED_FLAG,
                     Part.HALF_WAY, Part.BREACH})  # fmt: skip
#: The answers of somebody who is not well: one that must be seen today, one that must be seen soon.
_NOT_WELL: dict[str, tuple[tuple[str, Any], tuple[str, Any]]] = {
    "symptom-check-prostate": (("leg-weakness", {"type": "choice", "code": "yes"}),
                               ("bone-pain", {"type": "choice", "code": "most-days"})),
    "symptom-check-colorectal": (("blocked-bowel", {"type": "boolean", "value": True}),
                                 ("blood-in-poo", {"type": "choice", "code": "once"})),
    "symptom-check-breast": (("arm-swelling", {"type": "choice", "code": "hot"}),
                             ("breast-change", {"type": "choice", "code": "yes"})),
}  # fmt: skip
_BEFORE_STOPPING = 3


class Answering:
    """Whoever was asked some days ago and has a part that answers does so now."""

    def __init__(self, filled: Filled, *, web: Database) -> None:
        self._web = web
        self._people = {one.patient_id: one for one in filled.everybody if one.part in _ANSWER}

    async def answer(self, owner: asyncpg.Connection, *, day: date) -> None:
        """Everybody who is to answer by a day."""
        for row in await owner.fetch(_ASKED, day):
            one = self._people.get(row["patient_id"])
            if one is not None:
                await self._one(one, assignment_id=row["id"], questionnaire=row["key"])

    async def _one(self, one: Someone, *, assignment_id: int, questionnaire: str) -> None:
        by = Actor(kind=ActorKind.PERSON, name="the person", id=one.patient_id)
        async with self._web.transaction(organisation_id=one.organisation_id) as tx:
            await note_opened(tx, organisation_id=one.organisation_id, assignment_id=assignment_id, by=by, now=tx.now)
        given = dict(calm_answers(questionnaire)[0])
        if one.part is Part.RED_FLAG:
            item, answer = _NOT_WELL[questionnaire][one.patient_id % 2]
            given[item] = msgspec.json.encode(answer).decode()
        saved = list(given.items())
        if one.part is Part.HALF_WAY:
            saved = saved[:_BEFORE_STOPPING]
        for item, text in saved:
            value = msgspec.json.decode(text, type=Answer)
            await actions.save_answer(self._web, organisation_id=one.organisation_id, assignment_id=assignment_id, item=item,
                                      value=value, by=by)  # fmt: skip
        if one.part is not Part.HALF_WAY:
            await actions.submit_answers(
                self._web, organisation_id=one.organisation_id, assignment_id=assignment_id, by=by
            )
