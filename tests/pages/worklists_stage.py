"""A step of the man's plan and a laboratory message of his team, so that every address of a worklist leads somewhere."""

from uuid import UUID

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from tests.cast import Trust
from tests.database import World

#: What the forms of worklists send; those that are not named here send nothing, which is a fault of the form.
WORKLIST_FIELDS = {
    "/alerts/{ref:uuid}/act": {"what": "Asked the practice."},
    "/helpline/{ref:uuid}/step": {"what": "note", "detail": "Asked the practice."},
    "/late/{ref:uuid}/contact": {"outcome": "no_answer"},
    "/late/{ref:uuid}/declined": {"note": "Has had enough."},
    "/tests/{ref:uuid}/arrange": {"what": "requested", "by": "team"},
    "/tests/{ref:uuid}/place": {"place": "hub"},
    "/people/{ref:uuid}/helpline": {"caller": "person", "reason": "test", "details": "Where?", "outcome": "answered"},
}


async def worklist_refs(world: World, trust: Trust, *, plan: UUID) -> dict[str, UUID]:
    """The step and the message, which is addressed by its alert."""
    [step] = await world.as_owner(
        "select o.ref from occurrence o join plan p on p.id = o.plan_id where p.ref = $1 and o.state = 'open'"
        " and o.kind = 'test' order by o.due_on limit 1", plan,
    )  # fmt: skip
    [inbox] = await world.as_owner(
        "insert into inbox (peer_address, raw, sha256, answered, received_civil_at)"
        " values ('10.0.0.1', 'MSH|', 'y', 'AA', now()) returning id"
    )
    async with world.worker.transaction() as tx:
        alert_id = await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=AlertKind.FIX_DATA, subject_kind="inbox",
            subject_id=inbox["id"], rule_key="inbox", sentence="It is not known whose it is.", cause_kind="inbox",
            cause_id=inbox["id"], by=WORKER, now=tx.now,
        )  # fmt: skip
    await world.as_owner(
        "insert into inbox_filing (organisation_id, inbox_id, alert_id, state, reason, at)"
        " values ($1, $2, $3, 'waiting', 'It is not known whose it is.', now())",
        trust.organisation_id, inbox["id"], alert_id,
    )  # fmt: skip
    await wait_again(world)
    [alert] = await world.as_owner("select ref from alert where id = $1", alert_id)
    return {
        "late": step["ref"],
        "tests": step["ref"],
        "unmatched": alert["ref"],
        "helpline": await _call(world, trust, plan=plan),
    }


async def _call(world: World, trust: Trust, *, plan: UUID) -> UUID:
    """A call of the man that is open."""
    [about] = await world.as_owner("select patient_id from plan where ref = $1", plan)
    async with world.worker.transaction() as tx:
        alert_id = await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=AlertKind.LOOK_SOON, subject_id=1,
            subject_kind="helpline", rule_key="helpline", sentence="Helpline.", cause_kind="helpline", cause_id=1,
            patient_id=about["patient_id"], by=WORKER, now=tx.now,
        )  # fmt: skip
    [made] = await world.as_owner(
        "insert into helpline_contact (organisation_id, patient_id, team_id, caller, reason, details, outcome, taken_at,"
        " taken_by_staff_id, alert_id) values ($1, $2, $3, 'person', 'symptom', 'Pain.', 'nurse_asked', now(), $4, $5)"
        " returning ref", trust.organisation_id, about["patient_id"], trust.team_id, trust.nurse.id, alert_id,
    )  # fmt: skip
    found: UUID = made["ref"]
    return found


async def wait_again(world: World, *, about_a_code: bool = False) -> None:
    """Let the message wait for the next actor, whatever the one before did with it; perhaps for what a code means."""
    await world.as_owner(
        "update inbox set state = 'waiting', state_reason = 'x', handled_at = now() where sha256 = 'y'"
    )
    await world.as_owner("update inbox_filing set state = 'waiting' where reason is not null and alert_id is not null")
    await world.as_owner(
        "update alert set state = 'open', closed_at = null, closed_by_staff_id = null, outcome = null,"
        " next_escalation_at = now() where state = 'closed' and subject_kind in ('inbox', 'peer')"
    )
    asked = ("peer", "inbox-code:1:hk2") if about_a_code else ("inbox", "inbox")
    await world.as_owner("update alert set subject_kind = $1, rule_key = $2 where id = (select alert_id from inbox_filing"
                         " where reason is not null and alert_id is not null)", *asked)  # fmt: skip
