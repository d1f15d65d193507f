"""What is typed about a person: language and needs, who helps them, and corrections of who they are."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from rms.caseload.people.forms.contact import SAID_BY
from rms.dates import PartialDate
from rms.errors import BadInput
from rms.nhs_number import NhsNumber
from rms.people.contact_points import uk_number
from rms.people.languages import LANGUAGES
from rms.people.model import Helper, Need, Sex
from rms.web.fields import a_choice, a_date, a_text, a_tick, parsed_by, some_ticks
from rms.web.forms import FieldError, FieldErrors, Form, Parsed
from rms.web.submitted import Submitted

#: What people most often need, by the groups of the Accessible Information Standard (DCB1605), in our own words.
NEEDS: Final[Mapping[str, str]] = {
    "large_print": "Large print",
    "easy_read": "Easy read",
    "braille": "Braille",
    "audio": "Audio in place of letters",
    "bsl": "British Sign Language interpreter",
    "lipspeaker": "Lipspeaker, or lip-reads",
    "hearing": "Hard of hearing: speak clearly, take time on the telephone",
    "text_relay": "Text relay calls",
    "advocate": "Somebody to speak for them",
    "longer": "More time, or things said twice",
}
_CODES: Final = {text: code for code, text in NEEDS.items()}


class NeedsSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What was said about language, needs and help."""

    language: str | None
    interpreter: bool
    needs: tuple[str, ...]
    other: str | None
    helper_name: str | None
    helper_relation: str | None
    helper_phone: str | None
    may_be_told: bool
    said_by: str

    @property
    def all_needs(self) -> tuple[Need, ...]:
        """Those that were ticked and those that were typed, as one list."""
        typed = (line.strip() for line in (self.other or "").replace(";", "\n").splitlines())
        return tuple(Need(text=text) for text in [*(NEEDS[code] for code in self.needs), *filter(None, typed)])

    @property
    def helper(self) -> Helper | None:
        """Who helps; None when nobody does."""
        if self.helper_name is None:
            return None
        return Helper(name=self.helper_name, relation=self.helper_relation, phone=self.helper_phone,
                      may_be_told=self.may_be_told)  # fmt: skip


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Who a person is after a correction. A number is None when none was typed."""

    title: str | None
    family: str
    given: str | None
    born: date
    sex: str
    nhs_number: NhsNumber | None
    hospital_number: str | None
    gp_name: str | None
    gp_code: str | None
    why: str


_SAYING = Form(
    NeedsSaid,
    language=a_choice(tuple(LANGUAGES)),
    interpreter=a_tick(),
    needs=some_ticks(tuple(NEEDS)),
    other=a_text(label="Anything else", longest=1000),
    helper_name=a_text(label="The name", longest=200),
    helper_relation=a_text(label="Who they are to the person", longest=100),
    helper_phone=parsed_by(uk_number),
    may_be_told=a_tick(),
    said_by=a_choice(tuple(SAID_BY), missing="Choose who said so"),
)


def read_needs(sent: Submitted) -> Parsed[NeedsSaid]:
    """Read the page; a telephone number or a tick without a name belongs to nobody."""
    parsed = _SAYING.read(sent)
    said = parsed.value
    if (
        said is not None
        and said.helper_name is None
        and (said.helper_phone or said.helper_relation or said.may_be_told)
    ):
        fault = FieldError(field="helper_name", message="Enter the name of who helps, or leave all of it empty")
        return Parsed(value=None, errors=FieldErrors(all=(fault,)), typed=sent)
    return parsed


def correction_form(*, today: date) -> Form[Correction]:
    """The form of who a person is."""
    return Form(
        Correction,
        title=a_text(label="The title", longest=35),
        family=a_text(missing="Enter the family name", label="The family name", longest=120),
        given=a_text(label="The first names", longest=200),
        born=a_date(label="Date of birth", missing="Enter the date of birth", not_after=today,
                    too_late="The date of birth must be today or in the past"),
        sex=a_choice([str(one) for one in Sex], missing="Choose the sex"),
        nhs_number=parsed_by(NhsNumber.parse),
        hospital_number=a_text(label="The hospital number", longest=50),
        gp_name=a_text(label="The name of the practice", longest=200),
        gp_code=parsed_by(_practice_code),
        why=a_text(missing="Say how you know", label="The reason", longest=300),
    )  # fmt: skip


def typed_needs(needs: tuple[str, ...], *, language: str | None, interpreter: bool, helper: Helper | None) -> Submitted:
    """What stands on file as the page would send it, so that it shows what it changes."""
    pairs = [("needs", _CODES[text]) for text in needs if text in _CODES]
    pairs += [("other", "\n".join(text for text in needs if text not in _CODES)), ("language", language or "")]
    pairs += [("interpreter", "yes")] if interpreter else []
    if helper is not None:
        pairs += [("helper_name", helper.name), ("helper_relation", helper.relation or ""),
                  ("helper_phone", helper.phone or ""), *([("may_be_told", "yes")] if helper.may_be_told else [])]  # fmt: skip
    return Submitted(pairs=tuple(pairs))


def typed_person(values: Mapping[str, str], *, born_text: str) -> Submitted:
    """Who somebody is on file, as the page would send it."""
    born = PartialDate.parse(born_text).exact
    parts = (
        {} if born is None else {"born-day": str(born.day), "born-month": str(born.month), "born-year": str(born.year)}
    )
    return Submitted(pairs=tuple({**values, **parts}.items()))


def _practice_code(text: str) -> str:
    code = text.replace(" ", "").upper()
    if not (code.isascii() and code.isalnum() and len(code) == len("A81001")):
        raise BadInput("A practice code has 6 letters and digits, such as A81001")
    return code
