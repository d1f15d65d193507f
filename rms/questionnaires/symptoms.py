"""The symptoms a person should tell us about: the questions that raise an alert in the symptom checks of their plans. Pure.

The one list there is: the welcome letter prints it and the person's pages show it, in the words in which they are asked.
It comes from questionnaires that a named clinician of the trust has signed off (each cites its source), so nothing
clinical is said that nobody has signed. Without one there is no list, only whom to call.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from rms.questionnaires.model import Definition, Item, ItemKind, Urgency

#: Not a symptom: the question whether somebody should call.
_NOT_SYMPTOMS: Final = frozenset({"wants-call"})
_NO: Final = "no"


class Symptoms(msgspec.Struct, frozen=True, kw_only=True):
    """Questions to which a yes should be told: today (each with what to do), or soon.

    `sources` name the signed versions they come from, so that a stored letter says which list it carried.
    """

    today: tuple[tuple[str, str], ...] = ()
    soon: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def listed(signed: Iterable[Definition]) -> Symptoms:
    """Sort the questions by how soon a yes must be told; each once."""
    definitions = [one for one in signed if any(_is_symptom(item) for item in one.items)]
    items = [item for one in definitions for item in one.items if _is_symptom(item)]
    today = {item.text: _advice(item) for item in items if _advice(item)}
    soon = dict.fromkeys(item.text for item in items if item.text not in today)
    sources = tuple(f"{one.key} version {one.version}" for one in definitions)
    return Symptoms(today=tuple(today.items()), soon=tuple(soon), sources=sources)


def _is_symptom(item: Item) -> bool:
    """Whether it is answered with yes or no, and a yes needs a person."""
    if item.link_id in _NOT_SYMPTOMS or not item.red_flags:
        return False
    return item.kind is ItemKind.BOOLEAN or (bool(item.options) and item.options[0].code == _NO)


def _advice(item: Item) -> str:
    """What to do today, when every yes to it is urgent; a question with milder answers is for soon."""
    urgent = [flag for flag in item.red_flags if flag.kind is Urgency.ACT_TODAY]
    return urgent[0].advice or "" if urgent and len(urgent) == len(item.red_flags) else ""
