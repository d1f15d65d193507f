"""What the stand-in has taken: in memory, and a line of JSON each in a file that only grows. Knows no wire format."""

import contextlib
import os
import uuid
from pathlib import Path
from typing import Literal

import msgspec

from rms.clock import real_now


class Taken(msgspec.Struct, kw_only=True):
    """One message this stand-in has accepted. `status` moves on in memory; what was reported is noted in a second file."""

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


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """That a message reached its end and whoever sent it took the report; so it is not reported at the next start."""

    id: str
    status: str
    finished_at: str | None


class Book:
    """Every message taken, in order. Re-opening the same file brings back what was taken before, and what became of it."""

    def __init__(self, path: Path | None) -> None:
        self.taken: list[Taken] = []
        self._file: int | None = None
        self._ends: int | None = None
        self._reported: set[str] = set()
        if path is None:
            return
        if path.exists():
            self.taken = [msgspec.json.decode(line, type=Taken) for line in path.read_bytes().splitlines()]
        self._file = _open_to_add(path)
        ends = path.with_name(f"{path.name}.reported")
        if ends.exists():
            self._recall(ends)
        self._ends = _open_to_add(ends)

    @property
    def unreported(self) -> list[Taken]:
        """What was taken and never reported as far as the files tell."""
        return [taken for taken in self.taken if taken.id not in self._reported]

    def note_reported(self, taken: Taken) -> None:
        """The report about a message was taken."""
        self._reported.add(taken.id)
        if self._ends is not None:
            ended = Ended(id=taken.id, status=taken.status, finished_at=taken.finished_at)
            os.write(self._ends, msgspec.json.encode(ended) + b"\n")

    def _recall(self, path: Path) -> None:
        by_id = {taken.id: taken for taken in self.taken}
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError):  # the last line of a process that was killed may be half
                ended = msgspec.json.decode(line, type=Ended)
                if (taken := by_id.get(ended.id)) is not None:
                    taken.status, taken.finished_at = ended.status, ended.finished_at
                    self._reported.add(ended.id)

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
        """Give back the files."""
        for file in (self._file, self._ends):
            if file is not None:
                os.close(file)
        self._file = self._ends = None


def _open_to_add(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def now_text() -> str:
    """This instant as Notify writes it: UTC with microseconds and a Z."""
    return real_now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
