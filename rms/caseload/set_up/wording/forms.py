"""What is typed about a wording: new words, and why one is withdrawn."""

from typing import Final

import msgspec

from rms.messages.own_proof import LONGEST
from rms.messages.places import Words
from rms.web.fields import a_choice, a_text, an_integer
from rms.web.forms import FieldError, FieldErrors, Form, Parsed
from rms.web.submitted import Submitted

PREVIEW: Final = "preview"
SAVE: Final = "save"
_WRONG_VERSION: Final = "Open the page again: the form was not whole"


class TextTyped(msgspec.Struct, frozen=True, kw_only=True):
    """A text message."""

    body: str
    do: str | None


class EmailTyped(msgspec.Struct, frozen=True, kw_only=True):
    """An email."""

    subject: str
    body: str
    do: str | None


class OfVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The version that was read when the button was pressed."""

    version: int


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is no longer used, and why."""

    version: int
    why: str


_BODY: Final = a_text(missing="Write the words", label="The words", longest=LONGEST)
_DO: Final = a_choice((PREVIEW, SAVE))
_VERSION: Final = an_integer(wrong=_WRONG_VERSION, missing=_WRONG_VERSION, lowest=1, highest=1_000_000)
TEXT: Final = Form(TextTyped, body=_BODY, do=_DO)
EMAIL: Final = Form(EmailTyped, subject=a_text(missing="Write the subject", label="The subject", longest=120), body=_BODY,
                    do=_DO)  # fmt: skip
OF_VERSION: Final = Form(OfVersion, version=_VERSION)
WITHDRAWAL: Final = Form(
    Withdrawal, version=_VERSION, why=a_text(missing="Say why it is withdrawn", label="The reason")
)


def words_of(typed: TextTyped | EmailTyped) -> Words:
    """What was typed as words."""
    return Words(subject=typed.subject if isinstance(typed, EmailTyped) else None, body=typed.body)


def read_words(sent: Submitted, *, is_email: bool) -> Parsed[TextTyped] | Parsed[EmailTyped]:
    """The form of a text or of an email."""
    return EMAIL.read(sent) if is_email else TEXT.read(sent)


def refused(field: str, *sentences: str) -> FieldErrors:
    """What was found wrong, each sentence an error of its own at the same field."""
    return FieldErrors(all=tuple(FieldError(field=field, message=sentence) for sentence in sentences))
