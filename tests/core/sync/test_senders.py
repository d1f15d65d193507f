"""Who sent it: everything a peer is known by must agree, and two who fit equally well are nobody."""

import pytest

from rms.sync.senders import Peer, equally_well, is_within, sender_of

BY_NAME = Peer(id=1, name="by name", facility="MLL")
BY_BOTH = Peer(id=2, name="by both", facility="MLL", addresses=("10.1.0.0/16", "192.0.2.7"))
BY_ALL = Peer(id=3, name="by all", facility="MLL", application="LIMS", addresses=("10.1.2.3",))
ANYBODY = Peer(id=4, name="anybody")


@pytest.mark.parametrize(
    ("peers", "address", "application", "facility", "found"),
    [
        ([BY_NAME], "198.51.100.1", "X", "MLL", 1),
        ([BY_NAME], "198.51.100.1", "X", "mll", None),
        ([BY_BOTH], "10.2.0.1", "X", "MLL", None),
        ([BY_BOTH], "::ffff:10.1.9.9", "X", "MLL", 2),
        ([BY_NAME, BY_BOTH, BY_ALL], "10.1.2.3", "LIMS", "MLL", 3),
        ([BY_NAME, BY_BOTH, BY_ALL], "192.0.2.7", "LIMS", "MLL", 2),
        ([BY_NAME, Peer(id=5, name="same", facility="MLL")], "10.1.2.3", "LIMS", "MLL", None),
        ([BY_NAME, ANYBODY], "10.1.2.3", "LIMS", "MLL", 1),
        ([BY_NAME, ANYBODY], "10.1.2.3", "LIMS", "OTHER", 4),
        ([], "10.1.2.3", "LIMS", "MLL", None),
    ],
)
def test_the_sender_is_whoever_is_known_by_most(
    peers: list[Peer], address: str, application: str, facility: str, found: int | None
) -> None:
    peer = sender_of(peers, address=address, application=application, facility=facility)
    assert (peer and peer.id) == found


def test_what_is_no_address_lies_nowhere() -> None:
    assert not is_within("unknown", "10.0.0.0/8")
    assert not is_within("10.0.0.1", "a network")


@pytest.mark.parametrize(
    ("rivals", "setting"),
    [
        ([BY_NAME, Peer(id=5, name="same", facility="MLL")], "(what it calls itself (MSH-3), or where it connects from)"),
        ([BY_BOTH, Peer(id=5, name="same", facility="MLL", application="LIMS")],
         "(what it calls itself (MSH-3), or where it connects from)"),
        ([BY_ALL, Peer(id=5, name="same", facility="MLL", application="LIMS", addresses=("10.1.2.0/24",))],
         "take the address from the one that is wrong"),
    ],
)  # fmt: skip
def test_two_who_fit_equally_well_are_named_with_the_setting_that_tells_them_apart(
    rivals: list[Peer], setting: str
) -> None:
    sentence = equally_well(rivals)
    assert f"“{rivals[0].name}” and “same” equally well" in sentence
    assert setting in sentence
