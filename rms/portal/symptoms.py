"""The symptoms a person should tell us about: the questions that raise an alert in the symptom checks of their plans.

They come from questionnaires that a named clinician of the trust has signed off, so nothing clinical is said here that
nobody has signed. Without one the page has no list, only whom to call.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from rms.db.engine import Tx
from rms.portal.behind import Whose
from rms.questionnaires.model import Definition, Item, ItemKind, Urgency
from rms.questionnaires.store import signed_version

#: Not a symptom: the question whether somebody should call.
_NOT_SYMPTOMS: Final = frozenset({"wants-call"})
_NO: Final = "no"


class Symptoms(msgspec.Struct, frozen=True, kw_only=True):
    """Questions to which a yes should be told: today (each with what to do), or soon."""

    today: tuple[tuple[str, str], ...]
    soon: tuple[str, ...]


async def symptoms_of(tx: Tx, of: Whose) -> Symptoms:
    """Read them from what is signed off for the plans that run."""
    keys = {
        step.step.questionnaire
        for plan in of.plans
        if plan.state != "ended"
        for step in plan.effective.steps
        if step.step.questionnaire is not None
    }
    signed = [
        await signed_version(tx, organisation_id=of.person.organisation_id, key=key)
        for key in sorted(filter(None, keys))
    ]
    return listed(one.definition for one in signed if one is not None)


def listed(definitions: Iterable[Definition]) -> Symptoms:
    """Sort the questions by how soon a yes must be told; each once."""
    items = [item for definition in definitions for item in definition.items if _is_symptom(item)]
    today = {item.text: _advice(item) for item in items if _advice(item)}
    soon = dict.fromkeys(item.text for item in items if item.text not in today)
    return Symptoms(today=tuple(today.items()), soon=tuple(soon))


def _is_symptom(item: Item) -> bool:
    """Whether it is answered with yes or no, and a yes needs a person."""
    if item.link_id in _NOT_SYMPTOMS or not item.red_flags:
        return False
    return item.kind is ItemKind.BOOLEAN or (bool(item.options) and item.options[0].code == _NO)


def _advice(item: Item) -> str:
    """What to do today, when every yes to it is urgent; a question with milder answers is for soon."""
    urgent = [flag for flag in item.red_flags if flag.kind is Urgency.ACT_TODAY]
    return urgent[0].advice or "" if urgent and len(urgent) == len(item.red_flags) else ""
