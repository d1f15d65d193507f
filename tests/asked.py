"""A man with a plan whose first symptom check is due today, for tests of questionnaires and of the pages for people."""

from datetime import date

import msgspec

from rms.db.database import Database
from rms.followup.actions import start_plan
from rms.messages.store import locked_message
from rms.people.model import Diagnosis, Person, TumourSite
from rms.people.moves import put_case
from rms.plans.moves import load_library
from rms.plans.moves import sign_off as sign_protocol
from rms.plans.store import protocol_by_key
from rms.questionnaires.jobs import ask_due
from rms.questionnaires.links import QuestionnaireLinks
from rms.questionnaires.moves import load_questionnaires, sign_off
from rms.questionnaires.store import version_by_key
from tests.cast import Trust, a_person, on_file
from tests.database import World

PROTOCOL = "prostate-after-prostatectomy"
FORM = "symptom-check-prostate"


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A person in follow-up. `occurrence_id` is the symptom check that falls due on `due_on`."""

    patient_id: int
    plan_id: int
    occurrence_id: int
    due_on: date


async def load(world: World) -> None:
    """What an owner does with the migrations."""
    async with Database(world.url(), name="owner", size=1) as owner, owner.transaction() as tx:
        await load_library(tx)
        await load_questionnaires(tx)


async def sign(world: World, trust: Trust, *, form: bool = True) -> int:
    """The trust's lead signs the protocol and, unless told otherwise, the symptom check; returns the protocol version."""
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        protocol = await protocol_by_key(tx, organisation_id=trust.organisation_id, key=PROTOCOL)
        version = await version_by_key(tx, organisation_id=trust.organisation_id, key=FORM)
        assert protocol is not None
        assert version is not None
        await sign_protocol(tx, organisation_id=trust.organisation_id, protocol_version_id=protocol.id, note="Read.",
                            for_demonstration_only=True, by=trust.lead)  # fmt: skip
        if form:
            await sign_off(tx, organisation_id=trust.organisation_id, questionnaire_version_id=version.id,
                           note="Read.", for_demonstration_only=True, by=trust.lead)  # fmt: skip
        return protocol.id


async def follow(
    world: World, trust: Trust, *, person: Person | None = None, form: bool = True, wait: bool = True
) -> Followed:
    """Put a man on file after surgery today and start his plan; `wait` until the day of his first symptom check."""
    await load(world)
    protocol_id = await sign(world, trust, form=form)
    patient_id = await on_file(world, trust, person or a_person())
    async with world.web.transaction(organisation_id=trust.organisation_id) as tx:
        operated_on = tx.today
        diagnosis = Diagnosis(ref=f"D{patient_id}", site=TumourSite.UROLOGY, icd10="C61", text="Prostate cancer")
        case_id = await put_case(tx, organisation_id=trust.organisation_id, patient_id=patient_id, diagnosis=diagnosis,
                                 source="register", by=trust.nurse)  # fmt: skip
    plan_id = await start_plan(
        world.web, organisation_id=trust.organisation_id, patient_id=patient_id, case_id=case_id, team_id=trust.team_id,
        nurse_staff_id=trust.nurse.id, protocol_version_id=protocol_id,
        anchors={"surgery": (operated_on, "register")}, by=trust.nurse,
    )  # fmt: skip
    [row] = await world.as_owner(
        "select id, due_on from occurrence where plan_id = $1 and kind = 'questionnaire' order by due_on limit 1",
        plan_id,
    )
    if wait:
        await world.move_civil_clock((row["due_on"] - operated_on).days)
    return Followed(patient_id=patient_id, plan_id=plan_id, occurrence_id=row["id"], due_on=row["due_on"])


async def asked(world: World, trust: Trust, *, person: Person | None = None) -> Followed:
    """The same man, and the questionnaire is asked."""
    followed = await follow(world, trust, person=person)
    await ask_due(world.worker)
    return followed


async def assignment_id_of(world: World, followed: Followed) -> int:
    """The assignment that was made for his symptom check."""
    [row] = await world.as_owner("select id from assignment where occurrence_id = $1", followed.occurrence_id)
    found: int = row["id"]
    return found


async def link_of(world: World, followed: Followed) -> str:
    """The locator of his latest message, as claiming it would make it."""
    [row] = await world.as_owner(
        "select id, organisation_id from message where cause_kind = 'occurrence' and cause_id = $1 order by id desc limit 1",
        followed.occurrence_id,
    )
    async with world.worker.transaction() as tx:
        message = await locked_message(tx, organisation_id=row["organisation_id"], message_id=row["id"])
        locator = await QuestionnaireLinks().locator_for(tx, message, now=tx.now)
    assert locator is not None
    return locator
