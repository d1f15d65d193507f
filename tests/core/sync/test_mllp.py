"""The framer: the same frames whatever the packets, and every byte that came is in one of them."""

from hypothesis import given
from hypothesis import strategies as st

from rms.sync.mllp import Fault, Frame, Framer, wrap

A, B = b"MSH|^~\\&|A\rPID|1\r", b"MSH|^~\\&|B\rPID|1\r"


def frames_of(*packets: bytes, max_bytes: int = 1000) -> list[Frame]:
    framer = Framer(max_bytes)
    found = [frame for packet in packets for frame in framer.feed(packet)]
    return found + framer.close()


def in_single_bytes(stream: bytes, max_bytes: int = 1000) -> list[Frame]:
    return frames_of(*(stream[at : at + 1] for at in range(len(stream))), max_bytes=max_bytes)


CASES = {
    "one": (wrap(A), [Frame(A)]),
    "two in a packet": (wrap(A) + wrap(B), [Frame(A), Frame(B)]),
    "white space between": (wrap(A) + b"\r\n \x00" + wrap(B) + b"\r\n", [Frame(A), Frame(B)]),
    "an empty frame": (wrap(b""), [Frame(b"")]),
    "no start byte": (A + b"\x1c\r" + wrap(B), [Frame(A, Fault.NO_START), Frame(B)]),
    "stray bytes before": (b"hello" + wrap(A), [Frame(b"hello", Fault.STRAY), Frame(A)]),
    "end byte and line feed": (b"\x0b" + A + b"\x1c\n" + wrap(B), [Frame(A, Fault.NO_TRAILER), Frame(B)]),
    "end byte and the next start": (b"\x0b" + A + b"\x1c" + wrap(B), [Frame(A, Fault.NO_TRAILER), Frame(B)]),
    "end byte, then nothing": (b"\x0b" + A + b"\x1c", [Frame(A, Fault.NO_TRAILER)]),
    "an end byte inside": (wrap(b"MSH\x1c|x"), [Frame(b"MSH\x1c|x")]),
    "broken off": (b"\x0b" + A, [Frame(A, Fault.CUT_OFF)]),
    "broken off and begun again": (b"\x0bMSH|half" + wrap(B), [Frame(b"MSH|half", Fault.CUT_OFF), Frame(B)]),
    "start byte twice": (b"\x0b" + wrap(A), [Frame(A)]),
    "only stray bytes": (b"GET / HTTP/1.1\r\n", [Frame(b"GET / HTTP/1.1", Fault.CUT_OFF)]),
    "nothing": (b"", []),
}


def test_each_case_gives_its_frames_in_one_packet_and_byte_by_byte() -> None:
    for name, (stream, expected) in CASES.items():
        assert frames_of(stream) == expected, name
        assert in_single_bytes(stream) == expected, name


def test_a_message_that_is_too_large_is_kept_in_part_and_the_next_one_is_read() -> None:
    large = b"MSH|" + b"x" * 500
    for stream in (wrap(large) + wrap(A), b"\x0b" + large + wrap(A)):
        assert frames_of(stream, max_bytes=100) == [Frame(large[:100], Fault.TOO_LARGE), Frame(A)]
        assert in_single_bytes(stream, max_bytes=100) == [Frame(large[:100], Fault.TOO_LARGE), Frame(A)]


def test_a_message_of_exactly_the_limit_is_whole() -> None:
    assert frames_of(wrap(b"x" * 100), max_bytes=100) == [Frame(b"x" * 100)]
    assert frames_of(wrap(b"x" * 101), max_bytes=100) == [Frame(b"x" * 100, Fault.TOO_LARGE)]


def test_a_framer_starts_anew_after_it_was_closed() -> None:
    framer = Framer()
    framer.feed(b"\x0bMSH|half")
    assert [frame.fault for frame in framer.close()] == [Fault.CUT_OFF]
    assert framer.feed(wrap(A)) == [Frame(A)]
    assert framer.close() == []


def test_what_it_holds_of_an_endless_message_stays_small() -> None:
    framer = Framer(max_bytes=1000)
    framer.feed(b"\x0b")
    for _ in range(1000):
        assert framer.feed(b"y" * 100) == []
        assert len(framer._held) <= 1000 + 3


@given(st.lists(st.binary(max_size=60).filter(lambda body: not set(body) & {0x0B, 0x1C}), max_size=6), st.data())
def test_wrapped_bodies_come_back_whatever_the_packets(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(wrap, bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    packets = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert frames_of(*packets) == [Frame(body) for body in bodies]


@given(st.lists(st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\n", b"MSH", b"ab", b"\x1c\r"]), max_size=30), st.data())
def test_no_byte_is_lost_and_packets_do_not_matter(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cut = data.draw(st.integers(0, len(stream)))
    whole = frames_of(stream)
    assert frames_of(stream[:cut], stream[cut:]) == whole
    assert in_single_bytes(stream) == whole
    kept = b"".join(frame.body for frame in whole)
    for letters in (b"a", b"S"):
        assert kept.count(letters) == stream.count(letters)


def test_the_cost_grows_with_the_stream_and_not_faster() -> None:
    """Counted, not timed: how many bytes are looked at while many packets arrive, for one size and four times the size."""

    class Counting(bytearray):
        looked_at = 0

        def find(self, sub, start=0, end=None):  # type: ignore[no-untyped-def,override]
            until = len(self) if end is None else end
            Counting.looked_at += max(until - start, 0)
            return super().find(sub, start, until)

    def cost(size: int) -> int:
        framer = Framer()
        framer._held = Counting()
        Counting.looked_at = 0
        stream = wrap(b"z" * size)
        found = [frame for at in range(0, len(stream), 100) for frame in framer.feed(stream[at : at + 100])]
        assert [len(frame.body) for frame in found] == [size]
        return Counting.looked_at

    assert cost(80_000) < 4.5 * cost(20_000)
