"""An upload: what the file holds, and the file itself."""

from typing import Any, Final

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from rms.errors import BadInput
from rms.sync.imports.files import Upload
from rms.sync.imports.model import ImportKind
from rms.web.fields import a_choice
from rms.web.forms import Form

#: Bytes. A register of 20,000 people takes less; larger ones are read by `rms import` on the server.
LARGEST_UPLOAD: Final = 20_000_000
#: Room for the other fields of the form, so that a file just over the limit is answered on the page.
LARGEST_BODY: Final = LARGEST_UPLOAD + 5_000_000
_LONGEST_NAME: Final = 100
TOO_LARGE: Final = (
    f"The file must be {LARGEST_UPLOAD // 1_000_000} MB or smaller. Split it and send the parts one by one"
)


class WhatFile(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    kind: str


WHAT: Final = Form(WhatFile, kind=a_choice(tuple(ImportKind), missing="Choose what the file holds"))


async def uploaded(request: Request[Any, Any, Any]) -> Upload:
    """The file of the form. BadInput, in words, when there is none or it is too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise BadInput("Choose a file")
    sent = (await request.form()).get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise BadInput("Choose a file")
    raw = await sent.read()
    if len(raw) > LARGEST_UPLOAD:
        raise BadInput(TOO_LARGE)
    return Upload(name=_name(sent.filename), raw=raw)


def _name(given: str) -> str:
    """The last part of what the browser calls it, in printable characters, its ending kept."""
    last = given.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if character.isprintable())
    return shown[-_LONGEST_NAME:] or "file"
