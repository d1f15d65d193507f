"""A small made-up form in which one question depends on another, and hypothesis strategies for answers to it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from rms.questionnaires.model import (
    Band,
    Chose,
    Comparison,
    Condition,
    Day,
    Declined,
    Definition,
    EnableWhen,
    Item,
    ItemKind,
    Method,
    Number,
    Option,
    RedFlag,
    Score,
    Source,
    Urgency,
    Words,
    YesNo,
)

PAIN = tuple(
    Option(code=code, text=code.capitalize(), ordinal=points) for points, code in enumerate(("none", "some", "bad"))
)
LEGS = RedFlag(answers=("yes",), kind=Urgency.ACT_TODAY, reason="Weak legs.", advice="Call now.")
BAD_PAIN = RedFlag(answers=("bad",), kind=Urgency.LOOK_SOON, reason="Bad pain.")


def when(*conditions: Condition) -> EnableWhen:
    return EnableWhen(conditions=conditions)


def an_item(link_id: str, **more: object) -> Item:
    return Item(**{"link_id": link_id, "kind": ItemKind.CHOICE, "text": f"{link_id}?", "short": link_id, **more})  # type: ignore[arg-type]


def a_form() -> Definition:
    has_pain = Condition(item="pain", comparison=Comparison.GREATER, value="none")
    legs_weak = Condition(item="legs", comparison=Comparison.EQUALS, value=True)
    return Definition(
        key="a-form",
        version=1,
        title="A form",
        tumour_site="prostate",
        about_minutes=2,
        source=Source(text="Made for tests", licence="ours", clinically_validated=False),
        items=(
            an_item("pain", options=PAIN, red_flags=(BAD_PAIN,)),
            an_item("where", options=PAIN, enable_when=when(has_pain), red_flags=(BAD_PAIN,)),
            an_item("legs", kind=ItemKind.BOOLEAN, red_flags=(LEGS,)),
            an_item("since", kind=ItemKind.DATE, enable_when=when(has_pain, legs_weak)),
            an_item("nights", kind=ItemKind.NUMBER, lowest=Decimal(0), highest=Decimal(7)),
            an_item("more", kind=ItemKind.TEXT, required=False, longest=20),
        ),
        scores=(
            Score(
                key="burden",
                title="Burden",
                items=("pain", "where", "nights"),
                method=Method.SUM,
                at_most_missing=1,
                bands=(
                    Band(key="low", lowest=Decimal(0), highest=Decimal(3), text="Low."),
                    Band(key="high", lowest=Decimal(4), highest=Decimal(11), text="High."),
                ),
            ),
        ),
    )


@pytest.fixture(scope="session")
def form() -> Definition:
    return a_form()


def _answers() -> st.SearchStrategy[dict[str, object]]:
    pain = st.sampled_from([Chose(code="none"), Chose(code="some"), Chose(code="bad"), Declined(), Chose(code="gone")])
    yes_or_no = st.sampled_from([YesNo(value=True), YesNo(value=False), Declined()])
    night = st.integers(-1, 9).map(lambda nights: Number(value=Decimal(nights)))
    return st.fixed_dictionaries(
        {},
        optional={
            "pain": pain,
            "where": pain,
            "legs": yes_or_no,
            "since": st.one_of(st.dates(date(2020, 1, 1)).map(lambda day: Day(value=day)), st.just(Declined())),
            "nights": night,
            "more": st.text(max_size=25).map(lambda text: Words(value=text)),
            "unknown": pain,
        },
    )


@pytest.fixture(scope="session")
def some_answers() -> st.SearchStrategy[dict[str, object]]:
    return _answers()
