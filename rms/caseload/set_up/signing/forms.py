"""What a clinician writes when they sign something off."""

from typing import Final

import msgspec

from rms.web.fields import a_text, a_tick
from rms.web.forms import FieldError, FieldErrors, Form


class SignOff(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked and by which group it was agreed; `sure` is ticked by the one whose name stands under it."""

    note: str
    sure: bool


SIGN_OFF: Final = Form(
    SignOff,
    note=a_text(missing="Say what was checked, and by which group it was agreed", label="The note", longest=1000),
    sure=a_tick(),
)


def faults_of(signed: SignOff) -> FieldErrors:
    """A name is put under it only with the tick."""
    if signed.sure:
        return FieldErrors()
    return FieldErrors(all=(FieldError(field="sure", message="Tick the box to put your name under it"),))


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """Why a sign-off no longer stands."""

    why: str


WITHDRAW: Final = Form(Withdrawn, why=a_text(missing="Say why it is withdrawn", label="The reason", longest=1000))
