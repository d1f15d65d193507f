"""A definition as a FHIR R4 Questionnaire, so that others can read and show it. Pure; one way, out.

What R4 has no place for stays behind: red flags and scores are our rules, not part of the form. Points of options travel
in the standard extension `ordinalValue`; "I would rather not answer" is one more option where an item offers it.
"""

from collections.abc import Mapping
from typing import Any, Final

from rms.questionnaires.model import (
    DECLINED_CODE,
    Comparison,
    Condition,
    Definition,
    Item,
    ItemKind,
    Match,
    Option,
)

SYSTEM: Final = "urn:rms:questionnaire"
ORDINAL: Final = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
_TYPE: Final[Mapping[ItemKind, str]] = {
    ItemKind.CHOICE: "choice",
    ItemKind.NUMBER: "decimal",
    ItemKind.TEXT: "text",
    ItemKind.BOOLEAN: "choice",
    ItemKind.DATE: "date",
}
_OPERATOR: Final[Mapping[Comparison, str]] = {
    Comparison.ANSWERED: "exists",
    Comparison.EQUALS: "=",
    Comparison.GREATER: ">",
}
_YES_NO: Final = (Option(code="yes", text="Yes", ordinal=1), Option(code="no", text="No", ordinal=0))


def fhir_questionnaire(form: Definition) -> dict[str, Any]:
    """Make the resource. A version that no clinician has validated says `draft` and is marked experimental."""
    validated = form.source.clinically_validated
    return {
        "resourceType": "Questionnaire",
        "url": f"{SYSTEM}:{form.key}",
        "identifier": [{"system": SYSTEM, "value": form.key}],
        "version": str(form.version),
        "name": "".join(part.capitalize() for part in form.key.split("-")),
        "title": form.title,
        "status": "active" if validated else "draft",
        "experimental": not validated,
        "subjectType": ["Patient"],
        "description": form.source.text,
        "copyright": form.source.licence,
        "item": [_item(item, form=form) for item in form.items],
    }


def _item(item: Item, *, form: Definition) -> dict[str, Any]:
    made: dict[str, Any] = {
        "linkId": item.link_id,
        "text": f"{item.text} {item.help}" if item.help else item.text,
        "type": _TYPE[item.kind],
        "required": item.required,
    }
    if item.enable_when is not None:
        made["enableWhen"] = [_when(one, form=form) for one in item.enable_when.conditions]
        if len(item.enable_when.conditions) > 1:
            made["enableBehavior"] = "all" if item.enable_when.match is Match.ALL else "any"
    if item.kind is ItemKind.TEXT:
        made["maxLength"] = item.longest
    if item.kind in (ItemKind.CHOICE, ItemKind.BOOLEAN):
        made["answerOption"] = [_option(one, item=item) for one in item.options or _YES_NO]
        if item.may_decline:
            declined = Option(code=DECLINED_CODE, text="I would rather not answer")
            made["answerOption"].append(_option(declined, item=item))
    return made


def _option(option: Option, *, item: Item) -> dict[str, Any]:
    coding: dict[str, Any] = {"system": f"{SYSTEM}:{item.link_id}", "code": option.code, "display": option.text}
    if option.ordinal is not None:
        coding["extension"] = [{"url": ORDINAL, "valueDecimal": option.ordinal}]
    return {"valueCoding": coding}


def _when(condition: Condition, *, form: Definition) -> dict[str, Any]:
    on = next(item for item in form.items if item.link_id == condition.item)
    made: dict[str, Any] = {"question": condition.item, "operator": _OPERATOR[condition.comparison]}
    if condition.comparison is Comparison.ANSWERED:
        return made | {"answerBoolean": True}
    if on.kind in (ItemKind.CHOICE, ItemKind.BOOLEAN):
        code = condition.value if isinstance(condition.value, str) else ("yes" if condition.value else "no")
        return made | {"answerCoding": {"system": f"{SYSTEM}:{on.link_id}", "code": code}}
    if on.kind is ItemKind.NUMBER:
        return made | {"answerDecimal": condition.value}
    return made | {"answerDate" if on.kind is ItemKind.DATE else "answerString": condition.value}
