"""Which protocol is suggested, why, and what a person must still settle."""

from datetime import date

from rms.dates import PartialDate
from rms.people.model import Diagnosis, Treatment, TreatmentIntent, TreatmentKind, TumourSite
from rms.plans.protocol import load_library
from rms.plans.suggest import Suggestion, suggest

LIBRARY = load_library().values()
PROSTATE = Diagnosis(
    ref="d1",
    site=TumourSite.UROLOGY,
    icd10="C61",
    text="Prostate cancer",
    diagnosed_on=PartialDate.of(date(2026, 1, 5)),
)


def treated(kind: TreatmentKind, started: str | None, ended: str | None = None, **words: object) -> Treatment:
    known = {"ref": f"{kind}-{started}", "diagnosis_ref": "d1", "intent": TreatmentIntent.CURATIVE, **words}
    return Treatment(
        kind=kind,
        started_on=PartialDate.parse(started) if started else None,
        ended_on=PartialDate.parse(ended) if ended else None,
        **known,  # type: ignore[arg-type]
    )


def suggested(diagnosis: Diagnosis, *treatments: Treatment) -> tuple[Suggestion, ...]:
    return suggest(LIBRARY, diagnosis=diagnosis, treatments=treatments)


SURGERY = treated(TreatmentKind.SURGERY, "2026-03-10")


def test_after_prostatectomy() -> None:
    (only,) = suggested(PROSTATE, SURGERY)
    assert only.protocol.key == "prostate-after-prostatectomy"
    assert only.reason == (
        "The register has Prostate cancer, treated by surgery on 10 March 2026: "
        "After radical prostatectomy with curative intent."
    )
    assert (only.doubts, only.anchors) == ((), {"surgery": date(2026, 3, 10)})
    assert only.questions[0].key == "whole-prostate-removed"


def test_another_cancer_of_the_same_site_gets_nothing() -> None:
    penis = Diagnosis(ref="d1", site=TumourSite.UROLOGY, icd10="C60.9")
    assert suggested(penis, SURGERY) == ()


def test_risk_groups_of_one_cancer_are_told_apart_by_a_question() -> None:
    bladder = Diagnosis(ref="d1", site=TumourSite.UROLOGY, icd10="C67.9", diagnosed_on=PartialDate.of(date(2026, 1, 5)))
    groups = suggested(bladder, SURGERY)
    assert [s.protocol.key for s in groups] == [
        "bladder-high-risk",
        "bladder-intermediate-risk",
        "bladder-low-risk",
    ]
    asked = [next(q for q in s.questions if q.key.startswith("risk-group")) for s in groups]
    assert len({q.question for q in asked}) == len({q.key for q in asked}) == len(groups)
    assert {s.anchors["diagnosis"] for s in groups} == {date(2026, 1, 5)}  # type: ignore[index]


def test_the_treatment_of_another_cancer_does_not_count() -> None:
    assert suggested(PROSTATE, treated(TreatmentKind.SURGERY, "2026-03-10", diagnosis_ref="d2")) == ()


def test_treatment_to_relieve_is_not_enough() -> None:
    assert suggested(PROSTATE, treated(TreatmentKind.SURGERY, "2026-03-10", intent=TreatmentIntent.PALLIATIVE)) == ()


def test_radiotherapy_after_surgery_offers_both_with_a_doubt() -> None:
    both = suggested(PROSTATE, SURGERY, treated(TreatmentKind.RADIOTHERAPY, "2027-02-01", "2027-03-01"))
    assert [s.protocol.key for s in both] == ["prostate-after-radiotherapy", "prostate-after-prostatectomy"]
    assert both[1].doubts == ("Radiotherapy was also given (from 1 February 2027): check that this protocol is right.",)
    assert both[0].anchors == {"end_of_treatment": date(2027, 3, 1)}


def test_a_day_the_register_does_not_know_is_asked_for() -> None:
    (only,) = suggested(PROSTATE, treated(TreatmentKind.SURGERY, "2026-03"))
    assert only.anchors == {}
    assert only.doubts == ("The register does not give the day of surgery.",)
    assert "on 2026-03:" in only.reason


def test_treatment_that_goes_on_has_no_end() -> None:
    breast = Diagnosis(ref="d1", site=TumourSite.BREAST, icd10="C50.9", diagnosed_on=PartialDate.of(date(2026, 1, 5)))
    first, *_ = suggested(breast, SURGERY, treated(TreatmentKind.CHEMOTHERAPY, "2026-05-01"))
    assert first.protocol.key == "breast-after-primary-treatment"
    assert first.anchors == {"diagnosis": date(2026, 1, 5)}
    over, *_ = suggested(breast, SURGERY, treated(TreatmentKind.CHEMOTHERAPY, "2026-05-01", "2026-08-01"))
    assert over.anchors["end_of_treatment"] == date(2026, 8, 1)  # type: ignore[index]


def test_what_is_not_known_is_a_doubt() -> None:
    site_only = Diagnosis(ref="d1", site=TumourSite.COLORECTAL)
    surgery = treated(TreatmentKind.SURGERY, "2026-03-10", intent=TreatmentIntent.UNKNOWN, diagnosis_ref=None)
    first, *_ = suggested(site_only, surgery)
    assert first.protocol.key == "colorectal-after-curative-surgery"
    assert len(first.doubts) == 3


def test_variants_come_after_the_plain_protocol_and_each_asks_what_tells_it_apart() -> None:
    for site, code, plain, variants in (
        (
            TumourSite.COLORECTAL,
            "C20",
            "colorectal-after-curative-surgery",
            {
                "colorectal-with-clinic-visits": "colorectal-clinic-visits",
                "rectal-with-mri-at-twelve-months": "rectal-mri",
                "colorectal-yearly-ct-from-first-scan": "colorectal-yearly-ct",
            },
        ),
        (
            TumourSite.BREAST,
            "C50.9",
            "breast-after-primary-treatment",
            {
                "breast-then-screening-programme": "breast-fifty-at-five-years",
                "breast-after-mastectomy-of-both-sides": "both-breasts-removed",
            },
        ),
    ):
        known = Diagnosis(ref="d1", site=site, icd10=code, diagnosed_on=PartialDate.of(date(2026, 1, 5)))
        first, *rest = suggested(known, SURGERY)
        assert first.protocol.key == plain
        assert {s.protocol.key: s.questions[0].key for s in rest} == variants
        assert not set(variants.values()) & {q.key for q in first.questions}
    (colon, *others) = suggested(
        Diagnosis(ref="d1", site=TumourSite.COLORECTAL, icd10="C18.2"), treated(TreatmentKind.SURGERY, "2026-03-10")
    )
    assert colon.protocol.key == "colorectal-after-curative-surgery"
    assert "rectal-with-mri-at-twelve-months" not in {s.protocol.key for s in others}


def test_a_cancer_of_which_nothing_is_known_gets_nothing() -> None:
    assert suggested(Diagnosis(ref="d1", site=None), SURGERY) == ()
