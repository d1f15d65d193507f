"""What stands on worklists: alerts, messages that stopped and people late, put there as the rooms put them."""

from datetime import timedelta
from uuid import UUID

import httpx

from rms.alerts.model import AlertKind
from rms.alerts.moves import raise_alert
from rms.audit.model import WORKER
from rms.people.model import Role
from tests.cast import Trust
from tests.database import World
from tests.followed import Followed, the
from tests.pages.site import Site, a_member


async def nurse(site: Site, trust: Trust) -> httpx.AsyncClient:
    """A browser of the trust's nurse."""
    return await site.signed_in(trust.organisation_id, trust.nurse.id or 0)


async def staff_ref(world: World, name: str) -> str:
    return str(await the(world, "select ref from staff where display_name = $1", name))


async def staff_id(world: World, name: str) -> int:
    found: int = await the(world, "select id from staff where display_name = $1", name)
    return found


async def away(world: World, trust: Trust, name: str, *, days: int = 3, cover: int | None = None) -> None:
    """Somebody of the trust is on leave from today on."""
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        today = tx.today
    await world.as_owner(
        "insert into staff_leave (organisation_id, staff_id, from_on, until_on, cover_staff_id, created_by)"
        " values ($1, $2, $3, $4, $5, 'test')",
        trust.organisation_id, await staff_id(world, name), today, today + timedelta(days=days), cover,
    )  # fmt: skip


async def other_team(world: World, trust: Trust) -> tuple[int, int]:
    """A breast team of the same trust and its nurse: (team, nurse)."""
    row = await world.as_owner(
        "insert into team (organisation_id, key, name, phone, tumour_site) values ($1, 'breast', 'Breast', '1', 'breast')"
        " returning id", trust.organisation_id,
    )  # fmt: skip
    bea = await a_member(world, trust.organisation_id, role=Role.NURSE_SPECIALIST, team_id=row[0]["id"], name="bea")
    return row[0]["id"], bea


async def alarmed(
    world: World,
    trust: Trust,
    patient_id: int | None,
    *,
    team_id: int | None = None,
    kind: AlertKind = AlertKind.LOOK_SOON,
    rule: str = "psa",
    sentence: str = "PSA was 0.4 µg/L, above 0.2 µg/L.",
    days_ago: float = 0,
) -> UUID:
    """An alert of the team, raised some days ago."""
    async with world.worker.transaction() as tx:
        alert_id = await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=team_id or trust.team_id, kind=kind,
            subject_kind="patient", subject_id=patient_id or 0, rule_key=rule, patient_id=patient_id, sentence=sentence,
            cause_kind="test", cause_id=1, by=WORKER, now=tx.now - timedelta(days=days_ago),
        )  # fmt: skip
    found: UUID = await the(world, "select ref from alert where id = $1", alert_id)
    return found


async def late_ref(world: World, man: Followed) -> UUID:
    """His first test, ten days late from now on."""
    row = (await world.as_owner(
        "select ref, due_on from occurrence where plan_id = $1 and kind = 'test' and state = 'open' order by due_on limit 1",
        man.plan_id,
    ))[0]  # fmt: skip
    await world.move_civil_clock((row["due_on"] - man.today).days + 10)
    found: UUID = row["ref"]
    return found


async def stopped_message(
    world: World, trust: Trust, patient_id: int, *, state: str = "failed", reason: str = "The provider refused the address: no"
) -> int:  # fmt: skip
    """A text that did not reach somebody, with the alert that says so."""
    message_id: int = await the(
        world,
        "insert into message (organisation_id, patient_id, team_id, recipient, cause_kind, cause_id, purpose, channel, state,"
        " state_reason, not_before, not_after, queued_at) values ($1, $2, $3, 'person', 'test', $2, 'test_reminder_1', 'sms',"
        " $4, $5, now(), now(), now() - interval '2 days') returning id",
        trust.organisation_id, patient_id, trust.team_id, state, reason,
    )  # fmt: skip
    async with world.worker.transaction() as tx:
        await raise_alert(
            tx, organisation_id=trust.organisation_id, team_id=trust.team_id, kind=AlertKind.CHASE, subject_kind="patient",
            subject_id=patient_id, rule_key="message", patient_id=patient_id, cause_kind=f"message:{state}",
            cause_id=message_id, sentence="A message did not reach the person.", by=WORKER, now=tx.now,
        )  # fmt: skip
    return message_id
