"""The answer to a frame: the same for the same frame, addressed to its sender, never empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rms.sync.hl7 import AckCode, answer_for, read
from rms.sync.mllp import Fault, Frame

ORU = b"MSH|^~\\&|LIMS|RXX|RMS|RYY|20270301103000||ORU^R01|M1|P|2.4||||||8859/1\rPID|1\r"


def lines(answer: bytes) -> list[list[str]]:
    return [line.split("|") for line in answer.decode("latin-1").split("\r") if line]


def test_a_readable_message_is_accepted_and_sender_and_receiver_change_places() -> None:
    code, answer = answer_for(Frame(ORU), live=False)
    msh, msa = lines(answer)
    assert code is AckCode.ACCEPTED
    assert msh[2:6] == ["RMS", "RYY", "LIMS", "RXX"]
    assert (msh[8], msh[11], msh[17]) == ("ACK^R01^ACK", "2.4", "8859/1")
    assert msa[:3] == ["MSA", "AA", "M1"]


def test_the_same_frame_gets_the_same_answer_and_another_frame_another() -> None:
    assert answer_for(Frame(ORU), live=False) == answer_for(Frame(ORU), live=False)
    assert answer_for(Frame(ORU), live=False) != answer_for(Frame(ORU + b"OBX|1\r"), live=False)


def test_a_type_we_do_not_know_is_accepted_too() -> None:
    assert answer_for(Frame(b"MSH|^~\\&|A|B|C|D|||ZZZ^Z99|7|P|2.3"), live=False)[0] is AckCode.ACCEPTED


def test_a_batch_in_one_frame_is_accepted_by_the_header_of_its_first_message() -> None:
    code, answer = answer_for(Frame(b"FHS|^~\\&|X\rBHS|^~\\&|X\r" + ORU + ORU + b"BTS|2\r"), live=False)
    assert (code, lines(answer)[1][:3]) == (AckCode.ACCEPTED, ["MSA", "AA", "M1"])
    assert answer_for(Frame(b"BHS|^~\\&|X\rBTS|0\r"), live=False)[0] is AckCode.ERROR


def test_separators_of_the_sender_are_used() -> None:
    _, answer = answer_for(Frame(b"MSH#*!?%#LIMS#RXX#RMS#RYY#2027##ORU*R01#M1#P#2.5\r"), live=False)
    assert answer.startswith(b"MSH#*!?%#RMS#RYY#LIMS#RXX#2027##ACK*R01*ACK#")
    assert b"\rMSA#AA#M1#\r" in answer


def test_what_cannot_be_read_is_an_error_in_words() -> None:
    for body in (b"", b"hello", b"\xff\xfe\x00", b"MSHabc", b"MSH|^^^^|x"):
        code, answer = answer_for(Frame(body), live=False)
        msh, msa, err = lines(answer)
        assert (code, msa[1]) == (AckCode.ERROR, "AE"), body
        assert msh[0] == "MSH"
        assert msa[3]
        assert err[8] == msa[3]


def test_a_broken_envelope_is_an_error_only_when_the_message_may_be_incomplete() -> None:
    answers = {fault: answer_for(Frame(ORU, fault), live=False)[0] for fault in Fault}
    accepted = {fault for fault, code in answers.items() if code is AckCode.ACCEPTED}
    assert accepted == {Fault.NO_START, Fault.NO_TRAILER}
    assert b"|M1|" in answer_for(Frame(ORU, Fault.TOO_LARGE), live=False)[1]
    assert not Fault.STRAY.is_answered


def test_the_answer_is_written_as_the_message_was() -> None:
    name = "Klinikum Köln"
    latin = f"MSH|^~\\&|{name}|R|C|D|||ORU^R01|7|P|2.3||||||8859/1\r".encode("latin-1")
    assert name.encode("latin-1") in answer_for(Frame(latin), live=False)[1]
    wide = "\ufeffMSH|^~\\&|Köln|R|C|D|||ORU^R01|7|P|2.3\rPID|1\r".encode("utf-16-le")
    code, answer = answer_for(Frame(wide), live=False)
    assert code is AckCode.ACCEPTED
    assert "|Köln|R|" in answer.decode("utf-16")


@pytest.mark.parametrize("mark", [b"T", b"D", b"T^T", b"t", b"X", b"T~P", b"D&1"])
def test_what_is_not_production_is_rejected_by_a_live_line_and_taken_by_a_demo(mark: bytes) -> None:
    frame = Frame(ORU.replace(b"|P|", b"|" + mark + b"|"))
    code, answer = answer_for(frame, live=True)
    assert code is AckCode.REJECTED
    _, msa, err = lines(answer)
    assert msa[1:3] == ["AR", "M1"]
    assert "This line is live" in msa[3]
    assert err[3] == "202^Unsupported processing id^HL70357"
    assert answer_for(frame, live=False)[0] is AckCode.ACCEPTED


@pytest.mark.parametrize("mark", [b"P", b"P^T", b"p", b"", b"P^I", b" P "])
def test_production_in_whatever_mode_is_taken_by_a_live_line(mark: bytes) -> None:
    assert answer_for(Frame(ORU.replace(b"|P|", b"|" + mark + b"|")), live=True)[0] is AckCode.ACCEPTED


def test_a_header_that_ends_before_the_mark_is_production() -> None:
    assert answer_for(Frame(b"MSH|^~\\&|A|B"), live=True)[0] is AckCode.ACCEPTED


def test_a_large_message_costs_its_header_only() -> None:
    header = b"MSH|^~\\&|LIMS|RXX|RMS|RYY|||ORU^R01|M1|P|2.4||||||UNICODE UTF-8\r"
    body = header + "OBX|1|TX|a||ä".encode() * 100_000
    assert answer_for(Frame(body), live=False)[0] is AckCode.ACCEPTED


@given(st.binary(max_size=200), st.sampled_from([b"", b"MSH|", b"MSH|^~\\&|A|B|C|D|2027||ORU^R01|1|P|2.5\r"]))
def test_any_bytes_get_a_message_that_can_be_read_and_framed(noise: bytes, start: bytes) -> None:
    _, answer = answer_for(Frame(start + noise), live=False)
    assert answer
    assert b"\x1c\r" not in answer
    assert read(answer).type == "ACK" or not answer.startswith(b"MSH|")
