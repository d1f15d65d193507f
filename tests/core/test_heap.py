"""The collector of cycles is out of the way while a process loads, and back afterwards."""

import gc
import subprocess
import sys

import pytest

from rms import heap


def test_nothing_is_collected_while_loading_and_it_goes_on_afterwards() -> None:
    with heap.loading():
        assert not gc.isenabled()
        with heap.loading():
            pass
        assert not gc.isenabled(), "the inner one must not end the outer one"
    assert gc.isenabled()


def test_a_module_that_cannot_be_loaded_leaves_it_on() -> None:
    with pytest.raises(ImportError), heap.loading():
        raise ImportError
    assert gc.isenabled()


def test_what_is_there_stays_and_what_comes_is_still_collected() -> None:
    """In a process of its own: what is frozen stays so."""
    code = """
import gc, weakref
from rms import heap
class Ring: pass
heap.settle()
assert gc.get_freeze_count() > 1000 and gc.isenabled()
ring = Ring(); ring.ring = ring; gone = weakref.ref(ring); del ring
made = [[] for _ in range(2 * gc.get_threshold()[0])]
print("collected" if gone() is None else "left")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "collected\n"
