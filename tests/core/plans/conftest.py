"""What the tests of this room build their plans from."""

from collections.abc import Callable
from datetime import date

import pytest

from rms.plans.model import Change, Override
from rms.plans.protocol import Protocol, load_library


@pytest.fixture(scope="session")
def prostatectomy() -> Protocol:
    return load_library()["prostate-after-prostatectomy"]


@pytest.fixture(scope="session")
def colorectal() -> Protocol:
    return load_library()["colorectal-after-curative-surgery"]


@pytest.fixture(scope="session")
def changed() -> Callable[[Change], Override]:
    """One change for one person, made by a nurse on 1 March 2026."""

    def make(change: Change) -> Override:
        return Override(
            change=change,
            reason="his own wish",
            author="Nurse Ada Test",
            made_on=date(2026, 3, 1),
            review_on=date(2026, 9, 1),
        )

    return make
