"""Where blood is taken or a scan is done: the place of the person's choice, with a default from the protocol. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from rms.alerts.analytes import ANALYTES, Sort
from rms.plans.protocol.language import Place, Step


class TestPlace(StrEnum):
    """A place a person may choose."""

    __test__ = False  # pytest would otherwise take the name for a test class

    GP_PRACTICE = "gp_practice"
    HUB = "hub"
    DIAGNOSTIC_CENTRE = "diagnostic_centre"
    CLINIC = "clinic"
    HOME_KIT = "home_kit"


WORDS: Final[Mapping[TestPlace, str]] = {
    TestPlace.GP_PRACTICE: "Their GP surgery",
    TestPlace.HUB: "A blood-taking hub",
    TestPlace.DIAGNOSTIC_CENTRE: "A diagnostic centre",
    TestPlace.CLINIC: "The hospital clinic",
    TestPlace.HOME_KIT: "At home, with a kit by post",
}
_OF_PROTOCOL: Final = {
    Place.GP_PRACTICE: TestPlace.GP_PRACTICE,
    Place.COMMUNITY: TestPlace.HUB,
    Place.HOME: TestPlace.HOME_KIT,
}


def is_blood(step: Step) -> bool:
    """Whether blood is taken for it; what is not known to be anything else is."""
    analyte = ANALYTES.get(step.analyte or "")
    return analyte is None or analyte.sort is Sort.BLOOD


def default_place(step: Step) -> TestPlace:
    """The first place that the protocol names; what is done in hospital is a clinic for blood, else a diagnostic centre."""
    first = step.where[0] if step.where else Place.GP_PRACTICE if is_blood(step) else Place.HOSPITAL
    in_hospital = TestPlace.CLINIC if is_blood(step) else TestPlace.DIAGNOSTIC_CENTRE
    return _OF_PROTOCOL.get(first, in_hospital)
