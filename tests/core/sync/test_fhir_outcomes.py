"""What we tell the register is FHIR R4, idempotent, and done only when every entry is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle

from rms.errors import BadInput
from rms.events.model import Event, EventKind
from rms.events.payloads import (
    AnyPayload,
    Certainty,
    FollowUpEnded,
    FollowUpStarted,
    OutcomeRecorded,
    PlanHeld,
    PlanRestored,
    PlanTold,
    PromScore,
    Recurrence,
    Subject,
    WaysChanged,
    written,
)
from rms.sync.fhir import entries_done, entry_answers, outcome_transaction

REF, EARLIER, PLAN_REF, EPISODE = (UUID(int=n) for n in (1, 2, 3, 4))
WHEN = datetime(2027, 5, 4, 10, 30, tzinfo=UTC)
PLAN = PlanTold(ref=PLAN_REF, title="Prostate, after prostatectomy", started_on=date(2027, 3, 1), earlier=(EARLIER,))
FOLLOWED = msgspec.structs.replace(PLAN, ways=(("remote", "Remote monitoring"), ("timed", "Timed reviews")))
WHO: dict[str, Any] = {"subject": Subject(nhs_number="9990000018"), "by": "Nurse Demo", "decided_at": WHEN}

PAYLOADS: dict[EventKind, AnyPayload] = {
    EventKind.FOLLOW_UP_STARTED: FollowUpStarted(plan=PLAN, **WHO),
    EventKind.PLAN_HELD: PlanHeld(plan=PLAN, reason="A death was reported.", **WHO),
    EventKind.PLAN_RESTORED: PlanRestored(plan=PLAN, reason="The death was a mistake.", **WHO),
    EventKind.WAYS_CHANGED: WaysChanged(plan=FOLLOWED, reason="He wants a call each year.", **WHO),
    EventKind.FOLLOW_UP_ENDED: FollowUpEnded(plan=PLAN, ended_on=date(2027, 5, 4), reason="Moved away.", **WHO),
    EventKind.OUTCOME_RECORDED: OutcomeRecorded(plan=PLAN, outcome="in_range", sentence="PSA 0.1 is in range.", **WHO),
    EventKind.RECURRENCE: Recurrence(
        episode_ref=EPISODE, certainty=Certainty.CONFIRMED, found_on=date(2027, 5, 1), diagnosis="Prostate cancer",
        icd10="C61", how_found="PSA 0.4, confirmed 0.5", earlier=(EARLIER,), **WHO,
    ),
    EventKind.PROM_SCORE: PromScore(
        plan_ref=PLAN_REF, instrument="symptom-check-prostate", title="Symptom check", answered_at=WHEN,
        score=Decimal("12.5"), **WHO,
    ),
}  # fmt: skip


def event(kind: EventKind, payload: AnyPayload) -> Event:
    return Event(
        id=1, ref=REF, organisation_id=1, patient_id=1, kind=kind, cause_kind="plan", cause_id=1,
        payload=written(payload), created_at=WHEN, attempts=1, epoch=1,
    )  # fmt: skip


def only_entry(kind: EventKind, payload: AnyPayload | None = None) -> dict[str, Any]:
    (entry,) = outcome_transaction(event(kind, payload or PAYLOADS[kind]))["entry"]
    return dict(entry)


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_is_fhir_and_carries_the_event(kind: EventKind) -> None:
    transaction = outcome_transaction(event(kind, PAYLOADS[kind]))
    assert Bundle.model_validate(transaction).type == "transaction"
    for entry in transaction["entry"]:
        assert {"system": "urn:rms:event", "value": str(REF)} in entry["resource"]["identifier"]
        assert entry["request"].get("ifNoneExist", entry["request"]["url"]).count("identifier=urn:rms:") == 1


@pytest.mark.parametrize("kind", list(EventKind))
def test_the_same_event_is_written_the_same_way_every_time(kind: EventKind) -> None:
    assert only_entry(kind) == only_entry(kind)


@pytest.mark.parametrize(
    ("kind", "method", "resource", "status"),
    [
        (EventKind.FOLLOW_UP_STARTED, "POST", "CarePlan", "active"),
        (EventKind.PLAN_HELD, "PUT", "CarePlan", "on-hold"),
        (EventKind.PLAN_RESTORED, "PUT", "CarePlan", "active"),
        (EventKind.WAYS_CHANGED, "PUT", "CarePlan", "active"),
        (EventKind.FOLLOW_UP_ENDED, "PUT", "CarePlan", "completed"),
        (EventKind.OUTCOME_RECORDED, "POST", "ClinicalImpression", "completed"),
        (EventKind.PROM_SCORE, "POST", "Observation", "final"),
    ],
)
def test_each_kind_has_its_record(kind: EventKind, method: str, resource: str, status: str) -> None:
    entry = only_entry(kind)
    said = (entry["request"]["method"], entry["resource"]["resourceType"], entry["resource"]["status"])
    assert said == (method, resource, status)


def test_an_update_means_the_one_plan_and_keeps_its_earlier_events() -> None:
    entry = only_entry(EventKind.FOLLOW_UP_ENDED)
    assert entry["request"]["url"] == f"CarePlan?identifier=urn:rms:plan|{PLAN_REF}"
    assert {"system": "urn:rms:event", "value": str(EARLIER)} in entry["resource"]["identifier"]
    assert entry["resource"]["period"] == {"start": "2027-03-01", "end": "2027-05-04"}


def test_the_ways_of_follow_up_are_categories_and_stay_in_every_later_update() -> None:
    changed = only_entry(EventKind.WAYS_CHANGED)
    assert changed["request"]["url"] == f"CarePlan?identifier=urn:rms:plan|{PLAN_REF}"
    told = [
        (one["coding"][0]["system"], one["coding"][0]["code"], one["text"]) for one in changed["resource"]["category"]
    ]
    assert told == [("urn:rms:follow-up-way", "remote", "Remote monitoring"),
                    ("urn:rms:follow-up-way", "timed", "Timed reviews")]  # fmt: skip
    assert changed["resource"]["note"][0]["text"] == "He wants a call each year."
    held = only_entry(EventKind.WAYS_CHANGED, WaysChanged(plan=FOLLOWED, reason="x", stands_still=True, **WHO))
    assert held["resource"]["status"] == "on-hold"
    later = only_entry(EventKind.PLAN_HELD, PlanHeld(plan=FOLLOWED, reason="A death was reported.", **WHO))
    assert later["resource"]["category"] == changed["resource"]["category"]
    assert "category" not in only_entry(EventKind.PLAN_HELD)["resource"]


@pytest.mark.parametrize(
    ("certainty", "verified", "method"),
    [
        (Certainty.SUSPECTED, "provisional", "POST"),
        (Certainty.CONFIRMED, "confirmed", "PUT"),
        (Certainty.RULED_OUT, "refuted", "PUT"),
    ],
)
def test_a_recurrence_is_one_condition_from_suspicion_on(certainty: Certainty, verified: str, method: str) -> None:
    payload = Recurrence(
        episode_ref=EPISODE, certainty=certainty, found_on=date(2027, 5, 1), diagnosis="Prostate cancer", **WHO
    )
    entry = only_entry(EventKind.RECURRENCE, payload)
    assert entry["request"]["method"] == method
    assert entry["resource"]["verificationStatus"]["coding"][0]["code"] == verified
    assert entry["resource"]["identifier"][0] == {"system": "urn:rms:recurrence", "value": str(EPISODE)}


def test_a_score_that_cannot_be_told_says_why() -> None:
    payload = PromScore(
        plan_ref=PLAN_REF, instrument="x", title="X", answered_at=WHEN, why_none="Two answers missing.", **WHO
    )
    resource = only_entry(EventKind.PROM_SCORE, payload)["resource"]
    assert "valueQuantity" not in resource
    assert resource["dataAbsentReason"] == {"text": "Two answers missing."}
    assert only_entry(EventKind.PROM_SCORE)["resource"]["valueQuantity"] == {"value": Decimal("12.5")}


def test_somebody_without_an_nhs_number_is_named_by_hospital_number() -> None:
    who = WHO | {"subject": Subject(hospital_system="urn:trust", hospital_number="H1", register_ref="Patient/7")}
    subject = only_entry(EventKind.FOLLOW_UP_STARTED, FollowUpStarted(plan=PLAN, **who))["resource"]["subject"]
    assert subject == {
        "type": "Patient", "reference": "Patient/7", "identifier": {"system": "urn:trust", "value": "H1"},
    }  # fmt: skip


def test_a_payload_of_another_kind_is_refused() -> None:
    with pytest.raises(BadInput):
        outcome_transaction(event(EventKind.RECURRENCE, PAYLOADS[EventKind.PLAN_HELD]))


def answer(*statuses: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"response": {"status": status}} for status in statuses]}


@pytest.mark.parametrize("statuses", [("200 OK",), ("201 Created", "200"), ("204",)])
def test_done_is_2xx_of_every_entry(statuses: tuple[str, ...]) -> None:
    assert entries_done(answer(*statuses), expected=len(statuses))


@pytest.mark.parametrize(
    "response",
    [
        answer("201", "409 Conflict"),
        answer("20"),
        answer(None),
        answer(200),
        answer("2xx"),
        answer(),
        {"entry": [{}]},
        {"entry": [None]},
        {"resourceType": "OperationOutcome"},
        None,
        [],
    ],
)
def test_anything_else_is_not_done(response: object) -> None:
    assert not entries_done(response)


def test_an_entry_left_out_of_the_answer_is_named_as_not_done() -> None:
    answers = entry_answers(answer("201"), expected=2)
    assert [(a.index, a.ok, a.status) for a in answers] == [(0, True, "201"), (1, False, "no answer")]
