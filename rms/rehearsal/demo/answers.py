"""The answers of a made-up person who is well. Pure."""

from functools import cache

import msgspec

from rms.questionnaires.library import definition_of
from rms.questionnaires.model import Answer, Chose, Words, YesNo
from rms.questionnaires.scoring import scores


@cache
def calm_answers(questionnaire: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Answers of somebody who is well, as JSON by item, and the scores they give."""
    definition = definition_of(questionnaire)
    given: dict[str, Answer] = {}
    for item in definition.items:
        if item.enable_when is not None:
            continue
        if item.options:
            given[item.link_id] = Chose(code=min(item.options, key=lambda option: option.ordinal or 0).code)
        else:
            given[item.link_id] = (
                YesNo(value=False) if item.kind == "boolean" else Words(value="All is well, thank you.")
            )
    scored = [
        {"key": one.key, "title": one.title, "value": None if one.value is None else str(one.value),
         "because": one.because, "band": one.band.key if one.band else None}
        for one in scores(definition, answers=given)
    ]  # fmt: skip
    as_json = tuple((item, msgspec.json.encode(msgspec.to_builtins(answer)).decode()) for item, answer in given.items())
    return as_json, msgspec.json.encode(scored).decode()
