"""The wording of messages, read once: one file a purpose and channel. Letters have theirs in `templates/letters`.

A file is a head of `name: value` lines between two `---` lines, then the text with Jinja names. Templates are our own
files, never built from anything that came in. Whatever is wrong with a file is found when it is read, not when it is
sent. GOV.UK Notify keeps templates of its own; there one pass-through template `((body))` (email: subject
`((subject))`) carries our text, with the service-name prefix switched off, so that the wording has one home.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import jinja2
import msgspec

from rms.errors import BadInput
from rms.messages.model import Channel, Purpose

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "messages"

_HEAD = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_FIELDS = {"key", "version", "channel", "purpose", "subject"}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One wording. `key` and `version` are stored with every message that used it.

    `own`: an organisation's own words, in which only places are filled (see `places.py`); nothing in them is run.
    """

    key: str
    version: int
    channel: Channel
    purpose: Purpose
    subject: str | None
    body: str
    own: bool = False


Catalogue = Mapping[tuple[Purpose, Channel], Template]


def environment() -> jinja2.Environment:
    """The only Jinja environment for messages: plain text (nothing is escaped), a missing fact is an error."""
    made = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701  it writes text, never HTML
    made.trim_blocks = made.lstrip_blocks = True
    return made


def load(folder: Path = TEMPLATES) -> Catalogue:
    """Every wording in `folder`. Raises BadInput with file name and reason; two files for one use are refused."""
    found: dict[tuple[Purpose, Channel], Template] = {}
    for path in sorted(folder.glob("*.txt")):
        template = read(path.read_text(encoding="utf-8"), name=path.name)
        use = (template.purpose, template.channel)
        if use in found:
            raise BadInput(f"{path.name}: {found[use].key} already has the wording for this purpose and channel.")
        found[use] = template
    return found


def read(source: str, *, name: str) -> Template:
    """One file's content to a template. Raises BadInput."""
    parts = _HEAD.match(source)
    if parts is None:
        raise BadInput(f"{name}: it must begin with a head between two lines of ---.")
    head = _head(parts["head"], name=name)
    try:
        template = msgspec.convert({**head, "body": parts["body"].strip()}, Template, strict=False)
        environment().from_string(template.body)
        environment().from_string(template.subject or "")
    except (msgspec.ValidationError, jinja2.TemplateSyntaxError) as error:
        raise BadInput(f"{name}: {error}") from error
    if (template.subject is not None) != (template.channel is Channel.EMAIL):
        raise BadInput(f"{name}: an email needs a subject, and a text or letter has none.")
    if name != f"{template.key}.txt" or template.key != f"{template.purpose}.{template.channel}":
        raise BadInput(f"{name}: file name and key must both be the purpose and the channel.")
    return template


def _head(text: str, *, name: str) -> dict[str, str | None]:
    head: dict[str, str | None] = {"subject": None}
    for line in text.splitlines():
        field, colon, value = line.partition(":")
        if not colon or field.strip() not in _FIELDS:
            raise BadInput(f"{name}: {line!r} is not one of {', '.join(sorted(_FIELDS))}.")
        head[field.strip()] = value.strip()
    return head
