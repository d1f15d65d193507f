"""The two pages on which somebody's particulars are changed, as strings."""

from datetime import date

import msgspec

from rms.caseload.identity import IdentityBar, identity_bar
from rms.caseload.particulars.forms import NEEDS, typed_needs, typed_person
from rms.caseload.particulars.store import HelperOnFile, Keys
from rms.caseload.people.forms.contact import SAID_BY
from rms.caseload.people.presenters.acting import Choice, choices
from rms.caseload.people.presenters.contact import value_words
from rms.caseload.people.store import Needs
from rms.caseload.words import authority_words, day, in_words
from rms.people.languages import LANGUAGES
from rms.people.model import Sex
from rms.people.store import PersonOnFile
from rms.web.forms import NO_ERRORS, FieldErrors
from rms.web.submitted import Submitted


class NeedsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/particulars/needs.html`."""

    bar: IdentityBar
    here: str
    languages: tuple[Choice, ...]
    needs: tuple[Choice, ...]
    said_by: tuple[Choice, ...]
    interpreter: bool
    may_be_told: bool
    typed: Submitted
    errors: FieldErrors


class CorrectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """`caseload/particulars/correct.html`. `numbers` are those of hospitals; `warning` is for whom a register told."""

    bar: IdentityBar
    here: str
    sexes: tuple[Choice, ...]
    numbers: str
    warning: str
    typed: Submitted
    errors: FieldErrors


def present_needs(
    person: PersonOnFile, *, needs: Needs, helper: HelperOnFile | None, today: date, typed: Submitted | None = None,
    errors: FieldErrors = NO_ERRORS,
) -> NeedsPage:  # fmt: skip
    """The page as it stands on file, or as it was typed."""
    helps = None
    if helper is not None:
        phone = value_words("phone", helper.helper.phone) if helper.helper.phone else None
        helps = msgspec.structs.replace(helper.helper, phone=phone)
    if typed is None:
        typed = typed_needs(needs.needs, language=person.language, interpreter=needs.interpreter_needed, helper=helps)
    return NeedsPage(
        bar=identity_bar(person, today=today), here=f"/people/{person.ref}", typed=typed, errors=errors,
        languages=choices(LANGUAGES, chosen=typed.one("language")),
        needs=tuple(Choice(code=code, text=text, chosen=code in typed.all("needs")) for code, text in NEEDS.items()),
        said_by=choices(SAID_BY, chosen=typed.one("said_by")),
        interpreter=bool(typed.one("interpreter")), may_be_told=bool(typed.one("may_be_told")),
    )  # fmt: skip


def present_correction(
    person: PersonOnFile, *, keys: Keys, today: date, typed: Submitted | None = None, errors: FieldErrors = NO_ERRORS
) -> CorrectionPage:
    """The page as it stands on file, or as it was typed."""
    if typed is None:
        on_file = {
            "title": person.name.prefix or "", "family": person.name.family, "given": " ".join(person.name.given),
            "sex": person.sex, "nhs_number": person.nhs_number or "", "gp_name": person.gp_name or "",
            "gp_code": person.gp_code or "",
        }  # fmt: skip
        typed = typed_person(on_file, born_text=person.born_text)
    return CorrectionPage(
        bar=identity_bar(person, today=today), here=f"/people/{person.ref}", typed=typed, errors=errors,
        sexes=choices([(str(one), in_words(one)) for one in Sex], chosen=typed.one("sex")),
        numbers=number_words(keys),
        warning="The cancer register told us of this person. What is put right here holds until the register tells of them"
                " again: have it put right there too." if keys.from_register else "",
    )  # fmt: skip


def number_words(keys: Keys) -> str:
    """The hospital numbers, each with the place that gave it."""
    return ", ".join(f"{value} ({authority_words(given_by)})" for value, given_by in keys.hospital_numbers) or "None"


def help_words(helper: HelperOnFile | None) -> str:
    """Who helps, in a sentence for the page of a person."""
    if helper is None:
        return "Nobody recorded"
    who = helper.helper
    phone = f", {value_words('phone', who.phone)}" if who.phone else ""
    told = "may be told about their follow-up" if who.may_be_told else "must not be told about their follow-up"
    said = SAID_BY.get(helper.said_by, helper.said_by).lower()
    return (f"{who.name}{f' ({who.relation})' if who.relation else ''}{phone}: {told}. Since {day(helper.valid_from)}, said by "
            f"{said}, entered by {helper.recorded_by}.")  # fmt: skip


def needs_since(keys: Keys) -> str:
    """Who spoke about language and needs, and when."""
    if keys.needs_said_on is None or keys.needs_said_by is None:
        return "Not asked yet: what stands here came with the register"
    return f"{day(keys.needs_said_on)}, said by {SAID_BY[keys.needs_said_by].lower()}"
