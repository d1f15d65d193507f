"""Our questionnaires as FHIR R4: what others' readers take, with nothing of the form lost."""

import pytest

from rms.questionnaires.fhir import ORDINAL, fhir_questionnaire
from rms.questionnaires.library import all_definitions
from rms.questionnaires.model import ItemKind

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("form", all_definitions(), ids=lambda form: form.key)
def test_another_makers_reader_takes_it(form):
    from fhir.resources.R4B.questionnaire import Questionnaire

    read = Questionnaire.model_validate(fhir_questionnaire(form))
    assert [item.linkId for item in read.item] == [item.link_id for item in form.items]
    assert read.status == "draft"
    assert read.experimental


@pytest.mark.parametrize("form", all_definitions(), ids=lambda form: form.key)
def test_options_points_and_conditions_are_all_there(form):
    made = {item["linkId"]: item for item in fhir_questionnaire(form)["item"]}
    for item in form.items:
        out = made[item.link_id]
        if item.kind is ItemKind.CHOICE:
            codings = [option["valueCoding"] for option in out["answerOption"]]
            assert [coding["code"] for coding in codings] == [*(o.code for o in item.options), "rather-not"]
            points = [one["extension"] for one in codings[:-1] if "extension" in one]
            assert points == [
                [{"url": ORDINAL, "valueDecimal": o.ordinal}] for o in item.options if o.ordinal is not None
            ]
        assert ("enableWhen" in out) == (item.enable_when is not None)
    assert made["call-about"]["enableWhen"] == [
        {"question": "wants-call", "operator": "=",
         "answerCoding": {"system": "urn:rms:questionnaire:wants-call", "code": "yes"}},
    ]  # fmt: skip
