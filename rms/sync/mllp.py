"""MLLP, the envelope HL7 v2 travels in: a start byte, the message, an end byte and a carriage return.

A state machine that is fed bytes as they come and gives back frames; it knows no sockets and no HL7. Every byte that is
not white space between frames ends up in some frame, so that what a sender sent can always be kept, however broken.
"""

from enum import StrEnum

import msgspec

START = b"\x0b"
END = b"\x1c"
_END_BYTE, _CARRIAGE_RETURN, _LINE_FEED, _START_BYTE = 0x1C, 0x0D, 0x0A, 0x0B
_BETWEEN_FRAMES = b"\r\n\t \x00"
# A start byte followed by a header inside a frame: the sender broke off and began again on the same connection.
_BEGAN_AGAIN = b"\x0bMSH"
_TAIL = len(_BEGAN_AGAIN) - 1


class Fault(StrEnum):
    """What is wrong with an envelope, as a sentence for the sender and for staff."""

    NO_START = "The message came without its start byte."
    STRAY = "Bytes that belong to no message came before a start byte."
    NO_TRAILER = "The end byte was not followed by a carriage return."
    TOO_LARGE = "The message is larger than we take; only its beginning was kept."
    CUT_OFF = "The message broke off before its end."

    @property
    def is_whole(self) -> bool:
        """Whether the message itself is complete, with only its envelope being wrong."""
        return self in (Fault.NO_START, Fault.NO_TRAILER)

    @property
    def is_answered(self) -> bool:
        """Whether the sender waits for an answer; one to stray bytes would be taken for the next message's."""
        return self is not Fault.STRAY


class Frame(msgspec.Struct, frozen=True):
    """One message as it came, without its envelope; `fault` is None when the envelope was right."""

    body: bytes
    fault: Fault | None = None


def wrap(body: bytes) -> bytes:
    """Put a message into its envelope."""
    return b"\x0b%b\x1c\r" % body


class Framer:
    """Cuts a stream of bytes into frames; one for each connection.

    Linear in what it is fed: no byte is searched twice, whatever the packets. It holds at most `max_bytes` and one packet.
    """

    def __init__(self, max_bytes: int = 20 * 1024 * 1024) -> None:
        self._max = max_bytes
        self._held = bytearray()
        self._searched = 0
        self._in_frame = False
        self._too_large = False

    @property
    def is_mid_frame(self) -> bool:
        """Whether something has come that no frame has taken yet."""
        return self._in_frame or self._too_large or bool(self._held.strip(_BETWEEN_FRAMES))

    def feed(self, received: bytes) -> list[Frame]:
        """Take bytes and give the frames that they complete, in order."""
        self._held += received
        frames: list[Frame] = []
        position = 0
        while True:
            after = self._next(position, frames)
            if after is None:
                break
            position = after
        del self._held[:position]
        self._searched -= position
        if len(self._held) > self._max:
            self._give_up_the_rest()
        return frames

    def close(self) -> list[Frame]:
        """End of the stream, or a sender that has been silent too long: give what is left as a faulty frame and start anew."""
        left = bytes(self._held)
        frames: list[Frame] = []
        if self._too_large:
            frames.append(Frame(left[: self._max], Fault.TOO_LARGE))
        elif self._in_frame and left.endswith(END):
            self._finish(left[:-1], Fault.NO_TRAILER, frames)
        elif self._in_frame:
            self._finish(left, Fault.CUT_OFF, frames)
        else:
            stray = left.strip(_BETWEEN_FRAMES)
            if stray:
                ended = stray.endswith(END)
                frames.append(Frame(stray[:-1] if ended else stray, Fault.NO_START if ended else Fault.CUT_OFF))
        self._held.clear()
        self._searched, self._in_frame, self._too_large = 0, False, False
        return frames

    def _next(self, position: int, frames: list[Frame]) -> int | None:
        """Add what ends next to `frames` and say where to go on; None when more bytes are needed."""
        if not self._in_frame and not self._too_large:
            start = self._held.find(START, max(position, self._searched))
            end = self._find_end(position, start if start >= 0 else len(self._held))
            if end is not None:
                return self._end_at(position, end, frames)
            if start < 0:
                self._searched = max(position, len(self._held) - 1)
                return None
            stray = bytes(self._held[position:start]).strip(_BETWEEN_FRAMES)
            if stray:
                frames.append(Frame(stray[: self._max], Fault.STRAY))
            self._in_frame, self._searched = True, start + 1
            return start + 1
        again = self._held.find(_BEGAN_AGAIN, max(position, self._searched - _TAIL)) if self._too_large else -1
        end = self._find_end(position, again if again >= 0 else len(self._held))
        if end is not None:
            return self._end_at(position, end, frames)
        if again < 0:
            return None
        frames.append(Frame(bytes(self._held[position : position + self._max]), Fault.TOO_LARGE))
        self._in_frame, self._too_large, self._searched = True, False, again + 1
        return again + 1

    def _find_end(self, position: int, until: int) -> int | None:
        """Find an end byte that ends a frame: with its carriage return, or with what only follows a frame (LF, a new start)."""
        at = max(position, self._searched)
        while True:
            at = self._held.find(_END_BYTE, at, until)
            if at < 0:
                self._searched = until
                return None
            if at + 1 == len(self._held):
                self._searched = at
                return None
            if self._held[at + 1] in (_CARRIAGE_RETURN, _LINE_FEED, _START_BYTE):
                return at
            at += 1

    def _end_at(self, position: int, end: int, frames: list[Frame]) -> int:
        follows = self._held[end + 1]
        body = bytes(self._held[position:end])
        if self._too_large:
            frames.append(Frame(body[: self._max], Fault.TOO_LARGE))
        elif not self._in_frame:
            self._finish(body.lstrip(_BETWEEN_FRAMES), Fault.NO_START, frames)
        else:
            self._finish(body, None if follows == _CARRIAGE_RETURN else Fault.NO_TRAILER, frames)
        self._in_frame = self._too_large = False
        after = end + (1 if follows == _START_BYTE else 2)
        self._searched = after
        return after

    def _finish(self, body: bytes, fault: Fault | None, frames: list[Frame]) -> None:
        """Add one body, taken apart where a sender began again inside it."""
        *broken_off, last = body.split(_BEGAN_AGAIN)
        pieces = [*((piece, Fault.CUT_OFF) for piece in broken_off), (last, fault)]
        for number, (piece, what) in enumerate(pieces):
            whole = b"MSH" + piece if number else piece
            if whole or what is not Fault.CUT_OFF:
                too_large = len(whole) > self._max
                frames.append(Frame(whole[: self._max], Fault.TOO_LARGE if too_large else what))

    def _give_up_the_rest(self) -> None:
        """Keep the beginning of a message that is too large; skip to its end, holding no more of it."""
        tail = self._held[max(self._max, len(self._held) - _TAIL) :]
        del self._held[self._max :]
        self._held += tail
        self._too_large = True
        self._searched = max(self._max, len(self._held) - 1)
