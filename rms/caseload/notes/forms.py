"""What is typed to write a note."""

from typing import Final

import msgspec

from rms.web.fields import a_text
from rms.web.forms import Form

LONGEST: Final = 4000


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The note; `to` is the ref of the colleague it is handed over to, None for a note to the file."""

    words: str
    to: str | None


WRITING: Final = Form(
    Written,
    words=a_text(missing="Write the note", label="The note", longest=LONGEST),
    to=a_text(label="The colleague"),
)
