"""What the stand-in has taken: in memory, and a line of JSON each in a file that only grows. Knows no wire format."""

import os
import uuid
from pathlib import Path
from typing import Literal

import msgspec

from rms.clock import real_now


class Taken(msgspec.Struct, kw_only=True):
    """One message this stand-in has accepted. `status` moves on in memory only; the file keeps what was taken."""

    provider: Literal["notify", "twilio"]
    id: str
    reference: str | None
    channel: Literal["sms", "email"]
    to: str
    subject: str | None
    body: str
    template_id: str | None
    callback_url: str | None
    at: str
    status: str = "sending"
    finished_at: str | None = None


class Book:
    """Every message taken, in order. Re-opening the same file brings back what was taken before."""

    def __init__(self, path: Path | None) -> None:
        self.taken: list[Taken] = []
        self._file: int | None = None
        if path is None:
            return
        if path.exists():
            self.taken = [msgspec.json.decode(line, type=Taken) for line in path.read_bytes().splitlines()]
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def take(
        self,
        *,
        provider: Literal["notify", "twilio"],
        channel: Literal["sms", "email"],
        to: str,
        body: str,
        subject: str | None = None,
        reference: str | None = None,
        template_id: str | None = None,
        callback_url: str | None = None,
    ) -> Taken:
        """Write one message down before anybody is answered. The same reference twice is two messages, as in life."""
        taken = Taken(
            provider=provider,
            id=str(uuid.uuid4()) if provider == "notify" else f"SM{uuid.uuid4().hex}",
            reference=reference,
            channel=channel,
            to=to,
            subject=subject,
            body=body,
            template_id=template_id,
            callback_url=callback_url,
            at=now_text(),
        )
        if self._file is not None:
            os.write(self._file, msgspec.json.encode(taken) + b"\n")
        self.taken.append(taken)
        return taken

    def close(self) -> None:
        """Give back the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def now_text() -> str:
    """This instant as Notify writes it: UTC with microseconds and a Z."""
    return real_now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
