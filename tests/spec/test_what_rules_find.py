"""What the rules of the protocols find in a series of readings. Readings as `date value`, by the day of the sample."""

from datetime import date
from decimal import Decimal

import pytest

from rms.alerts.model import Comparator, Facts, Reading
from rms.alerts.rules import evaluate
from rms.plans.protocol import load_library
from tests.spec.tables import cases

LIBRARY = load_library()

# Limit 0.2 ug/L, "above"; repeat between day 28 and day 42.
AFTER_PROSTATECTOMY = """
readings                                        | own limit | today      | finding               | repeat by
2027-03-03 0.03                                 |           | 2027-03-05 | clear                 |
2027-03-03 0.2                                  |           | 2027-03-05 | clear                 |
2027-03-03 <0.2                                 |           | 2027-03-05 | clear                 |
2027-03-03 0.20001                              |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 0.31                                 |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 >1000                                |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 >0.2                                 |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 <0.5                                 |           | 2027-03-05 | cannot_tell look_soon |
2027-03-03 >0.1                                 |           | 2027-03-05 | cannot_tell look_soon |
2027-03-03 0.31                                 |           | 2027-04-14 | breach look_soon      | 2027-04-14
2027-03-03 0.31                                 |           | 2027-04-15 | breach act_today      |
2027-03-03 0.31, 2027-04-05 0.33                |           | 2027-04-06 | breach act_today      |
2027-04-05 0.33, 2027-03-03 0.31                |           | 2027-04-06 | breach act_today      |
2027-03-03 0.31, 2027-04-05 0.12                |           | 2027-04-06 | clear                 |
2027-03-03 0.31, 2027-04-05 <0.5                |           | 2027-04-06 | breach look_soon      | 2027-04-14
2027-03-03 0.31, 2027-04-05 <0.5                |           | 2027-04-15 | breach act_today      |
2027-03-03 0.31, 2027-03-04 0.33                |           | 2027-03-05 | breach act_today      |
2027-03-03 0.31, 2027-03-03 0.35                |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 0.12, 2027-03-03 0.35                |           | 2027-03-05 | breach look_soon      | 2027-04-14
2027-03-03 0.31, 2027-04-05 0.1, 2027-10-01 0.4 |           | 2027-10-02 | breach look_soon      | 2027-11-12
2027-03-03 0.31                                 | 0.5       | 2027-03-05 | clear                 |
2027-03-03 0.08                                 | 0.05      | 2027-03-05 | breach look_soon      | 2027-04-14
"""

# Treatment ended on 1 June 2026; the lowest value since then plus 2.0, "at or above".
AFTER_RADIOTHERAPY = """
readings                                         | finding
2026-12-01 1.2                                   | clear
2026-12-01 1.2, 2027-06-01 3.19                  | clear
2026-12-01 1.2, 2027-06-01 3.2                   | breach act_today
2027-06-01 3.2, 2026-12-01 1.2                   | breach act_today
2026-05-01 0.4, 2026-12-01 1.2, 2027-06-01 2.9   | clear
2026-06-01 0.4, 2026-12-01 1.2, 2027-06-01 2.9   | clear
2026-12-01 <0.1, 2027-06-01 1.9                  | clear
2026-12-01 <0.1, 2027-06-01 2.05                 | cannot_tell look_soon
2026-12-01 <0.1, 2027-06-01 2.1                  | breach act_today
2026-12-01 0.5, 2027-06-01 >2.4                  | cannot_tell look_soon
2026-12-01 0.5, 2027-06-01 >2.5                  | breach act_today
2026-12-01 1.2, 2027-06-01 3.3, 2027-07-01 1.0   | clear
2026-12-01 3.0, 2027-06-01 0.9, 2027-12-01 2.9   | breach act_today
"""


def readings(cell: str, *, analyte: str = "psa", unit: str = "ug/L") -> tuple[Reading, ...]:
    found = []
    for index, part in enumerate(cell.split(", ")):
        on, value = part.split()
        comparator = Comparator(value[0]) if value[0] in "<>" else Comparator.EXACT
        number = Decimal(value.lstrip("<>"))
        found.append(
            Reading(
                analyte=analyte,
                number=number,
                unit=unit,
                sample_on=date.fromisoformat(on),
                ref=f"result-{index}",
                comparator=comparator,
            )
        )
    return tuple(found)


@pytest.mark.parametrize("case", cases(AFTER_PROSTATECTOMY), ids=lambda case: f"{case['readings']} {case['today']}")
def test_after_prostatectomy(case: dict[str, str]) -> None:
    rule = LIBRARY["prostate-after-prostatectomy"].rule("psa-above-limit")
    assert rule is not None
    limits = {rule.key: Decimal(case["own limit"])} if case["own limit"] else {}
    facts = Facts(today=date.fromisoformat(case["today"]), readings=readings(case["readings"]), limits=limits)
    finding = evaluate(rule, facts)
    assert " ".join(filter(None, (finding.outcome, finding.kind))) == case["finding"], finding.sentence
    assert (finding.repeat_by.isoformat() if finding.repeat_by else "") == case["repeat by"]


@pytest.mark.parametrize("case", cases(AFTER_RADIOTHERAPY), ids=lambda case: case["readings"])
def test_after_radiotherapy(case: dict[str, str]) -> None:
    rule = LIBRARY["prostate-after-radiotherapy"].rule("psa-nadir-plus-2")
    assert rule is not None
    facts = Facts(
        today=date(2028, 1, 1), readings=readings(case["readings"]), anchors={"end_of_treatment": date(2026, 6, 1)}
    )
    finding = evaluate(rule, facts)
    assert " ".join(filter(None, (finding.outcome, finding.kind))) == case["finding"], finding.sentence


# Limit 7 ug/L above the baseline; without one the first reading after surgery (1 January 2026) is the baseline.
AFTER_BOWEL_SURGERY = """
baseline       | readings                         | finding
               | 2026-07-01 2.0                   | cannot_tell look_soon
               | 2026-07-01 2.0, 2027-01-01 8.9   | clear
               | 2026-07-01 2.0, 2027-01-01 9.0   | breach look_soon
2026-02-15 3.5 | 2026-07-01 10.4                  | clear
2026-02-15 3.5 | 2026-07-01 10.5                  | breach look_soon
2026-02-15 <1  | 2026-07-01 7.5                   | cannot_tell look_soon
"""


@pytest.mark.parametrize("case", cases(AFTER_BOWEL_SURGERY), ids=lambda case: f"{case['baseline']} {case['readings']}")
def test_after_bowel_surgery(case: dict[str, str]) -> None:
    rule = LIBRARY["colorectal-after-curative-surgery"].rule("cea-rise")
    assert rule is not None
    facts = Facts(
        today=date(2028, 1, 1),
        readings=readings(case["readings"], analyte="cea"),
        baselines={"cea": readings(case["baseline"], analyte="cea")[0]} if case["baseline"] else {},
        anchors={"surgery": date(2026, 1, 1)},
    )
    finding = evaluate(rule, facts)
    assert " ".join(filter(None, (finding.outcome, finding.kind))) == case["finding"], finding.sentence


# Where tests are far apart a fast change must not hide in a long quiet series, nor behind a test that came late.
FAR_APART = """
protocol                           | rule                 | analyte       | unit    | readings                                                       | finding
cll-stage-a                        | lymphocytes-doubling | lymphocytes   | 10*9/L  | 2026-07-01 22, 2027-01-01 50                                   | breach look_soon
cll-stage-a                        | lymphocytes-doubling | lymphocytes   | 10*9/L  | 2026-07-01 22, 2027-01-01 24, 2027-12-01 26, 2027-12-31 60     | clear
cll-stage-a                        | lymphocytes-doubled  | lymphocytes   | 10*9/L  | 2026-07-01 22, 2027-01-01 24, 2027-12-01 26, 2027-12-31 60     | breach look_soon
cll-stage-a                        | lymphocytes-doubled  | lymphocytes   | 10*9/L  | 2026-07-01 8, 2027-01-01 18                                    | clear
mgus-low-risk                      | paraprotein-rise     | paraprotein   | g/L     | 2026-07-01 8, 2027-07-01 12.9                                  | clear
mgus-low-risk                      | paraprotein-rise     | paraprotein   | g/L     | 2026-07-01 8, 2027-07-01 13                                    | breach look_soon
mgus-low-risk                      | paraprotein-rise     | paraprotein   | g/L     | 2026-07-01 22, 2027-07-01 27                                   | clear
mgus-low-risk                      | paraprotein-rise     | paraprotein   | g/L     | 2026-07-01 22, 2027-07-01 27.5                                 | breach look_soon
prostate-raised-psa-negative-biopsy | psa-rise-quarter    | psa           | ug/L    | 2026-07-01 4, 2027-07-20 5                                     | breach look_soon
prostate-raised-psa-negative-biopsy | psa-rise-quarter    | psa           | ug/L    | 2026-07-01 4, 2027-01-01 4.9                                   | clear
prostate-on-hormone-treatment      | psa-doubled          | psa           | ug/L    | 2026-07-01 0.4, 2027-07-01 0.8                                 | breach look_soon
prostate-on-hormone-treatment      | psa-doubled          | psa           | ug/L    | 2026-07-01 0.02, 2027-07-01 0.05                               | clear
thyroid-excellent-response         | thyroglobulin-above-limit | thyroglobulin | ug/L | 2026-07-01 <0.2                                              | clear
thyroid-excellent-response         | thyroglobulin-above-limit | thyroglobulin | ug/L | 2026-07-01 0.2                                               | breach look_soon
"""  # noqa: E501


@pytest.mark.parametrize("case", cases(FAR_APART), ids=lambda case: f"{case['rule']} {case['readings']}")
def test_where_tests_are_far_apart(case: dict[str, str]) -> None:
    rule = LIBRARY[case["protocol"]].rule(case["rule"])
    assert rule is not None
    facts = Facts(
        today=date(2028, 1, 1),
        readings=readings(case["readings"], analyte=case["analyte"], unit=case["unit"]),
        anchors={"diagnosis": date(2026, 1, 1), "end_of_treatment": date(2026, 1, 1)},
    )
    finding = evaluate(rule, facts)
    assert " ".join(filter(None, (finding.outcome, finding.kind))) == case["finding"], finding.sentence
