"""What is typed about a wording: new words, and why one is withdrawn."""

from typing import Final

import msgspec

from rms.messages.catalogue import Template
from rms.messages.letter_words import block_findings, blocks_of, body_of
from rms.messages.model import Channel
from rms.messages.own_proof import LONGEST
from rms.messages.places import Words, plainer
from rms.web.fields import a_choice, a_text, an_integer
from rms.web.forms import NO_ERRORS, FieldError, FieldErrors, Form, Parsed
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


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed as words, and what is to be done with them; None with everything that is wrong."""

    words: Words | None
    do: str | None
    errors: FieldErrors


def read_words(sent: Submitted, *, standard: Template) -> Read:
    """The form of a text, of an email, or of a letter with its parts."""
    if standard.channel is Channel.LETTER:
        return _read_letter(sent, standard)
    parsed: Parsed[EmailTyped] | Parsed[TextTyped]
    parsed = EMAIL.read(sent) if standard.channel is Channel.EMAIL else TEXT.read(sent)
    if parsed.value is None:
        return Read(words=None, do=None, errors=parsed.errors)
    typed = parsed.value
    words = Words(subject=typed.subject if isinstance(typed, EmailTyped) else None, body=typed.body)
    return Read(words=plainer(words, channel=standard.channel), do=typed.do, errors=NO_ERRORS)


def block_field(name: str) -> str:
    """The name of the box for one part of a letter."""
    return f"block_{name}"


def _read_letter(sent: Submitted, standard: Template) -> Read:
    blocks = blocks_of(standard.body)
    typed = {block.name: sent.one(block_field(block.name)) for block in blocks}
    errors = FieldErrors(
        all=tuple(
            FieldError(field=block_field(block.name), message=finding.sentence)
            for block in blocks
            for finding in block_findings(typed[block.name], block=block, standard=standard)
        )
    )
    if errors:
        return Read(words=None, do=None, errors=errors)
    return Read(words=Words(subject=None, body=body_of(typed)), do=sent.one("do") or None, errors=NO_ERRORS)


def refused(field: str, *sentences: str) -> FieldErrors:
    """What was found wrong, each sentence an error of its own at the same field."""
    return FieldErrors(all=tuple(FieldError(field=field, message=sentence) for sentence in sentences))
