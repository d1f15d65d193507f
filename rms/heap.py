"""The collector of cycles: out of the way while a process loads, and never again over what stays for its whole life.

A process loads some three hundred thousand objects that stay. Looking through them for garbage took two fifths of a start and
a quarter of the time of a page.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects before a first look, of Python's own 700: a page of a list makes some thousands, and nearly all die with it.
_YOUNG = 20_000


@contextmanager
def loading() -> Iterator[None]:
    """Look for nothing while modules load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Leave alone from now on what is there. For a process that runs for long, when it has loaded."""
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
