"""An event as the FHIR R4 transaction that tells the register, and the register's answer entry by entry.

Which record says what, and why:

    a plan started, held, restored, ended   CarePlan: it is what a register shows as "who follows this person up"; one
                                            record for each plan, found by `urn:rms:plan`, whose status changes
    followed up in other ways               the same CarePlan: its categories say how the person is followed up
    a decision on a result or an answer     ClinicalImpression: a named clinician's judgement at one time. An Observation
                                            would look like a second result, a Task like work the register must do
    a recurrence, suspected to confirmed    Condition with clinicalStatus `recurrence`; one record for each episode,
                                            found by `urn:rms:recurrence`, whose verificationStatus changes
    a questionnaire's score                 Observation of category survey

Every record carries `urn:rms:event|<ref>`. A first record is created only if none has it, a change is an update of the
one record that is meant: repeating a transaction changes nothing. People are named by identifier, never by a search
that could fail the whole transaction.
"""

from typing import Any
from uuid import UUID

import msgspec

from rms.events.model import Event
from rms.events.payloads import (
    Certainty,
    FollowUpEnded,
    FollowUpStarted,
    OutcomeRecorded,
    Payload,
    PlanHeld,
    PlanRestored,
    PlanTold,
    PromScore,
    Recurrence,
    Subject,
    WaysChanged,
    read,
)
from rms.sync.fhir.values import NHS_NUMBER

EVENT, PLAN, RECURRENCE = "urn:rms:event", "urn:rms:plan", "urn:rms:recurrence"
OUTCOME, INSTRUMENT, WAY = "urn:rms:outcome", "urn:rms:instrument", "urn:rms:follow-up-way"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
_CODES = "http://terminology.hl7.org/CodeSystem/"
_VERIFIED = {
    Certainty.SUSPECTED: "provisional",
    Certainty.CONFIRMED: "confirmed",
    Certainty.RULED_OUT: "refuted",
}

Json = dict[str, Any]


class EntryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the register did with one entry: its position, whether the status is a 2xx, and the status as it came."""

    index: int
    ok: bool
    status: str


def outcome_transaction(event: Event) -> Json:
    """Write one event as a transaction bundle. BadInput when its payload does not fit its kind."""
    payload = read(event.kind, event.payload)
    match payload:
        case FollowUpStarted():
            entry = _created(event.ref, _care_plan(event.ref, payload, payload.plan, status="active"))
        case PlanHeld():
            entry = _plan_changed(event.ref, payload, payload.plan, status="on-hold", note=payload.reason)
        case PlanRestored():
            entry = _plan_changed(event.ref, payload, payload.plan, status="active", note=payload.reason)
        case WaysChanged():
            status = "on-hold" if payload.stands_still else "active"
            entry = _plan_changed(event.ref, payload, payload.plan, status=status, note=payload.reason)
        case FollowUpEnded():
            entry = _plan_changed(event.ref, payload, payload.plan, status="completed", note=payload.reason)
        case OutcomeRecorded():
            entry = _created(event.ref, _impression(event.ref, payload))
        case Recurrence():
            entry = _recurrence(event.ref, payload)
        case PromScore():
            entry = _created(event.ref, _score(event.ref, payload))
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def entry_answers(response: object, *, expected: int | None = None) -> tuple[EntryAnswer, ...]:
    """Say what became of every entry. With `expected`, entries that the answer leaves out are named as not done."""
    entries = response.get("entry") if isinstance(response, dict) else None
    statuses = [_status(entry) for entry in entries] if isinstance(entries, list) else []
    statuses += ["no answer"] * ((expected or 0) - len(statuses))
    return tuple(
        EntryAnswer(index=index, ok=len(status) >= 3 and status[:3].isdigit() and status[0] == "2", status=status)
        for index, status in enumerate(statuses)
    )


def entries_done(response: object, *, expected: int | None = None) -> bool:
    """Say whether the register did every entry: at least one, and each a 2xx. The status of the whole proves nothing."""
    answers = entry_answers(response, expected=expected)
    return bool(answers) and all(answer.ok for answer in answers)


def _status(entry: object) -> str:
    response = entry.get("response") if isinstance(entry, dict) else None
    status = response.get("status") if isinstance(response, dict) else None
    return status if isinstance(status, str) else "no status"


def _created(ref: UUID, resource: Json) -> Json:
    kind = resource["resourceType"]
    request = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={EVENT}|{ref}"}
    return {"fullUrl": f"urn:uuid:{ref}", "resource": resource, "request": request}


def _updated(ref: UUID, resource: Json, *, found_by: str) -> Json:
    request = {"method": "PUT", "url": f"{resource['resourceType']}?identifier={found_by}"}
    return {"fullUrl": f"urn:uuid:{ref}", "resource": resource, "request": request}


def _identifiers(ref: UUID, *, system: str, value: UUID, earlier: tuple[UUID, ...]) -> list[Json]:
    """Name the lasting thing first, then every event about it: an update replaces the record, not its history."""
    events = dict.fromkeys((*earlier, ref))
    return [{"system": system, "value": str(value)}, *({"system": EVENT, "value": str(event)} for event in events)]


def _subject(subject: Subject) -> Json:
    told: Json = {"type": "Patient"}
    if subject.register_ref and subject.register_ref.startswith("Patient/"):
        told["reference"] = subject.register_ref
    if subject.nhs_number:
        told["identifier"] = {"system": NHS_NUMBER, "value": subject.nhs_number}
    elif subject.hospital_number:
        told["identifier"] = {"system": subject.hospital_system, "value": subject.hospital_number}
    return told


def _care_plan(ref: UUID, payload: Payload, plan: PlanTold, *, status: str, note: str | None = None) -> Json:
    period = {"start": plan.started_on.isoformat()}
    if isinstance(payload, FollowUpEnded):
        period["end"] = payload.ended_on.isoformat()
    resource: Json = {
        "resourceType": "CarePlan",
        "identifier": _identifiers(ref, system=PLAN, value=plan.ref, earlier=plan.earlier),
        "status": status,
        "intent": "plan",
        "title": plan.title,
        "subject": _subject(payload.subject),
        "period": period,
        "created": plan.started_on.isoformat(),
        "author": {"display": payload.by},
    }
    if plan.ways:
        resource["category"] = [
            {"coding": [{"system": WAY, "code": code, "display": words}], "text": words} for code, words in plan.ways
        ]
    if note:
        resource["note"] = [{"authorString": payload.by, "time": payload.decided_at.isoformat(), "text": note}]
    return resource


def _plan_changed(ref: UUID, payload: Payload, plan: PlanTold, *, status: str, note: str) -> Json:
    resource = _care_plan(ref, payload, plan, status=status, note=note)
    return _updated(ref, resource, found_by=f"{PLAN}|{plan.ref}")


def _impression(ref: UUID, payload: OutcomeRecorded) -> Json:
    return {
        "resourceType": "ClinicalImpression",
        "identifier": [{"system": EVENT, "value": str(ref)}],
        "status": "completed",
        "code": {"coding": [{"system": OUTCOME, "code": payload.outcome}]},
        "description": payload.plan.title,
        "subject": _subject(payload.subject),
        "date": payload.decided_at.isoformat(),
        "assessor": {"display": payload.by},
        "summary": payload.sentence,
        "supportingInfo": [{"type": "CarePlan", "identifier": {"system": PLAN, "value": str(payload.plan.ref)}}],
    }


def _recurrence(ref: UUID, payload: Recurrence) -> Json:
    coding = [{"system": ICD10, "code": payload.icd10}] if payload.icd10 else []
    resource: Json = {
        "resourceType": "Condition",
        "identifier": _identifiers(ref, system=RECURRENCE, value=payload.episode_ref, earlier=payload.earlier),
        "verificationStatus": {
            "coding": [{"system": f"{_CODES}condition-ver-status", "code": _VERIFIED[payload.certainty]}]
        },
        "code": {"coding": coding, "text": payload.diagnosis} if coding else {"text": payload.diagnosis},
        "subject": _subject(payload.subject),
        "onsetDateTime": payload.found_on.isoformat(),
        "recordedDate": payload.decided_at.isoformat(),
        "recorder": {"display": payload.by},
    }
    state = "inactive" if payload.certainty is Certainty.RULED_OUT else "recurrence"
    resource["clinicalStatus"] = {"coding": [{"system": f"{_CODES}condition-clinical", "code": state}]}
    if payload.how_found:
        resource["note"] = [{"authorString": payload.by, "text": payload.how_found}]
    if payload.certainty is Certainty.SUSPECTED:
        return _created(ref, resource)
    return _updated(ref, resource, found_by=f"{RECURRENCE}|{payload.episode_ref}")


def _score(ref: UUID, payload: PromScore) -> Json:
    resource: Json = {
        "resourceType": "Observation",
        "identifier": [{"system": EVENT, "value": str(ref)}],
        "basedOn": [{"type": "CarePlan", "identifier": {"system": PLAN, "value": str(payload.plan_ref)}}],
        "status": "final",
        "category": [{"coding": [{"system": f"{_CODES}observation-category", "code": "survey"}]}],
        "code": {"coding": [{"system": INSTRUMENT, "code": payload.instrument}], "text": payload.title},
        "subject": _subject(payload.subject),
        "effectiveDateTime": payload.answered_at.isoformat(),
        "performer": [{"display": payload.by}],
    }
    if payload.score is None:
        resource["dataAbsentReason"] = {"text": payload.why_none or "It could not be scored."}
    else:
        resource["valueQuantity"] = {"value": payload.score}
    return resource
