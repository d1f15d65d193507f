"""The cancers of the demo: treatment, dates that a plan counts from, and values as they go over ten years. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random

import msgspec

from rms.dates.months import add_months
from rms.people.model import Sex, TreatmentKind
from rms.rehearsal.demo.cast import Part

#: The last weeks are played; what lies before them came as settled.
WEEKS = 6


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """How the people of one protocol were treated. `counts_from`: the anchor of the step that leads; `months`: of these
    months after it that step may be the next one; `code`: what a laboratory calls it."""

    icd10: str
    cancer: str
    sex: Sex | None
    kind: TreatmentKind
    treatment: str
    counts_from: str
    months: tuple[int, ...]
    step: str
    analyte: str
    code: str
    unit: str | None


COURSES: Mapping[str, Treated] = {
    "prostate-after-prostatectomy": Treated(
        icd10="C61", cancer="Prostate cancer", sex=Sex.MALE, kind=TreatmentKind.SURGERY,
        treatment="Total excision of prostate", counts_from="surgery",
        months=(18, 24, 30, 36, 42, 48, 54, 60, 72, 84, 96, 108, 120), step="psa", analyte="psa", code="83112-3",
        unit="ug/L",
    ),
    "prostate-after-radiotherapy": Treated(
        icd10="C61", cancer="Prostate cancer", sex=Sex.MALE, kind=TreatmentKind.RADIOTHERAPY,
        treatment="External beam radiotherapy to prostate", counts_from="end_of_treatment",
        months=(18, 24, 30, 36, 42, 48, 54, 60, 72, 84, 96, 108, 120), step="psa", analyte="psa", code="83112-3",
        unit="ug/L",
    ),
    "colorectal-after-curative-surgery": Treated(
        icd10="C18.7", cancer="Bowel cancer", sex=None, kind=TreatmentKind.SURGERY, treatment="Sigmoid colectomy",
        counts_from="surgery", months=(18, 24, 36, 60), step="cea", analyte="cea", code="2039-6", unit="ug/L",
    ),
    "breast-after-primary-treatment": Treated(
        icd10="C50.4", cancer="Breast cancer", sex=Sex.FEMALE, kind=TreatmentKind.SURGERY,
        treatment="Partial excision of breast", counts_from="diagnosis", months=(36, 48, 60), step="mammogram",
        analyte="mammogram", code="mammogram", unit=None,
    ),
}  # fmt: skip

#: From today until the next test is due, in days: the earliest and the latest.
NEXT_DUE: Mapping[Part, tuple[int, int]] = {
    Part.SOON: (2, 27),
    Part.LATE: (-18, -3),
    Part.CHASED: (-39, -24),
    Part.WAITING: (-32, -9),
    Part.LOOKED_AT: (-36, -16),
    Part.BREACH: (-24, -9),
    Part.CONFIRMED: (-38, -36),
    Part.CANNOT_TELL: (-20, -9),
    Part.RECURRENCE: (-38, -36),
    Part.SET_ASIDE: (-30, -16),
    Part.DUE_BACK: (-36, -30),
    Part.ANSWERS: (-30, -9),
    Part.RED_FLAG: (-16, -9),
    Part.HALF_WAY: (-12, -4),
    Part.UNREACHED: (3, 12),
    Part.STOPPED: (3, 12),
    Part.BY_PHONE: (3, 12),
    Part.UNMATCHED: (-20, -9),
}
_QUIET = (48, 125)


class Dates(msgspec.Struct, frozen=True, kw_only=True):
    """One person's dates. `anchors` are those of the plan, `started_on` is when it began here, `next_due_on`
    when the leading test is due next; None without a plan."""

    diagnosed_on: date
    treated_on: date
    anchors: Mapping[str, date]
    started_on: date
    next_due_on: date | None


def dates_for(course: Treated, *, part: Part, today: date, random: Random) -> Dates:
    """Dates that bring the next test of the step that leads to where the part wants it."""
    due_on = today + timedelta(days=random.randint(*NEXT_DUE.get(part, _QUIET)))
    asks = [month for month in course.months if month == 18 or month % 12 == 0]
    months = random.choice(asks if part in (Part.ANSWERS, Part.RED_FLAG, Part.HALF_WAY) else course.months)
    anchored_on = add_months(due_on, -months)
    if course.counts_from == "diagnosis":
        anchors = {"diagnosis": anchored_on, "end_of_treatment": anchored_on + timedelta(days=190)}
        diagnosed_on, treated_on = anchored_on, anchored_on + timedelta(days=40)
    else:
        anchors, treated_on = {course.counts_from: anchored_on}, anchored_on
        diagnosed_on = anchored_on - timedelta(days=75)
    started_on = max(anchored_on + timedelta(days=430), today - timedelta(days=random.randint(210, 520)))
    started_on = min(started_on, today - timedelta(days=90))
    return Dates(diagnosed_on=diagnosed_on, treated_on=treated_on, anchors=anchors, started_on=started_on,
                 next_due_on=due_on)  # fmt: skip


def ready_dates(course: Treated, *, today: date, random: Random) -> Dates:
    """Dates of somebody whose treatment is just over."""
    treated_on = today - timedelta(days=random.randint(12, 80))
    diagnosed_on = treated_on - timedelta(days=75)
    return Dates(diagnosed_on=diagnosed_on, treated_on=treated_on, anchors={}, started_on=today, next_due_on=None)


def values_of(protocol: str, *, random: Random) -> Callable[[int], str]:
    """How one person's values go, as a laboratory writes them: by the number of days since treatment."""
    return {
        "prostate-after-prostatectomy": _after_prostatectomy,
        "prostate-after-radiotherapy": _after_radiotherapy,
        "colorectal-after-curative-surgery": _cea,
        "breast-after-primary-treatment": _mammogram,
    }[protocol](random)


def beyond(protocol: str, *, how: Part, random: Random) -> str:
    """A value that a rule speaks about."""
    if how is Part.CANNOT_TELL:
        return {"prostate-after-prostatectomy": "<0.5", "colorectal-after-curative-surgery": "<10"}.get(
            protocol, ">0.1"
        )
    low, high = {"prostate-after-prostatectomy": (0.23, 0.9), "prostate-after-radiotherapy": (3.4, 7.5)}.get(
        protocol, (11, 38)
    )
    return f"{random.uniform(low, high):.2f}"


def _after_prostatectomy(random: Random) -> Callable[[int], str]:
    """Nearly nothing for years; in some it rises slowly and stays below the limit."""
    lowest, slope = random.choice((0.01, 0.01, 0.02, 0.03)), random.choice((0, 0, 0, 0.004, 0.009))

    def value(days: int) -> str:
        number = min(lowest + slope * days / 365 + random.choice((0, 0, 0.01)), 0.09)
        return "<0.01" if number <= 0.01 and random.random() < 0.5 else f"{number:.2f}"

    return value


def _after_radiotherapy(random: Random) -> Callable[[int], str]:
    """Falls for two years to its lowest; one in five bounces in the second and comes down again."""
    first, lowest, bounce = random.uniform(4, 12), random.uniform(0.1, 0.7), random.random() < 0.2

    def value(days: int) -> str:
        number = lowest + first * 0.5 ** (days / 110)
        if bounce and 500 < days < 800:
            number += 0.9
        return f"{number + random.uniform(0, 0.05):.2f}"

    return value


def _cea(random: Random) -> Callable[[int], str]:
    usual = random.uniform(1.1, 2.6)
    return lambda days: f"{usual + random.uniform(-0.3, 0.3):.1f}"


def _mammogram(random: Random) -> Callable[[int], str]:
    return lambda days: random.choice(("M1", "M1", "M1", "M2"))
