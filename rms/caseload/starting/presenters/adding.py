"""The page on which a person is added by hand."""

from collections.abc import Collection, Sequence
from datetime import date

import msgspec

from rms.caseload.identity import born_words
from rms.caseload.starting.forms.adding import TREATMENTS
from rms.caseload.starting.presenters.words import Choice
from rms.caseload.starting.store.alike import OnFile
from rms.caseload.words import in_words, number
from rms.people.model import PersonName, Sex, TreatmentIntent, TreatmentKind, TumourSite
from rms.people.names import full_name
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted

NOTHING_TYPED = Submitted(pairs=())


class AlikeLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on file who may be the same; `href` is None for another team's person."""

    text: str
    href: str | None
    why: str


class TreatmentBox(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one treatment."""

    number: int
    kinds: tuple[Choice, ...]
    intents: tuple[Choice, ...]
    is_open: bool


class AddingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/starting/adding.html`. `may_be_another`: only a name and a birth date are shared, so it may be."""

    sexes: tuple[Choice, ...]
    sites: tuple[Choice, ...]
    treatments: tuple[TreatmentBox, ...]
    alike: tuple[AlikeLine, ...]
    may_be_another: bool
    typed: Submitted
    errors: FieldErrors


def present_adding(
    sites: Collection[TumourSite],
    *,
    today: date,
    typed: Submitted = NOTHING_TYPED,
    errors: FieldErrors = NO_ERRORS,
    found: Sequence[OnFile] = (),
) -> AddingPage:
    """The page as it stands; `found` are people on file who may be meant."""
    only = next(iter(sites)) if len(sites) == 1 else None
    return AddingPage(
        sexes=_choices(Sex, typed.one("sex")), sites=_choices(sites, typed.one("site") or only or ""),
        treatments=tuple(
            TreatmentBox(
                number=one, kinds=_choices(TreatmentKind, typed.one(f"kind-{one}")),
                intents=_choices(TreatmentIntent, typed.one(f"intent-{one}")),
                is_open=any(key.endswith(f"-{one}") or f"-{one}-" in key for key, value in typed.pairs if value),
            )
            for one in TREATMENTS
        ),
        alike=tuple(_alike(one, today=today) for one in found),
        may_be_another=bool(found) and not any(one.same_number for one in found), typed=typed, errors=errors,
    )  # fmt: skip


def _choices(
    words: Collection[str] | type[Sex] | type[TreatmentKind] | type[TreatmentIntent], typed: str
) -> tuple[Choice, ...]:
    return tuple(Choice(code=str(one), text=in_words(str(one)), chosen=str(one) == typed) for one in words)


def _alike(one: OnFile, *, today: date) -> AlikeLine:
    why = "The same number" if one.same_number else "The same name and date of birth"
    if not one.ours:
        return AlikeLine(
            text="Somebody whom another team here looks after", href=None, why=f"{why}. Ask your team lead."
        )
    name = full_name(PersonName(family=one.family_name, given=tuple(one.given_names.split()), prefix=one.title))
    text = f"{name}, born {born_words(one.born_text, today=today)}, NHS number {number(one.nhs_number)}"
    return AlikeLine(text=text, href=f"/people/{one.ref}", why=why)
