"""The instruments we bring along are sound, and a broken one is refused with all its faults."""

import json

import msgspec
import pytest

from rms.errors import BadInput, NotFound
from rms.questionnaires.library import all_definitions, decode, definition_of, faults
from rms.questionnaires.model import Chose, ItemKind, Urgency, YesNo
from rms.questionnaires.scoring import Standing, red_flags, scores

KEYS = ["symptom-check-breast", "symptom-check-colorectal", "symptom-check-prostate"]
MOST_WORDS = 20


def broken(form, **change):
    return msgspec.json.encode({**msgspec.to_builtins(form), **change})


def test_the_three_symptom_checks_are_there():
    assert [definition.key for definition in all_definitions()] == KEYS
    with pytest.raises(NotFound):
        definition_of("symptom-check-moon")


@pytest.mark.parametrize("key", KEYS)
def test_an_instrument_says_that_nobody_has_validated_it(key):
    source = definition_of(key).source
    assert not source.clinically_validated
    assert "not clinically validated" in source.text


@pytest.mark.parametrize("key", KEYS)
def test_questions_are_short_and_every_choice_can_be_declined(key):
    for item in definition_of(key).items:
        assert len(item.text.split()) <= MOST_WORDS
        assert item.text.endswith("?")
        assert item.may_decline or item.kind is ItemKind.TEXT
        assert "cancer" not in item.text


@pytest.mark.parametrize("key", KEYS)
def test_the_best_answers_raise_nothing_and_score_nought(key):
    definition = definition_of(key)
    answers = {
        item.link_id: YesNo(value=False) if item.kind is ItemKind.BOOLEAN else Chose(code=item.options[0].code)
        for item in definition.items
        if item.kind in (ItemKind.BOOLEAN, ItemKind.CHOICE)
    }
    (burden,) = scores(definition, answers=answers)
    assert burden.value == 0
    assert burden.band.key == "low"
    assert {found.standing for found in red_flags(definition, answers=answers, sent=True)} == {Standing.CLEAR}


@pytest.mark.parametrize("key", KEYS)
def test_the_worst_answers_fill_the_last_band_exactly_and_ask_for_a_call_today(key):
    definition = definition_of(key)
    answers = {
        item.link_id: YesNo(value=True)
        if item.kind is ItemKind.BOOLEAN
        else Chose(code=max(item.options, key=lambda option: option.ordinal).code)
        for item in definition.items
        if item.kind in (ItemKind.BOOLEAN, ItemKind.CHOICE)
    }
    (burden,) = scores(definition, answers=answers)
    found = red_flags(definition, answers=answers, sent=True)
    assert burden.value == definition.scores[0].bands[-1].highest
    assert all(flag.standing is Standing.FLAGGED for flag in found)
    assert all(flag.advice for flag in found if flag.urgency is Urgency.ACT_TODAY)
    assert any(flag.urgency is Urgency.ACT_TODAY for flag in found)


def test_weak_legs_and_passing_no_pee_are_for_today():
    prostate = definition_of("symptom-check-prostate")
    for link_id, answer in (
        ("leg-weakness", Chose(code="yes")),
        ("leg-weakness", Chose(code="not-sure")),
        ("cannot-pee", YesNo(value=True)),
    ):
        (found,) = red_flags(prostate, answers={link_id: answer}, sent=False)
        assert found.urgency is Urgency.ACT_TODAY


def test_a_definition_survives_being_written_and_read(form):
    assert decode(msgspec.json.encode(form), name="form") == form
    assert faults(form) == ()


def test_unknown_keys_and_broken_json_are_refused(form):
    with pytest.raises(BadInput, match=r"a\.json: .*colour"):
        decode(broken(form, colour="red"), name="a.json")
    with pytest.raises(BadInput, match=r"a\.json"):
        decode(b"{", name="a.json")


def test_every_fault_is_told_at_once():
    raw = {
        "key": "k",
        "version": 1,
        "title": "t",
        "tumour_site": "prostate",
        "about_minutes": 1,
        "source": {"text": "x", "licence": "x", "clinically_validated": False},
        "items": [
            {"link_id": "a", "kind": "choice", "text": "A?", "short": "a", "options": [{"code": "x", "text": "X"}]},
            {
                "link_id": "b",
                "kind": "boolean",
                "text": "B?",
                "short": "b",
                "required": False,
                "enable_when": {"conditions": [{"item": "c", "comparison": "answered"}]},
                "red_flags": [{"answers": ["maybe"], "kind": "act_today", "reason": "r"}],
            },
            {"link_id": "b", "kind": "text", "text": "B?", "short": "b"},
        ],
        "scores": [{"key": "s", "title": "S", "items": ["b", "z"], "method": "sum", "at_most_missing": 2}],
    }
    with pytest.raises(BadInput) as refused:
        decode(json.dumps(raw).encode(), name="k.json")
    told = str(refused.value)
    for fault in (
        "Item “b” appears twice.",
        "Item “a”: a choice needs two options or more",
        "only a text may be left empty",
        "depends on “c”, which is not an earlier item",
        "red flag on “maybe”, which is not an answer",
        "must say what the person should do",
        "fewer may be missing than it has",
        "“z” is not an item with points",
    ):
        assert fault in told


CONDITION_FAULTS = [
    ({"item": "legs", "comparison": "greater", "value": True}, "can be compared with"),
    ({"item": "legs", "comparison": "equals", "value": "yes"}, "can be compared with"),
    ({"item": "pain", "comparison": "equals", "value": "awful"}, "can be compared with"),
    ({"item": "nights", "comparison": "greater", "value": "3"}, "can be compared with"),
    ({"item": "pain", "comparison": "answered", "value": "some"}, "takes no value"),
    ({"item": "pain", "comparison": "equals"}, "takes no value"),
]


@pytest.mark.parametrize(("condition", "fault"), CONDITION_FAULTS)
def test_a_condition_that_can_never_hold_is_a_fault(form, condition, fault):
    raw = msgspec.to_builtins(form)
    raw["items"][-1]["enable_when"] = {"conditions": [condition]}
    with pytest.raises(BadInput, match=fault):
        decode(json.dumps(raw, default=str).encode(), name="form")
